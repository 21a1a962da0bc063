/** Which spellings of numbers redis-server accepts, what it reads, and how it adds up and prints. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDouble } from '../../src/resp/double.js';
import { NAN_OR_INFINITY, NOT_A_FLOAT, NOT_AN_INTEGER } from '../../src/resp/errors/index.js';
import { parseInteger } from '../../src/resp/integer.js';
import { LongDouble } from '../../src/resp/long-double.js';
import type { DoubleStyle } from '../../src/resp/number-format.js';
import { DoubleReply, type Reply } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { Random } from '../../src/time/random.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';

const alphabet = '0123456789.+-eExXpPaAfFiInNtTyY ';
const spellings = [
  [
    '0',
    '-0',
    '+0',
    '1',
    '+1',
    '-1',
    '01',
    '',
    ' 1',
    '1 ',
    '1\0',
    '\t1',
    '1\n',
    '-',
    '+',
    '.',
    '1.',
    '.5',
    '5.e3',
  ],
  [
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '1e',
    '1e+',
    '1e5',
  ],
  [
    'inf',
    '-INF',
    'Infinity',
    'infinit',
    'nan',
    '-nan',
    'nan(1)',
    '1e308',
    '1e309',
    '1e-400',
    '2e-324',
    '3e-324',
  ],
  [
    '0x10',
    '0x1p3',
    '0x.8',
    '0x',
    '0x.',
    '0x1p',
    '0x1p-1074',
    '0x1p-1075',
    '0x1p1023',
    '0x1p1024',
    '0b1',
    '1_0',
  ],
  ['1e4932', '1e4933', '1e-4950', '1e-4952', '10.5', '0.1', '1e-17', '5e-18', '123456789.123456789', '1e25'],
].flat();

function randomSpelling(random: Random): string {
  if (random.below(2) === 0) {
    return Array.from({ length: 1 + random.below(5) }, () => alphabet[random.below(alphabet.length)]).join(
      '',
    );
  }
  const sign = random.below(3) === 0 ? '-' : '';
  return `${sign}${random.below(100_000)}.${random.below(100_000_000)}e${random.below(8) - 4}`;
}

describeParity('numbers of redis-server', () => {
  let server: RealRedis;
  let style: DoubleStyle;
  const random = new Random(11);
  const texts = new Set([...spellings, ...Array.from({ length: 500 }, () => randomSpelling(random))]);

  beforeAll(async () => {
    server = await startRealRedis({ args: ['--zset-max-listpack-entries', '0'] });
    style = server.version.startsWith('7.0') ? '7.0' : '7.2';
  });

  afterAll(() => server?.stop());

  const expectReply = async (text: string, reply: Reply, ...command: string[]): Promise<void> => {
    const bytes = await server.raw(...command.map((argument) => Buffer.from(argument, 'latin1')));
    expect(bytes.toString('latin1'), JSON.stringify(text)).toBe(encodeReply(reply, 2, style));
  };

  it('integers', async () => {
    for (const text of texts) {
      await server.command('DEL', 'counter');
      const value = parseInteger(text);
      await expectReply(text, value ?? NOT_AN_INTEGER, 'INCRBY', 'counter', text);
    }
  });

  it('doubles', async () => {
    await server.command('ZADD', 'scores', '0', 'first');
    for (const text of texts) {
      const value = parseDouble(text);
      await expectReply(text, value === null ? NOT_A_FLOAT : 1, 'ZADD', 'scores', '0', 'first', text, text);
      if (value !== null) await expectReply(text, new DoubleReply(value), 'ZSCORE', 'scores', text);
    }
  });

  it('long doubles and their sums', async () => {
    await server.command('SET', 'sum', '0');
    let sum = LongDouble.fromNumber(0);
    for (const text of texts) {
      const value = LongDouble.parse(text);
      if (value === null) {
        await expectReply(text, NOT_A_FLOAT, 'INCRBYFLOAT', 'sum', text);
        continue;
      }
      const next = sum.plus(value);
      await expectReply(text, next?.toHumanString() ?? NAN_OR_INFINITY, 'INCRBYFLOAT', 'sum', text);
      // What is stored is the text, so that is what the next sum begins with.
      sum = next === null ? sum : (LongDouble.parse(next.toHumanString()) ?? sum);
      if (sum.toHumanString().length > 30) {
        await server.command('SET', 'sum', '0.1');
        sum = LongDouble.parse('0.1') ?? sum;
      }
    }
  });
});
