/** A node with a dataset of strings, a few commands, and the real replication. */
import { readRdb } from '../../src/rdb/read-rdb.js';
import { writeRdb } from '../../src/rdb/write-rdb.js';
import type { ReplicationEvent } from '../../src/replication/events.js';
import type { ReplicaSession, ReplicationConfig, ReplicationHost } from '../../src/replication/ports.js';
import { Replication } from '../../src/replication/replication.js';
import { NO_REPLY, type Reply, SimpleString } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { RequestDecoder } from '../../src/resp/request-decoder.js';
import type { Timer } from '../../src/time/clock.js';
import { databaseOf, READ_OPTIONS, type TestKey, WRITE_OPTIONS } from '../rdb/rdb-fixtures.js';
import type { Pipe, TestWorld } from './test-world.js';

export type TestConfig = { -readonly [Name in keyof ReplicationConfig]: ReplicationConfig[Name] } & {
  requirepass: string;
};

const DEFAULTS: TestConfig = {
  'repl-backlog-size': 1024 * 1024,
  'repl-backlog-ttl': 3600,
  'repl-timeout': 60,
  'repl-ping-replica-period': 10,
  'repl-diskless-sync': true,
  'repl-diskless-sync-delay': 5,
  'repl-diskless-sync-max-replicas': 0,
  'repl-diskless-load': 'disabled',
  'min-replicas-to-write': 0,
  'min-replicas-max-lag': 10,
  masterauth: '',
  masteruser: '',
  'replica-announce-ip': '',
  'replica-announce-port': 0,
  'replica-priority': 100,
  'replica-read-only': true,
  'replica-announced': true,
  appendonly: false,
  requirepass: '',
};

const DATABASES = 16;

export class TestSession implements ReplicaSession {
  static #lastId = 0;
  readonly id = ++TestSession.#lastId;
  readonly address: string;
  lastInteractionMs: number;
  isReplica = false;
  closeAfterReply = false;
  heldBytes = 0;
  dbIndex = 0;
  readonly #node: TestNode;
  readonly #pipe: Pipe;
  readonly #decoder = new RequestDecoder();
  #ended = false;

  constructor(node: TestNode, pipe: Pipe) {
    this.#node = node;
    this.#pipe = pipe;
    this.address = `10.0.0.1:${40_000 + this.id}`;
    this.lastInteractionMs = node.world.clock.nowMs();
  }

  receive(chunk: Uint8Array): void {
    this.lastInteractionMs = this.#node.world.clock.nowMs();
    const emptyLines = this.#decoder.emptyLines;
    this.#decoder.push(chunk);
    for (let argv = this.#decoder.next(); argv !== null; argv = this.#decoder.next()) {
      const reply = this.#node.serve(this, argv);
      if (reply !== NO_REPLY) this.sendRaw(encodeReply(reply, 2));
    }
    if (this.#decoder.emptyLines > emptyLines) this.#node.replication.onReplicaNewline(this);
    this.#node.replication.beforeSleep();
    if (this.closeAfterReply) this.close('asked for');
  }

  sendRaw(bytes: string | Uint8Array): void {
    if (!this.#ended) this.#pipe.writeBack(bytes);
  }

  close(_reason: string): void {
    if (this.#ended) return;
    this.ended();
    this.#pipe.closeFromMaster();
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#node.replication.removeSession(this);
  }
}

export class TestNode {
  readonly world: TestWorld;
  readonly port: number;
  readonly config: TestConfig;
  readonly replication: Replication;
  readonly events: ReplicationEvent[] = [];
  readonly logs: string[] = [];
  readonly stats = { syncFull: 0, syncPartialOk: 0, syncPartialError: 0 };
  readonly databases = Array.from({ length: DATABASES }, () => new Map<string, TestKey>());
  /** Commands that came over the link to the master, in order. */
  readonly applied: (readonly string[])[] = [];
  isReachable = true;
  isStreamPaused = false;
  isManualFailover = false;
  snapshotFails = false;
  fsyncedOffset: number | null = null;
  blockedClientsDisconnected = 0;
  #masterDb = 0;
  #queue: (readonly string[])[] | null = null;
  readonly #timers: Timer[] = [];
  #ticks = 0;

  constructor(world: TestWorld, port: number, config: Partial<TestConfig>) {
    this.world = world;
    this.port = port;
    this.config = { ...DEFAULTS, ...config };
    this.replication = new Replication(this.#host());
    this.#arm();
  }

  /** The process dies: it does nothing any more, and its connections break. */
  crash(): void {
    this.isReachable = false;
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  accept(pipe: Pipe): TestSession {
    return new TestSession(this, pipe);
  }

  follow(master: TestNode): void {
    this.replication.replicateFrom('10.0.0.9', master.port);
  }

  /** A client's command that changes something. */
  write(dbIndex: number, ...argv: string[]): void {
    this.#change(dbIndex, argv);
    this.replication.propagate(dbIndex, argv);
    this.replication.beforeSleep();
  }

  /** Several commands as one transaction. */
  transaction(dbIndex: number, ...commands: (readonly string[])[]): void {
    this.replication.propagate(-1, ['MULTI']);
    for (const argv of commands) {
      this.#change(dbIndex, argv);
      this.replication.propagate(dbIndex, argv);
    }
    this.replication.propagate(-1, ['EXEC']);
    this.replication.beforeSleep();
  }

  get(key: string, dbIndex = 0): string | undefined {
    return this.databases[dbIndex]?.get(key)?.value.toString();
  }

  /** `index:key` to value. */
  get dataset(): Record<string, string> {
    const entries = this.databases.flatMap((database, index) =>
      [...database].map(([key, { value }]) => [`${index}:${key}`, value.toString()] as const),
    );
    return Object.fromEntries(entries.sort(([first], [second]) => (first < second ? -1 : 1)));
  }

  /** A line of INFO replication. */
  info(name: string): string | undefined {
    return this.replication.describeReplication().find(([line]) => line === name)?.[1];
  }

  /** What a session of a client or replica asks. */
  serve(session: TestSession, argv: readonly string[]): Reply {
    const name = argv[0]!.toLowerCase();
    if (name === 'auth') return new SimpleString('OK');
    if (name === 'ping') return new SimpleString('PONG');
    if (name === 'replconf') return this.replication.onReplconf(session, argv);
    if (name === 'psync' || name === 'sync') return this.replication.onSync(session, argv);
    this.write(session.dbIndex, ...argv);
    return new SimpleString('OK');
  }

  #arm(): void {
    this.#timers[0] = this.world.clock.schedule(this.world.clock.nowMs() + 100, () => {
      this.#arm();
      if (this.#ticks++ % 10 === 0) this.replication.cron();
      this.replication.fastCron();
      this.replication.beforeSleep();
    });
  }

  #change(dbIndex: number, argv: readonly string[]): void {
    const database = this.databases[dbIndex]!;
    const [name = '', key = '', value = ''] = argv;
    const current = database.get(key);
    switch (name.toLowerCase()) {
      case 'set':
        database.set(key, { value });
        break;
      case 'append':
        database.set(key, { value: (current?.value.toString() ?? '') + value });
        break;
      case 'del':
        database.delete(key);
        break;
      default:
        break;
    }
  }

  #applyFromMaster(argv: readonly string[]): void {
    const name = argv[0]!.toLowerCase();
    if (name === 'multi') {
      this.#queue = [];
    } else if (name === 'exec') {
      const queue = this.#queue ?? [];
      this.#queue = null;
      for (const queued of queue) this.#runFromMaster(queued);
    } else if (this.#queue !== null) {
      this.#queue.push(argv);
    } else {
      this.#runFromMaster(argv);
    }
  }

  #runFromMaster(argv: readonly string[]): void {
    this.applied.push(argv);
    const name = argv[0]!.toLowerCase();
    if (name === 'select') this.#masterDb = Number(argv[1]);
    else if (name === 'replconf') this.replication.onReplconf(NO_SESSION, argv);
    else this.#change(this.#masterDb, argv);
  }

  #host(): ReplicationHost {
    const { world } = this;
    return {
      clock: world.clock,
      random: world.random,
      config: this.config,
      stats: this.stats,
      connect: (_host, port, handlers) => (this.isReachable ? world.connect(port, handlers) : null),
      createSnapshot: (request) => {
        if (this.snapshotFails) return null;
        const databases = request.excludeData ? [] : this.databases;
        return writeRdb(
          databases.map((database, index) => databaseOf(index, Object.fromEntries(database))),
          { ...WRITE_OPTIONS, nowMs: world.clock.nowMs(), replication: request },
        );
      },
      isDatasetEmpty: () => this.databases.every((database) => database.size === 0),
      countKeys: (rdb) => readRdb(rdb, { onKey: () => true }, READ_OPTIONS).keys,
      loadSnapshot: (rdb) => {
        for (const database of this.databases) database.clear();
        return readRdb(
          rdb,
          {
            onKey: (dbIndex, key, value) => {
              this.databases[dbIndex]?.set(key, { value });
              return true;
            },
          },
          READ_OPTIONS,
        );
      },
      resetMasterSession: (dbIndex) => {
        this.#queue = null;
        if (dbIndex !== null) this.#masterDb = dbIndex;
      },
      applyFromMaster: (argv) => this.#applyFromMaster(argv),
      masterSessionDbIndex: () => this.#masterDb,
      fsyncedOffset: () => this.fsyncedOffset,
      localListeningPort: () => this.port,
      isStreamPaused: () => this.isStreamPaused,
      isManualFailoverInProgress: () => this.isManualFailover,
      pauseWritesForFailover: () => {
        this.isStreamPaused = true;
      },
      endFailoverPause: () => {
        this.isStreamPaused = false;
      },
      disconnectBlockedClients: () => {
        this.blockedClientsDisconnected++;
      },
      log: (level, text) => void this.logs.push(`${level}: ${text}`),
      emit: (event) => void this.events.push(event),
    };
  }
}

/** What the master's stream runs in. */
const NO_SESSION: ReplicaSession = {
  id: 0,
  address: '',
  lastInteractionMs: 0,
  isReplica: false,
  closeAfterReply: false,
  heldBytes: 0,
  sendRaw: () => {},
  close: () => {},
};

export function createTestNode(world: TestWorld, port: number, config: Partial<TestConfig>): TestNode {
  return new TestNode(world, port, config);
}
