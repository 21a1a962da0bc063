/** Random commands on strings, hashes and keys over a small key space, so that they meet each other's values. */
import type { Random } from '../../src/time/random.js';
import type { Call, CompareOptions } from './compare.js';

export interface RandomCall {
  readonly call: Call;
  readonly options: CompareOptions;
}

const TAG = '{t}';
const KEY_COUNT = 12;
const FIELD_COUNT = 8;

/** Unix seconds far from now, so that a test run makes no difference. */
const FUTURE_SECONDS = [4_102_444_800, 4_102_444_801, 5_000_000_000, 9_000_000_000];
const LIFE_SECONDS = [1_000, 100_000, 10_000_000];

const INTEGERS = ['0', '1', '-1', '7', '100', '-12345', '9223372036854775807', '-9223372036854775808'];
const ODD_NUMBERS = [
  '9223372036854775808',
  '1.5',
  '01',
  '+1',
  '',
  ' 1',
  '1e3',
  'abc',
  '-0',
  'inf',
  'nan',
  '0x10',
];
const FLOATS = ['0.1', '-0.3', '3.0e3', '1e-7', '5', '123456789.123456789', '1e30', '2.5', '-1e-20'];

const TTL_OPTIONS: CompareOptions = { normalise: roughly };

/**
 * Relative lives are measured at different moments: alike to some hundreds. At the end of 64 bits the reply of Redis
 * depends on the compiler.
 */
function roughly(reply: { readonly type: string; readonly value: unknown }): unknown {
  const value = Math.abs(Number(reply.value));
  if (reply.type !== ':' || value < 500) return reply;
  if (value > 500_000_000) return { ...reply, value: 'very long' };
  return { ...reply, value: Math.round(value / (value < 500_000 ? 250 : 100_000)) };
}

/** Only the cursor and the members count, as one call may or may not see them all. */
const UNORDERED: CompareOptions = { unordered: 'items' };
const UNORDERED_PAIRS: CompareOptions = { unordered: 'pairs' };

export interface RandomCommandsOptions {
  /** Also commands that move keys between databases: not in cluster mode. */
  readonly databases?: boolean;
}

export class RandomCommands {
  readonly #random: Random;
  readonly #databases: boolean;

  constructor(random: Random, { databases = false }: RandomCommandsOptions = {}) {
    this.#random = random;
    this.#databases = databases;
  }

  next(): RandomCall {
    const [options, make] = this.#oneOf(this.#databases && this.#oneIn(25) ? this.#movers : this.#makers);
    const call = make();
    return { call: this.#oneIn(60) ? this.#spoiled(call) : call, options };
  }

  /** Every command once in a while comes with an argument too few or too many, or with a wrong one. */
  #spoiled(call: Call): Call {
    if (this.#oneIn(3)) return call.slice(0, -1).length === 0 ? call : call.slice(0, -1);
    if (this.#oneIn(2)) return [...call, this.#oneOf(['extra', 'NX', 'EX', '10', ''])];
    const position = this.#random.below(call.length - 1) + 1;
    return call.map((argument, index) => (index === position && index !== 1 ? this.#value() : argument));
  }

  readonly #key = (): string => `${TAG}${this.#random.below(KEY_COUNT)}`;
  readonly #field = (): string =>
    this.#oneIn(15) ? 'f'.repeat(this.#random.below(90)) : `f${this.#random.below(FIELD_COUNT)}`;

  readonly #value = (): string => {
    const kind = this.#random.below(10);
    if (kind < 4) return this.#integer();
    if (kind < 5) return this.#oneOf(FLOATS);
    if (kind < 6) return this.#oneOf(ODD_NUMBERS);
    if (kind < 7) return 'x'.repeat(this.#random.below(100));
    if (kind < 8) return `\u00e9\0\r\n${this.#random.below(9)}`;
    return `v${this.#random.below(1000)}`;
  };

  readonly #integer = (): string => {
    if (this.#oneIn(4)) return this.#oneOf(INTEGERS);
    return this.#oneIn(20) ? this.#oneOf(ODD_NUMBERS) : String(this.#random.below(20_000) - 5000);
  };

  readonly #float = (): string => (this.#oneIn(20) ? this.#oneOf(ODD_NUMBERS) : this.#oneOf(FLOATS));
  readonly #index = (): string =>
    this.#oneIn(20) ? this.#oneOf(ODD_NUMBERS) : String(this.#random.below(30) - 12);
  readonly #offset = (): string =>
    this.#oneIn(20) ? this.#oneOf(ODD_NUMBERS) : String(this.#random.below(70) - 2);

  readonly #lifeOption = (): string[] => {
    const life = this.#oneOf(LIFE_SECONDS);
    const time = this.#oneOf(FUTURE_SECONDS);
    return this.#oneOf<() => string[]>([
      () => ['EX', String(life)],
      () => ['px', String(life * 1000)],
      () => ['EXAT', String(time)],
      () => ['PXAT', String(time * 1000)],
      () => [this.#oneOf(['EX', 'PX', 'EXAT', 'PXAT']), this.#oneOf(['0', '-5', 'x', '9223372036854775807'])],
    ])();
  };

  readonly #setOptions = (): string[] => {
    const options: string[] = [];
    if (this.#oneIn(3)) options.push(this.#oneOf(['NX', 'xx']));
    if (this.#oneIn(3)) options.push('GET');
    if (this.#oneIn(3)) options.push(...this.#lifeOption());
    if (this.#oneIn(4)) options.push('KEEPTTL');
    if (this.#oneIn(30)) options.push(this.#oneOf(['NX', 'XX', 'PERSIST', 'BOGUS', 'EX', 'get']));
    return options;
  };

  /** GT and LT only with Unix times: two lives that begin in the same millisecond here begin in two there. */
  readonly #conditions = (isRelative: boolean): string[] => {
    if (this.#oneIn(2)) return [];
    if (isRelative) return [this.#oneOf(['NX', 'XX', 'xx'])];
    const conditions = [this.#oneOf(['NX', 'XX', 'GT', 'LT', 'gt'])];
    if (this.#oneIn(4)) conditions.push(this.#oneOf(['NX', 'XX', 'GT', 'LT', 'ZZ']));
    return conditions;
  };

  readonly #expiry = (): string[] => {
    const life = this.#oneOf(LIFE_SECONDS);
    const time = this.#oneOf(FUTURE_SECONDS);
    const key = this.#key();
    const call = this.#oneOf([
      ['EXPIRE', key, String(life)],
      ['PEXPIRE', key, String(life * 1000)],
      ['EXPIREAT', key, String(time)],
      ['PEXPIREAT', key, String(time * 1000)],
      ['EXPIRE', key, this.#oneOf(['-1', '0', '9223372036854775807', '9223372036854775', '1.5'])],
      ['PEXPIREAT', key, this.#oneOf(['1', '-1000', '9223372036854775807', '9007199254740993'])],
    ]);
    return [...call, ...this.#conditions(call[0] === 'EXPIRE' || call[0] === 'PEXPIRE')];
  };

  readonly #pairs = (name: () => string): string[] =>
    Array.from({ length: 1 + this.#random.below(4) }, () => [name(), this.#value()]).flat();

  readonly #some = (name: () => string): string[] => Array.from({ length: 1 + this.#random.below(4) }, name);

  readonly #makers: readonly (readonly [CompareOptions, () => Call])[] = [
    ...this.#ordered(8, () => ['SET', this.#key(), this.#value(), ...this.#setOptions()]),
    ...this.#ordered(4, () => ['GET', this.#key()]),
    ...this.#ordered(1, () => ['GETDEL', this.#key()]),
    ...this.#ordered(2, () => ['GETEX', this.#key(), ...(this.#oneIn(3) ? ['PERSIST'] : this.#lifeOption())]),
    ...this.#ordered(1, () => ['GETSET', this.#key(), this.#value()]),
    ...this.#ordered(1, () => ['SETNX', this.#key(), this.#value()]),
    ...this.#ordered(1, () => ['SETEX', this.#key(), this.#oneOf(['1000', '0', '-1', 'x']), this.#value()]),
    ...this.#ordered(1, () => ['PSETEX', this.#key(), this.#oneOf(['1000000', '0', 'x']), this.#value()]),
    ...this.#ordered(4, () => ['APPEND', this.#key(), this.#value()]),
    ...this.#ordered(3, () => ['SETRANGE', this.#key(), this.#offset(), this.#value()]),
    ...this.#ordered(2, () => ['GETRANGE', this.#key(), this.#index(), this.#index()]),
    ...this.#ordered(1, () => ['SUBSTR', this.#key(), this.#index(), this.#index()]),
    ...this.#ordered(2, () => ['STRLEN', this.#key()]),
    ...this.#ordered(2, () => [this.#oneOf(['INCR', 'DECR']), this.#key()]),
    ...this.#ordered(4, () => [this.#oneOf(['INCRBY', 'DECRBY']), this.#key(), this.#integer()]),
    ...this.#ordered(4, () => ['INCRBYFLOAT', this.#key(), this.#float()]),
    ...this.#ordered(2, () => ['MSET', ...this.#pairs(this.#key)]),
    ...this.#ordered(1, () => ['MSETNX', ...this.#pairs(this.#key)]),
    ...this.#ordered(2, () => ['MGET', ...this.#some(this.#key)]),
    ...this.#ordered(1, () => ['LCS', this.#key(), this.#key(), ...this.#lcsOptions()]),
    ...this.#ordered(6, () => ['HSET', this.#key(), ...this.#pairs(this.#field)]),
    ...this.#ordered(1, () => ['HMSET', this.#key(), ...this.#pairs(this.#field)]),
    ...this.#ordered(1, () => ['HSETNX', this.#key(), this.#field(), this.#value()]),
    ...this.#ordered(2, () => ['HGET', this.#key(), this.#field()]),
    ...this.#ordered(2, () => ['HMGET', this.#key(), ...this.#some(this.#field)]),
    ...this.#ordered(2, () => ['HDEL', this.#key(), ...this.#some(this.#field)]),
    ...this.#ordered(1, () => [this.#oneOf(['HLEN']), this.#key()]),
    ...this.#ordered(1, () => [this.#oneOf(['HEXISTS', 'HSTRLEN']), this.#key(), this.#field()]),
    ...this.#ordered(2, () => ['HINCRBY', this.#key(), this.#field(), this.#integer()]),
    ...this.#ordered(2, () => ['HINCRBYFLOAT', this.#key(), this.#field(), this.#float()]),
    [UNORDERED_PAIRS, () => ['HGETALL', this.#key()]],
    [UNORDERED, () => [this.#oneOf(['HKEYS', 'HVALS']), this.#key()]],
    ...this.#ordered(2, () => ['DEL', ...this.#some(this.#key)]),
    ...this.#ordered(1, () => ['UNLINK', this.#key()]),
    ...this.#ordered(1, () => [this.#oneOf(['EXISTS', 'TOUCH']), ...this.#some(this.#key)]),
    ...this.#ordered(2, () => ['TYPE', this.#key()]),
    ...this.#ordered(3, () => ['OBJECT', this.#oneOf(['ENCODING', 'REFCOUNT']), this.#key()]),
    ...this.#ordered(2, () => ['RENAME', this.#key(), this.#key()]),
    ...this.#ordered(1, () => ['RENAMENX', this.#key(), this.#key()]),
    ...this.#ordered(2, () => ['COPY', this.#key(), this.#key(), ...(this.#oneIn(2) ? ['REPLACE'] : [])]),
    ...this.#ordered(5, this.#expiry),
    ...this.#ordered(1, () => ['PERSIST', this.#key()]),
    [TTL_OPTIONS, () => [this.#oneOf(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), this.#key()]],
    [TTL_OPTIONS, () => [this.#oneOf(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), this.#key()]],
    [UNORDERED, () => ['KEYS', this.#oneOf(['*', `${TAG}*`, '*1', '*[0-4]', '?t?5', '*[^0-4]', '\\{t}1'])]],
    ...this.#ordered(1, () => ['DBSIZE']),
  ];

  readonly #movers: readonly (readonly [CompareOptions, () => Call])[] = [
    ...this.#ordered(2, () => ['MOVE', this.#key(), this.#database()]),
    ...this.#ordered(2, () => ['COPY', this.#key(), this.#key(), 'DB', this.#database(), 'REPLACE']),
    ...this.#ordered(1, () => ['COPY', this.#key(), this.#key(), 'DB', this.#database()]),
  ];

  #database(): string {
    return this.#oneIn(4) ? this.#oneOf(['0', '16', '-1', 'x', '', '99999999999']) : '1';
  }

  #ordered(weight: number, make: () => Call): (readonly [CompareOptions, () => Call])[] {
    return Array.from({ length: weight }, () => [{}, make] as const);
  }

  #lcsOptions(): string[] {
    const options = ['IDX', 'LEN', 'WITHMATCHLEN'].filter(() => this.#oneIn(3));
    return this.#oneIn(4) ? [...options, 'MINMATCHLEN', this.#index()] : options;
  }

  #oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
