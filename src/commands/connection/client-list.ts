/** CLIENT LIST, INFO and ID: who is connected. https://redis.io/docs/latest/commands/client-list/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { INVALID_CLIENT_ID, SYNTAX_ERROR, unknownClientType } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { clientTypeOf, isSubscriber, parseClientType } from './client-type.js';

export const clientListCommands = [
  {
    name: 'list',
    summary: 'Describes the open connections, one a line.',
    since: '2.4.0',
    group: 'connection',
    complexity: 'O(N) where N is the number of client connections',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['nondeterministic_output'],
    history: [
      ['2.8.12', 'Field `id`.'],
      ['5.0.0', 'Filter `TYPE`.'],
      ['6.0.0', 'Field `user`.'],
      ['6.2.0', 'Fields `argv-mem`, `tot-mem`, `laddr` and `redir`; filter `ID`.'],
      ['7.0.0', 'Fields `resp`, `multi-mem`, `rbs` and `rbp`.'],
      ['7.0.3', 'Field `ssub`.'],
    ],
    run: listClients,
  },
  {
    name: 'info',
    summary: 'Describes this connection.',
    since: '6.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['nondeterministic_output'],
    run: (context, argv) => new VerbatimReply('txt', describeSession(context, context.session, argv)),
  },
  {
    name: 'id',
    summary: 'The id of this connection.',
    since: '5.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: ({ session }) => session.id,
  },
] as const satisfies readonly Command[];

function listClients(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { sessions } = context.node;
  let listed = [...sessions.values()];
  if (argv.length > 2) {
    const filter = toLowerAscii(asCString(argv[2]!));
    if (filter === 'type' && argv.length === 4) {
      const type = parseClientType(argv[3]!);
      if (type === null) return unknownClientType(argv[3]!);
      listed = listed.filter((session) => clientTypeOf(session) === type);
    } else if (filter === 'id' && argv.length > 3) {
      const ids = argv.slice(3).map(parseInteger);
      if (ids.includes(null)) return INVALID_CLIENT_ID;
      listed = ids.map((id) => sessions.get(Number(id))).filter((session) => session !== undefined);
    } else {
      return SYNTAX_ERROR;
    }
  }
  return new VerbatimReply('txt', listed.map((session) => describeSession(context, session, argv)).join(''));
}

/**
 * Sizes that stand for buffers which only a C process has: what a client holds while its command runs, and what is
 * left of it after two idle seconds. As both releases print them.
 */
const BUFFERS = {
  '7.0': { query: 20474, reply: 16384, idleReply: 1024, queryAllocation: 20456, client: 792 },
  '7.2': { query: 16386, reply: 16392, idleReply: 1032, queryAllocation: 16368, client: 800 },
} as const;

const SHRUNK_AFTER_MS = 2000;

/** The first descriptor a client gets in a server that has just started. */
const FIRST_CLIENT_FD = 8;

/** @param argv the command that the context's own session runs. */
function describeSession(context: CommandContext, session: Session, argv: readonly ByteString[]): string {
  const { node, nowMs } = context;
  const buffers = BUFFERS[node.version];
  const isRunning = session === context.session;
  const isShrunk = !isRunning && nowMs - session.lastInteractionMs >= SHRUNK_AFTER_MS;
  const argvBytes = isRunning ? argv.reduce((sum, arg) => sum + arg.length, 0) : 0;
  const queryBytes = isRunning ? requestLength(argv) : 0;
  const replyBuffer = isShrunk ? buffers.idleReply : buffers.reply;
  const queued = session.queuedBytes ?? 0;
  const memory =
    buffers.client +
    replyBuffer +
    (isShrunk ? 0 : buffers.queryAllocation) +
    (isRunning ? argvBytes + 8 * argv.length : 0);
  const { tracking, transaction, subscriptions } = session;
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
    ['qbuf-free', isShrunk ? 0 : buffers.query - queryBytes],
    ['argv-mem', argvBytes],
    ['multi-mem', transactionBytes(session)],
    ['rbs', replyBuffer],
    ['rbp', isShrunk ? 0 : buffers.reply],
    ['obl', queued],
    ['oll', 0],
    ['omem', 0],
    ['tot-mem', memory],
    ['events', queued > 0 ? 'rw' : 'r'],
    ['cmd', session.lastCommand],
    ['user', session.userName],
    ['redir', tracking?.redirectTo ?? -1],
    ['resp', session.protocol],
  ];
  if (node.version !== '7.0') {
    fields.push(['lib-name', asCString(session.libName)], ['lib-ver', asCString(session.libVersion)]);
  }
  return `${fields.map(([name, value]) => `${name}=${value}`).join(' ')}\n`;
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

function transactionBytes({ transaction }: Session): number {
  let bytes = 0;
  for (const { argv } of transaction?.queue ?? []) {
    for (const arg of argv) bytes += arg.length + 8;
  }
  return bytes;
}
