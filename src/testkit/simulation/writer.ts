/** Clients that write keys of their own and follow redirections, and what the nodes may answer them: S9, S14, S17, S18. */
import { hashTagForSlot, slotForKey } from '../../../fixtures/keys.js';
import type { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import type { TestNode } from '../test-node.js';
import { stateOf, type Watched } from './invariants/invariant.js';
import type { Monitor } from './invariants/monitor.js';

const FOLLOWED_REDIRECTS = 3;

/** A node as it was when a command reached it. */
interface View {
  readonly isMaster: boolean;
  readonly isOk: boolean;
  readonly isHandingOver: boolean;
  readonly ownerId: string | undefined;
}

export class Writer {
  readonly #watched: Watched;
  readonly #monitor: Monitor;
  readonly #random: Random;
  /** Commands of each node that have no answer yet. */
  readonly #waiting = new Map<TestNode, number>();
  #keys = 0;

  constructor(watched: Watched, monitor: Monitor, random: Random) {
    this.#watched = watched;
    this.#monitor = monitor;
    this.#random = random;
  }

  /** One client writes a key of its own; the answer may come much later, or never. */
  write(): void {
    const { slotsInUse } = this.#watched;
    const entries = this.#cluster.nodes.filter(({ isRunning }) => isRunning);
    if (entries.length === 0) return;
    const key = `{${hashTagForSlot(pick(slotsInUse, this.#random))}}:${this.#keys++}`;
    void this.#writeAt(pick(entries, this.#random), key, 0);
  }

  async #writeAt(node: TestNode, key: string, redirects: number): Promise<void> {
    if (!node.isRunning) return;
    // An answer that comes at once comes from the node as it is before or after the messages of this very instant.
    const atOnce = this.#answersAtOnce(node);
    const before = viewOf(node, key);
    const reply = node.command('SET', key, `value of ${key}`);
    const views = atOnce && node.isRunning ? [before, viewOf(node, key)] : null;
    this.#waiting.set(node, (this.#waiting.get(node) ?? 0) + 1);
    let refused: string;
    try {
      await reply;
      this.#onAcknowledged(node, key, views);
      return;
    } catch (error) {
      refused = (error as Error).message;
    } finally {
      this.#waiting.set(node, (this.#waiting.get(node) ?? 1) - 1);
    }
    const [word, , address = ''] = refused.split(' ');
    if (word !== 'MOVED') return;
    const target = this.#cluster.node(address);
    this.#isTrueRedirect(node, target, before, views);
    if (redirects < FOLLOWED_REDIRECTS) await this.#writeAt(target, key, redirects + 1);
  }

  #answersAtOnce(node: TestNode): boolean {
    if (node.state !== 'running' || node.process.node.pause.active !== null) return false;
    return (this.#waiting.get(node) ?? 0) === 0;
  }

  /** S17: MOVED names the owner of the slot in the view of the sender, and never the sender. */
  #isTrueRedirect(node: TestNode, target: TestNode, before: View, views: readonly View[] | null): void {
    if (target === node || views?.every(({ ownerId }) => ownerId !== target.id))
      this.#watched.report(
        'S17',
        `${node.name} sent a client to ${target.name} for a slot of ${before.ownerId}`,
      );
  }

  /** S9, S14, S17 and S18: only a master that owns the slot, in a cluster that is ok, accepts a write. */
  #onAcknowledged(node: TestNode, key: string, views: readonly View[] | null): void {
    // Killed in the same instant: the write is gone, and nobody will look for it.
    if (!node.isRunning) return;
    this.#monitor.ledger.acknowledge(key, node);
    if (views === null) return;
    const { report } = this.#watched;
    if (!views.some(({ isMaster }) => isMaster)) report('S18', `the replica ${node.name} accepted ${key}`);
    if (!views.some(({ ownerId }) => ownerId === node.id))
      report('S17', `${node.name} accepted ${key} of a foreign slot`);
    if (!views.some(({ isOk }) => isOk))
      report('S9', `${node.name} accepted ${key} while the cluster was down`);
    if (views.every(({ isHandingOver }) => isHandingOver))
      report('S14', `${node.name} accepted ${key} while it hands over to its replica`);
    this.#monitor.availability.onWrite(node, key);
  }

  get #cluster(): Cluster {
    return this.#watched.cluster;
  }
}

function viewOf(node: TestNode, key: string): View {
  const { myself, ok, slots, manualFailover } = stateOf(node);
  return {
    isMaster: myself.isMaster,
    isOk: ok,
    isHandingOver: manualFailover.replica !== null,
    ownerId: slots.ownerOf(slotForKey(key))?.id,
  };
}

/** One of several, drawn. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)] as T;
}
