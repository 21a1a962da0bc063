/** CLIENT REPLY, NO-EVICT and NO-TOUCH: how this connection is treated. https://redis.io/docs/latest/commands/client-reply/ https://redis.io/docs/latest/commands/client-no-touch/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SYNTAX_ERROR } from '../../resp/errors/index.js';
import { NO_REPLY, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

export const clientModeCommands = [
  {
    name: 'reply',
    summary: 'Turns replies to this connection on or off, or skips one.',
    since: '3.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 3,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: setReplyMode,
  },
  {
    name: 'no-evict',
    summary: 'Protects the connection from being closed when clients use too much memory.',
    since: '7.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run({ session }, argv) {
      const on = parseOnOff(argv[2]!);
      if (on === null) return SYNTAX_ERROR;
      session.noEvict = on;
      return OK;
    },
  },
  {
    name: 'no-touch',
    summary: 'Decides whether commands of this connection count as uses of their keys.',
    since: '7.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 3,
    flags: ['noscript', 'loading', 'stale'],
    aclCategories: ['connection'],
    run({ session }, argv) {
      const on = parseOnOff(argv[2]!);
      if (on === null) return SYNTAX_ERROR;
      session.noTouch = on;
      return OK;
    },
  },
] as const satisfies readonly Command[];

function setReplyMode({ session }: CommandContext, argv: readonly ByteString[]): Reply {
  switch (toLowerAscii(asCString(argv[2]!))) {
    case 'on':
      session.replyMode = 'on';
      return OK;
    case 'off':
      session.replyMode = 'off';
      return NO_REPLY;
    case 'skip':
      if (session.replyMode !== 'off') session.replyMode = 'skip-next';
      return NO_REPLY;
    default:
      return SYNTAX_ERROR;
  }
}

function parseOnOff(argument: ByteString): boolean | null {
  const word = toLowerAscii(asCString(argument));
  return word === 'on' ? true : word === 'off' ? false : null;
}
