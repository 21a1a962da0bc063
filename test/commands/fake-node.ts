/** As much of a node as the commands of the keyspace need, without dispatch: for unit tests of handlers. */
import type { RedisVersion } from '../../src/commands/command.js';
import type { CommandContext, NodeContext } from '../../src/commands/context.js';
import { genericCommands } from '../../src/commands/generic/index.js';
import { geoCommands } from '../../src/commands/geo/index.js';
import { hashCommands } from '../../src/commands/hash/index.js';
import type { Session } from '../../src/commands/session.js';
import { sortedSetCommands } from '../../src/commands/sorted-set/index.js';
import { stringCommands } from '../../src/commands/string/index.js';
import { CommandTable, type ResolvedCommand } from '../../src/commands/table.js';
import { Config, type ConfigInput } from '../../src/config/config.js';
import type { KeyspaceHost } from '../../src/keyspace/host.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import type { ByteString } from '../../src/resp/byte-string.js';
import { wrongArity } from '../../src/resp/errors/index.js';
import { ErrorReply, type Reply, SimpleString } from '../../src/resp/reply.js';
import { Random } from '../../src/time/random.js';

export interface FakeNodeOptions {
  readonly version?: RedisVersion;
  readonly config?: ConfigInput;
  readonly clusterEnabled?: boolean;
}

export class FakeNode {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly session: { protocol: 2 | 3; kind: Session['kind']; dbIndex: number };
  /** Keyspace events since the last `clear`, as `class event key@db`. */
  readonly events: string[] = [];
  /** What was replicated since the last `clear`. */
  readonly propagated: (readonly ByteString[])[] = [];
  nowMs = 1_700_000_000_000;
  isReplica = false;
  isWritableReplica = false;
  isPaused = false;
  readonly #version: RedisVersion;
  readonly #table: CommandTable;
  readonly #clusterEnabled: boolean;

  constructor({ version = '7.2', config = {}, clusterEnabled = false }: FakeNodeOptions = {}) {
    this.#version = version;
    this.#clusterEnabled = clusterEnabled;
    this.config = new Config(config, version);
    this.#table = new CommandTable(version, [
      stringCommands,
      hashCommands,
      genericCommands,
      sortedSetCommands,
      geoCommands,
    ]);
    this.session = { protocol: 2, kind: 'normal', dbIndex: 0 };
    const host: KeyspaceHost = {
      random: new Random(1),
      nowMs: () => this.nowMs,
      isReplica: () => this.isReplica,
      isWritableReplica: () => this.isWritableReplica,
      isMasterLink: () => this.session.kind === 'master-link',
      expiryPaused: () => this.isPaused,
      propagateDeletion: (_dbIndex, key) => void this.propagated.push(['DEL', key]),
      notify: (eventClass, event, key, dbIndex) =>
        void this.events.push(`${eventClass} ${event} ${key}@${dbIndex}`),
    };
    this.keyspace = new Keyspace(host, this.config.values.databases);
  }

  get db(): Keyspace['databases'][number] {
    return this.keyspace.database(this.session.dbIndex);
  }

  /** True for the commands of the string, hash and generic groups. */
  has(...argv: readonly ByteString[]): boolean {
    return this.#table.resolve(argv)?.declaration.run !== undefined;
  }

  /** Runs a command as dispatch would, arity included. */
  run(...argv: readonly ByteString[]): Reply {
    const command = this.#table.resolve(argv);
    if (command?.declaration.run === undefined) throw new Error(`no such command: ${argv.join(' ')}`);
    if (!command.acceptsArgumentCount(argv.length)) return wrongArity(command.fullName);
    const dirtyBefore = this.keyspace.dirty;
    const rewritten: { argv: readonly ByteString[] } = { argv };
    const reply = command.declaration.run(this.#context(command, rewritten), argv);
    if (this.keyspace.dirty !== dirtyBefore) this.propagated.push(rewritten.argv);
    return reply;
  }

  /** As `run`; errors and statuses as their texts. */
  text(...argv: readonly ByteString[]): unknown {
    const reply = this.run(...argv);
    return reply instanceof ErrorReply || reply instanceof SimpleString ? reply.text : reply;
  }

  clear(): void {
    this.events.length = 0;
    this.propagated.length = 0;
  }

  #context(command: ResolvedCommand, rewritten: { argv: readonly ByteString[] }): CommandContext {
    const unavailable = (): never => {
      throw new Error('the fake node cannot do that');
    };
    return {
      node: {
        version: this.#version,
        config: this.config,
        keyspace: this.keyspace,
        random: this.keyspace.host.random,
        cluster: this.#clusterEnabled ? {} : null,
      } as unknown as NodeContext,
      session: this.session as Session,
      db: this.db,
      command,
      nowMs: this.nowMs,
      nowUs: this.nowMs * 1000,
      notify: (eventClass, event, key) =>
        this.keyspace.host.notify(eventClass, event, key, this.session.dbIndex),
      propagateAs: (argv) => {
        rewritten.argv = argv;
      },
      alsoPropagate: unavailable,
      preventPropagation: unavailable,
      forcePropagation: unavailable,
      mayBlock: false,
      blockOnKeys: unavailable,
      overflowsOutput: () => false,
      call: unavailable,
      countError: unavailable,
    };
  }
}
