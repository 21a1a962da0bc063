import { describe, expect, it } from 'vitest';
import { SortedSetValue } from '../../src/keyspace/values/sorted-set-value.js';
import { createDumpPayload, readDumpPayload } from '../../src/rdb/dump-payload.js';
import { RdbReader } from '../../src/rdb/rdb-reader.js';
import { readValue } from '../../src/rdb/value-codecs.js';
import { hex, LIMITS } from './rdb-fixtures.js';

function setOf(members: Readonly<Record<string, number>>, encoding: 'listpack' | 'skiplist' = 'listpack') {
  const set = new SortedSetValue(encoding);
  for (const [member, score] of Object.entries(members)) set.add(member, score);
  return set;
}

function contentOf(value: unknown): unknown {
  const set = value as SortedSetValue;
  return [set.encoding, ...[...set.entries()].map(({ member, score }) => [member, score])];
}

function read(type: number, bytes: string): unknown {
  const value = readValue(type, new RdbReader(hex(bytes)), LIMITS);
  return value === null ? null : contentOf(value);
}

describe('sorted sets in RDB data', () => {
  const scores = {
    a: 1,
    b: -2.5,
    c: 0.1,
    d: 1e300,
    e: Number.POSITIVE_INFINITY,
    f: Number.NEGATIVE_INFINITY,
  };

  it.each([10, 11])('come back as they were, version %d', (version) => {
    const small = setOf(scores);
    expect(contentOf(readDumpPayload(createDumpPayload(small, version), LIMITS))).toEqual(contentOf(small));
    const big = setOf(
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, index / 7])),
      'skiplist',
    );
    expect(contentOf(readDumpPayload(createDumpPayload(big, version), LIMITS))).toEqual(contentOf(big));
  });

  it('a skip list that fits becomes a listpack, and so forgets the sign of zero', () => {
    const set = setOf({ a: -0, b: 1 }, 'skiplist');
    expect(contentOf(readDumpPayload(createDumpPayload(set, 11), LIMITS))).toEqual([
      'listpack',
      ['a', 0],
      ['b', 1],
    ]);
    const long = setOf({ ['x'.repeat(65)]: -0 }, 'skiplist');
    expect(contentOf(readDumpPayload(createDumpPayload(long, 11), LIMITS))).toEqual(contentOf(long));
  });

  it('of the oldest type have their scores as text', () => {
    expect(read(3, '04 01 61 01 31 01 62 04 2d 32 2e 35 01 63 fe 01 64 ff')).toEqual([
      'listpack',
      ['d', Number.NEGATIVE_INFINITY],
      ['b', -2.5],
      ['a', 1],
      ['c', Number.POSITIVE_INFINITY],
    ]);
    expect(() => read(3, '01 01 61 fd')).toThrow('Zset with NAN score detected');
    expect(() => read(3, '02 01 61 01 31 01 61 01 32')).toThrow('Duplicate zset fields detected');
    expect(read(3, '00')).toBeNull();
  });

  it('in listpacks and ziplists come in pairs without duplicates', () => {
    // Listpack of "a" and 1; then of "a" alone; then of "a" 1 "a" 2.
    expect(read(17, '0c 0c000000 0200 816102 0101 ff')).toEqual(['listpack', ['a', 1]]);
    expect(() => read(17, '0a 0a000000 0100 816102 ff')).toThrow('Zset listpack integrity check failed.');
    expect(() => read(17, '11 11000000 0400 816102 0101 816102 0201 ff')).toThrow(
      'Zset listpack integrity check failed.',
    );
    expect(read(17, '07 07000000 0000 ff')).toBeNull();
    // Ziplist of "a" and 1.
    expect(read(12, '10 10000000 0d000000 0200 00 01 61 03 f2 ff')).toEqual(['listpack', ['a', 1]]);
    expect(() => read(12, '0e 0e000000 0a000000 0100 00 01 61 ff')).toThrow(
      'Zset ziplist integrity check failed.',
    );
  });
});
