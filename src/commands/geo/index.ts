/** The commands of the geo group. https://redis.io/docs/latest/commands/?group=geo */
import type { Command, CommandGroupTable, KeySpec } from '../command.js';
import { oneKey } from '../key-specs.js';
import { geoadd, geodist, geohash, geopos } from './position.js';
import { radiusKeyPositions } from './radius-keys.js';
import { search } from './search.js';

const RADIUS_COMPLEXITY =
  'O(N+log(M)), N being the number of members in the box around the circle and M the number of members of the sorted set.';
const SEARCH_COMPLEXITY =
  'O(N+log(M)), N being the number of members in the cells of the grid around the shape and M the number of members inside of it.';

/** The key behind a word. */
function keyAfter(keyword: string, startFrom: number): KeySpec {
  return {
    flags: ['OW', 'update'],
    beginSearch: { keyword, startFrom },
    findKeys: { lastKey: 0, step: 1, limit: 0 },
  };
}

const geosearch = {
  name: 'geosearch',
  summary: 'Finds the members of a sorted set that lie in a circle or a rectangle.',
  since: '6.2.0',
  group: 'geo',
  complexity: SEARCH_COMPLEXITY,
  arity: -7,
  flags: ['readonly'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  history: [['7.0.0', 'Units may be in upper case.']],
  run: (context, argv) => search(context, argv, { center: 'option', stores: 'never' }),
} as const satisfies Command;

const geosearchstore = {
  ...geosearch,
  name: 'geosearchstore',
  summary: 'Stores the members of a sorted set that lie in a circle or a rectangle.',
  arity: -8,
  flags: ['write', 'denyoom'],
  keySpecs: [oneKey(1, 'OW', 'update'), oneKey(2, 'RO', 'access')],
  run: (context, argv) => search(context, argv, { center: 'option', stores: 'destination' }),
} as const satisfies Command;

const georadius = {
  name: 'georadius',
  summary: 'Finds the members of a sorted set around a position, and may store them.',
  since: '3.2.0',
  group: 'geo',
  complexity: RADIUS_COMPLEXITY,
  arity: -6,
  flags: ['write', 'denyoom', 'movablekeys'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RO', 'access'), keyAfter('STORE', 6), keyAfter('STOREDIST', 6)],
  keyPositions: radiusKeyPositions,
  deprecated: {
    since: '6.2.0',
    replacedBy: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument',
  },
  history: [
    ['6.2.0', '`ANY` came.'],
    ['7.0.0', 'Units may be in upper case.'],
  ],
  run: (context, argv) => search(context, argv, { center: 'position', stores: 'option' }),
} as const satisfies Command;

const georadiusRo = {
  name: 'georadius_ro',
  summary: 'Finds the members of a sorted set around a position.',
  since: '3.2.10',
  group: 'geo',
  complexity: RADIUS_COMPLEXITY,
  arity: -6,
  flags: ['readonly'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  deprecated: { since: '6.2.0', replacedBy: '`GEOSEARCH` with the `BYRADIUS` argument' },
  history: [['6.2.0', '`ANY` came.']],
  run: (context, argv) => search(context, argv, { center: 'position', stores: 'never' }),
} as const satisfies Command;

const georadiusbymember = {
  ...georadius,
  name: 'georadiusbymember',
  summary: 'Finds the members of a sorted set around one of them, and may store them.',
  arity: -5,
  keySpecs: [oneKey(1, 'RO', 'access'), keyAfter('STORE', 5), keyAfter('STOREDIST', 5)],
  keyPositions: radiusKeyPositions,
  deprecated: {
    since: '6.2.0',
    replacedBy: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments',
  },
  history: [['7.0.0', 'Units may be in upper case.']],
  run: (context, argv) => search(context, argv, { center: 'member', stores: 'option' }),
} as const satisfies Command;

const georadiusbymemberRo = {
  name: 'georadiusbymember_ro',
  summary: 'Finds the members of a sorted set around one of them.',
  since: '3.2.10',
  group: 'geo',
  complexity: RADIUS_COMPLEXITY,
  arity: -5,
  flags: ['readonly'],
  aclCategories: ['geo'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  deprecated: { since: '6.2.0', replacedBy: '`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments' },
  run: (context, argv) => search(context, argv, { center: 'member', stores: 'never' }),
} as const satisfies Command;

export const geoCommands: CommandGroupTable = [
  geoadd,
  geodist,
  geohash,
  geopos,
  georadius,
  georadiusRo,
  georadiusbymember,
  georadiusbymemberRo,
  geosearch,
  geosearchstore,
];
