/** DEBUG HELP. The lines of syntax are those of Redis, as tools show them; what they mean is in our own words. */
import type { ByteString } from '../../../resp/byte-string.js';
import type { Reply } from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';
import { helpReply } from '../../help.js';

export function help(context: CommandContext, argv: readonly ByteString[]): Reply {
  return helpReply(context, argv, [
    'CHANGE-REPL-ID',
    '    Take new replication ids.',
    'CLUSTERLINK KILL <to|from|all> <node-id>',
    '    Close the links of the cluster bus to, from or with that node.',
    'CRASH-AND-RECOVER [<milliseconds>]',
    '    Die and start again after the delay (default 0).',
    'DIGEST',
    '    A signature of the whole dataset.',
    'DIGEST-VALUE <key> [<key> ...]',
    '    A signature of each value.',
    'DROP-CLUSTER-PACKET-FILTER <packet-type>',
    '    Ignore messages of that type on the cluster bus; -1: none.',
    'ERROR <string>',
    '    Answer <string> as an error.',
    'LOG <message>',
    '    Write <message> into the log.',
    'OBJECT <key>',
    '    How the value of <key> is stored.',
    'PANIC',
    '    Die.',
    'PAUSE-CRON <0|1>',
    '    Stop what the server does by itself.',
    'POPULATE <count> [<prefix>] [<size>]',
    '    Make <count> keys with strings, without replicating them.',
    'PROTOCOL <type>',
    '    Answer a value of <type>: string, integer, double, bignum, null, array,',
    '    set, map, attrib, push, verbatim, true, false.',
    'QUICKLIST-PACKED-THRESHOLD <size>',
    '    Accepted; there are no quicklists here.',
    'RESTART [<milliseconds>]',
    '    Start again after the delay (default 0).',
    'SDSLEN <key>',
    '    Lengths of <key> and its string.',
    'SEGFAULT',
    '    Die.',
    'SET-ACTIVE-EXPIRE <0|1>',
    '    Delete expired keys only when they are asked for (0), or as usual (1).',
    'SLEEP <seconds>',
    '    Do nothing for <seconds>. Decimals allowed.',
  ]);
}
