/** What happens when a user may not do something: it is counted and logged (addACLLogEntry of acl.c). */
import type { ByteString } from '../../resp/byte-string.js';
import { noPermission, WRONG_PASS } from '../../resp/errors/index.js';
import { type ErrorReply, NO_REPLY, type NoReply } from '../../resp/reply.js';
import { describeClient } from '../connection/describe-client.js';
import type { CommandContext, NodeContext } from '../context.js';
import type { Session } from '../session.js';
import type { ResolvedCommand } from '../table.js';
import type { AclLogEvent } from './acl-log.js';
import { refusalText } from './denial-texts.js';
import { type Denial, denialOf } from './permission.js';
import { DEFAULT_USER, type User } from './user.js';

/** A command as it comes to the node: the error it is refused with, or null when the user may run it. */
export function refusalOf(
  node: NodeContext,
  session: Session,
  command: ResolvedCommand,
  argv: readonly ByteString[],
): ErrorReply | null {
  const { user } = session;
  const denial = denialOf(user, command, argv);
  if (denial === null || user === null) return null;
  logDenial(node, session, command, argv, { ...denial, context: contextOf(session), sent: argv });
  return noPermission(refusalText(node.version, user, command, denial));
}

/** A refusal with where the command came from. */
interface PlacedDenial extends Denial {
  readonly context: AclLogEvent['context'];
  /** What the client sent: the command itself, or EXEC, or the call of the script. */
  readonly sent: readonly ByteString[];
}

/** Logs and counts a command that was refused. */
export function logDenial(
  node: NodeContext,
  session: Session,
  { fullName }: ResolvedCommand,
  argv: readonly ByteString[],
  { reason, position, context, sent }: PlacedDenial,
): void {
  const object = reason === 'command' ? fullName : argv[position]!;
  const userName = session.user?.name ?? DEFAULT_USER;
  logEvent(node, session, sent, { reason, context, object, userName });
}

/** Makes the session that user's, or gives the answer. */
export function logIn(
  { node, session }: CommandContext,
  argv: readonly ByteString[],
  userName: ByteString,
  password: ByteString,
): ErrorReply | NoReply | null {
  const user: User | undefined = node.acl.userOf(userName);
  if (user?.accepts(password)) {
    session.user = user;
    session.authenticated = true;
    return null;
  }
  logEvent(node, session, argv, { reason: 'auth', context: contextOf(session), object: argv[0]!, userName });
  // 7.2 has no answer while other replies wait to be written: before it in a pipeline, or in EXEC (addAuthErrReply of acl.c).
  const hasPendingReplies = (session.queuedBytes ?? 0) > 0 || session.transaction !== null;
  return node.version !== '7.0' && hasPendingReplies ? NO_REPLY : WRONG_PASS;
}

function logEvent(
  node: NodeContext,
  session: Session,
  argv: readonly ByteString[],
  event: Omit<AclLogEvent, 'clientInfo' | 'atMs'>,
): void {
  node.stats.aclDenied[event.reason]++;
  const nowMs = node.clock.nowMs();
  const clientInfo = describeClient(session, node.version, nowMs, argv);
  node.acl.log.add({ ...event, clientInfo, atMs: nowMs }, node.config.values['acllog-max-len']);
}

function contextOf({ transaction }: Session): 'toplevel' | 'multi' {
  return transaction === null ? 'toplevel' : 'multi';
}
