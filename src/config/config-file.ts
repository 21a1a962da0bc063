// Reads redis.conf texts and command lines of redis-server into directives (loadServerConfigFromString in config.c, main in server.c).
// https://redis.io/docs/latest/operate/oss_and_stack/management/config/
import { type ByteString, toByteString, toLowerAscii } from '../resp/byte-string.js';
import { splitArguments } from '../resp/split-arguments.js';
import { ConfigError } from './config-error.js';
import { quoteArgument } from './quote-argument.js';

/** One directive with its arguments. */
export interface ConfigLine {
  /** Lower case. */
  readonly name: ByteString;
  readonly args: readonly ByteString[];
  /** From 1; null when it came from no file. */
  readonly number: number | null;
  /** As written, trimmed. */
  readonly text: ByteString;
}

/** @param include gives the texts of the files that an `include` asks for (its argument may be a glob pattern). */
export function parseConfigFile(
  text: ByteString,
  include: (pattern: ByteString) => readonly ByteString[] = cannotInclude,
): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [index, rawLine] of text.split('\n').entries()) {
    const line = trimLine(rawLine);
    if (line === '' || line.startsWith('#')) continue;
    const split = splitArguments(line);
    if (split === null) throw new ConfigError('Unbalanced quotes in configuration line', index + 1, line);
    const [name, ...args] = split;
    if (name === undefined) continue;
    const parsed: ConfigLine = { name: toLowerAscii(name), args, number: index + 1, text: line };
    if (parsed.name === 'include' && args.length === 1) {
      for (const included of include(args[0]!)) lines.push(...parseConfigFile(included, include));
    } else {
      lines.push(parsed);
    }
  }
  return lines;
}

export interface CommandLine {
  /** Path of the configuration file, or null. */
  readonly file: string | null;
  readonly readsStdin: boolean;
  /** What `--directive value` asks for, as text to be appended to the file's. */
  readonly options: ByteString;
}

/** @param argv the arguments after the name of the program. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const file = argv[0] !== undefined && !argv[0].startsWith('-') ? argv[0] : null;
  const first = file === null ? 0 : 1;
  const last = argv.length - 1;
  let readsStdin = false;
  let options = '';
  // An option name must not follow an option name: the second is then the argument of the first, as in --requirepass --x.
  let optionMayStart = true;
  for (let index = first; index <= last; index++) {
    const arg = toByteString(argv[index]!);
    if (arg === '-' && (index === 0 || index === last)) {
      readsStdin = true;
    } else if (optionMayStart && arg.startsWith('--')) {
      const next = argv[index + 1];
      options += `${options === '' ? '' : '\n'}${arg.slice(2)} `;
      const hasArguments = splitArguments(arg)?.length !== 1;
      const nextIsOption = next?.startsWith('--') === true;
      const lower = arg.toLowerCase();
      // Scripts that build the command line from an empty list say --save with nothing after it.
      if (!hasArguments && lower === '--save' && (nextIsOption || next === undefined)) options += '""';
      optionMayStart = hasArguments || (nextIsOption && (lower === '--save' || lower === '--sentinel'));
    } else {
      options += `${quoteArgument(arg)} `;
      optionMayStart = true;
    }
  }
  return { file, readsStdin, options };
}

/**
 * What may stand for a value where directives are given as an object; an array is several arguments. Of `user` and
 * `rename-command` a text is a whole line, and an array of such texts several lines.
 */
export type ConfigValue = string | number | boolean | readonly (string | number)[];

/** There may be several of these lines, and each has several arguments. */
const REPEATED = new Set(['user', 'rename-command']);

/** Directives given as an object, in the form of lines. */
export function linesOf(directives: Readonly<Record<string, ConfigValue | undefined>>): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [name, value] of Object.entries(directives)) {
    if (value === undefined) continue;
    const given = argumentsOf(value).map(toByteString);
    const isRepeated = REPEATED.has(toLowerAscii(name));
    for (const args of isRepeated ? repeatedLines(name, given) : [given]) lines.push(lineOf(name, args));
  }
  return lines;
}

function lineOf(name: string, args: readonly ByteString[]): ConfigLine {
  const text = [name, ...args.map((arg) => (/^[!#-&(-~]+$/.test(arg) ? arg : quoteArgument(arg)))].join(' ');
  return { name: toLowerAscii(name), args, number: null, text };
}

/** Neither a user nor a command has a space in its name: what begins with one is a line. */
function repeatedLines(name: string, given: readonly ByteString[]): readonly (readonly ByteString[])[] {
  if (given[0]?.includes(' ') !== true) return [given];
  return given.map((line) => {
    const args = splitArguments(line);
    if (args === null)
      throw new ConfigError('Unbalanced quotes in configuration line', null, `${name} ${line}`);
    return args;
  });
}

function argumentsOf(value: ConfigValue): string[] {
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  return typeof value === 'object' ? value.map(String) : [String(value)];
}

function trimLine(line: ByteString): ByteString {
  return line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function cannotInclude(pattern: ByteString): never {
  throw new ConfigError(`Fatal error, can't open config file '${pattern}': No such file or directory`);
}
