/** The subcommands of ACL about users: SETUSER, GETUSER, DELUSER, LIST, USERS, WHOAMI, LOAD, SAVE. https://redis.io/docs/latest/commands/acl-setuser/ */
import { asCString, type ByteString } from '../../resp/byte-string.js';
import {
  ACL_FILE_NOT_SAVED,
  BAD_USER_NAME,
  DEFAULT_USER_STAYS,
  NO_ACL_FILE,
} from '../../resp/errors/index.js';
import { MapReply, OK, type Reply, SetReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { CommandTable } from '../table.js';
import { describeChannels, describeCommands, describeKeys, userFlags } from './describe.js';
import type { Selector } from './selector.js';
import { hasSpaces } from './selector-rules.js';
import { DEFAULT_USER } from './user.js';

export const userCommands = [
  {
    name: 'setuser',
    summary: 'Makes a user, or changes what a user may do.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of rules provided.',
    arity: -3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    history: [
      ['6.2.0', 'Patterns of channels.'],
      ['7.0.0', 'Selectors, and rules that tell reading a key from writing it.'],
    ],
    in70: { tips: [] },
    run({ node }, argv) {
      if (hasSpaces(argv[2]!)) return BAD_USER_NAME;
      return node.acl.setUser(argv[2]!, argv.slice(3)) ?? OK;
    },
  },
  {
    name: 'getuser',
    summary: 'The rules of a user.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of password, command and pattern rules that the user has.',
    arity: 3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    history: [
      ['6.2.0', 'Patterns of channels.'],
      ['7.0.0', 'Selectors; patterns of keys and channels are shown as rules.'],
    ],
    run: getUser,
  },
  {
    name: 'deluser',
    summary: 'Removes users and ends their connections.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(1) amortized time considering the typical user.',
    arity: -3,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    in70: { tips: [] },
    run({ node }, argv) {
      const names = argv.slice(2);
      if (names.some((name) => asCString(name) === DEFAULT_USER)) return DEFAULT_USER_STAYS;
      return names.filter((name) => node.acl.deleteUser(name)).length;
    },
  },
  {
    name: 'list',
    summary: 'Every user with its rules, as lines of a configuration file.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of configured users.',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    run: ({ node: { acl } }) => acl.users.map((user) => `user ${acl.describe(user)}`),
  },
  {
    name: 'users',
    summary: 'The names of all users.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of configured users.',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    run: ({ node }) => node.acl.users.map(({ name }) => name),
  },
  {
    name: 'whoami',
    summary: 'The user of this connection.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    run: ({ session }) => session.user?.name ?? null,
  },
  {
    name: 'load',
    summary: 'Replaces the users by those of the ACL file.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of configured users.',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    run: ({ node }) => (node.config.values.aclfile === '' ? NO_ACL_FILE : (node.acl.load() ?? OK)),
  },
  {
    name: 'save',
    summary: 'Writes the users into the ACL file.',
    since: '6.0.0',
    group: 'server',
    complexity: 'O(N). Where N is the number of configured users.',
    arity: 2,
    flags: ['admin', 'noscript', 'loading', 'stale', 'sentinel'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    in70: { tips: [] },
    run({ node }) {
      if (node.config.values.aclfile === '') return NO_ACL_FILE;
      return node.acl.save() ? OK : ACL_FILE_NOT_SAVED;
    },
  },
] as const satisfies readonly Command[];

function getUser({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const user = node.acl.userOf(argv[2]!);
  if (user === undefined) return null;
  return new MapReply([
    'flags',
    new SetReply(userFlags(user)),
    'passwords',
    [...user.passwords],
    ...describeSelector(node.commands, user.root),
    'selectors',
    user.selectors.map((selector) => new MapReply(describeSelector(node.commands, selector))),
  ]);
}

function describeSelector(commands: CommandTable, selector: Selector): Reply[] {
  return [
    'commands',
    describeCommands(commands, selector),
    'keys',
    describeKeys(selector),
    'channels',
    describeChannels(selector),
  ];
}
