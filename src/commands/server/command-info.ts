/** How COMMAND and COMMAND INFO describe a command: arity, flags, keys, ACL categories, tips, key specs, subcommands. https://redis.io/docs/latest/commands/command/ */
import { MapReply, type Reply, SetReply, SimpleString } from '../../resp/reply.js';
import { ACL_CATEGORIES } from '../acl/categories.js';
import type { CommandFlag, KeySpec, KeySpecFlag } from '../command.js';
import { keyRangeOf } from '../key-positions.js';
import type { ResolvedCommand } from '../table.js';

/** In the order in which Redis prints them; the others are kept to itself. */
const PRINTED_FLAGS: readonly CommandFlag[] = [
  'write',
  'readonly',
  'denyoom',
  'admin',
  'pubsub',
  'noscript',
  'blocking',
  'loading',
  'stale',
  'skip_monitor',
  'skip_slowlog',
  'asking',
  'fast',
  'no_auth',
  'no_mandatory_keys',
  'no_async_loading',
  'no_multi',
  'movablekeys',
  'allow_busy',
];

const PRINTED_KEY_FLAGS: readonly KeySpecFlag[] = [
  'RO',
  'RW',
  'OW',
  'RM',
  'access',
  'update',
  'insert',
  'delete',
  'not_key',
  'incomplete',
  'variable_flags',
];

export function describeCommand(command: ResolvedCommand): Reply {
  const range = keyRangeOf(command.keySpecs);
  const flags = PRINTED_FLAGS.filter(
    (flag) => command.flags.has(flag) || (flag === 'movablekeys' && range.isMovable),
  );
  const categories = ACL_CATEGORIES.filter((category) => command.aclCategories.has(category));
  return [
    command.fullName,
    command.arity,
    statusSet(flags),
    range.first,
    range.last,
    range.step,
    statusSet(categories.map((category) => `@${category}`)),
    new SetReply([...(command.declaration.tips ?? [])]),
    new SetReply(command.keySpecs.map(describeKeySpec)),
    command.subcommands.size === 0
      ? new SetReply([])
      : [...command.subcommands.values()].map(describeCommand),
  ];
}

/** Flags as Redis shows them: a set of status replies. */
export function statusSet(flags: readonly string[]): SetReply {
  return new SetReply(flags.map((flag) => new SimpleString(flag)));
}

export function describeKeyFlags(flags: readonly KeySpecFlag[]): SetReply {
  return statusSet(PRINTED_KEY_FLAGS.filter((flag) => flags.includes(flag)));
}

function describeKeySpec({ flags, beginSearch, findKeys, notes }: KeySpec): Reply {
  return new MapReply([
    ...(notes === undefined ? [] : ['notes', notes]),
    'flags',
    describeKeyFlags(flags),
    'begin_search',
    describeBeginSearch(beginSearch),
    'find_keys',
    describeFindKeys(findKeys),
  ]);
}

function describeBeginSearch(beginSearch: KeySpec['beginSearch']): Reply {
  if (beginSearch === 'unknown') return typedSpec('unknown', []);
  if ('index' in beginSearch) return typedSpec('index', ['index', beginSearch.index]);
  return typedSpec('keyword', ['keyword', beginSearch.keyword, 'startfrom', beginSearch.startFrom]);
}

function describeFindKeys(findKeys: KeySpec['findKeys']): Reply {
  if (findKeys === 'unknown') return typedSpec('unknown', []);
  if ('lastKey' in findKeys) {
    const { lastKey, step, limit } = findKeys;
    return typedSpec('range', ['lastkey', lastKey, 'keystep', step, 'limit', limit]);
  }
  const { keyNumIndex, firstKey, step } = findKeys;
  return typedSpec('keynum', ['keynumidx', keyNumIndex, 'firstkey', firstKey, 'keystep', step]);
}

function typedSpec(type: string, spec: readonly Reply[]): Reply {
  return new MapReply(['type', type, 'spec', new MapReply(spec)]);
}
