/** Random commands on a few sorted sets of few members, so that they share scores, lose them and meet each other. */
import type { Random } from '../../src/time/random.js';
import type { Call } from './compare.js';

const SCORES = [
  '0',
  '-0',
  '1',
  '-1',
  '1.5',
  '0.1',
  '0.2',
  '-0.3',
  '3.0e5',
  '1e-7',
  '123456789.125',
  '1e300',
  '-1e300',
  '9007199254740993',
  '4611686018427387904',
  '1e19',
  'inf',
  '-inf',
  '0x1p-3',
] as const;
const ODD_SCORES = ['', 'x', 'nan', ' 1', '1 ', '(1', '1e400'] as const;

export class SortedSetCommands {
  readonly keys = ['{t}a', '{t}b', '{t}c', '{t}d'] as const;
  /** Ranges by member are for sets whose scores are all the same. */
  readonly equalScores = '{t}e';
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const call = this.#oneOf(this.#makers)();
    return this.#oneIn(70) ? call.slice(0, -1) : call;
  }

  readonly #makers: readonly (() => Call)[] = [
    ...this.#often(5, () => ['ZADD', this.#key(), ...this.#addOptions(), ...this.#pairs()]),
    ...this.#often(3, () => ['ZADD', this.#key(), ...this.#pairs()]),
    ...this.#often(2, () => ['ZINCRBY', this.#key(), this.#score(), this.#member()]),
    ...this.#often(2, () => ['ZREM', this.#key(), ...this.#members()]),
    () => ['ZSCORE', this.#key(), this.#member()],
    () => ['ZMSCORE', this.#key(), ...this.#members()],
    () => [this.#oneOf(['ZRANK', 'ZREVRANK']), this.#key(), this.#member()],
    () => [this.#oneOf(['ZRANK', 'ZREVRANK']), this.#key(), this.#member(), 'WITHSCORE'],
    () => ['ZCARD', this.#key()],
    () => ['ZCOUNT', this.#key(), this.#bound(), this.#bound()],
    ...this.#often(2, () => ['ZADD', this.equalScores, '0', this.#member(), '0', this.#member()]),
    () => ['ZLEXCOUNT', this.equalScores, this.#memberBound(), this.#memberBound()],
    ...this.#often(2, () => ['ZRANGE', this.#key(), this.#index(), this.#index(), ...this.#rangeOptions()]),
    () => ['ZREVRANGE', this.#key(), this.#index(), this.#index(), ...this.#withScores()],
    ...this.#often(2, () => [
      this.#oneOf(['ZRANGEBYSCORE', 'ZREVRANGEBYSCORE']),
      this.#key(),
      this.#bound(),
      this.#bound(),
      ...this.#withScores(),
      ...this.#limit(),
    ]),
    () => [
      this.#oneOf(['ZRANGEBYLEX', 'ZREVRANGEBYLEX']),
      this.equalScores,
      this.#memberBound(),
      this.#memberBound(),
      ...this.#limit(),
    ],
    () => ['ZRANGE', this.#key(), this.#bound(), this.#bound(), 'BYSCORE', ...this.#rangeOptions()],
    () => ['ZRANGESTORE', this.#key(), this.#key(), this.#index(), this.#index(), ...this.#reverse()],
    () => [
      'ZRANGESTORE',
      this.#key(),
      this.#key(),
      this.#bound(),
      this.#bound(),
      'BYSCORE',
      ...this.#reverse(),
      ...this.#limit(),
    ],
    () => ['ZREMRANGEBYRANK', this.#key(), this.#index(), this.#index()],
    () => ['ZREMRANGEBYSCORE', this.#key(), this.#bound(), this.#bound()],
    () => ['ZREMRANGEBYLEX', this.equalScores, this.#memberBound(), this.#memberBound()],
    () => [this.#oneOf(['ZPOPMIN', 'ZPOPMAX']), this.#key()],
    () => [this.#oneOf(['ZPOPMIN', 'ZPOPMAX']), this.#key(), this.#random.below(4)],
    () => [
      'ZMPOP',
      2,
      this.#key(),
      this.#key(),
      this.#oneOf(['MIN', 'MAX']),
      'COUNT',
      1 + this.#random.below(3),
    ],
    () => [this.#oneOf(['BZPOPMIN', 'BZPOPMAX']), ...this.keys, '{t}sure', 0.01],
    ...this.#often(3, () => [
      this.#oneOf(['ZUNION', 'ZINTER']),
      3,
      this.#key(),
      this.#key(),
      this.#key(),
      ...this.#combineOptions(3),
      ...this.#withScores(),
    ]),
    ...this.#often(3, () => [
      this.#oneOf(['ZUNIONSTORE', 'ZINTERSTORE']),
      this.#key(),
      2,
      this.#key(),
      this.#key(),
      ...this.#combineOptions(2),
    ]),
    () => ['ZDIFF', 2, this.#key(), this.#key(), ...this.#withScores()],
    () => ['ZDIFFSTORE', this.#key(), 2, this.#key(), this.#key()],
    () => ['ZINTERCARD', 2, this.#key(), this.#key(), 'LIMIT', this.#random.below(4)],
    () => ['COPY', this.#key(), this.#key(), 'REPLACE'],
    () => ['DEL', this.#key()],
  ];

  #often(times: number, make: () => Call): (() => Call)[] {
    return Array.from({ length: times }, () => make);
  }

  #key(): string {
    return this.#oneOf(this.keys);
  }

  #member(): string {
    if (this.#oneIn(30)) return 'm'.repeat(60 + this.#random.below(10));
    return this.#oneIn(4) ? String(this.#random.below(12)) : `m${this.#random.below(12)}`;
  }

  #members(): string[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () => this.#member());
  }

  #score(): string {
    if (this.#oneIn(50)) return this.#oneOf(ODD_SCORES);
    if (this.#oneIn(2)) return String(this.#random.below(10) - 3);
    return this.#oneIn(2) ? this.#oneOf(SCORES) : String((this.#random.fraction() - 0.5) * 1000);
  }

  #pairs(): string[] {
    return Array.from({ length: 1 + this.#random.below(4) }, () => [this.#score(), this.#member()]).flat();
  }

  #addOptions(): string[] {
    return ['NX', 'XX', 'gt', 'LT', 'CH', 'INCR'].filter(() => this.#oneIn(4));
  }

  #bound(): string {
    const score = this.#oneIn(5) ? this.#oneOf(['-inf', '+inf', '', ' 1', '1e400', '-1e400']) : this.#score();
    return this.#oneIn(3) ? `(${score}` : score;
  }

  #memberBound(): string {
    if (this.#oneIn(4)) return this.#oneOf(['-', '+', '', 'x', '-x', '+ ']);
    return this.#oneOf(['[', '(']) + this.#member();
  }

  #index(): number {
    return this.#random.below(20) - 10;
  }

  #limit(): (string | number)[] {
    return this.#oneIn(2) ? ['LIMIT', this.#random.below(6) - 1, this.#random.below(7) - 2] : [];
  }

  #reverse(): string[] {
    return this.#oneIn(2) ? ['REV'] : [];
  }

  #withScores(): string[] {
    return this.#oneIn(2) ? ['WITHSCORES'] : [];
  }

  #rangeOptions(): (string | number)[] {
    return [...this.#reverse(), ...this.#withScores(), ...(this.#oneIn(6) ? this.#limit() : [])];
  }

  #combineOptions(count: number): (string | number)[] {
    const options: (string | number)[] = [];
    if (this.#oneIn(2)) options.push('WEIGHTS', ...Array.from({ length: count }, () => this.#score()));
    if (this.#oneIn(2)) options.push('AGGREGATE', this.#oneOf(['SUM', 'min', 'MAX', 'sum']));
    return options;
  }

  #oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)]!;
  }
}
