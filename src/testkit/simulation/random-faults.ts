/** Faults by chance: what one step of a simulation does to its cluster. */
import type { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import type { Fault } from '../faults/fault.js';
import type { Partition } from '../faults/link-faults.js';
import type { TestNode } from '../test-node.js';
import { onceIn, pick } from './pick.js';
import type { FaultKind } from './simulation-options.js';

/** How often each kind is drawn, of all that are allowed. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  crash: 6,
  pause: 4,
  suspend: 1,
  partition: 6,
  reconnect: 2,
  failover: 5,
  migrate: 5,
  config: 1,
  delay: 1,
  drop: 1,
};
/** Longest delay of a message, ms. */
const LONGEST_DELAY_MS = 400;
/** Most messages that may get lost, of a hundred. */
const MOST_LOST = 30;
const ONE_WAY_OF = 5;
const LONGEST_SUSPENSION_MS = 20_000;
const LONGEST_LOADING_MS = 3000;
/** Of so many restarts one finds the data that were there. */
const KEPT_DATA_OF = 3;
const LOADING_OF = 4;
const FAILOVERS: readonly (readonly string[])[] = [[], [], [], ['FORCE'], ['FORCE'], ['TAKEOVER']];
/** Directives that decide who follows whom, and how data get there. */
const SETTINGS: readonly (readonly [name: string, byDefault: string, ...others: readonly string[]])[] = [
  ['cluster-allow-replica-migration', 'yes', 'no'],
  ['cluster-migration-barrier', '1', '0', '2'],
  ['cluster-replica-validity-factor', '10', '1'],
  ['repl-backlog-size', '1048576', '16384'],
  ['repl-diskless-load', 'disabled', 'swapdb'],
];

/** What a fault tells those who watch. */
export interface FaultWatcher {
  note(text: string): void;
  /** Sends a command; whoever does not answer keeps nobody waiting. */
  send(node: TestNode, argv: readonly string[]): void;
  /** A slot shall move. */
  migrate(): void;
}

export class RandomFaults {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #watcher: FaultWatcher;
  readonly #kinds: readonly FaultKind[];
  readonly #cuts = new Set<Partition>();
  readonly #slow = new Set<Fault<unknown>>();
  #hasSettings = false;

  constructor(cluster: Cluster, random: Random, kinds: readonly FaultKind[], watcher: FaultWatcher) {
    this.#cluster = cluster;
    this.#random = random;
    this.#watcher = watcher;
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
      case 'reconnect':
        return this.#breakConnections();
      case 'suspend':
        return await this.#suspend();
      case 'failover':
        return this.#failOver();
      case 'migrate':
        return this.#watcher.migrate();
      case 'config':
        return this.#configure();
      case 'delay':
      case 'drop':
        return this.#spoilMessages(kind);
    }
  }

  async #crash(): Promise<void> {
    const node = pick(this.#cluster.nodes, this.#random);
    if (node.isRunning) {
      this.#watcher.note(`kill ${node.name} (${node.role})`);
      await node.kill();
    } else {
      const data = onceIn(KEPT_DATA_OF, this.#random) ? 'kept' : 'lost';
      const loadingFor = onceIn(LOADING_OF, this.#random) ? this.#random.below(LONGEST_LOADING_MS) : 0;
      this.#watcher.note(`restart ${node.name}, data ${data}, loading for ${loadingFor} ms`);
      await node.restart({ data, loadingFor });
    }
  }

  #pause(): void {
    const node = pick(this.#cluster.nodes, this.#random);
    if (node.state === 'running') {
      this.#watcher.note(`pause ${node.name} (${node.role})`);
      node.pause();
    } else if (node.state === 'paused') {
      this.#watcher.note(`resume ${node.name}`);
      node.resume();
    }
  }

  /** The machine sleeps: time passes, and nobody does anything. */
  async #suspend(): Promise<void> {
    const running = this.#cluster.nodes.filter(({ state }) => state === 'running');
    const durationMs = 1 + this.#random.below(LONGEST_SUSPENSION_MS);
    this.#watcher.note(`all sleep for ${durationMs} ms`);
    for (const node of running) node.pause();
    await this.#cluster.advance(durationMs);
    for (const node of running) node.resume();
  }

  /** What is under way is lost, and what is sent on new connections comes before what is late on old ones. */
  #breakConnections(): void {
    const node = pick(this.#cluster.nodes, this.#random);
    this.#watcher.note(`the connections of ${node.name} break`);
    const { network, name } = node.process;
    this.#cluster.pump.input(() => network.breakConnectionsOf(name));
  }

  /** What makes the directives as they were. */
  get resettingCommands(): readonly (readonly string[])[] {
    return this.#hasSettings ? SETTINGS.map(([name, byDefault]) => ['CONFIG', 'SET', name, byDefault]) : [];
  }

  #configure(): void {
    this.#hasSettings = true;
    const [name, ...values] = pick(SETTINGS, this.#random);
    const value = pick(values, this.#random);
    const node = pick(this.#cluster.nodes, this.#random);
    if (node.state !== 'running') return;
    this.#watcher.note(`CONFIG SET ${name} ${value} at ${node.name}`);
    this.#watcher.send(node, ['CONFIG', 'SET', name, value]);
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
    this.#watcher.note(`cut off ${group.map(({ name }) => name).join(' ')}${oneWay ? ', one way' : ''}`);
    this.#cuts.add(this.#cluster.partition(group, { oneWay }));
  }

  #healOne(): void {
    const [cut] = this.#cuts;
    if (cut === undefined) return;
    this.#watcher.note('heal a cut');
    this.#cuts.delete(cut);
    cut.heal();
  }

  /** Refused while the master is down, which is as good. */
  #failOver(): void {
    const candidates = this.#cluster.replicas.filter(({ state }) => state === 'running');
    if (candidates.length === 0) return;
    const replica = pick(candidates, this.#random);
    const command = ['CLUSTER', 'FAILOVER', ...pick(FAILOVERS, this.#random)];
    this.#watcher.note(`${command.join(' ')} at ${replica.name}`);
    this.#watcher.send(replica, command);
  }

  /** Slow or lossy messages, until the next time such a fault is drawn. */
  #spoilMessages(kind: 'delay' | 'drop'): void {
    const [old] = this.#slow;
    if (old !== undefined) {
      this.#watcher.note('messages are as before');
      this.#slow.delete(old);
      old.dispose();
      return;
    }
    const from = pick(this.#cluster.nodes, this.#random);
    if (kind === 'delay') {
      const max = 1 + this.#random.below(LONGEST_DELAY_MS);
      this.#watcher.note(`messages of ${from.name} take up to ${max} ms`);
      this.#slow.add(this.#cluster.delayMessages({ min: 0, max }, { from }));
    } else {
      const percent = 1 + this.#random.below(MOST_LOST);
      this.#watcher.note(`${percent} of 100 messages of ${from.name} get lost`);
      this.#slow.add(this.#cluster.dropMessages({ from, probability: percent / 100 }));
    }
  }
}
