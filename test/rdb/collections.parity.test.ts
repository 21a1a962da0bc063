/** DUMP payloads and RDB files of lists and sets, exchanged with redis-server in both directions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ListValue } from '../../src/keyspace/values/list-value.js';
import { SetValue } from '../../src/keyspace/values/set-value.js';
import type { StoredValue } from '../../src/keyspace/values/stored-value.js';
import { createDumpPayload, readDumpPayload } from '../../src/rdb/dump-payload.js';
import { readRdb } from '../../src/rdb/read-rdb.js';
import type { ValueLimits } from '../../src/rdb/value-codec.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { LIMITS, READ_OPTIONS } from './rdb-fixtures.js';

const NUMBERS = Array.from({ length: 300 }, (_, index) => String(index * 31 - 4000));
const TEXTS = Array.from({ length: 300 }, (_, index) => `element ${index}`);

const LISTS: string[][] = [
  ['a'],
  ['1', '-1', '127', '128', '4095', '4096', '-4097', '32768', '8388608', '2147483648', '9223372036854775807'],
  ['', '-0', '01', '9223372036854775808', 'x'.repeat(63), 'x'.repeat(64), 'y'.repeat(4095), 'z'.repeat(4096)],
  [...NUMBERS, ...TEXTS, ...NUMBERS],
  Array.from({ length: 20 }, (_, index) => 'long'.repeat(500 + index)),
];

const SETS: string[][] = [
  ['1', '2', '-3'],
  ['1', '100000', '-100000'],
  ['9223372036854775807', '-9223372036854775808', '0'],
  NUMBERS,
  ['text'],
  ['text', '1', '2', 'more text'],
  TEXTS.slice(0, 128),
  TEXTS,
];

describeParity('lists and sets in RDB data', () => {
  let real: RealRedis;
  let rdbVersion: number;
  let limits: ValueLimits;

  beforeAll(async () => {
    real = await startRealRedis();
    const is70 = real.version.startsWith('7.0');
    rdbVersion = is70 ? 10 : 11;
    limits = is70
      ? {
          ...LIMITS,
          list: { ...LIMITS.list, hasListpacks: false },
          set: { ...LIMITS.set, maxListpackEntries: 0, hasListpacks: false },
        }
      : LIMITS;
  });
  afterAll(() => real.stop());

  async function dump(key: string): Promise<Uint8Array> {
    const reply = await real.raw('DUMP', key);
    return reply.subarray(reply.indexOf('\n') + 1, -2);
  }

  function listOf(elements: readonly string[]): ListValue {
    const list = ListValue.empty(limits.list);
    list.prepareToGrow(elements, 0, limits.list);
    for (const element of elements) list.push('right', element);
    return list;
  }

  function setOf(members: readonly string[]): SetValue {
    const set = SetValue.for(members[0]!, members.length, limits.set);
    for (const member of members) set.add(member, limits.set);
    return set;
  }

  it('makes of lists the same payload, byte by byte, and reads it', async () => {
    for (const elements of LISTS) {
      await real.command('DEL', 'l');
      await real.command('RPUSH', 'l', ...elements);
      const theirs = await dump('l');
      expect(hex(createDumpPayload(listOf(elements), rdbVersion))).toBe(hex(theirs));
      const read = readDumpPayload(theirs, limits) as ListValue;
      expect(plain(read)).toEqual(elements);
      expect(read.encoding).toBe(await real.command('OBJECT', 'ENCODING', 'l'));
    }
  });

  it('makes of small sets the same payload, byte by byte, and reads all', async () => {
    for (const members of SETS) {
      await real.command('DEL', 's');
      await real.command('SADD', 's', ...members);
      const theirs = await dump('s');
      const set = setOf(members);
      expect(set.encoding).toBe(await real.command('OBJECT', 'ENCODING', 's'));
      if (set.encoding !== 'hashtable') expect(hex(createDumpPayload(set, rdbVersion))).toBe(hex(theirs));
      const read = readDumpPayload(theirs, limits) as SetValue;
      expect((plain(read) as string[]).sort()).toEqual([...members].sort());
      expect(read.encoding).toBe(set.encoding);
    }
  });

  it('makes payloads that the server restores', async () => {
    for (const elements of LISTS) {
      await real.command('RESTORE', 'l', 0, createDumpPayload(listOf(elements), rdbVersion), 'REPLACE');
      expect(await real.command('LRANGE', 'l', 0, -1)).toEqual(elements);
    }
    for (const members of SETS) {
      const set = setOf(members);
      await real.command('RESTORE', 's', 0, createDumpPayload(set, rdbVersion), 'REPLACE');
      expect(((await real.command('SMEMBERS', 's')) as string[]).sort()).toEqual([...members].sort());
      expect(await real.command('OBJECT', 'ENCODING', 's')).toBe(set.encoding);
    }
  });

  it('reads the files of the server', async () => {
    await real.command('FLUSHALL');
    for (const [index, elements] of LISTS.entries()) await real.command('RPUSH', `l${index}`, ...elements);
    for (const [index, members] of SETS.entries()) await real.command('SADD', `s${index}`, ...members);
    await real.command('SAVE');
    const keys = new Map<string, StoredValue>();
    readRdb(
      readFileSync(join(real.directory, 'dump.rdb')),
      { onKey: (_dbIndex, key, value) => keys.set(key, value) !== undefined },
      { ...READ_OPTIONS, rdbVersion, limits },
    );
    for (const [index, elements] of LISTS.entries()) expect(plain(keys.get(`l${index}`)!)).toEqual(elements);
    for (const [index, members] of SETS.entries()) {
      expect((plain(keys.get(`s${index}`)!) as string[]).sort()).toEqual([...members].sort());
    }
  });
});

function plain(value: StoredValue): unknown {
  if (value instanceof ListValue) return value.slice(0, value.size);
  return value instanceof SetValue ? value.toArray() : value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
