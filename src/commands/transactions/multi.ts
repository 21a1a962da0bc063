/** MULTI, EXEC and DISCARD (multi.c). Dispatch queues what comes between them. https://redis.io/docs/latest/commands/multi/ https://redis.io/docs/latest/commands/exec/ */

import type { ByteString } from '../../resp/byte-string.js';
import {
  DISCARD_WITHOUT_MULTI,
  EXEC_ABORT,
  EXEC_WITHOUT_MULTI,
  NESTED_MULTI,
  noPermissionAtExec,
} from '../../resp/errors/index.js';
import { NO_REPLY, NULL_ARRAY, OK, RawReply, type Reply } from '../../resp/reply.js';
import { encodeReply } from '../../resp/reply-encoder.js';
import { denialOf } from '../acl/permission.js';
import { logDenial } from '../acl/refusals.js';
import type { Command, RedisVersion } from '../command.js';
import type { CommandContext } from '../context.js';
import type { QueuedCommand } from '../session.js';

export const multi = {
  name: 'multi',
  summary: 'Begins a transaction: the commands that follow are queued.',
  since: '1.2.0',
  group: 'transactions',
  complexity: 'O(1)',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  aclCategories: ['transaction'],
  run({ session }) {
    if (session.transaction !== null) return NESTED_MULTI;
    session.transaction = { queue: [], aborted: false, bytes: 0 };
    return OK;
  },
} as const satisfies Command;

export const exec = {
  name: 'exec',
  summary: 'Runs the queued commands of a transaction.',
  since: '1.2.0',
  group: 'transactions',
  complexity: 'Depends on commands in the transaction',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
  aclCategories: ['transaction'],
  run: runQueue,
} as const satisfies Command;

export const discard = {
  name: 'discard',
  summary: 'Drops a transaction with all that was queued.',
  since: '2.0.0',
  group: 'transactions',
  complexity: 'O(N), when N is the number of queued commands',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  aclCategories: ['transaction'],
  run(context) {
    if (context.session.transaction === null) return DISCARD_WITHOUT_MULTI;
    discardTransaction(context);
    return OK;
  },
} as const satisfies Command;

/** Ends the transaction, if there is one, and forgets the watched keys. */
export function discardTransaction({ node, session }: CommandContext): void {
  session.transaction = null;
  session.watchedKeyChanged = false;
  node.keyspace.unwatchAll(session);
}

function runQueue(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { node, session } = context;
  const { transaction } = session;
  if (transaction === null) return EXEC_WITHOUT_MULTI;
  const isAborted = transaction.aborted;
  const hasChanged = session.watchedKeyChanged || node.keyspace.hasExpiredWatchedKey(session);
  if (isAborted || hasChanged) {
    discardTransaction(context);
    return isAborted ? EXEC_ABORT : NULL_ARRAY;
  }
  // Nobody needs to be told about the changes that the transaction itself makes.
  node.keyspace.unwatchAll(session);
  // The session stays in MULTI while its queue runs: a blocking command sees by that that it may not block.
  return runFrom(context, argv, transaction.queue, []);
}

/** Runs what is queued behind the commands whose replies are there. */
function runFrom(
  context: CommandContext,
  argv: readonly ByteString[],
  queue: readonly QueuedCommand[],
  before: readonly Reply[],
): Reply {
  const { node, session } = context;
  let replies = [...before];
  while (replies.length < queue.length) {
    const { protocol, blocked } = session;
    const reply = runQueued(context, queue[replies.length] as QueuedCommand, argv);
    // A script that takes long: the rest follows it.
    if (reply === NO_REPLY && session.blocked?.kind === 'script' && session.blocked !== blocked) {
      session.blocked.proceed = (late) => runFrom(context, argv, queue, [...replies, late]);
      return NO_REPLY;
    }
    // HELLO answers in the protocol that it asks for; what came before it has been written in the other one.
    if (session.protocol !== protocol)
      replies = replies.map((earlier) => written(earlier, protocol, node.version));
    replies.push(reply);
  }
  discardTransaction(context);
  return replies;
}

/** Permissions may have changed since the command was queued. */
function runQueued(context: CommandContext, queued: QueuedCommand, sent: readonly ByteString[]): Reply {
  const { node, session } = context;
  const { command, argv } = queued;
  const denial = denialOf(session.user, command, argv);
  if (denial === null) return context.call(queued);
  logDenial(node, session, command, argv, { ...denial, context: 'multi', sent });
  return context.countError(noPermissionAtExec(denial.reason));
}

function written(reply: Reply, protocol: 2 | 3, version: RedisVersion): Reply {
  return new RawReply(encodeReply(reply, protocol, version));
}
