/** Failure detection and what follows: S8 FAIL takes a majority, S10 no writes in a minority, S11 no master is back too soon. */
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, majorityOf, stateOf, type Watched } from './invariant.js';

const CRON_MS = 100;
const WRITABLE_DELAY_MS = 2000;
const REJOIN_DELAY_MIN_MS = 500;
const REJOIN_DELAY_MAX_MS = 5000;
/** Latency, and timers that fall due a moment late. */
const SLACK_MS = 200;

export class Availability implements Invariant {
  readonly #watched: Watched;
  readonly #startedAtMs = new Map<TestNode, number>();
  /** When a node saw a majority again, in this life. */
  readonly #minorityEndedAtMs = new Map<TestNode, number>();
  /** Who sees no majority; looked at again when a node reports something. */
  readonly #inMinority = new Set<TestNode>();
  /** When a process that had been stopped went on. */
  readonly #resumedAtMs = new Map<TestNode, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onEvent(node: TestNode, event: ClusterLogEntry['event']): void {
    switch (event.kind) {
      case 'started':
        this.#startedAtMs.set(node, this.#nowMs);
        this.#minorityEndedAtMs.delete(node);
        this.#inMinority.delete(node);
        return;
      case 'process':
        if (event.step === 'resumed') this.#resumedAtMs.set(node, this.#nowMs);
        return;
      case 'pfail':
        this.#wasSilent(node, event.node);
        return;
      case 'fail':
        if (event.by === 'quorum') this.#hasReports(node, event.node);
        return;
      case 'state-changed':
        if (event.ok) this.#waitedLongEnough(node);
        return;
    }
  }

  onEventDone(node: TestNode): void {
    if (node.state !== 'running') return;
    if (!seesMajority(node, (known) => !known.isFailing && !known.isPossiblyFailing)) {
      this.#inMinority.add(node);
      return;
    }
    // A master that waits after its start does not look who is there; its wait counts from its first cron.
    if (this.#inMinority.delete(node) && !this.#isStarting(node))
      this.#minorityEndedAtMs.set(node, this.#nowMs);
  }

  /** S10: nobody writes who has heard nothing of the majority for so long that it must have noticed. */
  onWrite(node: TestNode, key: string): void {
    const boundMs = 1.5 * this.#watched.nodeTimeoutMs + 2 * CRON_MS + SLACK_MS;
    const sinceMs = this.#nowMs - boundMs;
    // A process that was stopped hears of the world when it goes on.
    if ((this.#resumedAtMs.get(node) ?? 0) >= sinceMs || (this.#startedAtMs.get(node) ?? 0) >= sinceMs)
      return;
    const heard = seesMajority(
      node,
      (known) => Math.max(known.pongReceivedMs, known.dataReceivedMs) >= sinceMs || known.isMyself,
    );
    if (!heard)
      this.#watched.report(
        'S10',
        `${node.name} accepted ${key}, ${boundMs} ms after it last heard of a majority`,
      );
  }

  #isStarting(node: TestNode): boolean {
    const { myself, ok } = stateOf(node);
    const startedAtMs = this.#startedAtMs.get(node) ?? Number.NEGATIVE_INFINITY;
    return myself.isMaster && !ok && this.#nowMs - startedAtMs < WRITABLE_DELAY_MS + CRON_MS;
  }

  /** S8: nobody is suspected of whom something came within the node timeout. */
  #wasSilent(viewer: TestNode, id: string): void {
    const suspect = stateOf(viewer).nodes.get(id);
    const silentMs = this.#nowMs - (suspect?.dataReceivedMs ?? 0);
    if (silentMs <= this.#watched.nodeTimeoutMs)
      this.#watched.report('S8', `${viewer.name} suspects ${id}, heard of ${silentMs} ms ago`);
  }

  /** S8: reports of a majority, its own among them, none older than two node timeouts. */
  #hasReports(viewer: TestNode, id: string): void {
    const state = stateOf(viewer);
    const oldestMs = this.#nowMs - 2 * this.#watched.nodeTimeoutMs;
    const reports = [...(state.nodes.get(id)?.failReports.values() ?? [])].filter((atMs) => atMs >= oldestMs);
    const count = reports.length + (state.myself.isMaster ? 1 : 0);
    const needed = majorityOf(state.size);
    if (count < needed)
      this.#watched.report('S8', `${viewer.name} marks ${id} as FAIL with ${count} of ${needed} reports`);
  }

  /** S11 */
  #waitedLongEnough(node: TestNode): void {
    if (!stateOf(node).myself.isMaster) return;
    const { report, nodeTimeoutMs } = this.#watched;
    const sinceStartMs = this.#nowMs - (this.#startedAtMs.get(node) ?? Number.NEGATIVE_INFINITY);
    if (sinceStartMs < WRITABLE_DELAY_MS)
      report('S11', `${node.name} is ok ${sinceStartMs} ms after its start as a master`);
    const delayMs = Math.min(REJOIN_DELAY_MAX_MS, Math.max(REJOIN_DELAY_MIN_MS, nodeTimeoutMs));
    const sinceMs = this.#nowMs - (this.#minorityEndedAtMs.get(node) ?? Number.NEGATIVE_INFINITY);
    // The brain looks at its state ten times a second.
    if (sinceMs < delayMs - CRON_MS)
      report('S11', `${node.name} is ok ${sinceMs} ms after it was in a minority`);
  }

  get #nowMs(): number {
    return this.#watched.cluster.now();
  }
}

type KnownNode = ReturnType<typeof stateOf>['myself'];

/** True when the condition holds for a majority of the masters with slots that a node knows. */
function seesMajority(viewer: TestNode, condition: (known: KnownNode) => boolean): boolean {
  let size = 0;
  let good = 0;
  for (const known of stateOf(viewer).nodes.list) {
    if (!known.isMaster || known.slots.count === 0) continue;
    size++;
    if (condition(known)) good++;
  }
  return good >= majorityOf(size);
}
