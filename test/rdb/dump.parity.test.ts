/** DUMP payloads and RDB files against those of redis-server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredValue } from '../../src/keyspace/values/stored-value.js';
import { createDumpPayload, readDumpPayload, verifyDumpPayload } from '../../src/rdb/dump-payload.js';
import { Random } from '../../src/time/random.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { hashOf, LIMITS, load, plain } from './rdb-fixtures.js';

const words = ['redis', 'cluster', 'replica', 'a', '0', '-17', ' ', '\xff\xfe', 'the quick brown fox '];

function randomText(random: Random, words_: readonly string[], length: number): string {
  let text = '';
  while (text.length < length) text += words_[random.below(words_.length)];
  return text.slice(0, length);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const random = new Random(31);

const texts = [
  ...[
    '',
    'a',
    '0',
    '127',
    '-128',
    '128',
    '32768',
    '-2147483648',
    '2147483648',
    '9223372036854775807',
    '0123',
  ],
  ...['1.5', 'a'.repeat(20), 'a'.repeat(21), 'ab'.repeat(5000), '\0'.repeat(300), '0'.repeat(63)],
  ...Array.from({ length: 20 }, (_, index) => 'x'.repeat(index + 20)),
  ...Array.from({ length: 40 }, (_, index) => randomText(random, words, 15 + index * 37)),
  ...Array.from({ length: 20 }, () => randomText(random, ['a', 'b'], 30 + random.below(300))),
];

const hashes: Record<string, string>[] = [
  { f: 'hello', '5': '-1', '300': 'x' },
  { a: '127', b: '128', c: '4096', d: '-4097', e: '32768', f: '-8388609', g: '2147483648' },
  { big: '9223372036854775807', none: '', zero: '0' },
  Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`field:${index}`, `value ${index * 31}`])),
  { long: 'v'.repeat(64) },
];

describeParity('DUMP and RDB files', () => {
  let real: RealRedis;
  let rdbVersion: number;

  beforeAll(async () => {
    real = await startRealRedis();
    rdbVersion = real.version.startsWith('7.0') ? 10 : 11;
  });
  afterAll(() => real.stop());

  async function dump(key: string): Promise<Uint8Array> {
    const reply = await real.raw('DUMP', key);
    return reply.subarray(reply.indexOf('\n') + 1, -2);
  }

  async function storeHash(key: string, fields: Record<string, string>): Promise<void> {
    await real.command('HSET', key, ...Object.entries(fields).flat().map(latin1));
  }

  it('makes of strings the same payload, byte by byte', async () => {
    for (const text of texts) {
      await real.command('SET', 'k', latin1(text));
      const ours = createDumpPayload(text, rdbVersion);
      expect(Buffer.from(ours).toString('hex')).toBe(Buffer.from(await dump('k')).toString('hex'));
    }
  });

  it('makes of small hashes the same payload, byte by byte', async () => {
    for (const fields of hashes) {
      await real.command('DEL', 'h');
      await storeHash('h', fields);
      // Numbers as names come first in a JavaScript object: what counts is the order in which the fields were sent.
      const ours = createDumpPayload(hashOf(fields), rdbVersion);
      expect(Buffer.from(ours).toString('hex')).toBe(Buffer.from(await dump('h')).toString('hex'));
    }
  });

  it('makes payloads that the server restores', async () => {
    const big = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`f${index}`, `${index}`.repeat(30)]),
    );
    const values: [string, StoredValue][] = [
      ['text', randomText(random, words, 3000)],
      ['small', hashOf({ a: '1', b: 'two' })],
      ['big', hashOf(big)],
    ];
    for (const [key, value] of values) {
      await real.command('RESTORE', key, 0, createDumpPayload(value, 10), 'REPLACE');
    }
    expect((await real.raw('GET', 'text')).includes(latin1(values[0]![1].toString()))).toBe(true);
    expect(await real.command('HGETALL', 'small')).toEqual(['a', '1', 'b', 'two']);
    expect(await real.command('OBJECT', 'ENCODING', 'big')).toBe('hashtable');
    for (const [field, value] of Object.entries(big)) {
      expect(await real.command('HGET', 'big', field)).toBe(value);
    }
  });

  it('reads the payloads of the server', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`f${index}`, String(index)]),
    );
    await storeHash('read', fields);
    const payload = await dump('read');
    expect(verifyDumpPayload(payload, rdbVersion)).toBe(true);
    expect(plain(readDumpPayload(payload, LIMITS))).toEqual({ encoding: 'hashtable', fields });
  });

  it('reads the files of the server', async () => {
    await real.command('FLUSHALL');
    await real.command('SET', 'text', 'hello', 'PXAT', 4_000_000_000_123);
    await real.command('SET', 'long', 'abc'.repeat(1000));
    await storeHash('small', { a: '1', b: 'two' });
    await real.command(
      'FUNCTION',
      'LOAD',
      "#!lua name=lib\nredis.register_function('f', function() return 1 end)",
    );
    const connection = await real.connect();
    await connection.command('SELECT', 5);
    await connection.command('SET', 'other', 12345);
    await real.command('SAVE');
    const file = readFileSync(join(real.directory, 'dump.rdb'));
    const { functions, info, keys } = load(file, { rdbVersion });
    expect(Object.fromEntries(keys)).toEqual({
      '0:text': { value: 'hello', expiresAtMs: 4_000_000_000_123 },
      '0:long': { value: 'abc'.repeat(1000), expiresAtMs: null },
      '0:small': { value: { encoding: 'listpack', fields: { a: '1', b: 'two' } }, expiresAtMs: null },
      '5:other': { value: '12345', expiresAtMs: null },
    });
    expect(info.rdbVersion).toBe(rdbVersion);
    expect(info.aux.get('redis-ver')).toBe(real.version);
    expect(functions).toHaveLength(1);
  });
});
