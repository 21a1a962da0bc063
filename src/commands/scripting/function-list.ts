/** FUNCTION LIST. https://redis.io/docs/latest/commands/function-list/ */
import { type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { MISSING_LIBRARY_NAME, unknownListArgument } from '../../resp/errors/index.js';
import { MapReply, type Reply, SetReply, SimpleString } from '../../resp/reply.js';
import { globMatches } from '../../structures/glob.js';
import type { CommandContext } from '../context.js';
import type { FunctionDescription, LibraryDescription } from '../functions-port.js';

/** The order in which flags are listed (scripts_flags_def of script.c). */
const FLAG_ORDER = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'];

export function listLibraries({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  let pattern: ByteString | null = null;
  let withCode = false;
  for (let index = 2; index < argv.length; index++) {
    const argument = argv[index]!;
    const option = toLowerAscii(argument);
    if (option === 'withcode' && !withCode) {
      withCode = true;
    } else if (option === 'libraryname' && pattern === null) {
      const next = argv[++index];
      if (next === undefined) return MISSING_LIBRARY_NAME;
      pattern = next;
    } else {
      return unknownListArgument(argument);
    }
  }
  const replies: Reply[] = [];
  for (const library of node.functions?.libraries ?? []) {
    if (pattern === null || globMatches(pattern, library.name, true))
      replies.push(describe(library, withCode));
  }
  return replies;
}

function describe({ name, code, functions }: LibraryDescription, withCode: boolean): Reply {
  const entries: [Reply, Reply][] = [
    ['library_name', name],
    ['engine', 'LUA'],
    ['functions', [...functions.values()].map(describeFunction)],
  ];
  if (withCode) entries.push(['library_code', code]);
  return MapReply.of(entries);
}

function describeFunction({ name, description, flags }: FunctionDescription): Reply {
  const names = FLAG_ORDER.filter((flag) => flags.has(flag)).map((flag) => new SimpleString(flag));
  return MapReply.of([
    ['name', name],
    ['description', description],
    ['flags', new SetReply(names)],
  ]);
}
