/** CLIENT SETNAME, GETNAME and SETINFO: what a connection says about itself. https://redis.io/docs/latest/commands/client-setname/ https://redis.io/docs/latest/commands/client-setinfo/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { BAD_CLIENT_NAME, badClientInfo, unrecognizedClientInfo } from '../../resp/errors/index.js';
import { type ErrorReply, OK } from '../../resp/reply.js';
import type { Command, RedisVersion } from '../command.js';

/** Only visible ASCII, so that a space always ends a field of CLIENT LIST. */
const PRINTABLE = /^[!-~]*$/;

/** Null: the name is fine; an empty one takes the name away. 7.0 looks behind a zero byte too. */
export function clientNameError(version: RedisVersion, name: ByteString): ErrorReply | null {
  return PRINTABLE.test(version === '7.0' ? name : asCString(name)) ? null : BAD_CLIENT_NAME;
}

export const clientNameCommands = [
  {
    name: 'setname',
    summary: 'Names the connection.',
    since: '2.6.9',
    group: 'connection',
    complexity: 'O(1)',
    arity: 3,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    in70: { tips: [] },
    run({ node, session }, argv) {
      const refused = clientNameError(node.version, argv[2]!);
      if (refused !== null) return refused;
      session.name = argv[2]!;
      return OK;
    },
  },
  {
    name: 'getname',
    summary: 'The name of the connection.',
    since: '2.6.9',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: ({ session }) => (session.name === '' ? null : session.name),
  },
  {
    name: 'setinfo',
    summary: 'Tells which client library is behind the connection.',
    since: '7.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 4,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    run({ session }, argv) {
      const option = toLowerAscii(asCString(argv[2]!));
      if (option !== 'lib-name' && option !== 'lib-ver') return unrecognizedClientInfo(argv[2]!);
      const value = argv[3]!;
      if (!PRINTABLE.test(asCString(value))) return badClientInfo(argv[2]!);
      if (option === 'lib-name') session.libName = value;
      else session.libVersion = value;
      return OK;
    },
  },
] as const satisfies readonly Command[];
