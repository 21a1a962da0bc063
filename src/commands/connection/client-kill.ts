/** CLIENT KILL, by address or by filters. https://redis.io/docs/latest/commands/client-kill/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  CLIENT_ID_NOT_POSITIVE,
  NO_SUCH_CLIENT,
  noSuchUser,
  SYNTAX_ERROR,
  unknownClientType,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { User } from '../acl/user.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { allClientsOf, type ClientType, clientTypeOf, parseClientType } from './client-type.js';

export const clientKill = {
  name: 'kill',
  summary: 'Closes connections.',
  since: '2.4.0',
  group: 'connection',
  complexity: 'O(N) where N is the number of client connections',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
  aclCategories: ['connection'],
  history: [
    ['2.8.12', 'Filters.'],
    ['2.8.12', 'Filter `ID`.'],
    ['3.2.0', 'Type `master` for the filter `TYPE`.'],
    ['5.0.0', 'Type `replica` is the new name of `slave`, which still works.'],
    ['6.2.0', 'Filter `LADDR`.'],
  ],
  run(context, argv) {
    if (argv.length === 3) {
      // The old form may kill the connection it comes from.
      const killed = killMatching(context, { address: argv[2]!, skipMe: false });
      return killed === 0 ? NO_SUCH_CLIENT : OK;
    }
    const filter = parseFilter(context, argv);
    return filter instanceof ErrorReply ? filter : (killMatching(context, filter) satisfies Reply);
  },
} as const satisfies Command;

interface KillFilter {
  readonly address?: ByteString;
  readonly localAddress?: ByteString;
  readonly type?: ClientType;
  readonly id?: number;
  readonly user?: User;
  readonly skipMe: boolean;
}

function parseFilter({ node }: CommandContext, argv: readonly ByteString[]): KillFilter | ErrorReply {
  let filter: KillFilter = { skipMe: true };
  let user: User | undefined;
  for (let index = 2; index < argv.length; index += 2) {
    const value = argv[index + 1];
    if (value === undefined) return SYNTAX_ERROR;
    switch (toLowerAscii(asCString(argv[index]!))) {
      case 'id': {
        const id = parseInteger(value);
        if (id === null || id < 1) return CLIENT_ID_NOT_POSITIVE;
        filter = { ...filter, id: Number(id) };
        break;
      }
      case 'type': {
        const type = parseClientType(value);
        if (type === null) return unknownClientType(value);
        filter = { ...filter, type };
        break;
      }
      case 'addr':
        filter = { ...filter, address: value };
        break;
      case 'laddr':
        filter = { ...filter, localAddress: value };
        break;
      case 'user':
        user = node.acl.userOf(value);
        if (user === undefined) return noSuchUser(value);
        filter = { ...filter, user };
        break;
      case 'skipme': {
        const answer = toLowerAscii(asCString(value));
        if (answer !== 'yes' && answer !== 'no') return SYNTAX_ERROR;
        filter = { ...filter, skipMe: answer === 'yes' };
        break;
      }
      default:
        return SYNTAX_ERROR;
    }
  }
  return filter;
}

function killMatching({ node, session: me }: CommandContext, filter: KillFilter): number {
  let killed = 0;
  for (const session of allClientsOf(node)) {
    if (!matches(session, filter) || (session === me && filter.skipMe)) continue;
    // Our own connection has to bring the reply first.
    if (session === me) me.closeAfterReply = true;
    else if (session.kind === 'master-link') node.replication.disconnectMaster();
    else session.close('CLIENT KILL');
    killed++;
  }
  return killed;
}

function matches(session: Session, { address, localAddress, type, id, user }: KillFilter): boolean {
  if (address !== undefined && session.address !== asCString(address)) return false;
  if (localAddress !== undefined && session.localAddress !== asCString(localAddress)) return false;
  if (type !== undefined && clientTypeOf(session) !== type) return false;
  if (id !== undefined && session.id !== id) return false;
  return user === undefined || session.user === user;
}
