/** The subcommands of ACL that are not about one user: CAT, GENPASS, LOG, DRYRUN. https://redis.io/docs/latest/commands/acl-cat/ https://redis.io/docs/latest/commands/acl-dryrun/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  commandNotFound,
  genpassBits,
  NOT_AN_INTEGER,
  unknownCategory,
  unknownSubcommandOrArity,
  userNotFound,
  wrongArity,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { DoubleReply, MapReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { AclLogEntry } from './acl-log.js';
import { ACL_CATEGORIES, everyCommand, isAclCategory } from './categories.js';
import { dryRunText } from './denial-texts.js';
import { denialOf } from './permission.js';

const DEFAULT_PASSWORD_BITS = 256;
const MAX_PASSWORD_BITS = 4096;
const BITS_OF_A_DIGIT = 4;
const DEFAULT_LOG_ENTRIES = 10;

export const inspectCommands = [
  {
    name: 'cat',
    summary: 'The categories of commands, or the commands of one.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(1) since the categories and commands are a fixed set.',
    arity: -2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    run: listCategories,
  },
  {
    name: 'genpass',
    summary: 'A password that nobody can guess.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    run: generatePassword,
  },
  {
    name: 'log',
    summary: 'What was refused lately, and to whom.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N) with N being the number of entries shown.',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    history: [['7.2.0', 'The id of an entry, and when it was made and changed.']],
    in70: { history: [] },
    run: showLog,
  },
  {
    name: 'dryrun',
    summary: 'Tells whether a user might run a command, without running it.',
    since: '7.0.0',
    group: 'server',
    complexity: 'O(1).',
    arity: -4,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    run: dryRun,
  },
] as const satisfies readonly Command[];

function listCategories({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  if (argv.length === 2) return [...ACL_CATEGORIES];
  const category = toLowerAscii(asCString(argv[2]!));
  if (!isAclCategory(category)) return unknownCategory(argv[2]!);
  return everyCommand(node.commands)
    .filter((command) => command.aclCategories.has(category))
    .map(({ fullName }) => fullName);
}

function generatePassword({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const bits = argv.length === 2 ? DEFAULT_PASSWORD_BITS : parseInteger(argv[2]!);
  if (bits === null) return NOT_AN_INTEGER;
  if (bits <= 0 || bits > MAX_PASSWORD_BITS) return genpassBits(MAX_PASSWORD_BITS);
  return node.random.hex(Math.ceil(Number(bits) / BITS_OF_A_DIGIT));
}

function showLog({ node, nowMs }: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return unknownSubcommandOrArity(argv[0]!, argv[1]!);
  const { log } = node.acl;
  let count: number | bigint | null = DEFAULT_LOG_ENTRIES;
  if (argv.length === 3) {
    if (toLowerAscii(asCString(argv[2]!)) === 'reset') {
      log.clear();
      return OK;
    }
    count = parseInteger(argv[2]!);
    if (count === null) return NOT_AN_INTEGER;
    if (count < 0) count = 0;
  }
  return log.entries
    .slice(0, Number(count))
    .map((entry) => describeEntry(entry, nowMs, node.version !== '7.0'));
}

function describeEntry(entry: AclLogEntry, nowMs: number, hasTimes: boolean): Reply {
  const fields: Reply[] = [
    'count',
    entry.count,
    'reason',
    entry.reason,
    'context',
    entry.context,
    'object',
    entry.object,
    'username',
    entry.userName,
    'age-seconds',
    new DoubleReply((nowMs - entry.updatedAtMs) / 1000),
    'client-info',
    entry.clientInfo,
  ];
  if (hasTimes) {
    fields.push('entry-id', entry.id, 'timestamp-created', Math.floor(entry.createdAtMs));
    fields.push('timestamp-last-updated', Math.floor(entry.updatedAtMs));
  }
  return new MapReply(fields);
}

function dryRun({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const user = node.acl.userOf(argv[2]!);
  if (user === undefined) return userNotFound(argv[2]!);
  const tried = argv.slice(3);
  const command = node.commands.resolve(tried);
  if (command === undefined) return commandNotFound(argv[3]!);
  if (!command.acceptsArgumentCount(tried.length)) return wrongArity(command.fullName);
  const denial = denialOf(user, command, tried);
  return denial === null ? OK : dryRunText(node.version, user, command, tried, denial);
}
