/** Faults by chance: what one step of a simulation does to its cluster. */
import type { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import type { Fault } from '../faults/fault.js';
import type { Partition } from '../faults/link-faults.js';
import type { FaultKind } from './simulation-options.js';
import { pick } from './writer.js';

/** How often each kind is drawn, of all that are allowed. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  crash: 6,
  pause: 4,
  partition: 6,
  failover: 4,
  delay: 1,
  drop: 1,
};
/** Longest delay of a message, ms. */
const LONGEST_DELAY_MS = 400;
/** Most messages that may get lost, of a hundred. */
const MOST_LOST = 30;
const ONE_WAY_OF = 5;

export class RandomFaults {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #note: (text: string) => void;
  readonly #kinds: readonly FaultKind[];
  readonly #cuts = new Set<Partition>();
  readonly #slow = new Set<Fault<unknown>>();

  constructor(cluster: Cluster, random: Random, kinds: readonly FaultKind[], note: (text: string) => void) {
    this.#cluster = cluster;
    this.#random = random;
    this.#note = note;
    this.#kinds = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));
  }

  /** One fault begins or ends. */
  async next(): Promise<void> {
    const kind = pick(this.#kinds, this.#random);
    switch (kind) {
      case 'crash':
        return await this.#crash();
      case 'pause':
        return this.#pause();
      case 'partition':
        return this.#random.below(3) === 0 ? this.#healOne() : this.#partition();
      case 'failover':
        return await this.#failOver();
      case 'delay':
      case 'drop':
        return this.#spoilMessages(kind);
    }
  }

  async #crash(): Promise<void> {
    const node = pick(this.#cluster.nodes, this.#random);
    if (node.isRunning) {
      this.#note(`kill ${node.name} (${node.role})`);
      await node.kill();
    } else {
      this.#note(`restart ${node.name}`);
      await node.restart();
    }
  }

  #pause(): void {
    const node = pick(this.#cluster.nodes, this.#random);
    if (node.state === 'running') {
      this.#note(`pause ${node.name} (${node.role})`);
      node.pause();
    } else if (node.state === 'paused') {
      this.#note(`resume ${node.name}`);
      node.resume();
    }
  }

  #partition(): void {
    const { nodes } = this.#cluster;
    const node = pick(nodes, this.#random);
    const spared = pick(
      nodes.filter((other) => other !== node),
      this.#random,
    );
    const group = nodes.filter(
      (other) => other === node || (other !== spared && this.#random.below(3) === 0),
    );
    const oneWay = this.#random.below(ONE_WAY_OF) === 0;
    this.#note(`cut off ${group.map(({ name }) => name).join(' ')}${oneWay ? ', one way' : ''}`);
    this.#cuts.add(this.#cluster.partition(group, { oneWay }));
  }

  #healOne(): void {
    const [cut] = this.#cuts;
    if (cut === undefined) return;
    this.#note('heal a cut');
    this.#cuts.delete(cut);
    cut.heal();
  }

  async #failOver(): Promise<void> {
    const candidates = this.#cluster.replicas.filter(({ state }) => state === 'running');
    if (candidates.length === 0) return;
    const replica = pick(candidates, this.#random);
    const command = ['CLUSTER', 'FAILOVER', ...(this.#random.below(2) === 0 ? [] : ['FORCE'])];
    this.#note(`${command.join(' ')} at ${replica.name}`);
    // Refused while its master is down, which is as good.
    await replica.command(...command).catch(() => undefined);
  }

  /** Slow or lossy messages, until the next time such a fault is drawn. */
  #spoilMessages(kind: 'delay' | 'drop'): void {
    const [old] = this.#slow;
    if (old !== undefined) {
      this.#note('messages are as before');
      this.#slow.delete(old);
      old.dispose();
      return;
    }
    const from = pick(this.#cluster.nodes, this.#random);
    if (kind === 'delay') {
      const max = 1 + this.#random.below(LONGEST_DELAY_MS);
      this.#note(`messages of ${from.name} take up to ${max} ms`);
      this.#slow.add(this.#cluster.delayMessages({ min: 0, max }, { from }));
    } else {
      const percent = 1 + this.#random.below(MOST_LOST);
      this.#note(`${percent} of 100 messages of ${from.name} get lost`);
      this.#slow.add(this.#cluster.dropMessages({ from, probability: percent / 100 }));
    }
  }
}
