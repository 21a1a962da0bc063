/** How COMMAND and COMMAND INFO describe a command: arity, flags, keys, ACL categories, tips, key specs, subcommands. https://redis.io/docs/latest/commands/command/ */
import { MapReply, type Reply, SetReply, SimpleString } from '../../resp/reply.js';
import { ACL_CATEGORIES } from '../acl/categories.js';
import type { CommandFlag, KeySpec, KeySpecFlag } from '../command.js';
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
  const range = legacyKeyRange(command.keySpecs);
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

interface LegacyKeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** The range does not tell everything. */
  readonly isMovable: boolean;
}

const NO_KEYS: LegacyKeyRange = { first: 0, last: 0, step: 0, isMovable: false };

/** First key, last key and step as they were before key specs came (populateCommandLegacyRangeSpec in server.c). */
function legacyKeyRange(specs: readonly KeySpec[]): LegacyKeyRange {
  const [only, ...others] = specs;
  if (only === undefined) return NO_KEYS;
  const onlyRange = others.length === 0 ? rangeOf(only) : null;
  if (onlyRange !== null) {
    return { ...onlyRange, isMovable: only.flags.includes('incomplete') };
  }
  let first = 0;
  let last = 0;
  let isMovable = false;
  for (const spec of specs) {
    const range = rangeOf(spec);
    if (range === null || range.step !== 1 || (last !== 0 && last !== range.first - 1)) {
      isMovable = true;
      continue;
    }
    if (spec.flags.includes('incomplete')) isMovable = true;
    first = first === 0 ? range.first : Math.min(first, range.first);
    // Compared as unsigned: "from the end" is further than every position.
    last = range.last >>> 0 > last >>> 0 ? range.last : last;
  }
  return first === 0 ? { ...NO_KEYS, isMovable } : { first, last, step: 1, isMovable };
}

function rangeOf({ beginSearch, findKeys }: KeySpec): { first: number; last: number; step: number } | null {
  if (typeof beginSearch === 'string' || !('index' in beginSearch)) return null;
  if (typeof findKeys === 'string' || !('lastKey' in findKeys)) return null;
  const { lastKey, step } = findKeys;
  return { first: beginSearch.index, last: lastKey < 0 ? lastKey : beginSearch.index + lastKey, step };
}
