/** One run of a simulation: a cluster whose every chance comes from one seed, watched by the invariants. */
import { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import { type Duration, toMilliseconds } from '../duration.js';
import { startCluster, startClusterInMemory } from '../start-cluster.js';
import type { TestNode } from '../test-node.js';
import { RandomClients } from './clients/random-clients.js';
import type { WireReply } from './clients/wire-reply.js';
import {
  convergenceProblem,
  meetingProblem,
  type Problem,
  restingProblem,
} from './invariants/convergence.js';
import { slotMap, type Watched } from './invariants/invariant.js';
import { Monitor } from './invariants/monitor.js';
import { pickMortal, Takeover } from './invariants/takeover.js';
import { Violations } from './invariants/violations.js';
import { RandomFaults } from './random-faults.js';
import { SimulationClient, type SimulationClientOptions } from './simulation-client.js';
import { SimulationFailure } from './simulation-failure.js';
import type { RunPlan, SimulationRun } from './simulation-options.js';
import { SlotMigrations } from './slot-migrations.js';
import { Waiters } from './waiters.js';

/** Virtual time at which every run begins. */
const START_TIME = Date.UTC(2030, 0, 1);
const SLOT_COUNT = 16_384;
const SLOTS_OF_MASTER = 5;
/** Virtual time between two rounds of writes, at most. */
const LONGEST_ROUND_MS = 200;
/** Virtual time between two faults. */
const SHORTEST_STEP_MS = 300;
const LONGEST_STEP_MS = 8300;
const CLIENTS_OF_ROUND = 3;
/** One-way latency of messages between nodes, at most. */
const LONGEST_LATENCY_MS = 5;
/** Sets the randomness of the simulation apart from that of the nodes. */
const OWN_SEED = 1_000_003;
/** How long a healed cluster has to stay well, in node timeouts. */
const RESTING_TIMEOUTS = 10;
const SHOWN_EVENTS = 40;
const SHOWN_CALLS = 20;

export class Simulation {
  readonly seed: number;
  readonly cluster: Cluster;
  /** Randomness of this seed for the workload, apart from that of the nodes: `below(n)`, `fraction()`. */
  readonly random: Random;
  /** A client without sockets that follows redirections and lets virtual time pass while it waits; see newClient() for more. */
  readonly client: SimulationClient;
  readonly #plan: RunPlan;
  readonly #violations: Violations;
  readonly #monitor: Monitor;
  readonly #clients: RandomClients;
  readonly #migrations: SlotMigrations;
  readonly #faults: RandomFaults;
  readonly #actions: string[] = [];
  /** What the workload's own clients sent, and what they were answered. */
  readonly #calls: string[] = [];
  readonly #waiters: Waiters;
  #clientCount = 0;
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
      openSlots: new Set(),
      movedSlots: new Set(),
      report: this.#violations.report,
    };
    this.#monitor = new Monitor(watched);
    const { ledger } = this.#monitor;
    const note = (text: string): void => this.note(text);
    this.#clients = new RandomClients(watched, this.#monitor, this.random);
    this.#migrations = new SlotMigrations(watched, ledger, this.#clients.courier, this.random, note);
    this.#monitor.add(this.#migrations);
    this.#faults = new RandomFaults(cluster, this.random, plan.faults, {
      note,
      send: (node, argv) => this.#send(node, argv),
      migrate: () => this.#migrations.begin(),
    });
    this.#waiters = new Waiters(
      () => cluster.now(),
      (condition, limitMs) => this.#moveTime(condition, limitMs),
    );
    this.client = this.newClient();
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
  async step(round: () => void = () => this.actSome()): Promise<void> {
    this.#faultCount++;
    this.#monitor.onFault();
    await this.#faults.next();
    this.#check();
    const endMs =
      this.cluster.now() + SHORTEST_STEP_MS + this.random.below(LONGEST_STEP_MS - SHORTEST_STEP_MS);
    while (this.cluster.now() < endMs) {
      round();
      await this.advance(1 + this.random.below(LONGEST_ROUND_MS));
      this.#afterRound();
    }
  }

  #afterRound(): void {
    this.#clients.courier.tick();
    this.#monitor.afterRound();
    this.#clients.courier.drain();
    this.#check();
  }

  /**
   * One more client, with connections of its own: for those that wait for each other.
   * @throws RedisTestClusterError INVALID_ARGUMENT
   * @example
   * const worker = sim.newClient({ timeout: '1m' });
   * const job = worker.command('BLPOP', 'jobs', 30);
   * await sim.client.command('RPUSH', 'jobs', 'first');
   * await job;
   */
  newClient(options?: SimulationClientOptions): SimulationClient {
    const owner = {
      cluster: this.cluster,
      random: this.random,
      runUntil: (done: () => boolean, limitMs: number) => this.#runUntil(done, limitMs),
      record: (call: string) => void this.#calls.push(this.#stamped(call)),
    };
    return new SimulationClient(owner, `client ${++this.#clientCount}`, options);
  }

  /** One client writes a key of its own at any node and follows redirections. What it is told is checked, and what becomes of the write. */
  write(): void {
    this.#clients.write();
  }

  /** Some clients write at once. */
  writeSome(): void {
    for (let client = 0; client < CLIENTS_OF_ROUND; client++) this.write();
  }

  /** Some clients do something: write, also in transactions, read, wait for lists, listen to shard channels. */
  actSome(): void {
    for (let client = 0; client < CLIENTS_OF_ROUND; client++) this.#clients.act();
  }

  /** Moves virtual time on and checks the invariants after every instant at which something happened. */
  async advance(duration: Duration): Promise<void> {
    const untilMs = this.cluster.now() + toMilliseconds(duration, 'advance(duration)');
    await this.#runUntil(() => this.cluster.now() >= untilMs, untilMs - this.cluster.now());
  }

  /** Says what the workload does, for whoever reads of a failure. */
  note(text: string): void {
    this.#actions.push(this.#stamped(text));
  }

  #stamped(text: string): string {
    return `+${(this.#elapsedMs / 1000).toFixed(3)}s ${text}`;
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

  /**
   * heal(), and then the cluster has to find together within the bound, and to stay so. After that, in every other run, a
   * master dies for good: a replica has to take its place in the time that the specification gives it, without any help.
   * Done at the end of every run.
   */
  async converge(): Promise<void> {
    await this.heal();
    const { nodes } = this.cluster;
    for (const node of nodes) for (const argv of this.#faults.resettingCommands) await this.#ask(node, argv);
    const { boundMs, nodeTimeoutMs } = this.#plan;
    await this.#within(() => meetingProblem(nodes), boundMs, 'after all faults were over');
    await this.#migrations.repair(
      (node, argv) => this.#ask(node, argv),
      () => this.#within(() => convergenceProblem(nodes), boundMs, 'after all faults were over'),
    );
    await this.cluster.waitFor('ok', { timeout: boundMs });
    await this.#advanceInRounds(RESTING_TIMEOUTS * nodeTimeoutMs);
    await this.#rest(nodes);
    if (this.random.below(2) === 0) await this.#loseMaster();
    this.#endClients();
    this.#check();
  }

  /** One master dies and stays dead. */
  async #loseMaster(): Promise<void> {
    const { nodeTimeoutMs } = this.#plan;
    const master = pickMortal(this.cluster, this.random);
    if (master === null) return;
    const takeover = new Takeover(this.cluster, master, nodeTimeoutMs);
    this.note(`kill ${master.name} for good`);
    this.#monitor.onFault();
    await master.kill();
    const isOver = (): boolean => takeover.isOver;
    await this.#runUntil(isOver, takeover.longestMs);
    takeover.stop();
    const problem = takeover.problem;
    if (problem !== null) this.report('L4', problem);
    this.#check();
    const others = this.cluster.nodes.filter((node) => node !== master);
    await this.#within(
      () => convergenceProblem(others, master.id),
      this.#plan.boundMs,
      `after ${master.name} had died`,
    );
    this.note(`restart ${master.name}`);
    this.#monitor.onFault();
    await master.restart();
    await this.#within(
      () => convergenceProblem(this.cluster.nodes),
      this.#plan.boundMs,
      `after ${master.name} had come back`,
    );
    await this.#rest(this.cluster.nodes);
  }

  async #rest(nodes: readonly TestNode[]): Promise<void> {
    const { ledger } = this.#monitor;
    await this.#within(() => restingProblem(nodes, ledger), this.#plan.boundMs, 'after all was well');
  }

  /** Nothing is wrong any more within that time. */
  async #within(problem: () => Problem, boundMs: number, when: string): Promise<void> {
    if (await this.#runUntil(() => problem() === null, boundMs)) return;
    const found = problem();
    if (found !== null) this.report(found.invariant, `${found.text}, ${boundMs} ms ${when}`);
    this.#check();
  }

  /** L9: whatever was tried again and again is done, and nothing is left of the clients when they go. */
  #endClients(): void {
    const { courier } = this.#clients;
    if (courier.pendingRetries > 0)
      this.report(
        'L9',
        `${courier.pendingRetries} commands are still tried again, though the cluster is well`,
      );
    for (const node of this.#clients.leave())
      this.report('L9', `${node.name} still has sessions of clients that have gone`);
  }

  /** Sends a command, and does not wait for an answer. */
  #send(node: TestNode, argv: readonly string[]): void {
    const { courier } = this.#clients;
    const connection = courier.connect(node);
    const isTakeover = argv.includes('TAKEOVER');
    if (isTakeover) this.#monitor.onTakeover(node, 'begins');
    connection.send([argv], () => {
      if (isTakeover) this.#monitor.onTakeover(node, 'ends');
      courier.later(() => courier.close(connection));
    });
  }

  /** Sends a command and lets time pass until it is answered. */
  async #ask(node: TestNode, argv: readonly string[]): Promise<WireReply | undefined> {
    const { courier } = this.#clients;
    const connection = courier.connect(node);
    let isAnswered = false;
    let answer: WireReply | undefined;
    connection.send([argv], (reply) => {
      isAnswered = true;
      answer = reply;
    });
    await this.#runUntil(() => isAnswered, this.#plan.boundMs);
    courier.close(connection);
    return answer;
  }

  async #advanceInRounds(durationMs: number): Promise<void> {
    const endMs = this.cluster.now() + durationMs;
    while (this.cluster.now() < endMs) {
      await this.advance(LONGEST_ROUND_MS);
      this.#afterRound();
    }
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
    return [...events, ...this.#actions, ...this.#calls, JSON.stringify(this.#summary()), ...views];
  }

  #runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    return this.#waiters.wait(condition, limitMs);
  }

  /** After every instant at which something happened, the invariants are checked. */
  async #moveTime(condition: () => boolean, limitMs: number): Promise<void> {
    await this.cluster.runUntil(
      () => {
        this.#monitor.observe();
        this.#clients.courier.drain();
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
    const calls = this.#calls.slice(-SHOWN_CALLS).join('\n');
    const story = [
      `virtual time ${now} (+${this.#elapsedMs} ms), ${masters} masters with ${replicas} replicas each`,
      `what was done:\n${this.#actions.join('\n')}`,
      ...(calls === '' ? [] : [`last commands:\n${calls}`]),
      `last events:\n${events}`,
    ].join('\n');
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
