/** The words that patterns of commands are filled with: keys of a small key space, values of every kind, edge numbers. */
import type { Dice } from './dice.js';

/** Keys are named after what they hold most of the time. */
const KINDS = ['string', 'bits', 'log', 'list', 'set', 'hash', 'zset', 'geo', 'stream'] as const;
type Kind = (typeof KINDS)[number];
const KEYS_OF_A_KIND = 3;

/** One hash slot, but for a stray key that makes a command cross slots. */
const TAG = '{t}';
const NOTHING = `${TAG}none`;
const STRAY = 'stray';
/** Only lists are there: the order of a set is undefined, and so is what SORT makes of elements of the same weight. */
const NUMBERS = `${TAG}numbers`;
/** All scores are the same: of others the ranges by member are undefined, and depend on how high a skip list is by chance. */
const EQUAL_SCORES = `${TAG}equal`;

export const KEYS: readonly string[] = [
  ...KINDS.flatMap((kind) => Array.from({ length: KEYS_OF_A_KIND }, (_, index) => `${TAG}${kind}${index}`)),
  EQUAL_SCORES,
  NUMBERS,
  STRAY,
];

const INTEGERS = ['0', '1', '-1', '7', '100', '-12345', '9223372036854775807', '-9223372036854775808'];
const SIZES_OF_INTEGERS = [
  '127',
  '128',
  '-129',
  '4095',
  '4096',
  '32768',
  '-8388609',
  '2147483648',
  '-2147483649',
];
/**
 * Numbers to some commands and to others not. None is out of the range of a C function: that leaves a mark (errno) by which
 * redis-server refuses the next SORT.
 */
const ODD_NUMBERS = [
  ...[
    '9223372036854775808',
    '18446744073709551615',
    '1.5',
    '01',
    '+1',
    '',
    ' 1',
    '1 ',
    '1e3',
    'abc',
    '-0',
    '0x10',
  ],
  ...['inf', '-inf', '+inf', 'nan', '-nan', '(1', '-', '+', '--1'],
];
const FLOATS = [
  '0.1',
  '-0.3',
  '3.0e3',
  '1e-7',
  '5',
  '123456789.123456789',
  '1e30',
  '2.5',
  '-1e-20',
  '1e17',
  '0.5',
];
const SCORES = [
  ...['0', '-0', '1', '-1', '1.5', '0.1', '0.2', '-0.3', '3.0e5', '1e-7', '123456789.125', '1e300', '-1e300'],
  ...['9007199254740993', '4611686018427387904', '1e19', 'inf', '-inf', '0x1p-3'],
];
const MAX_ID_PART = '18446744073709551615';
/** Unix seconds far from now, so that a test run makes no difference. */
const FUTURES = [4_102_444_800, 4_102_444_801, 5_000_000_000, 9_000_000_000];
const LIVES = [1_000, 100_000, 10_000_000];

type Word = (dice: Dice) => string | readonly string[];

const WORDS: Readonly<Record<string, Word>> = {
  any: (dice) => `${TAG}${dice.oneOf(KINDS)}${dice.below(KEYS_OF_A_KIND)}`,
  ...Object.fromEntries(KINDS.map((kind) => [kind, (dice: Dice) => keyOf(dice, kind)])),

  value(dice) {
    const kind = dice.below(12);
    if (kind < 4) return integer(dice);
    if (kind < 5) return dice.oneOf(FLOATS);
    if (kind < 6) return dice.oneOf(ODD_NUMBERS);
    if (kind < 7) return 'x'.repeat(dice.below(100));
    if (kind < 8) return `\xe9\0\r\n${dice.below(9)}`;
    if (kind < 9)
      return dice.oneIn(20) ? 'long '.repeat(dice.between(1000, 4000)) : bytes(dice, dice.below(70));
    return `v${dice.below(1000)}`;
  },
  int: integer,
  float: (dice) => (dice.oneIn(20) ? dice.oneOf(ODD_NUMBERS) : dice.oneOf(dice.oneIn(3) ? INTEGERS : FLOATS)),
  index: (dice) =>
    dice.oneIn(40) ? dice.oneOf([...ODD_NUMBERS, ...INTEGERS]) : String(dice.between(-14, 18)),
  count: (dice) => (dice.oneIn(40) ? dice.oneOf([...ODD_NUMBERS, ...INTEGERS]) : String(dice.between(0, 8))),
  offset: (dice) => (dice.oneIn(40) ? dice.oneOf(ODD_NUMBERS) : String(dice.between(-1, 70))),
  bit: (dice) => (dice.oneIn(30) ? dice.oneOf(['2', '-1', 'x', '']) : String(dice.below(2))),
  bitoffset: (dice) =>
    dice.oneIn(40)
      ? dice.oneOf(['-1', '4294967296', '#1', 'x', '1e3'])
      : String(dice.below(dice.oneIn(9) ? 9000 : 200)),
  fieldtype(dice) {
    if (dice.oneIn(25)) return dice.oneOf(['u64', 'i65', 'u0', 'x8', 'u', '', 'i-1', 'u08']);
    return dice.oneOf(['u', 'i']) + String(dice.between(1, 63));
  },
  fieldoffset: (dice) => (dice.oneIn(3) ? '#' : '') + String(dice.below(dice.oneIn(20) ? 5000 : 60)),
  field: (dice) => (dice.oneIn(15) ? 'f'.repeat(dice.below(90)) : `f${dice.below(8)}`),
  life(dice) {
    if (dice.oneIn(12)) {
      return [
        dice.oneOf(['EX', 'PX', 'EXAT', 'PXAT']),
        dice.oneOf(['0', '-5', 'x', '9223372036854775807', '1.5']),
      ];
    }
    const unit = dice.oneOf(['EX', 'px', 'EXAT', 'PXAT']);
    const seconds = dice.oneOf(unit === 'EXAT' || unit === 'PXAT' ? FUTURES : LIVES);
    return [unit, String(unit === 'EX' || unit === 'EXAT' ? seconds : seconds * 1000)];
  },
  seconds: (dice) => (dice.oneIn(8) ? pastOrWrong(dice) : String(dice.oneOf(LIVES))),
  milliseconds: (dice) => (dice.oneIn(8) ? pastOrWrong(dice) : String(dice.oneOf(LIVES) * 1000)),
  unixtime: (dice) => (dice.oneIn(8) ? pastOrWrong(dice) : String(dice.oneOf(FUTURES))),
  unixtimems: (dice) => (dice.oneIn(8) ? pastOrWrong(dice) : String(dice.oneOf(FUTURES) * 1000)),
  glob: (dice) =>
    dice.oneOf(['*', `${TAG}*`, '*1', '*[0-1]', '*s?t*', '*[^0-1]', '\\{t}set1', '', '[', 'f[1-5]', '*\\*']),
  type: (dice) => dice.oneOf(['string', 'list', 'SET', 'zset', 'hash', 'stream', 'bogus', '']),
  database: (dice) =>
    dice.oneIn(5) ? dice.oneOf(['0', '16', '-1', 'x', '', '99999999999']) : dice.oneOf(['0', '1']),
  bogus: (dice) => dice.oneOf(['BOGUS', 'extra', 'NX', 'EX', '10', '', 'LIMIT', 'COUNT', 'WITHSCORES', '-1']),

  element(dice) {
    switch (dice.below(9)) {
      case 0:
      case 1:
        return common(dice);
      case 2:
        return String(dice.between(-100, 200));
      case 3:
        return String((dice.below(2 ** 32) - 2 ** 31) * dice.oneOf([1, 1000, 0x10_0000]));
      case 4:
        return dice.oneOf([...INTEGERS, ...SIZES_OF_INTEGERS, ...ODD_NUMBERS]);
      case 5:
        return 'x'.repeat(dice.oneIn(60) ? dice.between(5000, 11_000) : dice.below(300));
      case 6:
        return bytes(dice, dice.below(20));
      default:
        return `element ${dice.below(1000)}`;
    }
  },
  common,

  member(dice) {
    switch (dice.below(9)) {
      case 0:
        return dice.oneOf(['01', '-0', '', '9223372036854775808', '1.5', ...SIZES_OF_INTEGERS]);
      case 1:
        return dice.oneIn(12) ? 'long'.repeat(17) : `m${dice.below(20)}`;
      case 2:
        return `member:${dice.below(200)}`;
      case 3:
        return String(dice.between(-100_000, 100_000));
      default:
        return String(dice.between(-10, 30));
    }
  },
  smallint: (dice) =>
    dice.oneIn(9) ? dice.oneOf([...SIZES_OF_INTEGERS, ...INTEGERS]) : String(dice.between(-300, 300)),

  score,
  zmember(dice) {
    if (dice.oneIn(40)) return 'm'.repeat(dice.between(60, 70));
    return dice.oneIn(4) ? String(dice.below(12)) : `m${dice.below(12)}`;
  },
  numbers: (dice) => (dice.oneIn(30) ? dice.oneOf([NOTHING, `${TAG}string0`]) : NUMBERS),
  lexset: (dice) => (dice.oneIn(30) ? dice.oneOf([NOTHING, `${TAG}list0`]) : EQUAL_SCORES),
  zmembers: (dice) => `m${dice.below(400)}`,
  bound(dice) {
    const value = dice.oneIn(5) ? dice.oneOf(['-inf', '+inf', '', ' 1', '1e200', '-1e300']) : score(dice);
    return dice.oneIn(3) ? `(${value}` : value;
  },
  lexbound(dice) {
    if (dice.oneIn(4)) return dice.oneOf(['-', '+', '', 'x', '-x', '+ ']);
    return dice.oneOf(['[', '(']) + (dice.oneIn(4) ? String(dice.below(12)) : `m${dice.below(12)}`);
  },
  weight: (dice) => (dice.oneIn(2) ? score(dice) : dice.oneOf(['1', '2', '-1', '0', '0.5'])),

  longitude: (dice) =>
    dice.oneIn(25) ? dice.oneOf(['181', '-180.1', 'x', 'nan', '180', '']) : coordinate(dice, 180),
  latitude: (dice) =>
    dice.oneIn(25) ? dice.oneOf(['86', '-85.06', 'x', 'inf', '85', '']) : coordinate(dice, 85),
  place: (dice) => `p${dice.below(20)}`,
  distance: (dice) =>
    dice.oneIn(20)
      ? dice.oneOf(['-1', 'x', '0', '1e200', 'nan'])
      : dice.oneOf(['1', '50', '1000.5', '25000']),
  unit: (dice) => (dice.oneIn(20) ? 'miles' : dice.oneOf(['m', 'km', 'KM', 'ft', 'mi'])),

  newid(dice) {
    if (dice.oneIn(15)) {
      return dice.oneOf(['0-0', '0-*', '1', `${MAX_ID_PART}-*`, 'x', '5-', '-', '-5', '1-1-1', '01-2', '']);
    }
    return dice.oneIn(4) ? `${dice.below(60)}-*` : `${dice.below(60)}-${dice.below(9)}`;
  },
  id,
  edge(dice) {
    const kind = dice.below(6);
    if (kind === 0) return '-';
    if (kind === 1) return '+';
    return kind === 2 ? `(${id(dice)}` : id(dice);
  },
  group: (dice) => (dice.oneIn(30) ? 'none' : dice.oneOf(['g1', 'g2'])),
  consumer: (dice) => dice.oneOf(['alice', 'bob', 'carol']),
  entries(dice) {
    const names = dice.oneIn(2) ? ['f'] : dice.oneOf([['f', 'g'], ['a'], ['1', '2', '3'], ['f', 'f']]);
    return names.flatMap((name) => [
      name,
      dice.oneOf(['', '1', '-70000', 'value', 'v'.repeat(dice.below(200)), '\xe9\0', ...INTEGERS]),
    ]);
  },
};

/** Appends what the word stands for. */
export function speak(name: string, dice: Dice, words: string[]): void {
  const word = WORDS[name];
  if (word === undefined) throw new Error(`the vocabulary has no ${name}`);
  const spoken = word(dice);
  if (typeof spoken === 'string') words.push(spoken);
  else words.push(...spoken);
}

function keyOf(dice: Dice, kind: Kind): string {
  const luck = dice.below(300);
  if (luck === 0) return STRAY;
  if (luck < 8) return NOTHING;
  return `${TAG}${luck < 30 ? dice.oneOf(KINDS) : kind}${dice.below(KEYS_OF_A_KIND)}`;
}

function integer(dice: Dice): string {
  if (dice.oneIn(4)) return dice.oneOf(INTEGERS);
  return dice.oneIn(20) ? dice.oneOf(ODD_NUMBERS) : String(dice.between(-5000, 15_000));
}

/** One of those that are in a list more than once. */
function common(dice: Dice): string {
  return `c${dice.below(4)}`;
}

function score(dice: Dice): string {
  if (dice.oneIn(50)) return dice.oneOf(ODD_NUMBERS);
  if (dice.oneIn(2)) return String(dice.between(-3, 6));
  return dice.oneIn(2) ? dice.oneOf(SCORES) : String((dice.fraction() - 0.5) * 1000);
}

function id(dice: Dice): string {
  if (dice.oneIn(30)) {
    return dice.oneOf(['x', '', '-', '+', `${MAX_ID_PART}-${MAX_ID_PART}`, '0', '1-*', '$', '>']);
  }
  const ms = dice.below(62);
  return dice.oneIn(3) ? String(ms) : `${ms}-${dice.below(9)}`;
}

/** Far apart or in one neighbourhood. */
function coordinate(dice: Dice, limit: number): string {
  const value = dice.oneIn(2) ? (dice.fraction() - 0.5) * 2 * limit : 10 + dice.fraction();
  return dice.oneIn(4) ? String(Math.trunc(value)) : value.toFixed(dice.below(9));
}

function pastOrWrong(dice: Dice): string {
  return dice.oneOf([
    '0',
    '-1',
    '-1000',
    '9223372036854775807',
    '-9223372036854775808',
    '9223372036854775',
    '1.5',
    'x',
    '',
  ]);
}

function bytes(dice: Dice, length: number): string {
  return String.fromCharCode(...Array.from({ length }, () => dice.below(256)));
}
