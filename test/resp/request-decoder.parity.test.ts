/** The same bytes to a real redis-server and to the decoder: the same requests are run, the same errors end them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toLowerAscii } from '../../src/resp/byte-string.js';
import { unknownCommand, wrongArity } from '../../src/resp/errors/index.js';
import { PONG, type Reply } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { Random } from '../../src/time/random.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { decodeAll } from './decode-all.js';
import { damaged, randomStream } from './random-stream.js';
import { rawExchange } from './raw-exchange.js';

/** What a server with only PING and ECHO would write. */
function expectedOutput(bytes: string, authenticated = true): string {
  const { requests, error } = decodeAll([bytes], { authenticated });
  const replies = requests.map((argv) => encodeReply(answer(argv), 2)).join('');
  return error === null ? replies : `${replies}-${error}\r\n`;
}

function answer([name = '', ...args]: string[]): Reply {
  const command = toLowerAscii(name);
  if (command === 'ping' && args.length === 0) return PONG;
  if ((command === 'ping' || command === 'echo') && args.length === 1) return args[0]!;
  return command === 'ping' || command === 'echo' ? wrongArity(command) : unknownCommand(name, args);
}

const word = 'x'.repeat(60_000);
const streams = [
  `PING\r\n\r\n   \r\nECHO "a\\x00b"\n${encodeRequest(['ECHO', '\0\xff'])}*0\r\n*-1\r\nPING\n`,
  'ECHO a"b c"\r\nECHO a\\nb\r\nECHO \va\vb\r\nECHO ""\r\n',
  'ECHO "a" "b\r\nPING\r\n',
  'ECHO "a"b\r\n',
  "ECHO 'a\\'b' \r\nECHO 'x",
  `${encodeRequest(['PING'])}*x\r\nPING\r\n`,
  '*1\r\n$4\r\nPING--*1x$4\r\nPING\r\n',
  '*1\rx$4\ryPINGab*1\r\n+4\r\n',
  '*1\r\n\r\n',
  '*1\r\n\n\r\n',
  '*1\r\n$-1\r\n',
  '*1\r\n$536870913\r\n',
  '*01\r\nPING\r\n',
  '*-0\r\n',
  '*2147483648\r\n',
  '*2147483647\r\n$1\r\na\r\n',
  '*-9223372036854775808\r\nPING\r\n',
  '*-9223372036854775809\r\nPING\r\n',
  'PI\0NG\r\nPING\r\n',
  '*1\0\r\n$4\r\nPING\r\n',
  `ECHO ${word}\r\n`,
  encodeRequest(['ECHO', word]),
];

describeParity('the request decoder against redis-server', () => {
  let server: RealRedis;
  let guarded: RealRedis;

  beforeAll(async () => {
    [server, guarded] = await Promise.all([startRealRedis(), startRealRedis()]);
    await guarded.command('CONFIG', 'SET', 'requirepass', 'secret');
  });

  afterAll(() => Promise.all([server?.stop(), guarded?.stop()]));

  it.each(streams.map((bytes) => ({ start: bytes.slice(0, 40), bytes })))(
    'answers $start the same',
    async ({ bytes }) => {
      expect(await rawExchange(server.port, bytes)).toBe(expectedOutput(bytes));
    },
  );

  it.each(['*11\r\n', '*10\r\n', '*1\r\n$16385\r\n', '*1\r\n$16384\r\n'])(
    'answers %j the same before authentication',
    async (bytes) => {
      expect(await rawExchange(guarded.port, bytes)).toBe(expectedOutput(bytes, false));
    },
  );

  it.each(['x', '*', '*1\r\n$', 'a\0'])(
    'answers a line of 64 kB that begins with %j the same',
    async (start) => {
      // No longer than needed: what redis-server leaves unread when it closes could cost us its last words.
      const bytes = start.padEnd(64 * 1024 + 100, '1');
      const expected = expectedOutput(bytes);
      expect(expected).toMatch(/^-ERR Protocol error: too big /);
      expect(await rawExchange(server.port, bytes)).toBe(expected);
    },
  );

  it.each(Array.from({ length: 10 }, (_, seed) => seed))(
    'answers damaged streams the same (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const bytes = Array.from({ length: 50 }, () =>
        damaged(random, randomStream(random, 1 + random.below(6))),
      );
      const received = await Promise.all(bytes.map((stream) => rawExchange(server.port, stream)));
      expect(received).toEqual(bytes.map((stream) => expectedOutput(stream)));
    },
  );
});
