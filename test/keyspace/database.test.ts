import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { RawString } from '../../src/keyspace/values/raw-string.js';
import { FakeHost } from './fake-host.js';

let host: FakeHost;
let keyspace: Keyspace;
let db: Database;

beforeEach(() => {
  host = new FakeHost();
  keyspace = new Keyspace(host, 2);
  db = keyspace.database(0);
});

describe('lookups', () => {
  it('find what was set, and count hits and misses of reads only', () => {
    db.set('k', 'v');
    expect(db.lookupRead('k')).toBe('v');
    expect(db.lookupRead('none')).toBeUndefined();
    expect(db.lookupWrite('k')).toBe('v');
    expect(db.lookupWrite('none')).toBeUndefined();
    expect(db.peek('k')).toBe('v');
    expect([keyspace.hits, keyspace.misses]).toEqual([1, 1]);
  });

  it('publish a keymiss unless they are quiet', () => {
    db.lookupRead('a');
    db.lookupRead('b', 'inspect');
    db.lookupRead('c', 'inspect-quietly');
    db.lookupWrite('d');
    db.peek('e');
    expect(host.news()).toEqual(['m keymiss a@0', 'm keymiss b@0']);
    expect(keyspace.misses).toBe(3);
  });

  it('keep databases apart', () => {
    db.set('k', 'v');
    expect(keyspace.database(1).lookupRead('k')).toBeUndefined();
  });
});

describe('set and delete', () => {
  it('tell of a new key, and of one that is overwritten', () => {
    db.set('k', 'v');
    expect(host.news()).toEqual(['added k@0', 'n new k@0']);
    db.set('k', 'w');
    expect(host.news()).toEqual(['removed k@0']);
    expect([db.delete('k'), db.delete('k')]).toEqual([true, false]);
    expect(host.news()).toEqual(['removed k@0']);
    expect(db.size).toBe(0);
  });

  it('a new value takes the expiry away unless it is to be kept', () => {
    db.set('k', 'v');
    db.setExpiry('k', host.time + 1000);
    db.set('k', 'w', { keepTtl: true });
    expect(db.expiresAtMs('k')).toBe(host.time + 1000);
    db.set('k', 'x');
    expect(db.expiresAtMs('k')).toBeNull();
  });

  it('a deleted key leaves no expiry behind', () => {
    db.set('k', 'v');
    db.setExpiry('k', host.time + 1000);
    db.delete('k');
    db.set('k', 'v');
    expect([db.expiresAtMs('k'), db.expiringCount]).toEqual([null, 0]);
  });

  it('another representation of the same value changes nothing else', () => {
    db.set('k', 'v');
    db.setExpiry('k', host.time + 1000);
    host.news();
    db.replaceValue('k', new RawString('v'));
    expect(db.expiresAtMs('k')).not.toBeNull();
    expect(host.news()).toEqual([]);
  });

  it('loading tells nobody', () => {
    db.load('a', '1', host.time + 5);
    db.load('b', '2', null);
    expect(host.news()).toEqual([]);
    expect([db.expiresAtMs('a'), db.expiresAtMs('b'), keyspace.dirty]).toEqual([host.time + 5, null, 0]);
  });

  it('signalModified raises the dirty counter and tells client tracking', () => {
    db.set('k', 'v');
    host.news();
    db.signalModified('k');
    db.signalModified('k', 3);
    db.signalModified('k', 0);
    expect(keyspace.dirty).toBe(4);
    expect(host.news()).toEqual(['modified k@0', 'modified k@0', 'modified k@0']);
  });
});

describe('expiry', () => {
  beforeEach(() => {
    db.set('k', 'v');
    db.setExpiry('k', host.time + 1000);
    host.news();
  });

  it('a key is gone when its time has come', () => {
    host.time += 999;
    expect(db.lookupRead('k')).toBe('v');
    host.time += 1;
    expect(db.lookupRead('k')).toBeUndefined();
  });

  it('reads and writes of a master delete an expired key and tell everybody', () => {
    host.time += 1001;
    expect(db.lookupRead('k')).toBeUndefined();
    expect(host.news()).toEqual([
      'removed k@0',
      'x expired k@0',
      'modified k@0',
      'del k@0 expire',
      'm keymiss k@0',
    ]);
    expect([db.size, keyspace.expired, keyspace.dirty]).toEqual([0, 1, 0]);
  });

  it('peek, keys and size leave it alone', () => {
    host.time += 1001;
    expect(db.peek('k')).toBeUndefined();
    expect(db.peekStored('k')).toBe('v');
    expect([...db.keys()]).toEqual(['k']);
    expect([db.size, db.isExpired('k')]).toEqual([1, true]);
    expect(host.news()).toEqual([]);
  });

  it('on a replica reads do not see it, but it stays', () => {
    host.replica = true;
    host.time += 1001;
    expect(db.lookupRead('k')).toBeUndefined();
    expect(db.lookupWrite('k')).toBeUndefined();
    expect(db.size).toBe(1);
    expect(keyspace.activeExpireCycle(host.time)).toBe(0);
  });

  it('a writable replica deletes it when a client writes', () => {
    host.replica = true;
    host.writableReplica = true;
    host.time += 1001;
    expect(db.lookupRead('k')).toBeUndefined();
    expect(db.size).toBe(1);
    expect(db.lookupWrite('k')).toBeUndefined();
    expect(db.size).toBe(0);
  });

  it('what comes from our master sees it still', () => {
    host.replica = true;
    host.masterLink = true;
    host.time += 1001;
    expect([db.lookupRead('k'), db.lookupWrite('k'), db.peek('k')]).toEqual(['v', 'v', 'v']);
  });

  it('during a pause it is absent, but deleted only afterwards', () => {
    host.paused = true;
    host.time += 1001;
    expect(db.lookupWrite('k')).toBeUndefined();
    expect(keyspace.activeExpireCycle(host.time)).toBe(0);
    expect(db.size).toBe(1);
    host.paused = false;
    expect(keyspace.activeExpireCycle(host.time)).toBe(1);
    expect(db.size).toBe(0);
  });

  it('holds times that a number cannot hold exactly', () => {
    db.setExpiry('k', 9_223_372_036_854_775_807n);
    expect(db.exactExpiry('k')).toBe(9_223_372_036_854_775_807n);
    expect(db.expiresAtMs('k')).toBe(2 ** 63);
    db.setExpiry('k', 5);
    expect(db.exactExpiry('k')).toBe(5);
    expect([db.removeExpiry('k'), db.removeExpiry('k')]).toEqual([true, false]);
    expect(db.exactExpiry('k')).toBeNull();
  });
});

describe('randomKey', () => {
  it('names every key about equally often', () => {
    const keys = Array.from({ length: 10 }, (_, index) => (index < 5 ? `{same}${index}` : `k${index}`));
    for (const key of keys) db.set(key, '');
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 5000; draw++) {
      const key = db.randomKey() as string;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...keys].sort());
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  it('does not name an expired key, and deletes it', () => {
    db.set('old', '');
    db.setExpiry('old', host.time - 1);
    db.set('new', '');
    for (let draw = 0; draw < 20; draw++) expect(db.randomKey()).toBe('new');
    expect(db.size).toBe(1);
  });

  it('gives up where all have expired and none may be deleted', () => {
    db.set('old', '');
    db.setExpiry('old', host.time - 1);
    host.replica = true;
    expect(db.randomKey()).toBe('old');
    expect(keyspace.database(1).randomKey()).toBeNull();
  });
});

describe('access times', () => {
  it('tell for how many seconds a key was not used', () => {
    db.set('a', '');
    db.set('b', '');
    host.time += 5000;
    expect(db.idleSeconds('a')).toBe(5);
    db.lookupRead('a');
    host.time += 2500;
    expect([db.idleSeconds('a'), db.idleSeconds('b')]).toEqual([2, 7]);
    db.lookupRead('b', 'inspect');
    expect(db.idleSeconds('b')).toBe(7);
    db.lookupWrite('b');
    expect(db.idleSeconds('b')).toBe(0);
  });

  it('stay as they are for a client with NO-TOUCH', () => {
    db.set('a', '');
    host.time += 5000;
    keyspace.noTouch = true;
    db.lookupRead('a');
    db.lookupWrite('a');
    expect(db.idleSeconds('a')).toBe(5);
    db.touch('a');
    expect(db.idleSeconds('a')).toBe(0);
  });

  it('count uses under an LFU policy, and let the count decay', () => {
    keyspace.accessPolicy = { kind: 'lfu', lfuLogFactor: 10, lfuDecayMinutes: 1 };
    db.set('a', '');
    db.set('b', '');
    expect([db.frequency('a'), db.frequency('b')]).toEqual([5, 5]);
    for (let use = 0; use < 2000; use++) db.lookupRead('a');
    expect(db.frequency('a')).toBeGreaterThan(15);
    expect(db.frequency('b')).toBe(5);
    const hot = db.frequency('a');
    host.time += 3 * 60_000;
    expect(db.frequency('a')).toBe(hot - 3);
    host.time += 3_600_000 * 24;
    expect(db.frequency('a')).toBe(0);
  });
});
