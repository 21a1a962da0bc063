/** AUTH and HELLO: who the client is and which protocol it speaks. https://redis.io/docs/latest/commands/auth/ https://redis.io/docs/latest/commands/hello/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  AUTH_WITHOUT_PASSWORD,
  NO_AUTH_HELLO,
  NO_AUTH_HELLO_70,
  NO_PROTO,
  PROTOCOL_VERSION_NOT_AN_INTEGER,
  SYNTAX_ERROR,
  syntaxErrorInHello,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, MapReply, type NoReply, OK, type Reply } from '../../resp/reply.js';
import { logIn } from '../acl/refusals.js';
import { DEFAULT_USER } from '../acl/user.js';
import type { Command, RedisVersion } from '../command.js';
import type { CommandContext } from '../context.js';
import { clientNameError } from './client-name.js';

export const auth = {
  name: 'auth',
  summary: 'Logs the connection in.',
  since: '1.0.0',
  group: 'connection',
  complexity: 'O(N) where N is the number of passwords defined for the user',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'sentinel', 'allow_busy'],
  aclCategories: ['connection'],
  history: [['6.0.0', 'A user name may come before the password.']],
  run(context, argv) {
    if (argv.length > 3) return SYNTAX_ERROR;
    if (argv.length === 2 && context.node.acl.defaultUser.noPassword) return AUTH_WITHOUT_PASSWORD;
    const [userName, password] = argv.length === 2 ? [DEFAULT_USER, argv[1]!] : [argv[1]!, argv[2]!];
    return logIn(context, argv, userName, password) ?? OK;
  },
} as const satisfies Command;

export const hello = {
  name: 'hello',
  summary: 'Opens the conversation: protocol, user and name of the connection.',
  since: '6.0.0',
  group: 'connection',
  complexity: 'O(1)',
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'sentinel', 'allow_busy'],
  aclCategories: ['connection'],
  history: [
    ['6.2.0', 'The protocol version may be left out: then nothing changes and the connection is described.'],
  ],
  run: greet,
} as const satisfies Command;

/** One AUTH or SETNAME of HELLO. */
interface HelloStep {
  readonly auth?: readonly [userName: ByteString, password: ByteString];
  readonly clientName?: ByteString;
}

interface HelloSteps {
  readonly steps: readonly HelloStep[];
  /** The first argument that is no option, or a name that is none. */
  readonly refused: ErrorReply | null;
}

function greet(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { node, session } = context;
  const protocol = argv.length < 2 ? null : protocolOf(argv[1]!);
  if (protocol instanceof ErrorReply) return protocol;
  const parsed = parseSteps(node.version, argv);
  // 7.0 carries out each option as it reads it; later releases check all of them, and log in before they set the name.
  const refused =
    node.version === '7.0' ? takeSteps(context, argv, parsed) : takeCheckedSteps(context, argv, parsed);
  if (refused !== null) return refused;
  if (node.version === '7.0' && !isLoggedIn(context)) return NO_AUTH_HELLO_70;
  if (protocol !== null) session.protocol = protocol;
  return new MapReply([
    'server',
    'redis',
    'version',
    node.releaseVersion,
    'proto',
    session.protocol,
    'id',
    session.id,
    'mode',
    node.cluster === null ? 'standalone' : 'cluster',
    'role',
    node.replication.masterAddress() === null ? 'master' : 'replica',
    'modules',
    [],
  ]);
}

function protocolOf(argument: ByteString): 2 | 3 | ErrorReply {
  const version = parseInteger(argument);
  if (version === null) return PROTOCOL_VERSION_NOT_AN_INTEGER;
  return version === 2 || version === 3 ? version : NO_PROTO;
}

function takeSteps(
  context: CommandContext,
  argv: readonly ByteString[],
  { steps, refused }: HelloSteps,
): ErrorReply | NoReply | null {
  for (const { auth: credentials, clientName } of steps) {
    const failed = credentials === undefined ? null : logIn(context, argv, ...credentials);
    if (failed !== null) return failed;
    if (clientName !== undefined) context.session.name = clientName;
  }
  return refused;
}

function takeCheckedSteps(
  context: CommandContext,
  argv: readonly ByteString[],
  { steps, refused }: HelloSteps,
): ErrorReply | NoReply | null {
  if (refused !== null) return refused;
  const credentials = steps.findLast((step) => step.auth !== undefined)?.auth;
  const failed = credentials === undefined ? null : logIn(context, argv, ...credentials);
  if (failed !== null) return failed;
  if (!isLoggedIn(context)) return NO_AUTH_HELLO;
  const clientName = steps.findLast((step) => step.clientName !== undefined)?.clientName;
  if (clientName !== undefined) context.session.name = clientName;
  return null;
}

function isLoggedIn({ node, session }: CommandContext): boolean {
  return session.authenticated || !node.acl.authRequired;
}

function parseSteps(version: RedisVersion, argv: readonly ByteString[]): HelloSteps {
  const steps: HelloStep[] = [];
  for (let index = 2; index < argv.length; index++) {
    const option = toLowerAscii(asCString(argv[index]!));
    const following = argv.length - 1 - index;
    if (option === 'auth' && following >= 2) {
      steps.push({ auth: [argv[index + 1]!, argv[index + 2]!] });
      index += 2;
    } else if (option === 'setname' && following >= 1) {
      const clientName = argv[++index]!;
      const refused = clientNameError(version, clientName);
      if (refused !== null) return { steps, refused };
      steps.push({ clientName });
    } else {
      return { steps, refused: syntaxErrorInHello(argv[index]!) };
    }
  }
  return { steps, refused: null };
}
