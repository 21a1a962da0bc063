/**
 * L4, with a clock: a master that dies in a cluster that is well, and stays dead, is replaced in time. It takes the others a
 * node timeout and a half to suspect it (half of it until the next ping), half a one at most until the suspicions of a majority
 * have come together, then the delay of the election: half a second, up to another half by chance, a second for each rank.
 */
import type { Random } from '../../../time/random.js';
import type { Cluster } from '../../cluster.js';
import type { TestNode } from '../../test-node.js';
import { majorityOf, stateOf } from './invariant.js';

const ELECTION_DELAY_MS = 1000;
const RANK_DELAY_MS = 1000;
/** Two rounds of votes between nodes, some crons, and whole seconds that gossip rounds. */
const SLACK_MS = 1000;

export class Takeover {
  readonly #cluster: Cluster;
  readonly #master: TestNode;
  readonly #replicas: readonly TestNode[];
  readonly #nodeTimeoutMs: number;
  readonly #startedAtMs: number;
  readonly #unwatch: () => void;
  /** Elections that were begun: two replicas may ask at the same moment, and share the votes. */
  #elections = 0;
  #endedAtMs: number | null = null;

  /** @param master is about to die. */
  constructor(cluster: Cluster, master: TestNode, nodeTimeoutMs: number) {
    this.#cluster = cluster;
    this.#master = master;
    this.#replicas = master.replicas;
    this.#nodeTimeoutMs = nodeTimeoutMs;
    this.#startedAtMs = cluster.now();
    this.#unwatch = cluster.onEvent(({ event, atMs }) => {
      if (event.kind === 'election-started') this.#elections++;
      if (event.kind === 'promoted' && event.formerMaster === master.id) this.#endedAtMs ??= atMs;
    });
  }

  stop(): void {
    this.#unwatch();
  }

  get isOver(): boolean {
    return this.#endedAtMs !== null;
  }

  /** However the votes fall. */
  get longestMs(): number {
    return this.#boundFor(3);
  }

  /** What is wrong; null = a replica took its place in time. */
  get problem(): string | null {
    const tookMs = (this.#endedAtMs ?? this.#cluster.now()) - this.#startedAtMs;
    const boundMs = this.#boundFor(this.#elections);
    if (this.#endedAtMs !== null && tookMs <= boundMs) return null;
    const names = this.#replicas.map(({ name }) => name).join(', ');
    return `${this.#endedAtMs === null ? 'none' : 'one'} of ${names} took the place of ${this.#master.name} within ${tookMs} ms, ${boundMs} are allowed`;
  }

  /** An election that nobody won is repeated after four node timeouts. */
  #boundFor(elections: number): number {
    const ranksMs = (this.#replicas.length - 1) * RANK_DELAY_MS;
    const onceMs = ELECTION_DELAY_MS + ranksMs + SLACK_MS;
    const repeated = Math.max(0, elections - 1);
    return 2 * this.#nodeTimeoutMs + onceMs + repeated * (4 * this.#nodeTimeoutMs + onceMs);
  }
}

/** A master that a majority can do without, and that has replicas which may replace it; null = there is none. */
export function pickMortal(cluster: Cluster, random: Random): TestNode | null {
  const masters = cluster.masters.filter((node) => stateOf(node).myself.slots.count > 0);
  if (masters.length - 1 < majorityOf(masters.length)) return null;
  const mortal = masters.filter((node) => node.replicas.length > 0);
  return mortal.length === 0 ? null : (mortal[random.below(mortal.length)] as TestNode);
}
