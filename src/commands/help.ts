/** The reply of a container's HELP subcommand: a headline, the lines, and HELP itself (addReplyHelp in networking.c). */
import { asCString, type ByteString, toUpperAscii } from '../resp/byte-string.js';
import { type Reply, SimpleString } from '../resp/reply.js';
import type { CommandContext } from './context.js';

/** @param lines what there is to say about the other subcommands. */
export function helpReply(
  { node }: CommandContext,
  argv: readonly ByteString[],
  lines: readonly string[],
): Reply {
  return [
    `${toUpperAscii(asCString(argv[0] ?? ''))} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    'HELP',
    node.version === '7.0' ? '    Prints this help.' : '    Print this help.',
  ].map((line) => new SimpleString(line));
}
