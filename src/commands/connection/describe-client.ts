/** One line of CLIENT LIST, which is also how the log names a client (catClientInfoString of networking.c). */
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { argumentBytes, clientMemoryOf, outputBytesOf } from '../client-memory.js';
import type { RedisVersion } from '../command.js';
import type { Session } from '../session.js';
import { isSubscriber } from './client-type.js';

const POINTER_BYTES = 8;

/** What the allocation of the buffer for requests has to spare. */
const QUERY_ROUNDING = 18;

/** The first descriptor a client gets in a server that has just started. */
const FIRST_CLIENT_FD = 8;

/** @param argv the command that it runs now; empty = none. */
export function describeClient(
  session: Session,
  version: RedisVersion,
  nowMs: number,
  argv: readonly ByteString[] = [],
): string {
  const isRunning = argv.length > 0;
  const argvBytes = argumentBytes(argv);
  const queryBytes = isRunning ? requestLength(argv) : session.queryBytes;
  const output = outputBytesOf(session);
  const { pendingBytes, queryRoom, replyRoom, tracking, transaction, subscriptions } = session;
  const fields: [name: string, value: string | number][] = [
    ['id', session.id],
    ['addr', session.address],
    ['laddr', session.localAddress],
    ['fd', FIRST_CLIENT_FD + session.id - 1],
    ['name', asCString(session.name)],
    ['age', seconds(nowMs, session.createdAtMs)],
    ['idle', seconds(nowMs, session.lastInteractionMs)],
    ['flags', flagsOf(session)],
    ['db', session.dbIndex],
    ['sub', subscriptions?.channels.size ?? 0],
    ['psub', subscriptions?.patterns.size ?? 0],
    ['ssub', subscriptions?.shardChannels.size ?? 0],
    ['multi', transaction === null ? -1 : transaction.queue.length],
    ['qbuf', queryBytes],
    ['qbuf-free', queryRoom === 0 ? 0 : Math.max(0, queryRoom + QUERY_ROUNDING - queryBytes)],
    ['argv-mem', isRunning ? argvBytes - POINTER_BYTES * argv.length : session.argumentBytes],
    ['multi-mem', transaction?.bytes ?? 0],
    ['rbs', replyRoom],
    ['rbp', session.replyPeak],
    ['obl', session.isReplica ? 0 : Math.min(pendingBytes, replyRoom)],
    ['oll', output.pieces],
    ['omem', output.bytes],
    ['tot-mem', clientMemoryOf(session, version) + argvBytes],
    ['events', pendingBytes > 0 ? 'rw' : 'r'],
    ['cmd', session.lastCommand],
    ['user', session.user?.name ?? '(superuser)'],
    ['redir', tracking?.redirectTo ?? -1],
    ['resp', session.protocol],
  ];
  if (version !== '7.0') {
    fields.push(['lib-name', asCString(session.libName)], ['lib-ver', asCString(session.libVersion)]);
  }
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

function flagsOf(session: Session): string {
  const { tracking } = session;
  let flags = '';
  if (session.isReplica || session.isMonitor) flags += session.isMonitor ? 'O' : 'S';
  if (session.kind === 'master-link') flags += 'M';
  if (isSubscriber(session)) flags += 'P';
  if (session.transaction !== null) flags += 'x';
  if (session.blocked !== null) flags += 'b';
  if (tracking) flags += 't';
  if (tracking?.redirectionBroken) flags += 'R';
  if (tracking?.broadcast) flags += 'B';
  if (session.watchedKeyChanged) flags += 'd';
  if (session.closeAfterReply) flags += 'c';
  if (session.address.startsWith('/')) flags += 'U';
  if (session.readonlyMode) flags += 'r';
  if (session.noEvict) flags += 'e';
  if (session.noTouch) flags += 'T';
  return flags === '' ? 'N' : flags;
}

/** As Redis counts: the difference of whole seconds. */
function seconds(nowMs: number, sinceMs: number): number {
  return Math.floor(nowMs / 1000) - Math.floor(sinceMs / 1000);
}

function requestLength(argv: readonly ByteString[]): number {
  return argv.reduce((sum, arg) => sum + `$${arg.length}\r\n${arg}\r\n`.length, `*${argv.length}\r\n`.length);
}
