/** Golden bytes of every type of reply, in RESP2 and RESP3. */
import { describe, expect, it } from 'vitest';
import {
  AttributeReply,
  BigNumberReply,
  DoubleReply,
  ErrorReply,
  FALSE,
  MapReply,
  NO_REPLY,
  NULL_ARRAY,
  OK,
  PONG,
  PushReply,
  QUEUED,
  RawReply,
  type Reply,
  SetReply,
  SimpleString,
  TRUE,
  VerbatimReply,
} from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';

interface Golden {
  readonly name: string;
  readonly reply: Reply;
  readonly resp2: string;
  readonly resp3: string;
}

const same = (name: string, reply: Reply, bytes: string): Golden => ({
  name,
  reply,
  resp2: bytes,
  resp3: bytes,
});

const goldens: Golden[] = [
  same('bulk', 'foo', '$3\r\nfoo\r\n'),
  same('empty bulk', '', '$0\r\n\r\n'),
  same('bulk with all kinds of bytes', '\0\r\n\xff', '$4\r\n\0\r\n\xff\r\n'),
  same('bulk beyond the cached headers', 'x'.repeat(1024), `$1024\r\n${'x'.repeat(1024)}\r\n`),
  same('zero', 0, ':0\r\n'),
  same('minus zero', -0, ':0\r\n'),
  same('one', 1, ':1\r\n'),
  same('negative integer', -1, ':-1\r\n'),
  same('integer beyond the cache', 1024, ':1024\r\n'),
  same('largest safe integer', 2 ** 53 - 1, ':9007199254740991\r\n'),
  same('bigint', 2n ** 63n - 1n, ':9223372036854775807\r\n'),
  same('negative bigint', -(2n ** 63n), ':-9223372036854775808\r\n'),
  same('OK', OK, '+OK\r\n'),
  same('PONG', PONG, '+PONG\r\n'),
  same('QUEUED', QUEUED, '+QUEUED\r\n'),
  same('another status', new SimpleString('FULLRESYNC ? -1'), '+FULLRESYNC ? -1\r\n'),
  same('error', new ErrorReply('ERR no such key'), '-ERR no such key\r\n'),
  same('array', ['a', 1, []], '*3\r\n$1\r\na\r\n:1\r\n*0\r\n'),
  same(
    'big array',
    Array.from({ length: 2000 }, () => 7),
    `*2000\r\n${':7\r\n'.repeat(2000)}`,
  ),
  same('raw', new RawReply('$1\r\nx\r\n:2\r\n'), '$1\r\nx\r\n:2\r\n'),
  same('no reply', NO_REPLY, ''),
  { name: 'null', reply: null, resp2: '$-1\r\n', resp3: '_\r\n' },
  { name: 'null array', reply: NULL_ARRAY, resp2: '*-1\r\n', resp3: '_\r\n' },
  { name: 'true', reply: TRUE, resp2: ':1\r\n', resp3: '#t\r\n' },
  { name: 'false', reply: FALSE, resp2: ':0\r\n', resp3: '#f\r\n' },
  { name: 'double', reply: new DoubleReply(1.25), resp2: '$4\r\n1.25\r\n', resp3: ',1.25\r\n' },
  {
    name: 'infinity',
    reply: new DoubleReply(Number.NEGATIVE_INFINITY),
    resp2: '$4\r\n-inf\r\n',
    resp3: ',-inf\r\n',
  },
  {
    name: 'double with its own text',
    reply: new DoubleReply(1.5, '1.50000000000000001'),
    resp2: '$19\r\n1.50000000000000001\r\n',
    resp3: ',1.50000000000000001\r\n',
  },
  {
    name: 'big number',
    reply: new BigNumberReply('1234567999999999999999999999999999999'),
    resp2: '$37\r\n1234567999999999999999999999999999999\r\n',
    resp3: '(1234567999999999999999999999999999999\r\n',
  },
  {
    name: 'verbatim',
    reply: new VerbatimReply('txt', 'Some string'),
    resp2: '$11\r\nSome string\r\n',
    resp3: '=15\r\ntxt:Some string\r\n',
  },
  {
    name: 'verbatim with another format',
    reply: new VerbatimReply('md', 'x'),
    resp2: '$1\r\nx\r\n',
    resp3: '=5\r\nmd :x\r\n',
  },
  {
    name: 'map',
    reply: new MapReply(['first', 1, 'second', null]),
    resp2: '*4\r\n$5\r\nfirst\r\n:1\r\n$6\r\nsecond\r\n$-1\r\n',
    resp3: '%2\r\n$5\r\nfirst\r\n:1\r\n$6\r\nsecond\r\n_\r\n',
  },
  { name: 'empty map', reply: new MapReply([]), resp2: '*0\r\n', resp3: '%0\r\n' },
  {
    name: 'map of an object',
    reply: MapReply.of({ a: 1, b: [NULL_ARRAY] }),
    resp2: '*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*1\r\n*-1\r\n',
    resp3: '%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*1\r\n_\r\n',
  },
  {
    name: 'map of entries whose values are arrays',
    reply: MapReply.of(new Map([['a', [1, 2]]])),
    resp2: '*2\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n',
    resp3: '%1\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n',
  },
  {
    name: 'set',
    reply: new SetReply(['a', 1]),
    resp2: '*2\r\n$1\r\na\r\n:1\r\n',
    resp3: '~2\r\n$1\r\na\r\n:1\r\n',
  },
  {
    name: 'push',
    reply: new PushReply(['invalidate', ['key']]),
    resp2: '*2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n',
    resp3: '>2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n',
  },
  {
    name: 'attribute',
    reply: new AttributeReply(['ttl', new DoubleReply(0.5)], [TRUE]),
    resp2: '*1\r\n:1\r\n',
    resp3: '|1\r\n$3\r\nttl\r\n,0.5\r\n*1\r\n#t\r\n',
  },
];

describe('a reply', () => {
  it.each(goldens)('$name', ({ reply, resp2, resp3 }) => {
    expect(encodeReply(reply, 2)).toBe(resp2);
    expect(encodeReply(reply, 3)).toBe(resp3);
  });

  it('prints doubles as the asked version does', () => {
    expect(encodeReply([new DoubleReply(0.1)], 2, '7.0')).toBe('*1\r\n$19\r\n0.10000000000000001\r\n');
    expect(encodeReply(new MapReply(['x', new DoubleReply(0.1)]), 3, '7.0')).toBe(
      '%1\r\n$1\r\nx\r\n,0.10000000000000001\r\n',
    );
  });
});

describe('an error', () => {
  it('has the first word as its code', () => {
    expect(new ErrorReply('WRONGTYPE Operation against a key').code).toBe('WRONGTYPE');
    expect(new ErrorReply('ERR').code).toBe('ERR');
  });

  it('keeps line breaks out of the stream', () => {
    expect(new ErrorReply("ERR unknown command 'a\r\nb\nc'").text).toBe("ERR unknown command 'a  b c'");
  });
});

describe('a request', () => {
  it('is an array of bulks', () => {
    expect(encodeRequest(['SET', 'k', '\0\xff'])).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\0\xff\r\n');
    expect(encodeRequest([])).toBe('*0\r\n');
  });
});
