import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { Random } from '../../src/time/random.js';
import { FakeHost } from './fake-host.js';

let db: Database;

beforeEach(() => {
  db = new Keyspace(new FakeHost(), 1).database(0);
});

function walk(
  count: number,
  between: () => void = () => {},
): { keys: string[]; steps: number; largest: number } {
  const keys: string[] = [];
  let steps = 0;
  let largest = 0;
  let cursor = 0;
  do {
    const step = db.scan(cursor, count);
    keys.push(...step.keys);
    largest = Math.max(largest, step.keys.length);
    cursor = step.cursor;
    steps++;
    between();
  } while (cursor !== 0);
  return { keys, steps, largest };
}

describe('scan', () => {
  it('of nothing ends at once', () => {
    expect(db.scan(0, 10)).toEqual({ cursor: 0, keys: [] });
    expect(db.scan(123_456_789, 10)).toEqual({ cursor: 0, keys: [] });
    expect(db.scan(2 ** 64, 10)).toEqual({ cursor: 0, keys: [] });
  });

  it('gives every key once, in steps of the count', () => {
    const all = Array.from({ length: 1000 }, (_, index) => `k${index}`);
    for (const key of all) db.set(key, '');
    const { keys, steps, largest } = walk(10);
    expect(keys.sort()).toEqual([...all].sort());
    expect([steps, largest]).toEqual([100, 10]);
  });

  it('keeps to the count within one hash slot too', () => {
    const all = Array.from({ length: 1000 }, (_, index) => `{tag}${index}`);
    for (const key of all) db.set(key, '');
    const { keys, steps, largest } = walk(10);
    expect(keys.sort()).toEqual([...all].sort());
    expect([steps, largest]).toEqual([100, 10]);
  });

  it('says that all was seen when the last key was given', () => {
    for (let index = 0; index < 10; index++) db.set(`k${index}`, '');
    expect(db.scan(0, 10).cursor).toBe(0);
    expect(db.scan(0, 9).cursor).not.toBe(0);
  });

  it.each(['{tag}', ''])('gives what is there all the time, while keys come and go (%s)', (tag) => {
    const random = new Random(5);
    const lasting = Array.from({ length: 600 }, (_, index) => `${tag}stays${index}`);
    for (const key of lasting) db.set(key, '');
    for (let index = 0; index < 600; index++) db.set(`${tag}goes${index}`, '');
    let added = 0;
    const { keys } = walk(10, () => {
      for (let i = 0; i < 10; i++) {
        db.delete(`${tag}goes${random.below(600)}`);
        if (added < 3000) db.set(`${tag}comes${added++}`, '');
      }
    });
    const seen = new Set(keys);
    expect(lasting.filter((key) => !seen.has(key))).toEqual([]);
  });

  it('lets several walks go on at the same time', () => {
    const all = Array.from({ length: 500 }, (_, index) => `{tag}${index}`);
    for (const key of all) db.set(key, '');
    const outer = walk(50, () => {
      expect(walk(70).keys).toHaveLength(500);
    });
    expect(outer.keys.sort()).toEqual([...all].sort());
  });
});

describe('keys by hash slot', () => {
  it('are counted and listed', () => {
    for (let index = 0; index < 5; index++) db.set(`{a}${index}`, '');
    db.set('b', '');
    const slot = hashSlotOfBytes('a');
    expect(db.countInSlot(slot)).toBe(5);
    expect(db.keysInSlot(slot, 100).sort()).toEqual(['{a}0', '{a}1', '{a}2', '{a}3', '{a}4']);
    expect(db.keysInSlot(slot, 2)).toHaveLength(2);
    expect(db.keysInSlot(slot, 0)).toEqual([]);
    expect([db.countInSlot(0), db.keysInSlot(0, 10)]).toEqual([0, []]);
    db.delete('{a}3');
    expect(db.countInSlot(slot)).toBe(4);
    db.clear();
    expect([db.countInSlot(slot), db.size]).toEqual([0, 0]);
  });
});
