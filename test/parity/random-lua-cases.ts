/** Expressions that try the libraries of Lua with random values, formats and bytes. */
import { Random } from '../../src/time/random.js';

const NUMBERS = [
  '0',
  '-1',
  '7',
  '127',
  '128',
  '-33',
  '255',
  '65536',
  '2^31',
  '-2^31',
  '2^32',
  '2^53',
  '-2^53',
  '2^63',
  '1e300',
  '0.5',
  '-0.1',
  '1/3',
  '1e-7',
  '12345678901234.5',
  '1e15',
  '123456.789',
] as const;
const CHARACTERS = [
  'a',
  'z',
  '0',
  ' ',
  '"',
  '\\\\',
  '/',
  '\\0',
  '\\n',
  '\\127',
  '\\200',
  '\\255',
  '{',
  '%',
] as const;
const JSON_PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"a"',
  '"b":',
  '1',
  '-2.5',
  '1e5',
  'true',
  'false',
  'null',
  ' ',
  '\\\\u0041',
  '\\\\n',
  '\\0',
  'nan',
  '0x1f',
  '\\200',
] as const;
const INTEGER_OPTIONS = 'bBhHlLTiI';

export class RandomLuaCases {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  list(count: number): string[] {
    return Array.from({ length: count }, () => this.#expression());
  }

  #expression(): string {
    const value = (): string => this.#value(0);
    return this.#pick([
      () => `cjson.encode(${value()})`,
      () => `cjson.decode(cjson.encode(${value()}))`,
      () => `cjson.decode('${this.#json()}')`,
      () => `cmsgpack.pack(${value()}, ${value()})`,
      () => `cmsgpack.unpack(cmsgpack.pack(${value()}))`,
      () => `cmsgpack.unpack('${this.#bytes(12)}')`,
      () => `cmsgpack.unpack_limit('${this.#bytes(6)}', ${this.#below(4)}, ${this.#below(5)})`,
      () => this.#structPack(),
      () => `struct.unpack('${this.#format()}', '${this.#bytes(30)}', ${1 + this.#below(4)})`,
      () => `struct.size('${this.#format()}')`,
      () => this.#bit(),
    ])();
  }

  #value(depth: number): string {
    const kind = this.#below(depth < 4 ? 9 : 6);
    if (kind < 2) return this.#pick(NUMBERS);
    if (kind < 4) return `'${this.#text()}'`;
    if (kind === 4) return this.#pick(['true', 'false', 'cjson.null', 'nil']);
    if (kind === 5) return String(this.#below(2 ** 31) - 2 ** 30);
    const entries = Array.from({ length: this.#below(7) }, () => this.#entry(depth));
    return `{${entries.join(', ')}}`;
  }

  #entry(depth: number): string {
    const value = this.#value(depth + 1);
    const kind = this.#below(5);
    if (kind < 2) return value;
    if (kind === 2) return `['${this.#text()}'] = ${value}`;
    if (kind === 3) return `k${this.#below(20)} = ${value}`;
    return `[${this.#pick(['1', '2', '3', '5', '8', '13', '1.5', '0', '-1', '2^33', '100'])}] = ${value}`;
  }

  #structPack(): string {
    const format = this.#format();
    const values = Array.from({ length: this.#below(3) + format.length }, (_, index) =>
      /[cs]/.test(format[index] ?? '') ? `'${this.#text()}'` : this.#pick(NUMBERS),
    );
    return `struct.pack(${[`'${format}'`, ...values].join(', ')})`;
  }

  #format(): string {
    const option = (): string =>
      this.#pick([
        () => this.#pick([...INTEGER_OPTIONS]),
        () => this.#pick([...INTEGER_OPTIONS]),
        () => `${this.#pick(['i', 'I'])}${this.#below(18)}`,
        () =>
          this.#pick([
            'f',
            'd',
            's',
            'x',
            ' ',
            'c',
            'c0',
            'c3',
            '<',
            '>',
            '!',
            '!1',
            '!2',
            '!4',
            '!8',
            '!16',
          ]),
        () => this.#pick(['<', '>', '!4', 'z', '!3', 'i40', '-']),
      ])();
    return Array.from({ length: 1 + this.#below(6) }, option).join('');
  }

  #bit(): string {
    const number = (): string =>
      this.#pick([...NUMBERS, String(this.#below(2 ** 32)), `-${this.#below(2 ** 40)}`]);
    const name = this.#pick([
      'band',
      'bor',
      'bxor',
      'lshift',
      'rshift',
      'arshift',
      'rol',
      'ror',
      'tohex',
      'bswap',
      'bnot',
      'tobit',
    ]);
    const second = this.#pick([number, () => String(this.#below(34))])();
    // So many digits are none to us, but kill the real server.
    return `bit.${name}(${number()}, ${name === 'tohex' && second === '-2^31' ? '-8' : second})`;
  }

  #json(): string {
    return Array.from({ length: 1 + this.#below(9) }, () => this.#pick(JSON_PIECES)).join('');
  }

  #text(): string {
    return Array.from({ length: this.#below(6) }, () => this.#pick(CHARACTERS)).join('');
  }

  #bytes(longest: number): string {
    const byte = (): string => `\\${String(this.#below(256)).padStart(3, '0')}`;
    return Array.from({ length: this.#below(longest + 1) }, byte).join('');
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }
}
