/** Expressions that try Lua's own libraries, operators and conversions with random values, patterns and formats. */
import { Random } from '../../src/time/random.js';

const NUMBERS = [
  ...[
    '0',
    '1',
    '2',
    '-1',
    '3.7',
    '-0.5',
    '10',
    '255',
    '65',
    '-7',
    '1e15',
    '2^31',
    '-2^31',
    '2^32 + 2',
    '-2^32 + 1',
  ],
  ...['2^40', '-2^53', '2^63', '1e300', '1/3', '0/0', '1/0', '-1/0'],
] as const;
const TEXTS = [
  ...[
    '""',
    '"a"',
    '"abc"',
    '"10"',
    '" 0x1F "',
    '"1e3"',
    '"-5.5"',
    '"key = value"',
    '"hello world"',
    '"aXbXc"',
    '"\\0b\\0"',
  ],
  ...['"\\200\\255"', '"(a(b)c)"', '"2024-05-06"', '"  x  "', '"%d"', '"a.b*c"', '"nan"', '"zz"'],
] as const;
const PATTERN_PIECES = [
  ...[
    '.',
    'a',
    'b',
    'X',
    '%a',
    '%d',
    '%s',
    '%w',
    '%p',
    '%u',
    '%x',
    '%.',
    '%%',
    '[abc]',
    '[^a]',
    '[%d-]',
    '[a-z]',
    '%S',
  ],
  ...['+', '*', '-', '?', '(', ')', '()', '%1', '^', '$', '%b()', '%f[%w]', '[', ']', '%'],
] as const;
const FORMAT_PIECES = [
  ...[
    '%d',
    '%5d',
    '%-6d',
    '%05d',
    '%+d',
    '%x',
    '%#x',
    '%X',
    '%o',
    '%u',
    '%i',
    '%c',
    '%e',
    '%.3e',
    '%g',
    '%10.4g',
    '%G',
  ],
  ...[
    '%f',
    '%.2f',
    '%8.1f',
    '%s',
    '%10s',
    '%-5s',
    '%.2s',
    '%q',
    '%%',
    'text',
    ' ',
    '%.10d',
    '%#o',
    '%y',
    '%',
  ],
] as const;

export class RandomStandardCases {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  list(count: number): string[] {
    return Array.from({ length: count }, () => this.#expression());
  }

  #expression(): string {
    return this.#pick([
      () => this.#format(),
      () => this.#format(),
      () => `string.find(${this.#text()}, ${this.#pattern()}, ${this.#smallOr(() => this.#number())})`,
      () => `string.match(${this.#text()}, ${this.#pattern()})`,
      () => `string.gsub(${this.#text()}, ${this.#pattern()}, ${this.#replacement()})`,
      () => `string.gsub(${this.#text()}, ${this.#pattern()}, ${this.#replacement()}, ${this.#small()})`,
      () =>
        `(function() local t = {} for a, b in string.gmatch(${this.#text()}, ${this.#pattern()}) do t[#t + 1] = tostring(a) .. tostring(b) end return table.concat(t, "|") end)()`,
      () => `string.sub(${this.#text()}, ${this.#number()}, ${this.#number()})`,
      () => `string.byte(${this.#text()}, ${this.#smallOr(() => this.#number())}, ${this.#small()})`,
      () => `string.${this.#pick(['upper', 'lower', 'reverse', 'len'])}(${this.#value()})`,
      () => `string.rep(${this.#text()}, ${this.#small()})`,
      () =>
        `string.char(${this.#smallOr(() => this.#number())}, ${this.#pick(['65', '0', '255', '"66"', '2^32 + 67'])})`,
      () => `tostring(${this.#value()})`,
      () => `tonumber(${this.#value()})`,
      () => `tonumber(${this.#value()}, ${this.#pick(['2', '8', '10', '16', '36', '1', '37', '"16"'])})`,
      () =>
        `${this.#value()} ${this.#pick(['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or'])} ${this.#value()}`,
      () => `${this.#pick(['-', 'not ', '#'])}${this.#value()}`,
      () => `math.${this.#pick(['floor', 'ceil', 'abs', 'modf', 'frexp', 'sqrt'])}(${this.#value()})`,
      () => `math.${this.#pick(['fmod', 'max', 'min'])}(${this.#value()}, ${this.#number()})`,
      () => `table.concat(${this.#list()}, ${this.#text()}, ${this.#small()}, ${this.#small()})`,
      () =>
        `(function() local t = ${this.#list()} local r = table.remove(t, ${this.#smallOr(() => this.#number())}) return r, #t end)()`,
      () =>
        `(function() local t = ${this.#list()} table.insert(t, ${this.#small()}, "new") return #t, t[1], t[2] end)()`,
      () => `(function() local t = ${this.#list()} table.sort(t) return unpack(t) end)()`,
      () =>
        `(function() local t = ${this.#list()} table.sort(t, function(a, b) return tostring(a) < tostring(b) end) return unpack(t) end)()`,
      () => `select(${this.#smallOr(() => this.#value())}, ${this.#value()}, ${this.#value()})`,
      () => `unpack(${this.#list()}, ${this.#small()}, ${this.#small()})`,
      () => `pcall(error, ${this.#value()}, ${this.#small()})`,
      () => `pcall(function() return ${this.#value()}.x end)`,
      () => `pcall(function(...) return select("#", ...), ... end, ${this.#value()}, ${this.#value()})`,
      () =>
        `xpcall(function() return ${this.#value()} + ${this.#value()} end, function(e) return "handled " .. tostring(e) end)`,
      () => `coroutine.wrap(function(a) local b = coroutine.yield(a) return b end)(${this.#value()})`,
      () => `type(${this.#value()})`,
      () => `rawequal(${this.#value()}, ${this.#value()})`,
      () => `next(${this.#pick(['{}', '{5}', '{k = 1}', this.#value()])})`,
      () => `loadstring("return ${this.#number()} .. 'x'")()`,
      () => `assert(${this.#value()}, ${this.#value()})`,
      () => `redis.sha1hex(${this.#value()})`,
      () => `redis.${this.#pick(['error_reply', 'status_reply'])}(${this.#value()})`,
      () =>
        `setmetatable({}, {__index = function(t, k) return k end, __call = function(self, x) return x end})${this.#pick([`[${this.#value()}]`, `(${this.#value()})`])}`,
    ])();
  }

  #format(): string {
    const pieces = Array.from({ length: 1 + this.#below(3) }, () => this.#pick(FORMAT_PIECES));
    const values = Array.from({ length: this.#below(4) }, () => this.#value());
    return `string.format(${[`"${pieces.join('')}"`, ...values].join(', ')})`;
  }

  #pattern(): string {
    return `"${Array.from({ length: 1 + this.#below(4) }, () => this.#pick(PATTERN_PIECES)).join('')}"`;
  }

  #replacement(): string {
    return this.#pick([
      () => this.#text(),
      () => this.#pick(['"%0%0"', '"<%1>"', '"%%"', '"%2"', '"%"']),
      () => '{a = 1, X = "y", b = false}',
      () => 'function(a, b) return b or a end',
      () => `function() return ${this.#value()} end`,
      () => this.#value(),
    ])();
  }

  #list(): string {
    return `{${Array.from({ length: this.#below(5) }, () => this.#pick([this.#number(), this.#text()])).join(', ')}}`;
  }

  #value(): string {
    return this.#pick([
      () => this.#number(),
      () => this.#number(),
      () => this.#text(),
      () => this.#text(),
      () => this.#pick(['(nil)', '(true)', '(false)', '({})', '(tostring)']),
    ])();
  }

  #number(): string {
    return `(${this.#pick(NUMBERS)})`;
  }

  #small(): string {
    return String(this.#below(8) - 2);
  }

  #smallOr(other: () => string): string {
    return this.#below(3) === 0 ? other() : this.#small();
  }

  #text(): string {
    return `(${this.#pick(TEXTS)})`;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }
}
