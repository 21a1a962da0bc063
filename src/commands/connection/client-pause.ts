/** CLIENT PAUSE, UNPAUSE and UNBLOCK: holding clients back, and letting one go on. https://redis.io/docs/latest/commands/client-pause/ https://redis.io/docs/latest/commands/client-unblock/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BAD_PAUSE_MODE,
  BAD_UNBLOCK_REASON,
  NOT_AN_INTEGER,
  TIMEOUT_NEGATIVE,
  TIMEOUT_NOT_AN_INTEGER,
  TIMEOUT_OUT_OF_RANGE,
  UNBLOCKED_BY_CLIENT,
  unknownSubcommandOrArity,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

export const clientPauseCommands = [
  {
    name: 'pause',
    summary: 'Holds back the commands of all clients, or their writes, for a while.',
    since: '3.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    history: [['6.2.0', 'Mode `WRITE`, and with it the choice of a mode.']],
    in70: { since: '2.9.50' },
    run: pause,
  },
  {
    name: 'unpause',
    summary: 'Ends the pause of clients.',
    since: '6.2.0',
    group: 'connection',
    complexity: 'O(N) Where N is the number of paused clients',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run({ node }) {
      node.pause.unpause('client-command');
      return OK;
    },
  },
  {
    name: 'unblock',
    summary: 'Lets a client go on that waits in a blocking command.',
    since: '5.0.0',
    group: 'connection',
    complexity: 'O(log N) where N is the number of client connections',
    arity: -3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: unblock,
  },
] as const satisfies readonly Command[];

const MAX_INT64 = 2n ** 63n - 1n;

function pause({ node, nowMs }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 4) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const mode = argv.length === 4 ? toLowerAscii(asCString(argv[3]!)) : 'all';
  if (mode !== 'write' && mode !== 'all') return BAD_PAUSE_MODE;
  const timeoutMs = parseInteger(argv[2]!);
  if (timeoutMs === null) return TIMEOUT_NOT_AN_INTEGER;
  if (timeoutMs < 0) return TIMEOUT_NEGATIVE;
  const overflows = BigInt(timeoutMs) > MAX_INT64 - BigInt(nowMs);
  if (overflows && node.version !== '7.0') return TIMEOUT_OUT_OF_RANGE;
  // 0 is a point in time long ago, so it pauses nothing; nor does a sum that 7.0 lets overflow.
  node.pause.pause('client-command', mode, timeoutMs === 0 || overflows ? 0 : nowMs + Number(timeoutMs));
  return OK;
}

function unblock({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 4) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const reason = argv.length === 4 ? toLowerAscii(asCString(argv[3]!)) : 'timeout';
  if (reason !== 'timeout' && reason !== 'error') return BAD_UNBLOCK_REASON;
  const id = parseInteger(argv[2]!);
  if (id === null) return NOT_AN_INTEGER;
  const target = node.sessions.get(Number(id));
  const blocked = target?.blocked ?? null;
  // A client that a pause holds back waits for nothing that could time out.
  if (target === undefined || blocked === null || blocked.kind === 'pause' || blocked.kind === 'script')
    return 0;
  target.unblock(reason === 'error' ? UNBLOCKED_BY_CLIENT : blocked.onTimeout(), 'client-unblock');
  return 1;
}
