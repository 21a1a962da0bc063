/** Node processes on virtual time without sockets, and clients whose bytes go straight in and out. */
import type { RedisVersion } from '../../src/commands/command.js';
import type { ConfigValue } from '../../src/config/config.js';
import { luaEngine } from '../../src/io/lua-interpreter.js';
import { MemoryStorage } from '../../src/network/memory-storage.js';
import { Network } from '../../src/network/network.js';
import { NodeProcess } from '../../src/network/node-process.js';
import type { ClientSession } from '../../src/node/client-session.js';
import type { Node } from '../../src/node/node.js';
import type { NodeEvent, ScriptingHost } from '../../src/node/ports.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { nodesConfsOf, planCluster } from '../../src/testkit/formation.js';
import { Random } from '../../src/time/random.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

export const START_MS = Date.UTC(2030, 0, 1);

export interface NodeSettings {
  readonly version?: RedisVersion;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Cluster mode; the node serves every slot. */
  readonly cluster?: boolean;
  /** What lies on its disk, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The time and the network that the nodes of a test share. */
export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly network = new Network(this.clock);
  readonly random = new Random(1);
  #lastPort = 6999;
  /** Real time as scripts see it: each look at it takes so long. */
  lookMs = 0;
  #realNowMs = 0;
  readonly #waiting: (() => void)[] = [];
  readonly scripting: ScriptingHost = {
    engine: luaEngine,
    realNowMs: () => {
      this.#realNowMs += this.lookMs;
      return this.#realNowMs;
    },
    later: (run) => void this.#waiting.push(run),
  };

  /** Scripts that were left have their next turn. @returns false when there was none. */
  giveTurn(): boolean {
    const turn = this.#waiting.shift();
    turn?.();
    return turn !== undefined;
  }

  /** Starts a node. */
  start({ version = '7.2', config = {}, cluster = false, files = {} }: NodeSettings = {}): Machine {
    const port = ++this.#lastPort;
    const address = { ip: '127.0.0.1', port, busPort: port + 10_000 };
    const storage = new MemoryStorage();
    for (const [file, text] of Object.entries(files)) storage.write(file, Buffer.from(text, 'latin1'), true);
    if (cluster) {
      const plan = planCluster([address], 1, this.random);
      storage.write('nodes.conf', Buffer.from(nodesConfsOf(plan, { version })[0] ?? ''), false);
    }
    const machine = new Machine(
      this,
      storage,
      version,
      address,
      { 'enable-debug-command': 'yes', ...config },
      cluster,
    );
    machine.process.start();
    // In cluster mode a node begins to serve a while after its start.
    this.pass(cluster ? 3000 : 0);
    return machine;
  }

  /** Virtual time passes, with everything that becomes due. */
  pass(ms: number): void {
    this.clock.advanceTo(this.clock.nowMs() + ms);
  }
}

/** One node with its process, and what it told. */
export class Machine {
  readonly world: World;
  readonly port: number;
  readonly storage: MemoryStorage;
  readonly process: NodeProcess;
  readonly logs: string[] = [];
  readonly events: NodeEvent[] = [];
  #clients = 0;

  constructor(
    world: World,
    storage: MemoryStorage,
    version: RedisVersion,
    address: { readonly ip: string; readonly port: number; readonly busPort: number },
    config: Readonly<Record<string, ConfigValue>>,
    cluster: boolean,
  ) {
    this.world = world;
    this.port = address.port;
    this.storage = storage;
    const { ip, port, busPort } = address;
    this.process = new NodeProcess(
      world.network,
      world.random,
      {
        name: `${ip}:${port}`,
        ip,
        port,
        busPort,
        version,
        storage,
        scripting: world.scripting,
        config: { ...config, port, 'cluster-enabled': cluster },
      },
      {
        onEvent: (_process, event) => void this.events.push(event),
        onLog: (_process, level, text) => void this.logs.push(`${level}: ${text}`),
      },
    );
  }

  get node(): Node {
    return this.process.node;
  }

  connect(): Client {
    return new Client(this, `127.0.0.1:${50_000 + this.#clients++}`);
  }

  /** What one connection is answered, as one text; a line for each command, arguments split at spaces. */
  ask(...lines: readonly string[]): string {
    const client = this.connect();
    const answer = client.ask(...lines);
    client.leave();
    return answer;
  }

  /** What the node puts into the replication stream from now on, as text: `0 SET key value`. Number -1: no SELECT before it. */
  watchStream(): string[] {
    const stream: string[] = [];
    const { replication } = this.node;
    const propagate = replication.propagate.bind(replication);
    replication.propagate = (dbIndex, argv) => {
      stream.push(`${dbIndex} ${argv.join(' ')}`);
      propagate(dbIndex, argv);
    };
    return stream;
  }
}

/** A connection to a node: what it was sent, as text. */
export class Client {
  readonly session: ClientSession;
  readonly writes: string[] = [];
  closed: 'no' | 'end' | 'destroyed' = 'no';
  /** False: what the node writes stays in the socket. */
  reads = true;
  readonly #machine: Machine;

  constructor(machine: Machine, address: string) {
    this.#machine = machine;
    const pending = (): number => (this.reads ? 0 : this.writes.reduce((sum, { length }) => sum + length, 0));
    this.session = machine.process.acceptClient({
      remoteAddress: address,
      localAddress: machine.process.name,
      get pendingBytes() {
        return pending();
      },
      write: (bytes) => void this.writes.push(Buffer.from(bytes as string, 'latin1').toString('latin1')),
      end: () => {
        this.closed = 'end';
      },
      destroy: () => {
        this.closed = 'destroyed';
      },
    });
  }

  /** All that was written to this client and not taken yet. */
  take(): string {
    return this.writes.splice(0).join('');
  }

  /** Sends bytes in one chunk; what is due at once happens. */
  sendBytes(bytes: string): void {
    this.#machine.process.deliver(() => this.session.receive(Buffer.from(bytes, 'latin1')));
    this.#machine.world.clock.runDue();
  }

  /** Sends commands in one chunk, one a line, arguments split at spaces. */
  send(...lines: readonly string[]): void {
    this.sendBytes(lines.map((line) => encodeRequest(line.split(' '))).join(''));
  }

  /** As send(), and gives what comes back at once. */
  ask(...lines: readonly string[]): string {
    this.send(...lines);
    return this.take();
  }

  /** The connection breaks. */
  leave(): void {
    this.#machine.process.deliver(() => this.session.onConnectionClosed());
  }
}
