/** Replies of redis-server, byte for byte, against the encoder: DEBUG PROTOCOL has one of every type. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DoubleStyle } from '../../src/resp/number-format.js';
import {
  AttributeReply,
  BigNumberReply,
  DoubleReply,
  FALSE,
  MapReply,
  NULL_ARRAY,
  PushReply,
  type Reply,
  SetReply,
  TRUE,
  VerbatimReply,
} from '../../src/resp/reply.js';
import { encodeReply, type Protocol } from '../../src/resp/reply-encoder.js';
import { Random } from '../../src/time/random.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { rawExchange } from './raw-exchange.js';

const replies: [type: string, ...replies: Reply[]][] = [
  ['string', 'Hello World'],
  ['integer', 12345],
  ['double', new DoubleReply(3141 / 1000)],
  ['bignum', new BigNumberReply('1234567999999999999999999999999999999')],
  ['null', null],
  ['array', [0, 1, 2]],
  ['set', new SetReply([0, 1, 2])],
  ['map', new MapReply([0, FALSE, 1, TRUE, 2, FALSE])],
  [
    'attrib',
    new AttributeReply(['key-popularity', ['key:123', 90]], 'Some real reply following the attribute'),
  ],
  ['push', new PushReply(['server-cpu-usage', 42]), 'Some real reply following the push reply'],
  ['verbatim', new VerbatimReply('txt', 'This is a verbatim\nstring')],
  ['true', TRUE],
  ['false', FALSE],
];

describeParity('the reply encoder against redis-server', () => {
  let server: RealRedis;
  let style: DoubleStyle;

  beforeAll(async () => {
    // Scores in a skip list: a listpack forgets the sign of zero.
    const args = ['--enable-debug-command', 'yes', '--zset-max-listpack-entries', '0'];
    server = await startRealRedis({ args });
    style = server.version.startsWith('7.0') ? '7.0' : '7.2';
  });

  afterAll(() => server?.stop());

  async function ask(protocol: Protocol, commands: string): Promise<string> {
    const quiet = `CLIENT REPLY OFF\r\nHELLO ${protocol}\r\nCLIENT REPLY ON\r\n`;
    const received = await rawExchange(server.port, quiet + commands);
    return received.slice('+OK\r\n'.length);
  }

  it.each([2, 3] as const)('writes every type the same in RESP%i', async (protocol) => {
    for (const [type, ...expected] of replies) {
      if (type === 'push' && protocol === 2) continue; // refused by DEBUG PROTOCOL
      if (type === 'push' && style === '7.2') expected.reverse(); // a push of a command waits for its reply
      const bytes = expected.map((reply) => encodeReply(reply, protocol, style)).join('');
      expect(await ask(protocol, `DEBUG PROTOCOL ${type}\r\n`), type).toBe(bytes);
    }
  });

  it.each([2, 3] as const)('writes a null array the same in RESP%i', async (protocol) => {
    const connection = await server.connect();
    await connection.raw('HELLO', protocol);
    expect((await connection.raw('BLPOP', 'nosuch', '0.001')).toString()).toBe(
      encodeReply(NULL_ARRAY, protocol),
    );
  });

  it.each([2, 3] as const)('writes scores the same in RESP%i', async (protocol) => {
    const random = new Random(7);
    const scores = [0, -0, 1, -1, 0.1, 1e17, 1e20, 1e21, 1e22, 2 ** 62, 2 ** 63, 1e-6, 1e-7, 1.5e300, 5e-324];
    for (let round = 0; round < 300; round++) {
      scores.push(
        (random.fraction() - 0.5) * 10 ** random.below(30),
        random.below(100_000) / 10 ** random.below(12),
      );
    }
    scores.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    for (const [index, score] of scores.entries()) {
      await server.command('ZADD', 'scores', formatForServer(score), index);
    }
    const commands = scores.map((_, index) => `ZSCORE scores ${index}\r\n`).join('');
    const expected = scores.map((score) => encodeReply(new DoubleReply(score), protocol, style)).join('');
    expect(await ask(protocol, commands)).toBe(expected);
  });
});

function formatForServer(score: number): string {
  return Object.is(score, -0) ? '-0' : String(score);
}
