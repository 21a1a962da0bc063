/** Random stream commands over a few keys, IDs, groups and consumers, so that they meet each other's work. */
import type { Random } from '../../src/time/random.js';
import type { Call } from './compare.js';

const KEYS = ['{s}1', '{s}2', '{s}3'];
const GROUPS = ['g1', 'g2'];
const CONSUMERS = ['alice', 'bob', 'carol'];
const MAX = '18446744073709551615';

export class RandomStreamCommands {
  readonly #random: Random;
  #nextMs = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Call {
    const make = this.#oneOf(this.#makers);
    return make();
  }

  readonly #key = (): string => (this.#oneIn(40) ? '{s}text' : this.#oneOf(KEYS));
  readonly #group = (): string => (this.#oneIn(30) ? 'none' : this.#oneOf(GROUPS));
  readonly #consumer = (): string => this.#oneOf(CONSUMERS);

  readonly #newId = (): string => {
    if (this.#oneIn(15))
      return this.#oneOf(['0-0', '0-*', '1', `${MAX}-*`, 'x', '5-', '-', '-5', '1-1-1', '01-2']);
    if (this.#oneIn(4)) return `${this.#nextMs}-*`;
    this.#nextMs += this.#random.below(3);
    return `${this.#nextMs}-${this.#random.below(9)}`;
  };

  readonly #id = (): string => {
    if (this.#oneIn(30))
      return this.#oneOf(['x', '', '-', '+', `${MAX}-${MAX}`, '0', '1-*', '99999999999999999999']);
    const ms = this.#random.below(this.#nextMs + 2);
    return this.#oneIn(3) ? String(ms) : `${ms}-${this.#random.below(9)}`;
  };

  readonly #edge = (): string => {
    const kind = this.#random.below(6);
    if (kind === 0) return '-';
    if (kind === 1) return '+';
    return kind === 2 ? `(${this.#id()}` : this.#id();
  };

  readonly #count = (): string =>
    this.#oneIn(20)
      ? this.#oneOf(['x', '-1', '0', '9223372036854775807'])
      : String(1 + this.#random.below(12));

  readonly #trim = (): string[] => {
    const sign = this.#oneOf([[], ['='], ['~'], ['~']]);
    const target = this.#oneIn(2)
      ? ['MAXLEN', ...sign, String(this.#random.below(30))]
      : ['MINID', ...sign, this.#id()];
    return this.#oneIn(5) ? [...target, 'LIMIT', this.#oneOf(['0', '3', '10', '-1', 'x'])] : target;
  };

  readonly #pairs = (): string[] => {
    const names = this.#oneIn(2) ? ['f'] : this.#oneOf([['f', 'g'], ['a'], ['1', '2', '3'], ['f', 'f']]);
    return names.flatMap((name) => [
      name,
      this.#oneOf(['', '1', '-70000', 'value', 'v'.repeat(this.#random.below(200)), 'é\0']),
    ]);
  };

  readonly #some = (make: () => string): string[] => Array.from({ length: 1 + this.#random.below(4) }, make);

  readonly #xadd = (): Call => [
    'XADD',
    this.#key(),
    ...(this.#oneIn(20) ? ['NOMKSTREAM'] : []),
    ...(this.#oneIn(8) ? this.#trim() : []),
    this.#newId(),
    ...(this.#oneIn(40) ? ['odd'] : this.#pairs()),
  ];

  readonly #makers: readonly (() => Call)[] = [
    ...Array.from({ length: 14 }, () => this.#xadd),
    () => ['XTRIM', this.#key(), ...this.#trim()],
    () => ['XDEL', this.#key(), ...this.#some(this.#id)],
    () => ['XDEL', this.#key(), ...this.#some(this.#id)],
    () => ['XLEN', this.#key()],
    () => [
      'XRANGE',
      this.#key(),
      this.#edge(),
      this.#edge(),
      ...(this.#oneIn(2) ? ['COUNT', this.#count()] : []),
    ],
    () => ['XREVRANGE', this.#key(), this.#edge(), this.#edge(), 'COUNT', this.#count()],
    () => [
      'XREAD',
      ...(this.#oneIn(2) ? ['COUNT', this.#count()] : []),
      'STREAMS',
      ...KEYS.slice(0, 2),
      this.#id(),
      this.#id(),
    ],
    () => [
      'XGROUP',
      'CREATE',
      this.#key(),
      this.#group(),
      this.#oneOf(['$', '0', this.#id()]),
      ...this.#groupOptions(),
    ],
    () => [
      'XGROUP',
      'SETID',
      this.#key(),
      this.#group(),
      this.#oneOf(['$', '0', '-', this.#id()]),
      ...this.#entriesRead(),
    ],
    () => this.#rarely(['XGROUP', 'DESTROY', this.#key(), this.#group()]),
    () => ['XGROUP', 'CREATECONSUMER', this.#key(), this.#group(), this.#consumer()],
    () => this.#rarely(['XGROUP', 'DELCONSUMER', this.#key(), this.#group(), this.#consumer()]),
    ...Array.from({ length: 4 }, () => () => this.#readGroup()),
    () => ['XACK', this.#key(), this.#group(), ...this.#some(this.#id)],
    () => ['XPENDING', this.#key(), this.#group()],
    () => [
      'XPENDING',
      this.#key(),
      this.#group(),
      this.#edge(),
      this.#edge(),
      this.#count(),
      ...(this.#oneIn(2) ? [this.#consumer()] : []),
    ],
    () => [
      'XCLAIM',
      this.#key(),
      this.#group(),
      this.#consumer(),
      '0',
      ...this.#some(this.#id),
      ...this.#claimOptions(),
    ],
    () => [
      'XAUTOCLAIM',
      this.#key(),
      this.#group(),
      this.#consumer(),
      this.#oneOf(['0', '0', '100000']),
      this.#edge(),
      ...(this.#oneIn(2) ? ['COUNT', this.#count()] : []),
      ...(this.#oneIn(3) ? ['JUSTID'] : []),
    ],
    () => ['XINFO', 'STREAM', this.#key()],
    () => ['XINFO', 'STREAM', this.#key(), 'FULL', ...(this.#oneIn(2) ? ['COUNT', this.#count()] : [])],
    () => ['XINFO', 'GROUPS', this.#key()],
    () => ['XINFO', 'CONSUMERS', this.#key(), this.#group()],
    () =>
      this.#rarely([
        'XSETID',
        this.#key(),
        this.#id(),
        ...(this.#oneIn(2) ? ['ENTRIESADDED', this.#count(), 'MAXDELETEDID', this.#id()] : []),
      ]),
    () => this.#rarely(['COPY', this.#key(), this.#key(), 'REPLACE']),
    () => this.#rarely(['DEL', this.#key()]),
    () => ['DEBUG', 'DIGEST-VALUE', ...KEYS],
  ];

  readonly #readGroup = (): Call => {
    const keys = this.#oneIn(4) ? KEYS.slice(0, 2) : [this.#key()];
    return [
      ...['XREADGROUP', 'GROUP', this.#group(), this.#consumer()],
      ...(this.#oneIn(2) ? ['COUNT', this.#count()] : []),
      ...(this.#oneIn(8) ? ['NOACK'] : []),
      'STREAMS',
      ...keys,
      ...keys.map(() => (this.#oneIn(4) ? this.#id() : '>')),
    ];
  };

  #groupOptions(): string[] {
    return [...(this.#oneIn(2) ? ['MKSTREAM'] : []), ...this.#entriesRead()];
  }

  #entriesRead(): string[] {
    return this.#oneIn(4) ? ['ENTRIESREAD', this.#oneOf(['-1', '0', '5', '-2', 'x'])] : [];
  }

  #claimOptions(): string[] {
    const options: string[] = [];
    if (this.#oneIn(3)) options.push('FORCE');
    if (this.#oneIn(3)) options.push('JUSTID');
    if (this.#oneIn(5)) options.push('RETRYCOUNT', this.#oneOf(['0', '7', '-3', 'x']));
    if (this.#oneIn(5)) options.push('IDLE', this.#oneOf(['0', '5000', 'x', '-1']));
    if (this.#oneIn(8)) options.push('LASTID', this.#id());
    if (this.#oneIn(30)) options.push('BOGUS');
    return options;
  }

  /** A command that destroys much, or else one that builds. */
  #rarely(call: Call): Call {
    return this.#oneIn(4) ? call : this.#xadd();
  }

  #oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
