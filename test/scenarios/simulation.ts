/** A whole cluster under random faults and writes: everything random comes from one seed, so that a run can be had again. */
import { type Cluster, hashTagForSlot, type Partition, slotForKey, type TestNode } from '../../src/index.js';
import { Random } from '../../src/time/random.js';
import { SafetyRules } from './safety-rules.js';
import { agreeOnSlots, START_TIME, startScenario, stateOf, story } from './scenario.js';
import { WriteLedger } from './write-ledger.js';

const BUS = process.env['SIMULATION_BUS'] === 'tcp' ? 'tcp' : 'memory';
export const SIMULATION_NODE_TIMEOUT_MS = 2000;

/** Slots that are written to, five of each of three masters. */
const SLOTS = Array.from({ length: 15 }, (_, index) => 500 + index * 1100);
const FOLLOWED_REDIRECTS = 3;
/** Virtual time between two rounds of writes, at most. */
const LONGEST_STEP_MS = 200;
/** One-way latency of messages between nodes, at most. */
const LONGEST_LATENCY_MS = 5;
const WRITES_PER_STEP = 3;
/** Virtual time after which a healed cluster has to be well again. */
const CONVERGENCE_MS = 120_000;

/** A node as it was when a command reached it. */
interface View {
  readonly isMaster: boolean;
  readonly isOk: boolean;
  readonly ownerId: string | undefined;
}

export class Simulation {
  readonly cluster: Cluster;
  readonly rules: SafetyRules;
  readonly ledger: WriteLedger;
  /** What was done, for whoever reads of a failure. */
  readonly actions: string[] = [];
  readonly #random: Random;
  readonly #cuts = new Set<Partition>();
  /** Commands of each node that have no answer yet. */
  readonly #waiting = new Map<TestNode, number>();
  #seenEvents: number;
  #keys = 0;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.#random = new Random(cluster.seed + 1_000_003);
    this.rules = new SafetyRules(cluster, SIMULATION_NODE_TIMEOUT_MS);
    this.rules.slotsInUse = SLOTS;
    this.ledger = new WriteLedger(cluster, (kind, text) => this.rules.report(kind, text));
    this.#seenEvents = cluster.events.length;
    const { network } = cluster.nodes[0]!.process;
    network.latencyMs = this.#random.below(LONGEST_LATENCY_MS + 1);
  }

  static async start(seed: number): Promise<Simulation> {
    const replicas = seed % 3 === 0 ? 2 : 1;
    const cluster = await startScenario({
      bus: BUS,
      masters: 3,
      replicas,
      seed,
      nodeTimeout: SIMULATION_NODE_TIMEOUT_MS,
    });
    return new Simulation(cluster);
  }

  /** Faults and writes in turn, then everything is repaired. */
  async run(faults: number): Promise<void> {
    try {
      await this.#runAll(faults);
    } catch (error) {
      // Redis 7.2 may save shard ids that it refuses at its next start, when a master and its replica died apart.
      if (!String(error).includes('corrupted cluster config file')) throw error;
      this.#failOnViolations();
    }
  }

  async #runAll(faults: number): Promise<void> {
    for (let fault = 0; fault < faults; fault++) {
      await this.#disturb();
      await this.#writeFor(300 + this.#random.below(8000));
    }
    await this.#repair();
    await this.#converge();
    await this.#checkConvergence();
    this.#failOnViolations();
  }

  /** What a failed run prints. */
  story(): string {
    return `${this.actions.join('\n')}\n${story(this.cluster)}`;
  }

  async #disturb(): Promise<void> {
    const { nodes } = this.cluster;
    const node = this.#pick(nodes);
    const action = this.#random.below(10);
    this.ledger.onFault();
    if (action < 3) {
      if (node.isRunning) {
        this.#note(`kill ${node.name} (${node.role})`);
        await node.kill();
      } else {
        this.#note(`restart ${node.name}`);
        await node.restart();
      }
    } else if (action < 5) {
      if (node.state === 'running') {
        this.#note(`pause ${node.name} (${node.role})`);
        node.pause();
      } else if (node.state === 'paused') {
        this.#note(`resume ${node.name}`);
        node.resume();
      }
    } else if (action < 7) {
      const spared = this.#pick(nodes.filter((other) => other !== node));
      const group = nodes.filter(
        (other) => other === node || (other !== spared && this.#random.below(3) === 0),
      );
      this.#note(`cut off ${group.map(({ name }) => name).join(' ')}`);
      this.#cuts.add(this.cluster.partition(group));
    } else if (action < 8) {
      this.#healOne();
    } else {
      await this.#failOver(action === 9 ? 'FORCE' : null);
    }
    this.#observe();
  }

  #healOne(): void {
    const [cut] = this.#cuts;
    if (cut === undefined) return;
    this.#note('heal a cut');
    this.#cuts.delete(cut);
    cut.heal();
  }

  async #failOver(option: 'FORCE' | null): Promise<void> {
    const candidates = this.cluster.replicas.filter(({ state }) => state === 'running');
    if (candidates.length === 0) return;
    const replica = this.#pick(candidates);
    const command = ['CLUSTER', 'FAILOVER', ...(option === null ? [] : [option])];
    this.#note(`${command.join(' ')} at ${replica.name}`);
    // Refused while its master is down, which is as good.
    await replica.command(...command).catch(() => undefined);
  }

  async #writeFor(durationMs: number): Promise<void> {
    const endMs = this.cluster.now() + durationMs;
    while (this.cluster.now() < endMs) {
      for (let write = 0; write < WRITES_PER_STEP; write++) this.#write();
      await this.#advance(1 + this.#random.below(LONGEST_STEP_MS));
      this.#failOnViolations();
    }
  }

  /** Moves time on and looks at the cluster after every instant at which something happened. */
  async #advance(durationMs: number): Promise<void> {
    const untilMs = this.cluster.now() + durationMs;
    await this.cluster.waitFor(
      () => {
        this.#observe();
        return this.cluster.now() >= untilMs;
      },
      { timeout: durationMs },
    );
  }

  #observe(): void {
    const { events } = this.cluster;
    for (; this.#seenEvents < events.length; this.#seenEvents++) {
      const { node: name, event } = events[this.#seenEvents]!;
      if (name === 'cluster') continue;
      const node = this.cluster.node(name);
      this.rules.onEvent(node, event);
      this.ledger.onEvent(node, event);
    }
    this.rules.afterInstant();
  }

  /** One client writes a key of its own; the answer may come much later, or never. */
  #write(): void {
    const entries = this.cluster.nodes.filter(({ isRunning }) => isRunning);
    if (entries.length === 0) return;
    const tag = hashTagForSlot(this.#pick(SLOTS));
    const key = `{${tag}}:${this.#keys++}`;
    void this.#writeAt(this.#pick(entries), key, 0);
  }

  async #writeAt(node: TestNode, key: string, redirects: number): Promise<void> {
    if (!node.isRunning) return;
    // An answer that comes at once comes from the node as it is before or after the messages of this very instant.
    const atOnce = this.#answersAtOnce(node);
    const before = this.#viewOf(node, key);
    const reply = node.command('SET', key, `value of ${key}`);
    const views = atOnce ? [before, this.#viewOf(node, key)] : null;
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
    const [word, slot, address = ''] = refused.split(' ');
    if (word !== 'MOVED') return;
    const target = this.cluster.node(address);
    // S17: MOVED names the owner of the slot in the view of the sender, and never the sender.
    if (target === node || views?.every(({ ownerId }) => ownerId !== target.id)) {
      this.rules.report(
        'S17',
        `${node.name} sent a client to ${target.name} for slot ${slot} of ${before.ownerId}`,
      );
    }
    if (redirects < FOLLOWED_REDIRECTS) await this.#writeAt(target, key, redirects + 1);
  }

  #answersAtOnce(node: TestNode): boolean {
    if (node.state !== 'running' || node.process.node.pause.active !== null) return false;
    return (this.#waiting.get(node) ?? 0) === 0;
  }

  #viewOf(node: TestNode, key: string): View {
    const { myself, ok, slots } = stateOf(node);
    return { isMaster: myself.isMaster, isOk: ok, ownerId: slots.ownerOf(slotForKey(key))?.id };
  }

  /** S9, S17 and S18: only a master that owns the slot, in a cluster that is ok, accepts a write. */
  #onAcknowledged(node: TestNode, key: string, views: readonly View[] | null): void {
    // Killed in the same instant: the write is gone, and nobody will look for it.
    if (!node.isRunning) return;
    this.ledger.acknowledge(key, node);
    if (views === null) return;
    if (!views.some(({ isMaster }) => isMaster))
      this.rules.report('S18', `the replica ${node.name} accepted ${key}`);
    if (!views.some(({ ownerId }) => ownerId === node.id))
      this.rules.report('S17', `${node.name} accepted ${key} of a foreign slot`);
    if (!views.some(({ isOk }) => isOk))
      this.rules.report('S9', `${node.name} accepted ${key} while the cluster was down`);
  }

  async #repair(): Promise<void> {
    this.#note('repair everything');
    this.ledger.onFault();
    for (const cut of this.#cuts) cut.heal();
    this.#observe();
    for (const node of this.cluster.nodes) {
      if (node.state === 'paused') node.resume();
      this.#observe();
      if (!node.isRunning) await node.restart();
      this.#observe();
    }
  }

  /** L4 to L7: everybody is ok and in sync in the end, and stays so. */
  async #converge(): Promise<void> {
    await this.cluster.waitFor(
      () => {
        this.#observe();
        return this.#isConverged();
      },
      { timeout: CONVERGENCE_MS, what: 'convergence' },
    );
    await this.cluster.waitFor('ok', { timeout: CONVERGENCE_MS });
    await this.#advance(10 * SIMULATION_NODE_TIMEOUT_MS);
    await this.cluster.waitFor('ok', { timeout: 0 });
  }

  #isConverged(): boolean {
    const { nodes } = this.cluster;
    if (!nodes.every((node) => stateOf(node).ok)) return false;
    // L6: no flags of failure are left. L3: one current epoch.
    const { currentEpoch } = stateOf(nodes[0]!);
    const isWell = (node: TestNode): boolean =>
      stateOf(node).currentEpoch === currentEpoch &&
      stateOf(node).nodes.list.every((known) => !known.isFailing && !known.isPossiblyFailing);
    return nodes.every(isWell) && agreeOnSlots(nodes);
  }

  async #checkConvergence(): Promise<void> {
    const { nodes, masters, replicas } = this.cluster;
    // L2: no two masters have the same epoch.
    const epochs = masters.map((node) => stateOf(node).myself.configEpoch);
    if (new Set(epochs).size !== epochs.length) this.rules.report('L2', `config epochs ${epochs.join(' ')}`);
    if (!agreeOnSlots(nodes)) this.rules.report('L1', 'the nodes do not agree on the owners of the slots');
    // L5: whoever has no slots follows somebody.
    const idle = masters.find((node) => node.slots.length === 0);
    if (idle !== undefined) this.rules.report('L5', `${idle.name} is a master without slots`);
    // L7: the same data on masters and replicas.
    for (const replica of replicas) {
      const size = await replica.command('DBSIZE');
      const expected = await replica.master?.command('DBSIZE');
      if (size !== expected)
        this.rules.report('L7', `${replica.name} has ${size} keys, its master ${expected}`);
    }
    for (const { key } of this.ledger.kept) {
      const owner = this.cluster.nodeForKey(key);
      for (const node of [owner, ...owner.replicas]) {
        if (node.process.node.keyspace.databases[0]?.isStored(key) !== true) {
          this.rules.report('S12', `${node.name} has lost ${key}`);
        }
      }
    }
  }

  #failOnViolations(): void {
    if (this.rules.violations.length > 0) throw new Error(this.rules.violations.join('\n'));
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)] as T;
  }

  #note(action: string): void {
    const seconds = (this.cluster.now() - START_TIME) / 1000;
    this.actions.push(`+${seconds.toFixed(3)}s ${action}`);
  }
}
