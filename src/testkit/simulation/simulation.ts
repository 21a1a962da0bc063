/** One run of a simulation: a cluster whose every chance comes from one seed, watched by the invariants. */
import { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import { type Duration, toMilliseconds } from '../duration.js';
import { startCluster, startClusterInMemory } from '../start-cluster.js';
import { convergenceProblem, restingProblems } from './invariants/convergence.js';
import { slotMap, type Watched } from './invariants/invariant.js';
import { Monitor } from './invariants/monitor.js';
import { Violations } from './invariants/violations.js';
import { RandomFaults } from './random-faults.js';
import { SimulationClient } from './simulation-client.js';
import { SimulationFailure } from './simulation-failure.js';
import type { RunPlan, SimulationRun } from './simulation-options.js';
import { Writer } from './writer.js';

/** Virtual time at which every run begins. */
const START_TIME = Date.UTC(2030, 0, 1);
const SLOT_COUNT = 16_384;
const SLOTS_OF_MASTER = 5;
/** Virtual time between two rounds of writes, at most. */
const LONGEST_ROUND_MS = 200;
/** Virtual time between two faults. */
const SHORTEST_STEP_MS = 300;
const LONGEST_STEP_MS = 8300;
const WRITES_OF_ROUND = 3;
/** One-way latency of messages between nodes, at most. */
const LONGEST_LATENCY_MS = 5;
/** Sets the randomness of the simulation apart from that of the nodes. */
const OWN_SEED = 1_000_003;
/** How long a healed cluster has to stay well, in node timeouts. */
const RESTING_TIMEOUTS = 10;
const SHOWN_EVENTS = 40;

export class Simulation {
  readonly seed: number;
  readonly cluster: Cluster;
  /** Randomness of this seed for the workload, apart from that of the nodes: `below(n)`, `fraction()`. */
  readonly random: Random;
  /** A client without sockets that follows redirections and lets virtual time pass while it waits. */
  readonly client: SimulationClient;
  readonly #plan: RunPlan;
  readonly #violations: Violations;
  readonly #monitor: Monitor;
  readonly #writer: Writer;
  readonly #faults: RandomFaults;
  readonly #actions: string[] = [];
  #faultCount = 0;

  private constructor(plan: RunPlan, cluster: Cluster) {
    this.#plan = plan;
    this.seed = plan.seed;
    this.cluster = cluster;
    this.random = new Random(plan.seed + OWN_SEED);
    this.#violations = new Violations(() => this.#elapsedMs);
    const count = plan.masters * SLOTS_OF_MASTER;
    const watched: Watched = {
      cluster,
      nodeTimeoutMs: plan.nodeTimeoutMs,
      slotsInUse: Array.from({ length: count }, (_, index) =>
        Math.floor(((index + 0.5) * SLOT_COUNT) / count),
      ),
      report: this.#violations.report,
    };
    this.#monitor = new Monitor(watched);
    this.#writer = new Writer(watched, this.#monitor, this.random);
    this.#faults = new RandomFaults(cluster, this.random, plan.faults, (text) => this.note(text));
    this.client = new SimulationClient(cluster, this.random, (done, limitMs) =>
      this.#runUntil(done, limitMs),
    );
    const first = cluster.nodes[0];
    if (first !== undefined) first.process.network.latencyMs = this.random.below(LONGEST_LATENCY_MS + 1);
  }

  static async start(plan: RunPlan): Promise<Simulation> {
    const { masters, replicas, seed, nodeTimeoutMs } = plan;
    const options = {
      ...plan.cluster,
      masters,
      replicas,
      seed,
      nodeTimeout: nodeTimeoutMs,
      clock: 'manual',
      startTime: START_TIME,
    } as const;
    const inMemory = options.bus !== 'tcp';
    return new Simulation(plan, await (inMemory ? startClusterInMemory(options) : startCluster(options)));
  }

  /**
   * One random fault begins or ends, then some seconds pass.
   * @param round is done every now and then in that time, at most 200 ms apart; by default some clients write.
   */
  async step(round: () => void = () => this.writeSome()): Promise<void> {
    this.#faultCount++;
    this.#monitor.onFault();
    await this.#faults.next();
    this.#check();
    const endMs =
      this.cluster.now() + SHORTEST_STEP_MS + this.random.below(LONGEST_STEP_MS - SHORTEST_STEP_MS);
    while (this.cluster.now() < endMs) {
      round();
      await this.advance(1 + this.random.below(LONGEST_ROUND_MS));
    }
  }

  /** One client writes a key of its own at any node and follows redirections. What it is told is checked, and what becomes of the write. */
  write(): void {
    this.#writer.write();
  }

  /** Some clients write at once. */
  writeSome(): void {
    for (let write = 0; write < WRITES_OF_ROUND; write++) this.write();
  }

  /** Moves virtual time on and checks the invariants after every instant at which something happened. */
  async advance(duration: Duration): Promise<void> {
    const untilMs = this.cluster.now() + toMilliseconds(duration, 'advance(duration)');
    await this.#runUntil(() => this.cluster.now() >= untilMs, untilMs - this.cluster.now());
  }

  /** Says what the workload does, for whoever reads of a failure. */
  note(text: string): void {
    this.#actions.push(`+${(this.#elapsedMs / 1000).toFixed(3)}s ${text}`);
  }

  /** An invariant of your own does not hold: the run fails at the end of this instant. */
  report(invariant: string, text: string): void {
    this.#violations.report(invariant, text);
  }

  /** Ends all faults: cuts heal, paused processes go on, dead ones start again. */
  async heal(): Promise<void> {
    this.note('heal everything');
    this.#monitor.onFault();
    this.cluster.heal();
    this.#monitor.observe();
    for (const node of this.cluster.nodes) {
      if (node.state === 'paused') node.resume();
      this.#monitor.observe();
      if (!node.isRunning) await node.restart();
      this.#monitor.observe();
    }
    this.#check();
  }

  /** heal(), and then the cluster has to find together within the bound, and to stay so. Done at the end of every run. */
  async converge(): Promise<void> {
    await this.heal();
    const { nodes } = this.cluster;
    const { boundMs, nodeTimeoutMs } = this.#plan;
    const held = await this.#runUntil(() => convergenceProblem(nodes) === null, boundMs);
    if (!held) {
      const problem = convergenceProblem(nodes);
      this.report(problem?.invariant ?? 'L4', `${problem?.text}, ${boundMs} ms after all faults were over`);
      this.#check();
    }
    await this.cluster.waitFor('ok', { timeout: boundMs });
    await this.advance(RESTING_TIMEOUTS * nodeTimeoutMs);
    const isResting = (): boolean => restingProblems(nodes, this.#monitor.ledger).length === 0;
    await this.#runUntil(isResting, boundMs);
    for (const problem of restingProblems(nodes, this.#monitor.ledger)) {
      if (problem !== null) this.report(problem.invariant, problem.text);
    }
    this.#check();
  }

  /** The whole run: the workload, then converge(). */
  async run(workload: (sim: Simulation) => Promise<void> | void): Promise<SimulationRun> {
    try {
      await workload(this);
      await this.converge();
    } catch (error) {
      if (error instanceof SimulationFailure) throw error;
      // What kept the cluster from going on may be what an invariant has seen already.
      this.#check();
      // Redis 7.2 may save shard ids that it refuses at its next start, when a master and its replica died apart.
      if (!String(error).includes('corrupted cluster config file')) throw this.#failure(error);
    }
    this.#check();
    return this.#summary();
  }

  /** Everything that was done and seen, line by line: two runs of a seed have the same. */
  get record(): readonly string[] {
    const events = this.cluster.events.map(
      ({ atMs, node, event }) => `${atMs} ${node} ${JSON.stringify(event)}`,
    );
    const views = this.cluster.nodes
      .filter(({ isRunning }) => isRunning)
      .map((node) => `${node.name}\n${slotMap(node)}`);
    return [...events, ...this.#actions, JSON.stringify(this.#summary()), ...views];
  }

  async #runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    return await this.cluster.runUntil(
      () => {
        this.#monitor.observe();
        this.#check();
        return condition();
      },
      { limit: limitMs },
    );
  }

  #check(): void {
    if (this.#violations.list.length > 0) throw this.#failure();
  }

  #failure(cause?: unknown): SimulationFailure {
    const text = cause instanceof Error ? cause.message : String(cause);
    const own = cause === undefined ? [] : [{ invariant: 'workload', atMs: this.#elapsedMs, text }];
    const now = new Date(this.cluster.now()).toISOString();
    const events = this.cluster.timeline({ last: SHOWN_EVENTS });
    const { masters, replicas } = this.#plan;
    const story = `virtual time ${now} (+${this.#elapsedMs} ms), ${masters} masters with ${replicas} replicas each\nwhat was done:\n${this.#actions.join('\n')}\nlast events:\n${events}`;
    return new SimulationFailure(this.#plan, [...this.#violations.list, ...own], story, cause);
  }

  #summary(): SimulationRun {
    const { seed, masters, replicas } = this.#plan;
    const { acknowledged, losses } = this.#monitor.ledger;
    return {
      seed,
      masters,
      replicas,
      virtualMs: this.#elapsedMs,
      faults: this.#faultCount,
      acknowledgedWrites: acknowledged,
      lostWrites: losses,
    };
  }

  get #elapsedMs(): number {
    return this.cluster.now() - START_TIME;
  }
}
