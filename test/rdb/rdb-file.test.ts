/** Whole RDB files: what is written is read, and what is malformed is refused. */
import { describe, expect, it } from 'vitest';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { writeRdb } from '../../src/rdb/write-rdb.js';
import { Random } from '../../src/time/random.js';
import { databaseOf, hashOf, hex, load, plain, WRITE_OPTIONS } from './rdb-fixtures.js';

const big = hashOf(
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, String(index)])),
);
const databases = [
  databaseOf(0, {
    text: { value: 'hello' },
    number: { value: '12345' },
    long: { value: 'abc'.repeat(500) },
    expiring: { value: 'soon', expiresAtMs: 1_700_000_001_234 },
    late: { value: 'x', expiresAtMs: 2n ** 62n },
    small: { value: hashOf({ a: '1', b: 'two' }) },
  }),
  databaseOf(1, {}),
  databaseOf(9, { big: { value: big, expiresAtMs: 5 } }),
];
const replication = { streamDbIndex: 3, replicationId: 'ab'.repeat(20), replicationOffset: 987_654 };
const file = writeRdb(databases, { ...WRITE_OPTIONS, replication, functions: ['#!lua name=lib\n'] });

describe('an RDB file', () => {
  it('gives back keys of every database with their expiry', () => {
    const { keys } = load(file);
    const expected = databases.flatMap((database) =>
      [...database.entries()].map(([key, value]) => [
        `${database.index}:${key}`,
        { value: plain(value), expiresAtMs: database.exactExpiry(key) },
      ]),
    );
    expect([...keys]).toEqual(expected);
  });

  it('tells where it comes from and where in the replication stream it was made', () => {
    const { info, functions } = load(file);
    expect(info).toMatchObject({ rdbVersion: 10, keys: 7, emptyKeysSkipped: 0, ...replication });
    expect([...info.aux.keys()]).toEqual([
      ...[
        'redis-ver',
        'redis-bits',
        'ctime',
        'used-mem',
        'repl-stream-db',
        'repl-id',
        'repl-offset',
        'aof-base',
      ],
    ]);
    expect(info.aux.get('ctime')).toBe('1700000000');
    expect(functions).toEqual(['#!lua name=lib\n']);
  });

  it('begins with the version that was asked for', () => {
    expect(Buffer.from(file.subarray(0, 9)).toString()).toBe('REDIS0010');
    const later = writeRdb([], { ...WRITE_OPTIONS, rdbVersion: 11 });
    expect(Buffer.from(later.subarray(0, 9)).toString()).toBe('REDIS0011');
    expect(() => load(later, { rdbVersion: 10 })).toThrow(
      new RdbFormatError("Can't handle RDB format version 11"),
    );
  });

  it('may be as small as Redis takes it', () => {
    const { info } = load(hex('524544495330303130 ff 0000000000000000'));
    expect(info).toMatchObject({
      keys: 0,
      streamDbIndex: null,
      replicationId: null,
      replicationOffset: null,
    });
  });

  it('without a checksum is not checked', () => {
    const unchecked = Uint8Array.from(writeRdb(databases, { ...WRITE_OPTIONS, checksum: false }));
    expect(unchecked.subarray(-8)).toEqual(new Uint8Array(8));
    expect(load(unchecked).info.keys).toBe(7);
  });

  it('with a wrong checksum is refused, unless checksums are off', () => {
    const damaged = Uint8Array.from(file);
    damaged[damaged.length - 1]! ^= 1;
    expect(() => load(damaged)).toThrow(new RdbFormatError('RDB CRC error'));
    expect(load(damaged, { checksum: false }).info.keys).toBe(7);
  });

  it('that is cut anywhere is refused', () => {
    for (let length = 0; length < file.length; length += length < 600 ? 1 : 13) {
      expect(() => load(file.subarray(0, length))).toThrow(RdbFormatError);
    }
  });

  it.each([
    ['of something else', '524544495430303130ff', 'Wrong signature trying to load DB from file'],
    ['of version 0', '524544495330303030ff', "Can't handle RDB format version 0"],
    ['of no version', '5245444953616263 64ff', "Can't handle RDB format version 0"],
    ['with a value of an unknown type', '524544495330303130 63 0161 0162 ff', 'Unknown RDB encoding type 99'],
    [
      'with module data',
      '524544495330303130 f7 00',
      "The RDB file contains AUX module data I can't load: no matching module",
    ],
    [
      'with functions of a release candidate',
      '524544495330303130 f6',
      'Pre-release function format not supported.',
    ],
    [
      'with a key that comes twice',
      '524544495330303130 00 016b 0176 00 016b 0176',
      "RDB has duplicated key 'k' in DB 0",
    ],
  ])('%s is refused', (_what, bytes, text) => {
    expect(() => load(hex(bytes))).toThrow(new RdbFormatError(text));
  });

  it('with more databases than there are is refused', () => {
    expect(() => load(file, { databaseCount: 9 })).toThrow(/more than 9 databases/);
  });

  it('may hold what other servers write: idle times, frequencies, expiry in seconds, empty hashes, unknown facts', () => {
    const { keys, info } = load(
      hex(
        '524544495330303130' +
          'fa 0378797a 03616263' + // AUX
          'fe 02 fb 03 01' +
          'f8 4100 f9 07 00 016b c07b' + // idle time, frequency, an integer
          'fd 00e1f505 00 0165 0176' +
          '04 0568656d7074 00' + // an empty hash
          'fcffffffffffffffff 00 016e 0176' + // -1 is no expiry
          'ff 0000000000000000',
      ),
    );
    expect(Object.fromEntries(keys)).toEqual({
      '2:k': { value: '123', expiresAtMs: null },
      '2:e': { value: 'v', expiresAtMs: 100_000_000_000 },
      '2:n': { value: 'v', expiresAtMs: null },
    });
    expect(info).toMatchObject({ keys: 3, emptyKeysSkipped: 1 });
    expect(info.aux.get('xyz')).toBe('abc');
  });

  it('with random damage is read or refused, never worse', () => {
    const random = new Random(29);
    for (let round = 0; round < 2000; round++) {
      const damaged = Uint8Array.from(file);
      for (let hit = random.below(5); hit >= 0; hit--) {
        damaged[9 + random.below(Math.min(damaged.length - 9, 600))] = random.below(256);
      }
      try {
        load(damaged, { checksum: false });
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
      }
    }
  });
});
