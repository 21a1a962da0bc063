/** Values, databases and limits for tests of RDB data. */

import { HashValue } from '../../src/keyspace/values/hash-value.js';
import type { StoredValue } from '../../src/keyspace/values/stored-value.js';
import { type RdbInfo, type ReadRdbOptions, readRdb } from '../../src/rdb/read-rdb.js';
import type { ValueLimits } from '../../src/rdb/value-codec.js';
import type { WritableDatabase, WriteRdbOptions } from '../../src/rdb/write-rdb.js';

export const LIMITS: ValueLimits = {
  hash: { maxListpackEntries: 128, maxListpackValue: 64 },
  zset: { maxListpackEntries: 128, maxListpackValue: 64 },
  list: { maxListpackSize: -2, compressDepth: 0, hasListpacks: true },
  set: { maxIntsetEntries: 512, maxListpackEntries: 128, maxListpackValue: 64, hasListpacks: true },
};

export const READ_OPTIONS: ReadRdbOptions = { rdbVersion: 11, databaseCount: 16, limits: LIMITS };

export const WRITE_OPTIONS: WriteRdbOptions = {
  rdbVersion: 10,
  redisVersion: '7.2.4',
  nowMs: 1_700_000_000_000,
  usedMemoryBytes: 1000,
};

export interface TestKey {
  readonly value: StoredValue;
  readonly expiresAtMs?: bigint | number;
}

/** A database as the writer sees it. */
export function databaseOf(index: number, keys: Readonly<Record<string, TestKey>>): WritableDatabase {
  const entries = Object.entries(keys);
  return {
    index,
    size: entries.length,
    expiringCount: entries.filter(([, key]) => key.expiresAtMs !== undefined).length,
    entries: () => entries.map(([name, key]) => [name, key.value] as const),
    exactExpiry: (name) => keys[name]?.expiresAtMs ?? null,
  };
}

export function hashOf(fields: Readonly<Record<string, string>>): HashValue {
  const hash = new HashValue();
  for (const [field, value] of Object.entries(fields)) hash.set(field, value, LIMITS.hash);
  return hash;
}

/** A value as data that can be compared. */
export function plain(value: StoredValue): unknown {
  if (value instanceof HashValue)
    return { encoding: value.encoding, fields: Object.fromEntries(value.entries()) };
  return value.toString();
}

export interface LoadedRdb {
  readonly info: RdbInfo;
  /** `index:key` to value and expiry. */
  readonly keys: Map<string, { readonly value: unknown; readonly expiresAtMs: bigint | number | null }>;
  readonly functions: string[];
}

export function load(file: Uint8Array, options: Partial<ReadRdbOptions> = {}): LoadedRdb {
  const keys: LoadedRdb['keys'] = new Map();
  const functions: string[] = [];
  const sink = {
    onKey(dbIndex: number, key: string, value: StoredValue, expiresAtMs: bigint | number | null): boolean {
      const name = `${dbIndex}:${key}`;
      if (keys.has(name)) return false;
      keys.set(name, { value: plain(value), expiresAtMs });
      return true;
    },
    onFunction: (code: string): void => void functions.push(code),
  };
  return { info: readRdb(file, sink, { ...READ_OPTIONS, ...options }), keys, functions };
}

export function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}
