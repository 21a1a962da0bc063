/** Joins the groups into the table a node looks commands up in. One table for each version, shared by all nodes. */
import type { ByteString } from '../resp/byte-string.js';
import type {
  AclCategory,
  Command,
  CommandFlag,
  CommandGroupTable,
  KeySpec,
  RedisVersion,
} from './command.js';
import { type KeyRange, keyPositionsOf, keyRangeOf } from './key-positions.js';
import { isInRelease } from './release.js';

/** A command of one version, with what dispatch needs precomputed. */
export class ResolvedCommand {
  readonly declaration: Command;
  /** `get`, `cluster|meet` */
  readonly fullName: string;
  readonly parent: ResolvedCommand | null;
  readonly arity: number;
  readonly flags: ReadonlySet<CommandFlag>;
  readonly aclCategories: ReadonlySet<AclCategory>;
  readonly keySpecs: readonly KeySpec[];
  /** By lower-case name; empty when it is no container. */
  readonly subcommands = new Map<string, ResolvedCommand>();
  // The flags that every request asks for, as plain properties.
  readonly isWrite: boolean;
  readonly isReadonly: boolean;
  readonly isProtected: boolean;
  readonly needsNoAuth: boolean;
  readonly mayReplicate: boolean;
  /** Has key specs or finds its keys by itself: routing has to look at its arguments. */
  readonly mayHaveKeys: boolean;
  /** When the keys are at fixed places: argv[firstKey], then each `keyStep`, up to `lastKey` (negative = from the end). 0 = not so simple. */
  readonly firstKey: number;
  readonly lastKey: number;
  readonly keyStep: number;

  constructor(declared: Command, version: RedisVersion, parent: ResolvedCommand | null) {
    const declaration =
      version === '7.0' && declared.in70 !== undefined ? { ...declared, ...declared.in70 } : declared;
    this.declaration = declaration;
    this.parent = parent;
    this.fullName = parent === null ? declaration.name : `${parent.fullName}|${declaration.name}`;
    this.arity = declaration.arity;
    this.flags = new Set(declaration.flags);
    this.aclCategories = allAclCategories(declaration);
    this.keySpecs = declaration.keySpecs ?? [];
    this.isWrite = this.flags.has('write');
    this.isReadonly = this.flags.has('readonly');
    this.isProtected = this.flags.has('protected');
    this.needsNoAuth = this.flags.has('no_auth');
    this.mayReplicate = this.isWrite || this.flags.has('may_replicate');
    this.mayHaveKeys =
      this.keySpecs.length > 0 ||
      declaration.keyPositions !== undefined ||
      declaration.channelPositions !== undefined;
    const range = fixedKeyRange(declaration);
    this.firstKey = range?.first ?? 0;
    this.lastKey = range?.last ?? 0;
    this.keyStep = range?.step ?? 0;
    for (const subcommand of declaration.subcommands ?? []) {
      if (isInRelease(subcommand.since, version)) {
        this.subcommands.set(subcommand.name, new ResolvedCommand(subcommand, version, this));
      }
    }
  }

  /** True when `count` arguments (the name included) fit the arity. */
  acceptsArgumentCount(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }

  /** Positions of the keys (or shard channels) in argv; empty when there are none or the arguments are malformed. */
  keyPositions(argv: readonly ByteString[]): readonly number[] {
    return keyPositionsOf(this.declaration, argv);
  }
}

export class CommandTable {
  readonly version: RedisVersion;
  /** The same commands under the names that Redis gave them. */
  readonly original: CommandTable;
  /** By lower-case name, in the order of declaration. */
  readonly #declared = new Map<string, Command>();
  /** Those that were asked for, by the name that Redis gave them: a cluster starts with a handful of them. */
  readonly #resolved: Map<string, ResolvedCommand>;
  #all: ReadonlyMap<string, ResolvedCommand> | null = null;
  /** The spellings seen so far, so that a lookup needs no case conversion. */
  readonly #spellings = new Map<string, ResolvedCommand>();
  /** The last spelling: many requests ask for the same command as the one before. */
  #lastName: ByteString = '';
  #lastCommand: ResolvedCommand | undefined;

  constructor(
    version: RedisVersion,
    groups: readonly CommandGroupTable[],
    original: CommandTable | null = null,
  ) {
    this.version = version;
    this.original = original ?? this;
    this.#resolved = original === null ? new Map() : original.#resolved;
    for (const group of groups) {
      for (const command of group) {
        if (!isInRelease(command.since, version)) continue;
        if (this.#declared.has(command.name)) throw new Error(`command ${command.name} is declared twice`);
        this.#declared.set(command.name, command);
      }
    }
  }

  /** Every command by lower-case name, in the order of declaration. */
  get commands(): ReadonlyMap<string, ResolvedCommand> {
    this.#all ??= new Map([...this.#declared].map(([name, command]) => [name, this.#resolvedOf(command)]));
    return this.#all;
  }

  /**
   * Another table, with commands under other names or without them (rename-command).
   * @param renames one after the other; to '' = not there any more.
   * @param refuse is called with what is wrong with a rename, and does not return.
   */
  renamed(
    renames: readonly (readonly [from: ByteString, to: ByteString])[],
    refuse: (index: number, reason: string) => never,
  ): CommandTable {
    const table = new CommandTable(this.version, [], this.original);
    for (const [name, command] of this.#declared) table.#declared.set(name, command);
    for (const [index, [from, to]] of renames.entries()) {
      const command = table.#declared.get(from.toLowerCase());
      if (command === undefined) return refuse(index, 'No such command in rename-command');
      table.#declared.delete(from.toLowerCase());
      if (to === '') continue;
      if (table.#declared.has(to.toLowerCase())) return refuse(index, 'Target command name already exists');
      table.#declared.set(to.toLowerCase(), command);
    }
    return table;
  }

  /** The command of that name in any case, or undefined. Containers are not resolved to subcommands. */
  get(name: ByteString): ResolvedCommand | undefined {
    if (name === this.#lastName) return this.#lastCommand;
    const known = this.#spellings.get(name);
    if (known !== undefined) {
      this.#lastName = name;
      this.#lastCommand = known;
      return known;
    }
    const declared = this.#declared.get(name.toLowerCase());
    if (declared === undefined) return undefined;
    const command = this.#resolvedOf(declared);
    if (this.#spellings.size < 4096) this.#spellings.set(name, command);
    return command;
  }

  #resolvedOf(declared: Command): ResolvedCommand {
    let command = this.#resolved.get(declared.name);
    if (command === undefined) {
      command = new ResolvedCommand(declared, this.version, null);
      this.#resolved.set(declared.name, command);
    }
    return command;
  }

  /** The command argv asks for: a container's subcommand where there is one. Undefined: unknown command or unknown subcommand. */
  resolve(argv: readonly ByteString[]): ResolvedCommand | undefined {
    const command = this.get(argv[0] ?? '');
    if (command === undefined || command.subcommands.size === 0 || argv.length < 2) return command;
    return command.subcommands.get((argv[1] as ByteString).toLowerCase());
  }
}

/** Categories that Redis derives from flags (setImplicitACLCategories in server.c), joined with the declared ones. */
function allAclCategories(command: Command): ReadonlySet<AclCategory> {
  const categories = new Set<AclCategory>(command.aclCategories ?? []);
  const has = (flag: CommandFlag): boolean => command.flags.includes(flag);
  if (has('write')) categories.add('write');
  if (has('readonly') && !categories.has('scripting')) categories.add('read');
  if (has('admin')) categories.add('admin').add('dangerous');
  if (has('pubsub')) categories.add('pubsub');
  if (has('fast')) categories.add('fast');
  if (has('blocking')) categories.add('blocking');
  if (!categories.has('fast')) categories.add('slow');
  return categories;
}

/** Null: where the keys are depends on the arguments, or there are none. */
function fixedKeyRange({ keyPositions, keySpecs = [] }: Command): KeyRange | null {
  if (keyPositions !== undefined) return null;
  const range = keyRangeOf(keySpecs);
  return range.isMovable || range.first === 0 ? null : range;
}
