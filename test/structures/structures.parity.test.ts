// Glob patterns and long double arithmetic on random input, against a real redis-server.
import { expect, it } from 'vitest';
import { LongDouble } from '../../src/resp/long-double.js';
import { globMatches } from '../../src/structures/glob.js';
import { Random } from '../../src/time/random.js';
import { describeParity, startRealRedis } from '../support/real-redis.js';

const CASES = 3000;
const seed = Math.floor(Math.random() * 2 ** 31);

function textOf(random: Random, alphabet: string, maxLength: number): string {
  return Array.from(
    { length: random.below(maxLength + 1) },
    () => alphabet[random.below(alphabet.length)],
  ).join('');
}

describeParity('random input', () => {
  it(`matches glob patterns as redis-server does (seed ${seed})`, async () => {
    await using server = await startRealRedis();
    const random = new Random(seed);
    const cases = Array.from({ length: CASES }, (_, index) => ({
      key: `h${index}`,
      pattern: textOf(random, 'ab*?[]^-\\\x80\xff', 8),
      text: textOf(random, 'ab]-\x80', 5),
    }));
    const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
    const matches = await Promise.all(
      cases.map(async ({ key, pattern, text }) => {
        const [, found] = await Promise.all([
          server.command('HSET', key, bytes(text), ''),
          server.command('HSCAN', key, 0, 'MATCH', bytes(pattern)),
        ]);
        return (found as [string, string[]])[1].length > 0;
      }),
    );
    for (const [index, { pattern, text }] of cases.entries()) {
      // "*" alone is never matched: SCAN takes it for no pattern at all.
      if (pattern === '*') continue;
      expect(globMatches(pattern, text), JSON.stringify({ seed, pattern, text })).toBe(matches[index]);
    }
  });

  it(`adds long doubles as redis-server does (seed ${seed})`, async () => {
    await using server = await startRealRedis();
    const random = new Random(seed);
    const cases = Array.from({ length: CASES }, () => [numberText(random), numberText(random)] as const);
    const sums = await Promise.all(
      cases.map(async ([a, b], index) => {
        const [, sum] = await Promise.all([
          server.command('SET', `n${index}`, a),
          server.command('INCRBYFLOAT', `n${index}`, b).catch((error: Error) => error.message),
        ]);
        return sum;
      }),
    );
    for (const [index, [a, b]] of cases.entries()) {
      expect(ourSum(a, b), JSON.stringify({ seed, a, b })).toBe(sums[index]);
    }
  });
});

function ourSum(a: string, b: string): string {
  const [first, second] = [LongDouble.parse(a), LongDouble.parse(b)];
  if (first === null || second === null) return 'ERR value is not a valid float';
  return first.plus(second)?.toHumanString() ?? 'ERR increment would produce NaN or Infinity';
}

function numberText(random: Random): string {
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('');
  const sign = random.below(3) === 0 ? '-' : '';
  switch (random.below(7)) {
    case 0:
      return sign + digits(1 + random.below(25));
    case 1:
      return `${sign}${digits(1 + random.below(5))}.${digits(1 + random.below(22))}`;
    case 2:
      return `${sign}${digits(1)}.${digits(random.below(20))}e${random.below(60) - 40}`;
    case 3:
      return `${sign}${digits(1 + random.below(20))}e${random.below(9960) - 4980}`;
    case 4:
      return `${sign}0x${random.hex(1 + random.below(20))}.${random.hex(random.below(6))}p${random.below(200) - 100}`;
    case 5:
      return `${sign}${digits(4)}.${digits(2)}`;
    default:
      return textOf(random, '01.eE+-infaxp ', 6);
  }
}
