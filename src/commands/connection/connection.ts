/** PING, ECHO, SELECT, RESET and QUIT. https://redis.io/docs/latest/commands/?group=connection */
import type { ByteString } from '../../resp/byte-string.js';
import {
  DB_INDEX_OUT_OF_RANGE,
  NOT_AN_INTEGER,
  outOfRangeBetween,
  RESET_NOT_NORMAL,
  SELECT_IN_CLUSTER_MODE,
  wrongArity,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { OK, PONG, type Reply, SimpleString } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { discardTransaction } from '../transactions/multi.js';
import { isSubscriber } from './client-type.js';

const INT_MIN = -2147483648;
const INT_MAX = 2147483647;

const RESET_DONE = new SimpleString('RESET');

export const basicCommands = [
  {
    name: 'ping',
    summary: 'Answers PONG, or the given text.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -1,
    flags: ['fast', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    run({ session }, argv) {
      if (argv.length > 2) return wrongArity('ping');
      const text = argv[1];
      // A subscriber of RESP2 gets nothing but messages, so its answer looks like one.
      if (session.protocol === 2 && isSubscriber(session)) return ['pong', text ?? ''];
      return text ?? PONG;
    },
  },
  {
    name: 'echo',
    summary: 'Answers the given text.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    aclCategories: ['connection'],
    run: (_context, argv) => argv[1]!,
  },
  {
    name: 'select',
    summary: 'Chooses the database of the connection.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    aclCategories: ['connection'],
    run: select,
  },
  {
    name: 'reset',
    summary: 'Makes the connection what it was when it was new.',
    since: '6.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
    aclCategories: ['connection'],
    run: reset,
  },
  {
    name: 'quit',
    summary: 'Closes the connection after an OK.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -1,
    flags: ['allow_busy', 'noscript', 'loading', 'stale', 'fast', 'no_auth'],
    aclCategories: ['connection'],
    deprecated: { since: '7.2.0', replacedBy: 'just closing the connection' },
    run({ session }) {
      session.closeAfterReply = true;
      return OK;
    },
  },
] as const satisfies readonly Command[];

function select({ node, session }: CommandContext, argv: readonly ByteString[]): Reply {
  const index = parseInteger(argv[1]!);
  if (index === null) return NOT_AN_INTEGER;
  if (index < INT_MIN || index > INT_MAX) return outOfRangeBetween(INT_MIN, INT_MAX);
  if (node.cluster !== null && index !== 0) return SELECT_IN_CLUSTER_MODE;
  if (node.keyspace.databases[Number(index)] === undefined) return DB_INDEX_OUT_OF_RANGE;
  session.dbIndex = Number(index);
  return OK;
}

function reset(context: CommandContext): Reply {
  const { node, session } = context;
  if (session.isReplica || session.kind !== 'normal') return RESET_NOT_NORMAL;
  discardTransaction(context);
  session.user = node.acl.defaultUser;
  session.authenticated = !node.acl.authRequired;
  node.tracking.disable(session);
  node.pubSub.unsubscribeAll(session);
  node.monitors.remove(session);
  session.dbIndex = 0;
  session.protocol = 2;
  session.name = '';
  session.asking = false;
  session.readonlyMode = false;
  session.replyMode = 'on';
  session.noTouch = false;
  session.noEvict = false;
  return RESET_DONE;
}
