/** What a command is: the one declaration from which arity checks, key extraction, COMMAND, COMMAND DOCS, ACL categories and the support table come. */
import type { ByteString } from '../resp/byte-string.js';
import type { Reply } from '../resp/reply.js';
import type { CommandContext, NodeContext } from './context.js';
import type { CommandTraits } from './scripting-port.js';
import type { ResolvedCommand } from './table.js';

/** The release a node behaves as. */
export type RedisVersion = '7.0' | '7.2';

/** Flags as COMMAND INFO prints them, plus `protected` (needs enable-debug-command or enable-module-command), which it does not print. */
export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'asking'
  | 'fast'
  | 'no_auth'
  | 'may_replicate'
  | 'sentinel'
  | 'only_sentinel'
  | 'no_mandatory_keys'
  | 'no_async_loading'
  | 'no_multi'
  | 'movablekeys'
  | 'allow_busy'
  | 'protected';

export type AclCategory =
  | 'keyspace'
  | 'read'
  | 'write'
  | 'set'
  | 'sortedset'
  | 'list'
  | 'hash'
  | 'string'
  | 'bitmap'
  | 'hyperloglog'
  | 'geo'
  | 'stream'
  | 'pubsub'
  | 'admin'
  | 'fast'
  | 'slow'
  | 'blocking'
  | 'dangerous'
  | 'connection'
  | 'transaction'
  | 'scripting';

/** Groups as COMMAND DOCS names them. */
export type CommandGroup =
  | 'generic'
  | 'string'
  | 'list'
  | 'set'
  | 'sorted-set'
  | 'hash'
  | 'pubsub'
  | 'transactions'
  | 'connection'
  | 'server'
  | 'scripting'
  | 'hyperloglog'
  | 'cluster'
  | 'sentinel'
  | 'geo'
  | 'stream'
  | 'bitmap'
  | 'module';

export type KeySpecFlag =
  | 'RO'
  | 'RW'
  | 'OW'
  | 'RM'
  | 'access'
  | 'update'
  | 'insert'
  | 'delete'
  | 'not_key'
  | 'incomplete'
  | 'variable_flags';

/** Where a command's keys are (https://redis.io/docs/reference/key-specs/). Positions count from the command name = 0. */
export interface KeySpec {
  readonly flags: readonly KeySpecFlag[];
  readonly beginSearch:
    | { readonly index: number }
    | { readonly keyword: string; readonly startFrom: number }
    | 'unknown';
  /** lastKey is relative to the first key; negative counts from the end of the arguments. limit: see the key specs page. */
  readonly findKeys:
    | { readonly lastKey: number; readonly step: number; readonly limit: number }
    | { readonly keyNumIndex: number; readonly firstKey: number; readonly step: number }
    | 'unknown';
  readonly notes?: string;
}

/** @param argv the whole command, name first (for a subcommand the container's name is argv[0]). */
export type CommandHandler = (context: CommandContext, argv: readonly ByteString[]) => Reply;

export interface Command {
  /** Lower case; of a subcommand only its own part (`meet`, not `cluster|meet`). */
  readonly name: string;
  /** One sentence in our own words. */
  readonly summary: string;
  /** First release that had it, e.g. `2.6.0`; a node of an older version does not know it. */
  readonly since: string;
  readonly group: CommandGroup;
  readonly complexity?: string;
  /** Exact number of arguments with the name, or minus the minimum. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Categories that the flags do not imply (keyspace, hash, connection...). */
  readonly aclCategories?: readonly AclCategory[];
  readonly keySpecs?: readonly KeySpec[];
  /** Hints for clients (https://redis.io/topics/command-tips). */
  readonly tips?: readonly string[];
  /** Meant for the system and its developers (COMMAND DOCS: doc_flags syscmd). */
  readonly isSystemCommand?: true;
  /** Undefined in `in70`: not deprecated there yet. */
  readonly deprecated?: { readonly since: string; readonly replacedBy: string } | undefined;
  /** [release, what changed], in our own words. */
  readonly history?: readonly (readonly [string, string])[];
  readonly subcommands?: readonly Command[];
  /** What differs in Redis 7.0, e.g. other flags or key specs. */
  readonly in70?: Partial<Omit<Command, 'in70' | 'subcommands' | 'name'>>;
  /** Positions of the keys where key specs cannot tell them (SORT ... STORE, MIGRATE ... KEYS). */
  readonly keyPositions?: (argv: readonly ByteString[]) => readonly number[];
  /** The positions are channels, hashed like keys for routing (SSUBSCRIBE, SPUBLISH). */
  readonly channelPositions?: (argv: readonly ByteString[]) => readonly number[];
  /** What the command is with these arguments, where that is something else than its flags say; null = what they say. */
  readonly traitsOf?: (
    node: NodeContext,
    command: ResolvedCommand,
    argv: readonly ByteString[],
  ) => CommandTraits | null;
  /** Missing only in a container whose bare form is an arity error. */
  readonly run?: CommandHandler;
}

/** A folder of commands/: everything one group brings. */
export type CommandGroupTable = readonly Command[];
