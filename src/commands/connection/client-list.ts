/** CLIENT LIST, INFO and ID: who is connected. https://redis.io/docs/latest/commands/client-list/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { INVALID_CLIENT_ID, SYNTAX_ERROR, unknownClientType } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { allClientsOf, clientTypeOf, parseClientType } from './client-type.js';
import { describeClient } from './describe-client.js';

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
    run: (context, argv) => new VerbatimReply('txt', describe(context, context.session, argv)),
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
  const clients = allClientsOf(context.node);
  let listed = clients;
  if (argv.length > 2) {
    const filter = toLowerAscii(asCString(argv[2]!));
    if (filter === 'type' && argv.length === 4) {
      const type = parseClientType(argv[3]!);
      if (type === null) return unknownClientType(argv[3]!);
      listed = listed.filter((session) => clientTypeOf(session) === type);
    } else if (filter === 'id' && argv.length > 3) {
      const ids = argv.slice(3).map(parseInteger);
      if (ids.includes(null)) return INVALID_CLIENT_ID;
      listed = ids
        .map((id) => clients.find((client) => client.id === Number(id)))
        .filter((session) => session !== undefined);
    } else {
      return SYNTAX_ERROR;
    }
  }
  return new VerbatimReply('txt', listed.map((session) => describe(context, session, argv)).join(''));
}

function describe(
  { node, nowMs, session }: CommandContext,
  described: Session,
  argv: readonly ByteString[],
): string {
  return `${describeClient(described, node.version, nowMs, described === session ? argv : NOT_RUNNING)}\n`;
}

const NOT_RUNNING: readonly ByteString[] = [];
