/** The clients of a cluster: faults on their connections, what they send and wait for, and how much of it. */
import type { Duplex } from 'node:stream';
import { ClusterFaults } from './cluster-faults.js';
import type { ClusterParts } from './cluster-nodes.js';
import { type ClientCounters, Counters } from './counters.js';
import { type CallFilter, callPredicate } from './faults/call-filter.js';
import { type CallWatcher, NodeDoor } from './faults/client-door.js';
import type { ClientFault, ClientFaultSpec } from './faults/client-fault.js';
import { ClientFaults } from './faults/client-faults.js';
import type { CallingClient, CommandCall } from './faults/command-call.js';
import { messageOf } from './faults/message.js';
import { framePredicate, type HitOptions, type MessageFilter } from './faults/message-filter.js';
import { memoryConnector } from './ioredis-connector.js';
import { type NodeOwner, noSuchNode, type TestNode } from './test-node.js';
import { type LostWrite, WriteLedger } from './write-ledger.js';

export interface WhenCommandOptions extends Omit<CallFilter, 'command'> {
  readonly node?: TestNode;
  /** Default 1. */
  readonly times?: number;
  /** Real time after which it gives up. Default 5000. */
  readonly timeoutMs?: number;
}

/** What the event log gets on request. */
export interface RecordOptions {
  /** What clients send. */
  readonly commands?: true | CallFilter;
  /** What goes between nodes: by default all of the bus. */
  readonly messages?: true | MessageFilter;
}

/** A client that waits in a blocking command. */
export interface BlockedClient {
  readonly node: TestNode;
  readonly client: CallingClient;
  /** In capitals: `BLPOP`. */
  readonly command: string;
  readonly keys: readonly string[];
}

export abstract class ClusterClients extends ClusterFaults {
  /** For the parts of the test kit. */
  readonly clients: ClientFaults;
  readonly #watchers = new Set<CallWatcher>();
  readonly #doors = new Map<TestNode, NodeDoor>();
  readonly #ledger = new WriteLedger(() => this.nodes);
  /** What clients did to all nodes, counted. */
  readonly counters = new Counters(() => [...this.#doors.values()].map(({ counters }) => counters));

  constructor(parts: ClusterParts, makeNodes: (owner: NodeOwner) => readonly TestNode[]) {
    super(parts, makeNodes);
    this.clients = new ClientFaults(parts.network, this.book);
    for (const node of this.nodes) this.watchClientsOf(node);
    parts.log.onEvent((entry) => this.#ledger.onEvent(entry));
  }

  /**
   * Injects a fault into what clients do. Commands of `node.command()` are not touched. Of several faults that are about a
   * command the latest decides.
   * @param fault what happens: see ClientFaultSpec.
   * @param filter to which commands, which clients, how often. Default: to all.
   * @returns a handle that counts and lists what it hit; dispose it, or let `using` or reset() do so.
   * @throws RedisTestClusterError INVALID_ARGUMENT, STOPPED.
   * @example
   * cluster.inject({ error: 'TRYAGAIN' }, { command: 'MGET', times: 2 });
   * cluster.inject({ reset: 'reply' }, { command: 'INCR', key: 'counter' }); // executed, and the client never learns
   * cluster.inject({ delay: '2s' }, { client: { name: 'worker' } });
   * cluster.inject({ handler: ({ args }) => `hello ${args[0]}` }, { command: 'ECHO' });
   */
  inject(fault: ClientFaultSpec, filter: CallFilter & HitOptions = {}): ClientFault {
    this.assertRunning();
    return this.clients.inject(null, fault, filter);
  }

  /** A client's connection to a node without a socket: node.createConnection(). @param node default: the first master. */
  connect(node?: TestNode): Duplex {
    const to = node ?? this.masters[0] ?? noSuchNode('this cluster has no running master');
    return to.createConnection();
  }

  /**
   * The `Connector` option of ioredis, so that it reaches the nodes without sockets: in the same order in every run (but
   * for what ioredis itself draws by Math.random: which node it asks first). Typed to fit without ioredis being known here.
   * @example
   * const redis = new Cluster(cluster.seeds, { redisOptions: { Connector: cluster.Connector } });
   */
  get Connector(): never {
    return memoryConnector((port) => this.node(port)) as never;
  }

  /**
   * Resolves when clients have sent a command that often from now on, with what they sent. Waits in real time and does not
   * move virtual time; call it before the client sends.
   * @throws RedisTestClusterError TIMEOUT with the last events; INVALID_ARGUMENT; STOPPED.
   * @example
   * const seen = cluster.whenCommand('GET', { key: 'session', times: 3 });
   */
  async whenCommand(command: string, options: WhenCommandOptions = {}): Promise<readonly CommandCall[]> {
    const { node, times = 1, timeoutMs, ...filter } = options;
    const isMeant = callPredicate('whenCommand()', { ...filter, command });
    const calls: CommandCall[] = [];
    const watch: CallWatcher = (incoming) => {
      if (node !== undefined && incoming.call.node !== node) return;
      if (isMeant(incoming)) calls.push(incoming.call);
    };
    this.#watchers.add(watch);
    try {
      await this.waitInRealTime(
        () => calls.length >= times,
        () => `${times} ${command}, saw ${calls.length}`,
        timeoutMs,
      );
      return calls;
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /**
   * Resolves when a client waits for that key in a blocking command (BLPOP, XREAD BLOCK...), with all who do. Waits in real
   * time.
   * @param key default: any.
   * @example
   * const job = redis.blpop('queue', 0);
   * await cluster.whenBlocked('queue');
   * await master.kill();
   */
  async whenBlocked(
    key?: string,
    options: { readonly node?: TestNode; readonly timeoutMs?: number } = {},
  ): Promise<readonly BlockedClient[]> {
    const found = (): BlockedClient[] =>
      this.blockedClients.filter(
        ({ node, keys }) =>
          (options.node === undefined || node === options.node) && (key === undefined || keys.includes(key)),
      );
    await this.waitInRealTime(
      () => found().length > 0,
      () => `a client that waits for ${key ?? 'any key'}`,
      options.timeoutMs,
    );
    return found();
  }

  /** The clients that wait for keys in blocking commands now, in the order of nodes. */
  get blockedClients(): readonly BlockedClient[] {
    return this.nodes
      .filter(({ isRunning }) => isRunning)
      .flatMap((node) =>
        node.process.node.blockedOnKeys.waiters.map(({ session, command, wait }) => ({
          node,
          client: { id: session.id, name: session.name, address: session.address },
          command: command.fullName.toUpperCase(),
          keys: wait.keys.map((key) => Buffer.from(key, 'latin1').toString('utf8')),
        })),
      );
  }

  /**
   * Records more into the event log than it has by itself, until the handle is disposed: what clients send, the messages
   * between nodes.
   * @example
   * using _recording = cluster.record({ commands: { command: 'SET' }, messages: { type: 'FAILOVER_AUTH_REQUEST' } });
   */
  record(options: RecordOptions): Disposable {
    this.assertRunning();
    const ends: (() => void)[] = [];
    if (options.commands !== undefined)
      ends.push(this.#recordCommands(options.commands === true ? {} : options.commands));
    if (options.messages !== undefined)
      ends.push(this.#recordMessages(options.messages === true ? {} : options.messages));
    return {
      [Symbol.dispose]: () => {
        for (const end of ends) end();
      },
    };
  }

  /**
   * The acknowledged writes that are gone, although nobody overwrote or deleted them: what a failover or a restart lost,
   * when, and why that was possible. Looks back over the last 50000 writes, those of `node.command()` included.
   * @example
   * expect(cluster.lostWrites()).toMatchObject([{ keys: ['cart'], reason: 'not-replicated' }]);
   */
  lostWrites(): readonly LostWrite[] {
    return this.#ledger.lost;
  }

  countersOf(node: TestNode): Counters {
    return new Counters(() => this.#countersOf(node));
  }

  /** For the parts of the test kit: the clients of a node that came to the cluster. */
  protected watchClientsOf(node: TestNode): void {
    const nowMs = (): number => this.pump.clock.nowMs();
    const door = new NodeDoor(node, this.clients, this.#watchers, nowMs, (session, command, argv) =>
      this.#ledger.onWrite(node, session, command, argv, nowMs()),
    );
    this.#doors.set(node, door);
    node.process.gate = door;
  }

  protected resetCounters(): void {
    this.#ledger.clear();
    for (const { counters } of this.#doors.values()) counters.reset();
  }

  #countersOf(node: TestNode): readonly ClientCounters[] {
    const door = this.#doors.get(node);
    return door === undefined ? [] : [door.counters];
  }

  #recordCommands(filter: CallFilter): () => void {
    const isMeant = callPredicate('record()', filter);
    const watch: CallWatcher = (incoming) => {
      if (!isMeant(incoming)) return;
      const { atMs, node, command, args, client } = incoming.call;
      const who = client.name === '' ? client.address : client.name;
      this.parts.log.record({
        atMs,
        node: node.name,
        event: { kind: 'command', command, args, client: who },
      });
    };
    this.#watchers.add(watch);
    return () => this.#watchers.delete(watch);
  }

  #recordMessages(filter: MessageFilter): () => void {
    const isMeant = framePredicate('record()', filter, this.nodes, this.names);
    return this.parts.network.addTap((frame, fate) => {
      if (!isMeant(frame)) return;
      const { type, to, summary } = messageOf(frame, this.names);
      this.parts.log.record({
        atMs: this.pump.clock.nowMs(),
        node: this.names.nodeOfHost(frame.from)?.name ?? frame.from,
        event: { kind: 'message', type, to: to?.name ?? frame.to, fate, summary },
      });
    });
  }
}
