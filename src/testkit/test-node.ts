/** What a test holds of one node of its cluster. */
import type { Duplex } from 'node:stream';
import { RedisTestClusterError } from '../../fixtures/error.js';
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import type { SlotRanges } from '../cluster/slot-bitmap.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { MemoryStorage } from '../network/memory-storage.js';
import type { NodeProcess, ProcessState } from '../network/node-process.js';
import { type CommandArgument, CommandClient, type CommandReply } from './command-client.js';
import type { Counters } from './counters.js';
import { type Duration, toMilliseconds } from './duration.js';
import type { CallFilter } from './faults/call-filter.js';
import type { ClientFault, ClientFaultSpec, RefusedConnection } from './faults/client-fault.js';
import type { ClientFaults } from './faults/client-faults.js';
import type { Fault } from './faults/fault.js';
import type { Delay, Hold, LinkFaults, Partition } from './faults/link-faults.js';
import type { Message } from './faults/message.js';
import { checkOptions, type HitOptions, invalid, show } from './faults/message-filter.js';
import type { KitEvent } from './kit-events.js';
import { MemorySocket } from './memory-socket.js';
import type { NodePorts } from './node-ports.js';
import { ShownNode } from './shown.js';

const DATA_FILES = /\.(?:rdb|aof|manifest)$/;

export interface RestartOptions {
  readonly data?: 'kept' | 'lost';
  readonly loadingFor?: Duration;
}

/** What a node needs of its cluster. */
export interface NodeOwner {
  readonly pump: RealTimePump;
  readonly nodes: readonly TestNode[];
  /** How the running nodes see this one; null when none knows it. */
  seenByOthers(node: TestNode): ClusterNode | null;
  assertRunning(): void;
  settle(): Promise<void>;
  readonly clients: ClientFaults;
  readonly links: LinkFaults;
  countersOf(node: TestNode): Counters;
  recordEvent(node: TestNode, event: KitEvent): void;
}

/**
 * One node of a test cluster: a real Redis server as far as clients can tell, on `host:port`.
 *
 * @example
 * const [master] = cluster.masters;
 * await master.command('SET', keyForNode(master), 'value');
 * await master.kill();
 */
export class TestNode extends ShownNode {
  readonly #owner: NodeOwner;
  #process: NodeProcess;
  #ports: NodePorts;
  #client: CommandClient;

  constructor(owner: NodeOwner, process: NodeProcess, ports: NodePorts) {
    super(() => this.#ports);
    this.#owner = owner;
    this.#process = process;
    this.#ports = ports;
    this.#client = new CommandClient(process, owner.pump, ports.isSecure);
  }

  /** Port of the cluster bus. */
  get busPort(): number {
    return this.#ports.busPort;
  }

  /** The node id: 40 hex digits. */
  get id(): string {
    return this.#state?.myself.id ?? this.#process.lastIdentity?.id ?? '';
  }

  /** `host:port`: how logs and timelines name the node. */
  get name(): string {
    return this.#process.name;
  }

  /** `running`, `paused` (open sockets, no answers) or `stopped`. */
  get state(): ProcessState {
    return this.#process.state;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** As the node itself sees it; of a stopped node, as the others see it. */
  get role(): 'master' | 'replica' {
    const view = this.#view;
    const isReplica = view?.isReplica ?? this.#process.lastIdentity?.isReplica ?? false;
    return isReplica ? 'replica' : 'master';
  }

  /** The hash slots it serves as a master: inclusive, ascending ranges; none for a replica. */
  get slots(): SlotRanges {
    const view = this.#view;
    return view === null || view.isReplica ? [] : view.slots.ranges;
  }

  /** Its master; null for a master. */
  get master(): TestNode | null {
    const id = this.#view?.replicaOf?.id;
    return id === undefined ? null : (this.#owner.nodes.find((node) => node.id === id) ?? null);
  }

  /** Its replicas, as it sees them, running or not. */
  get replicas(): TestNode[] {
    return this.#owner.nodes.filter((node) => node !== this && node.master === this);
  }

  /** What ioredis and valkey-glide take as the address of a node. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.port };
  }

  /** `redis://host:port`, with TLS `rediss://host:port` */
  get uri(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.#ports.isSecure ? 'rediss' : 'redis'}://${host}:${this.port}`;
  }

  /**
   * Runs a command on this node without a socket, on one connection that keeps its state (READONLY, MULTI, ASKING...)
   * and needs no password.
   * @returns the reply in RESP2: strings (UTF-8), integers, null, arrays. A blocking command resolves when it is served.
   * @throws RedisTestClusterError COMMAND_FAILED with Redis's own text when the reply is an error (MOVED and the like too);
   *   also when the node closes the connection instead of answering, as at SHUTDOWN; STOPPED when the node does not run;
   *   INVALID_ARGUMENT for what is no command with one reply.
   * @example
   * await node.command('CLUSTER', 'INFO');
   */
  async command(...args: readonly CommandArgument[]): Promise<CommandReply> {
    this.#owner.assertRunning();
    return await this.#client.run(args);
  }

  /**
   * Ends the node's process at once, as SIGKILL would: its connections break, its port refuses, its memory is lost; its
   * disk stays: nodes.conf, and what the directives `save` and `appendonly` have written. The other nodes find out by themselves: fast-forward with `cluster.advance()` or `waitFor()`.
   * Killing a stopped node does nothing.
   */
  async kill(): Promise<void> {
    this.#owner.assertRunning();
    this.#owner.pump.input(() => this.#process.kill());
    await this.#ports.close();
    await this.#owner.settle();
  }

  /**
   * Starts the process again, on the same ports and with its nodes.conf, as a crashed redis-server would be. A running
   * node is killed first.
   * @param options `data`: default what its disk has, which is nothing unless persistence is configured; `'kept'` = all
   *   that it had when it ended; `'lost'` = not even what is on its disk. `loadingFor`: virtual time for which it answers
   *   LOADING and takes no part in the cluster; who asks for a key is told CLUSTERDOWN instead, as Redis does then.
   * @throws RedisTestClusterError INVALID_ARGUMENT; PORT_IN_USE when another process took a port in between; START_FAILED
   *   when its nodes.conf is one that Redis refuses to start with. The node stays stopped then.
   * @example
   * await master.restart({ data: 'kept', loadingFor: '5s' });
   */
  async restart(options: RestartOptions = {}): Promise<void> {
    checkOptions('restart()', options, ['data', 'loadingFor']);
    const { data } = options;
    if (data !== undefined && data !== 'kept' && data !== 'lost')
      invalid('restart()', `data must be 'kept' or 'lost', got ${show(data)}`);
    const loadingMs = toMilliseconds(options.loadingFor ?? 0, 'loadingFor');
    if (data === 'kept') this.#process.saveData();
    await this.kill();
    // The cluster may be stopped while this waits; its ports must not come back then.
    this.#owner.assertRunning();
    if (data === 'lost') this.#loseData();
    await this.#ports.reopen();
    this.#owner.assertRunning();
    try {
      this.#owner.pump.input(() => this.#process.start(loadingMs));
    } catch (error) {
      await this.#ports.close();
      throw startError(this.name, error);
    }
  }

  /** Forgets the connection of command(): the next one begins with a fresh session. */
  forgetConnection(): void {
    this.#client.close();
  }

  /**
   * Injects a fault into what clients do with this node: see `cluster.inject()`.
   * @example
   * using loading = master.inject({ error: 'LOADING' }, { times: 3 });
   */
  inject(fault: ClientFaultSpec, filter: CallFilter & HitOptions = {}): ClientFault {
    this.#owner.assertRunning();
    return this.#owner.clients.inject([this], fault, filter);
  }

  /**
   * Lets no client in until the fault ends; open connections stay.
   * @param options `how`: `'refuse'` (default): its port is closed (ECONNREFUSED); `'reset'`: connections are accepted and
   *   reset at once; `'stall'`: accepted and never answered. The last two take `times`, `after` and `probability`.
   */
  refuseConnections(
    options: HitOptions & { readonly how?: 'refuse' | 'reset' | 'stall' } = {},
  ): Fault<RefusedConnection> {
    this.#owner.assertRunning();
    const { how = 'refuse', ...hits } = options;
    return this.#owner.clients.refuse([this], how, hits);
  }

  /** The node vanishes from the network: nothing goes in or out, nobody is told. Clients and other nodes only notice that nothing comes. Heal the handle. */
  blackhole(): Partition {
    this.#owner.assertRunning();
    return this.#owner.links.partition('blackhole()', [this], undefined, { scope: 'all' });
  }

  /**
   * What its master sends arrives so much later, by virtual time: a replica that lags.
   * @example
   * using lag = replica.lag('2s');
   */
  lag(by: Delay): Fault<Message> {
    this.#owner.assertRunning();
    return this.#owner.links.delay('lag()', by, { to: this, scope: 'replication' });
  }

  /** What its master sends does not arrive until the hold is released: a replica that falls behind, with its link still up. */
  pauseReplication(): Hold {
    this.#owner.assertRunning();
    return this.#owner.links.hold('pauseReplication()', { to: this, scope: 'replication' });
  }

  /**
   * A client's connection to this node without a socket: a Duplex stream for anything that takes one. Faults on clients
   * hold for it; what goes over it is in the order of the program, the same in every run.
   */
  createConnection(): Duplex {
    this.#owner.assertRunning();
    return new MemorySocket(this.#owner.pump, this);
  }

  /** What clients did to this node, counted. */
  get counters(): Counters {
    return this.#owner.countersOf(this);
  }

  /** As SIGSTOP: sockets stay open, nothing is read or answered, not even on the bus. */
  pause(): void {
    this.#owner.assertRunning();
    this.#owner.pump.input(() => {
      if (this.state === 'running') this.#owner.recordEvent(this, { kind: 'process', step: 'paused' });
      this.#process.pause();
    });
  }

  /** As SIGCONT: what arrived meanwhile is handled in order. */
  resume(): void {
    this.#owner.assertRunning();
    this.#owner.pump.input(() => {
      if (this.state === 'paused') this.#owner.recordEvent(this, { kind: 'process', step: 'resumed' });
      this.#process.resume();
    });
  }

  /** For the testkit's own parts: from now on it lives there. Its process must not run. */
  moveTo(process: NodeProcess, ports: NodePorts): void {
    process.gate = this.#process.gate;
    process.busFilter = this.#process.busFilter;
    process.lastIdentity ??= this.#process.lastIdentity;
    this.#client.close();
    this.#client = new CommandClient(process, this.#owner.pump, ports.isSecure);
    this.#process = process;
    this.#ports = ports;
  }

  /** Its ports, for the testkit's own parts. */
  get ports(): NodePorts {
    return this.#ports;
  }

  /** The process around the node, for the testkit's own parts. */
  get process(): NodeProcess {
    return this.#process;
  }

  /** Real client sockets that are open now. */
  get connectionCount(): number {
    return this.#ports.connectionCount;
  }

  /** What is on its disk, for the testkit's own parts. */
  get disk(): MemoryStorage {
    return this.#process.storage as MemoryStorage;
  }

  #loseData(): void {
    for (const file of this.disk.files) {
      if (DATA_FILES.test(file)) this.disk.erase(file);
    }
  }

  get #state(): ClusterState | null {
    return this.#process.isRunning ? (this.#process.node.cluster?.state ?? null) : null;
  }

  get #view(): ClusterNode | null {
    return this.#state?.myself ?? this.#owner.seenByOthers(this);
  }
}

/** @throws RedisTestClusterError NO_SUCH_NODE */
export function noSuchNode(what: string): never {
  throw new RedisTestClusterError('NO_SUCH_NODE', what);
}

function startError(name: string, cause: unknown): RedisTestClusterError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RedisTestClusterError('START_FAILED', `${name} does not start: ${reason}`, { cause });
}
