// The configuration of a node: the value of every directive, and CONFIG GET, SET and REWRITE on them (config.c).
// https://redis.io/docs/latest/commands/config-get/ https://redis.io/docs/latest/commands/config-set/
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { LOADING } from '../resp/errors/index.js';
import { ErrorReply } from '../resp/reply.js';
import { splitArguments } from '../resp/split-arguments.js';
import { globMatches } from '../structures/glob.js';
import { ConfigError } from './config-error.js';
import { type ConfigLine, type ConfigValue, linesOf } from './config-file.js';
import type { Accepted, ConfigVersion, Refused } from './directive.js';
import {
  type ConfigValues,
  DIRECTIVE_NAMES,
  DIRECTIVES,
  type DirectiveEntry,
  type DirectiveName,
  directiveEntries,
  isHidden,
} from './directives.js';
import { rewriteConfigText } from './rewrite.js';

export type { ConfigLine, ConfigValue } from './config-file.js';
export type { ConfigVersion, Refused } from './directive.js';
export type { ConfigValues, DirectiveName } from './directives.js';

/** Directives by name, or the lines of a file. */
export type ConfigInput = Readonly<Record<string, ConfigValue | undefined>> | readonly ConfigLine[];

/** Who asks for CONFIG SET. */
export interface ConfigOrigin {
  /** The node is loading its dataset. */
  readonly isLoading?: boolean;
  /** The client is on the same machine. */
  readonly isLocal?: boolean;
}

/**
 * Called after directives changed, with their names. One that cannot follow (a port is busy) gives the reason:
 * then everything is set back, and it is called again.
 */
export type ConfigListener = (names: ReadonlySet<DirectiveName>) => RefusedChange | undefined;

export interface RefusedChange extends Refused {
  readonly name: DirectiveName;
}

/** What a file has besides values. */
export interface FileOnlyLines {
  readonly users: readonly ConfigLine[];
  readonly modules: readonly ConfigLine[];
  /** Two arguments each: the name, and the new name or '' for none. */
  readonly renamedCommands: readonly ConfigLine[];
}

type MutableValues = Record<string, unknown>;

/** Directives of old releases that a file may still have. */
const IGNORED = ['list-max-ziplist-entries', 'list-max-ziplist-value', 'lua-replicate-commands'];

/** What every node begins with: the prototype of its values, so that a node holds only what differs. */
const DEFAULT_VALUES: MutableValues = {};
const DEFAULT_TEXTS = new Map<DirectiveName, ByteString>();
for (const name of DIRECTIVE_NAMES) {
  const { defaultValue, print } = DIRECTIVES[name];
  DEFAULT_VALUES[name] = defaultValue;
  DEFAULT_TEXTS.set(name, print(defaultValue as never));
}

export class Config {
  readonly version: ConfigVersion;
  /** Always current; plain property reads, made for hot paths. */
  readonly values: ConfigValues;
  readonly fileOnly: FileOnlyLines;
  readonly #values: MutableValues;
  readonly #entries: ReadonlyMap<string, DirectiveEntry>;
  /** As CONFIG GET prints them; those that were never set are in DEFAULT_TEXTS. */
  readonly #texts = new Map<DirectiveName, ByteString>();
  readonly #mirrors = new Map<DirectiveName, () => ByteString>();
  readonly #listeners: ConfigListener[] = [];

  /** @throws ConfigError for what a server would not start with. */
  constructor(input: ConfigInput = {}, version: ConfigVersion = '7.2') {
    this.version = version;
    this.#entries = directiveEntries(version);
    this.#values = Object.create(DEFAULT_VALUES) as MutableValues;
    this.values = this.#values as ConfigValues;
    const lines = isLines(input) ? input : linesOf(input);
    this.fileOnly = this.#load(lines);
  }

  /** The name of each match, as the client spelled it where it is no pattern, and its value. */
  get(patterns: readonly ByteString[]): [name: ByteString, value: ByteString][] {
    const matches = new Map<string, [ByteString, ByteString]>();
    for (const pattern of patterns) {
      if (!/[[*?]/.test(pattern)) {
        const lower = toLowerAscii(asCString(pattern));
        const entry = this.#entries.get(lower);
        if (entry !== undefined && !matches.has(lower)) {
          matches.set(lower, [asCString(pattern), this.textOf(entry.directiveName)]);
        }
        continue;
      }
      const lowerPattern = asCString(pattern);
      for (const { name, directiveName, directive } of this.#entries.values()) {
        if (isHidden(directive, this.version) || matches.has(name)) continue;
        if (globMatches(lowerPattern, name, true)) matches.set(name, [name, this.textOf(directiveName)]);
      }
    }
    return [...matches.values()];
  }

  /** The value of one directive as CONFIG GET prints it. */
  textOf(name: DirectiveName): ByteString {
    return this.#mirrors.get(name)?.() ?? this.#storedText(name);
  }

  /** CONFIG SET: all of the pairs or none. Null = done. */
  set(
    pairs: readonly (readonly [name: ByteString, value: ByteString])[],
    origin: ConfigOrigin = {},
  ): ErrorReply | null {
    const chosen: { readonly entry: DirectiveEntry; readonly value: ByteString }[] = [];
    let refusal: ErrorReply | null = null;
    for (const [givenName, value] of pairs) {
      const entry = this.#entries.get(toLowerAscii(asCString(givenName)));
      refusal = entry === undefined ? unknownOption(givenName) : this.#refusalOf(entry, givenName, origin);
      if (refusal !== null || entry === undefined) return refusal;
      // An alias is another entry: a directive may be given once under each of its names.
      if (chosen.some((other) => other.entry === entry)) return setFailed(givenName, 'duplicate parameter');
      chosen.push({ entry, value });
    }
    return this.#setAll(chosen);
  }

  /** Changes a directive whatever CONFIG SET would say, and tells the listeners. */
  assign<N extends DirectiveName>(name: N, value: ConfigValues[N]): void {
    this.#store(name, { value, text: DIRECTIVES[name].print(value as never) });
    this.#apply(new Set([name]));
  }

  /** CONFIG GET of `name` prints what `read` gives: for values that other parts of the node own (replicaof, dir). */
  mirror(name: DirectiveName, read: () => ByteString): void {
    this.#mirrors.set(name, read);
  }

  onChange(listener: ConfigListener): void {
    this.#listeners.push(listener);
  }

  /** True when the value of that directive is a secret; `name` in any case. */
  isSensitive(name: ByteString): boolean {
    return this.#entries.get(toLowerAscii(name))?.directive.sensitive === true;
  }

  /**
   * CONFIG REWRITE.
   * @param oldText null: there is no file yet.
   * @param users the ACL rules of every user as `user` lines have them.
   * @param withAll directives that have their default values too.
   */
  rewrite(oldText: ByteString | null, users: readonly ByteString[] = [], withAll = false): ByteString {
    const directives: { name: string; lines: { line: ByteString; force: boolean }[] }[] = [];
    for (const { name, directiveName, directive } of this.#entries.values()) {
      if (name !== directiveName) continue;
      const text = this.textOf(directiveName);
      const lines = this.#mirrors.has(directiveName)
        ? mirroredLines(directiveName, text, this.values)
        : directive.rewrite(name, this.#values[name], text);
      directives.push({
        name,
        lines: [...lines].map(({ line, force }) => ({ line, force: force || withAll })),
      });
    }
    const userLines =
      this.values.aclfile === '' ? users.map((user) => ({ line: `user ${user}`, force: true })) : [];
    directives.push({ name: 'user', lines: userLines }, { name: 'loadmodule', lines: [] });
    return rewriteConfigText(oldText, directives, (name) => this.#entries.get(name)?.directiveName);
  }

  #refusalOf(entry: DirectiveEntry, givenName: ByteString, origin: ConfigOrigin): ErrorReply | null {
    const { directive } = entry;
    if (directive.immutable === true) return setFailed(givenName, "can't set immutable config");
    if (directive.protected === true) {
      const allowed = this.values['enable-protected-configs'];
      const isAllowed = allowed === 'yes' || (allowed === 'local' && origin.isLocal === true);
      if (!isAllowed) return setFailed(givenName, "can't set protected config");
    }
    return directive.denyLoading === true && origin.isLoading === true ? LOADING : null;
  }

  #setAll(
    chosen: readonly { readonly entry: DirectiveEntry; readonly value: ByteString }[],
  ): ErrorReply | null {
    const before = chosen.map(({ entry: { directiveName } }) => ({
      directiveName,
      value: this.#values[directiveName],
      text: this.#storedText(directiveName),
    }));
    const restore = (): void => {
      for (const { directiveName, value, text } of before) this.#store(directiveName, { value, text });
    };
    const changed = new Set<DirectiveName>();
    for (const { entry, value } of chosen) {
      const { directive, directiveName } = entry;
      const args = directive.multiArgument !== true ? [value] : value === '' ? [] : value.split(' ');
      const result = this.#parse(entry, args, false);
      if ('refused' in result) {
        restore();
        return setFailed(entry.name, result.refused);
      }
      if (directive.volatile === true || result.text !== this.#storedText(directiveName))
        changed.add(directiveName);
      this.#store(directiveName, result);
    }
    const refused = this.#apply(changed);
    if (refused === undefined) return null;
    restore();
    this.#apply(changed);
    return setFailed(
      chosen.find(({ entry }) => entry.directiveName === refused.name)?.entry.name ?? refused.name,
      refused.refused,
    );
  }

  #apply(changed: ReadonlySet<DirectiveName>): RefusedChange | undefined {
    if (changed.size === 0) return undefined;
    for (const listener of this.#listeners) {
      const refused = listener(changed);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #load(lines: readonly ConfigLine[]): FileOnlyLines {
    const fileOnly = {
      users: [] as ConfigLine[],
      modules: [] as ConfigLine[],
      renamedCommands: [] as ConfigLine[],
    };
    const loaded = new Set<DirectiveName>();
    for (const line of lines) {
      const entry = this.#entries.get(line.name);
      const reason =
        entry === undefined ? keepFileOnly(line, fileOnly) : this.#loadDirective(entry, line, loaded);
      if (reason !== null) throw new ConfigError(reason, line.number, line.text);
    }
    if (this.values['cluster-enabled']) {
      if (this.values.replicaof !== null)
        throw new ConfigError('replicaof directive not allowed in cluster mode');
      if (this.version !== '7.0') this.#store('databases', { value: 1, text: '1' });
    }
    return fileOnly;
  }

  #loadDirective(entry: DirectiveEntry, { args }: ConfigLine, loaded: Set<DirectiveName>): string | null {
    let given = args;
    if (entry.directive.multiArgument !== true) {
      if (args.length !== 1) return 'wrong number of arguments';
    } else if (args.length === 1 && args[0] !== '') {
      given = splitArguments(args[0]!) ?? [];
    }
    const result = this.#parse(entry, given, loaded.has(entry.directiveName));
    if ('refused' in result) return result.refused;
    loaded.add(entry.directiveName);
    this.#store(entry.directiveName, result);
    return null;
  }

  #parse(
    { directive, directiveName }: DirectiveEntry,
    args: readonly ByteString[],
    repeatedInFile: boolean,
  ): Accepted<unknown> | Refused {
    return directive.parse(args, {
      version: this.version,
      previous: this.#values[directiveName],
      repeatedInFile,
    });
  }

  #storedText(name: DirectiveName): ByteString {
    return this.#texts.get(name) ?? DEFAULT_TEXTS.get(name) ?? '';
  }

  #store(name: DirectiveName, { value, text }: Accepted<unknown>): void {
    this.#values[name] = value;
    this.#texts.set(name, text);
  }
}

function isLines(input: ConfigInput): input is readonly ConfigLine[] {
  return Array.isArray(input);
}

/** Null: the line is fine. */
function keepFileOnly(
  line: ConfigLine,
  fileOnly: { users: ConfigLine[]; modules: ConfigLine[]; renamedCommands: ConfigLine[] },
): string | null {
  const { name, args } = line;
  if (IGNORED.includes(name) && args.length === 1) return null;
  if (name === 'rename-command' && args.length === 2) {
    fileOnly.renamedCommands.push(line);
  } else if (name === 'user' && args.length >= 1) {
    fileOnly.users.push(line);
  } else if (name === 'loadmodule' && args.length >= 1) {
    fileOnly.modules.push(line);
  } else if (name === 'sentinel' && args.length > 0) {
    return 'sentinel directive while not in sentinel mode';
  } else {
    return name.includes('.') && args.length === 0
      ? 'Module config specified without value'
      : 'Bad directive or wrong number of arguments';
  }
  return null;
}

/** A mirrored replicaof is not written in cluster mode, where nodes.conf has the role. */
function mirroredLines(
  name: DirectiveName,
  text: ByteString,
  values: ConfigValues,
): readonly { line: ByteString; force: boolean }[] {
  if (text === '' || (name === 'replicaof' && values['cluster-enabled'])) return [];
  if (name === 'dir') return DIRECTIVES.dir.rewrite(name, text, text);
  return [{ line: `${name} ${text}`, force: true }];
}

function unknownOption(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown option or number of arguments for CONFIG SET - '${asCString(name)}'`);
}

function setFailed(name: ByteString, reason: string): ErrorReply {
  return new ErrorReply(
    `ERR CONFIG SET failed (possibly related to argument '${asCString(name)}') - ${reason}`,
  );
}
