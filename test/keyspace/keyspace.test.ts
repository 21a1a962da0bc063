import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { KeyspaceSlotKeys } from '../../src/keyspace/slot-keys.js';
import type { WatchedKey } from '../../src/keyspace/watch-registry.js';
import { FakeHost } from './fake-host.js';

let host: FakeHost;
let keyspace: Keyspace;

beforeEach(() => {
  host = new FakeHost();
  keyspace = new Keyspace(host, 3);
});

function set(key: string, dbIndex = 0, expiresAtMs?: number): void {
  const db = keyspace.database(dbIndex);
  db.set(key, 'v');
  if (expiresAtMs !== undefined) db.setExpiry(key, expiresAtMs);
}

describe('the active expire cycle', () => {
  it('deletes what is due, earliest first, and nothing else', () => {
    set('third', 0, host.time + 30);
    set('first', 0, host.time + 10);
    set('second', 0, host.time + 20);
    set('later', 0, host.time + 5000);
    set('never');
    host.news();
    expect(keyspace.activeExpireCycle(host.time + 31)).toBe(3);
    expect(host.news().filter((told) => told.startsWith('x'))).toEqual([
      'x expired first@0',
      'x expired second@0',
      'x expired third@0',
    ]);
    expect(keyspace.totalKeys).toBe(2);
    expect(keyspace.expired).toBe(3);
  });

  it('goes by the latest time of a key', () => {
    set('k', 0, host.time + 10);
    keyspace.database(0).setExpiry('k', host.time + 1000);
    expect(keyspace.activeExpireCycle(host.time + 500)).toBe(0);
    keyspace.database(0).setExpiry('k', host.time + 20);
    expect(keyspace.activeExpireCycle(host.time + 500)).toBe(1);
  });

  it('forgets a time that was taken away, or whose key went', () => {
    set('kept', 0, host.time + 10);
    set('deleted', 0, host.time + 10);
    keyspace.database(0).removeExpiry('kept');
    keyspace.database(0).delete('deleted');
    expect(keyspace.activeExpireCycle(host.time + 500)).toBe(0);
    expect(keyspace.totalKeys).toBe(1);
  });

  it('stops at the limit and goes on with the next database', () => {
    for (let index = 0; index < 5; index++) {
      set(`a${index}`, 0, host.time + 1);
      set(`b${index}`, 2, host.time + 1);
    }
    expect(keyspace.activeExpireCycle(host.time + 2, 3)).toBe(3);
    expect(keyspace.activeExpireCycle(host.time + 2, 3)).toBe(3);
    expect(keyspace.database(2).size).toBe(2);
    expect(keyspace.activeExpireCycle(host.time + 2)).toBe(4);
  });

  it('does not pile up old times of a key whose time keeps changing', () => {
    set('k', 0, host.time + 10);
    for (let change = 0; change < 10_000; change++)
      keyspace.database(0).setExpiry('k', host.time + 1000 + change);
    expect(keyspace.nextExpiryAtMs).toBeGreaterThanOrEqual(host.time + 1000);
    expect(keyspace.activeExpireCycle(host.time + 20_000)).toBe(1);
  });

  it('can be foreseen', () => {
    expect(keyspace.nextExpiryAtMs).toBeNull();
    set('a', 2, host.time + 50);
    set('b', 0, host.time + 70);
    expect(keyspace.nextExpiryAtMs).toBe(host.time + 50);
  });
});

describe('WATCH', () => {
  const watcher = (): { watchedKeyChanged: boolean; watchedKeys: Set<WatchedKey> } => ({
    watchedKeyChanged: false,
    watchedKeys: new Set(),
  });

  it('marks who watches a key that changes, and nobody else', () => {
    const [one, other, elsewhere] = [watcher(), watcher(), watcher()];
    keyspace.watch(one, 0, 'k');
    keyspace.watch(one, 0, 'l');
    keyspace.watch(other, 0, 'other');
    keyspace.watch(elsewhere, 1, 'k');
    set('k');
    keyspace.database(0).signalModified('k');
    expect([one, other, elsewhere].map(({ watchedKeyChanged }) => watchedKeyChanged)).toEqual([
      true,
      false,
      false,
    ]);
    expect(one.watchedKeys.size).toBe(0);
  });

  it('ends with unwatchAll', () => {
    const one = watcher();
    keyspace.watch(one, 0, 'k');
    keyspace.watch(one, 0, 'k');
    expect(one.watchedKeys.size).toBe(1);
    keyspace.unwatchAll(one);
    keyspace.database(0).signalModified('k');
    expect([one.watchedKeyChanged, one.watchedKeys.size, keyspace.watches.isEmpty]).toEqual([false, 0, true]);
  });

  it('notices a key that expired since, deleted or not', () => {
    const one = watcher();
    set('k', 0, host.time + 10);
    keyspace.watch(one, 0, 'k');
    expect(keyspace.hasExpiredWatchedKey(one)).toBe(false);
    host.time += 11;
    expect([keyspace.hasExpiredWatchedKey(one), one.watchedKeyChanged]).toEqual([true, false]);
    keyspace.activeExpireCycle(host.time);
    expect(one.watchedKeyChanged).toBe(true);
  });

  it('takes the deletion of a key that had expired before for no change', () => {
    const one = watcher();
    set('k', 0, host.time - 1);
    keyspace.watch(one, 0, 'k');
    keyspace.activeExpireCycle(host.time);
    expect([keyspace.hasExpiredWatchedKey(one), one.watchedKeyChanged]).toEqual([false, false]);
    set('k');
    keyspace.database(0).signalModified('k');
    expect(one.watchedKeyChanged).toBe(true);
  });

  it('is touched by a flush if the key was there', () => {
    const [present, absent, expired] = [watcher(), watcher(), watcher()];
    set('k');
    set('old', 0, host.time - 1);
    keyspace.watch(present, 0, 'k');
    keyspace.watch(absent, 0, 'none');
    keyspace.watch(expired, 0, 'old');
    keyspace.flush(0);
    expect([present, absent, expired].map(({ watchedKeyChanged }) => watchedKeyChanged)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is touched by a swap if the key is in one of the two', () => {
    const [inFirst, inSecond, inNeither, expiredInBoth, becomesExpired] = Array.from({ length: 5 }, watcher);
    set('a', 0);
    set('b', 1);
    set('old', 0, host.time - 1);
    set('old', 1, host.time - 1);
    set('x', 1, host.time - 1);
    keyspace.watch(inFirst!, 0, 'a');
    keyspace.watch(inSecond!, 0, 'b');
    keyspace.watch(inNeither!, 0, 'c');
    keyspace.watch(expiredInBoth!, 0, 'old');
    keyspace.watch(becomesExpired!, 0, 'x');
    keyspace.swap(0, 1);
    expect(
      [inFirst, inSecond, inNeither, expiredInBoth, becomesExpired].map((one) => one!.watchedKeyChanged),
    ).toEqual([true, true, false, false, false]);
    expect(keyspace.hasExpiredWatchedKey(becomesExpired!)).toBe(false);
  });
});

describe('flush and swap', () => {
  it('flush one database or all, and say how many keys went', () => {
    set('a', 0);
    set('b', 1);
    set('c', 1);
    host.news();
    expect(keyspace.flush(1)).toBe(2);
    expect(host.news()).toEqual(['removed b@1', 'removed c@1', 'flush 1']);
    expect(keyspace.flush(null)).toBe(1);
    expect(keyspace.totalKeys).toBe(0);
    expect(keyspace.dirty).toBe(0);
  });

  it('swap exchanges keys and times', () => {
    set('a', 0, host.time + 100);
    set('b', 1);
    keyspace.swap(0, 1);
    expect(keyspace.database(1).expiresAtMs('a')).toBe(host.time + 100);
    expect(keyspace.database(0).peek('b')).toBe('v');
    expect(keyspace.database(0).peek('a')).toBeUndefined();
    keyspace.swap(1, 1);
    expect(keyspace.database(1).peek('a')).toBe('v');
  });

  it('there is no database beyond the last', () => {
    expect(() => keyspace.database(3)).toThrow('there is no database 3');
  });
});

describe('the keyspace as the cluster sees it', () => {
  it('counts, lists and finds keys of database 0', () => {
    const keys = new KeyspaceSlotKeys(keyspace, true);
    set('{a}1');
    set('{a}2', 0, host.time - 1);
    const slot = hashSlotOfBytes('a');
    expect([keys.countKeysInSlot(slot), keys.totalKeys()]).toEqual([2, 2]);
    expect(keys.keysInSlot(slot, 10)).toEqual(['{a}1', '{a}2']);
    expect([keys.keyExists('{a}1'), keys.keyExists('{a}2'), keys.keyExists('none')]).toEqual([
      true,
      false,
      false,
    ]);
    keys.emptyDataset();
    expect(keys.totalKeys()).toBe(0);
  });

  it('deletes the keys of a slot, and replicates that since 7.2', () => {
    const slot = hashSlotOfBytes('a');
    for (const propagates of [true, false]) {
      set('{a}1');
      set('other');
      host.news();
      const before = keyspace.dirty;
      expect(new KeyspaceSlotKeys(keyspace, propagates).deleteKeysInSlot(slot)).toBe(1);
      expect(host.news()).toEqual(
        propagates ? ['removed {a}1@0', 'del {a}1@0 slot', 'modified {a}1@0'] : ['removed {a}1@0'],
      );
      expect(keyspace.dirty - before).toBe(propagates ? 1 : 0);
      expect(keyspace.totalKeys).toBe(1);
    }
  });
});
