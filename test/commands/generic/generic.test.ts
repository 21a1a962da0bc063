import { beforeEach, describe, expect, it } from 'vitest';
import { FakeNode } from '../fake-node.js';

let node: FakeNode;
beforeEach(() => {
  node = new FakeNode();
});

describe('EXPIRE', () => {
  it('is replicated as PEXPIREAT, with its conditions', () => {
    node.run('SET', 'k', 'v');
    node.clear();
    node.run('EXPIRE', 'k', '10', 'NX');
    node.run('PEXPIRE', 'k', '20000');
    node.run('EXPIREAT', 'k', '4102444800');
    node.run('pexpireat', 'k', '4102444800000', 'xx');
    expect(node.propagated).toEqual([
      ['PEXPIREAT', 'k', String(node.nowMs + 10_000), 'NX'],
      ['PEXPIREAT', 'k', String(node.nowMs + 20_000)],
      ['PEXPIREAT', 'k', '4102444800000'],
      ['pexpireat', 'k', '4102444800000', 'xx'],
    ]);
    expect(new Set(node.events)).toEqual(new Set(['g expire k@0']));
  });

  it.each([
    ['no', 'DEL'],
    ['yes', 'UNLINK'],
  ])('to a moment that has passed deletes; under lazyfree-lazy-expire %s as %s', (lazy, name) => {
    const configured = new FakeNode({ config: { 'lazyfree-lazy-expire': lazy } });
    configured.run('SET', 'k', 'v');
    configured.clear();
    expect(configured.run('EXPIRE', 'k', '0')).toBe(1);
    expect(configured.propagated).toEqual([[name, 'k']]);
    expect(configured.events).toEqual(['g del k@0']);
  });

  it('GT and LT compare with a life that has no end', () => {
    node.run('SET', 'k', 'v');
    expect(node.run('EXPIRE', 'k', '10', 'GT')).toBe(0);
    expect(node.run('EXPIRE', 'k', '10', 'LT')).toBe(1);
    expect(node.run('EXPIRE', 'k', '10', 'LT')).toBe(0);
    expect(node.run('EXPIRE', 'k', '11', 'GT')).toBe(1);
    expect(node.run('PTTL', 'k')).toBe(11_000);
  });

  it('is to the millisecond', () => {
    node.run('SET', 'k', 'v', 'PX', '1500');
    node.nowMs += 1000;
    expect([node.run('TTL', 'k'), node.run('PTTL', 'k')]).toEqual([1, 500]);
    node.nowMs += 499;
    expect([node.run('TTL', 'k'), node.run('PTTL', 'k'), node.run('GET', 'k')]).toEqual([0, 1, 'v']);
    node.nowMs += 1;
    expect([node.run('TTL', 'k'), node.run('PTTL', 'k'), node.run('GET', 'k')]).toEqual([-2, -2, null]);
  });
});

describe('RENAME, COPY, MOVE', () => {
  it('RENAME takes the expiry along and counts as one change', () => {
    node.run('SET', 'a', '1', 'EX', '10');
    node.run('SET', 'b', '2', 'EX', '99');
    node.clear();
    const dirtyBefore = node.keyspace.dirty;
    expect(node.text('RENAME', 'a', 'b')).toBe('OK');
    expect(node.keyspace.dirty - dirtyBefore).toBe(1);
    expect([node.run('TTL', 'b'), node.run('GET', 'b'), node.db.size]).toEqual([10, '1', 1]);
    expect(node.events).toEqual(['n new b@0', 'g rename_from a@0', 'g rename_to b@0']);
  });

  it('MOVE and COPY reach other databases', () => {
    node.run('SET', 'k', 'v', 'EX', '10');
    node.clear();
    expect(node.run('COPY', 'k', 'k', 'DB', '2')).toBe(1);
    expect(node.run('MOVE', 'k', '1')).toBe(1);
    expect(node.events).toEqual([
      'n new k@2',
      'g copy_to k@2',
      'n new k@1',
      'g move_from k@0',
      'g move_to k@1',
    ]);
    expect(node.db.size).toBe(0);
    expect(node.keyspace.database(1).expiresAtMs('k')).toBe(node.nowMs + 10_000);
    expect(node.run('MOVE', 'k', '1')).toBe(0);
    node.run('SET', 'k', 'w');
    expect(node.run('MOVE', 'k', '2')).toBe(0);
    expect(node.text('MOVE', 'k', '0')).toBe('ERR source and destination objects are the same');
    expect(node.text('MOVE', 'k', '16')).toBe('ERR DB index is out of range');
  });

  it('but not in cluster mode', () => {
    const clustered = new FakeNode({ clusterEnabled: true });
    clustered.run('SET', 'k', 'v');
    expect(clustered.text('MOVE', 'k', '1')).toBe('ERR MOVE is not allowed in cluster mode');
    expect(clustered.text('COPY', 'k', 'l', 'DB', '1')).toBe(
      'ERR Copying to another database is not allowed in cluster mode',
    );
    expect(clustered.text('COPY', 'k', 'l', 'DB', '0')).toBe(1);
  });

  it('a copied hash goes its own way', () => {
    node.run('HSET', 'h', 'f', '1');
    node.run('COPY', 'h', 'i');
    node.run('HSET', 'i', 'f', '2');
    expect([node.run('HGET', 'h', 'f'), node.run('HGET', 'i', 'f')]).toEqual(['1', '2']);
  });
});

describe('OBJECT', () => {
  it('IDLETIME counts seconds since the last use, and is no use itself', () => {
    node.run('SET', 'k', 'v');
    node.nowMs += 10_500;
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
    node.run('TYPE', 'k');
    node.run('TTL', 'k');
    node.run('EXISTS', 'k');
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(10);
    node.run('GET', 'k');
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(0);
  });

  it('FREQ needs an LFU policy, IDLETIME any other', () => {
    node.run('SET', 'k', 'v');
    expect(node.text('OBJECT', 'FREQ', 'k')).toMatch(/^ERR An LFU maxmemory policy is not selected/);
    const lfu = new FakeNode({ config: { 'maxmemory-policy': 'volatile-lfu' } });
    lfu.run('SET', 'k', 'v');
    expect(lfu.run('OBJECT', 'FREQ', 'k')).toBe(5);
    expect(lfu.text('OBJECT', 'IDLETIME', 'k')).toMatch(/^ERR An LFU maxmemory policy is selected/);
  });

  it('REFCOUNT knows of shared integers, unless eviction needs objects of their own', () => {
    node.run('SET', 'k', '100');
    expect(node.run('OBJECT', 'REFCOUNT', 'k')).toBe(2_147_483_647);
    const evicting = new FakeNode({ config: { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' } });
    evicting.run('SET', 'k', '100');
    expect(evicting.run('OBJECT', 'REFCOUNT', 'k')).toBe(1);
  });

  it('publishes no keymiss', () => {
    node.run('OBJECT', 'ENCODING', 'none');
    expect(node.events).toEqual([]);
    node.run('TYPE', 'none');
    expect(node.events).toEqual(['m keymiss none@0']);
  });
});

describe('DEL, KEYS, SCAN and expired keys', () => {
  beforeEach(() => {
    node.run('SET', 'k', 'v', 'PX', '10');
    node.nowMs += 11;
    node.clear();
  });

  it('DEL deletes one without counting it', () => {
    expect(node.run('DEL', 'k')).toBe(0);
    expect(node.events).toEqual(['x expired k@0']);
    expect(node.db.size).toBe(0);
  });

  it('KEYS leaves one out and lets it be', () => {
    expect(node.run('KEYS', '*')).toEqual([]);
    expect([node.events, node.db.size]).toEqual([[], 1]);
  });

  it('SCAN leaves one out and deletes it', () => {
    expect(node.run('SCAN', '0')).toEqual(['0', []]);
    expect([node.events, node.db.size]).toEqual([['x expired k@0'], 0]);
  });

  it.each([
    ['7.0', ['x expired k@0', 'm keymiss k@0']],
    ['7.2', ['x expired k@0']],
  ] as const)('SCAN with TYPE in %s publishes %j', (version, events) => {
    const versioned = new FakeNode({ version });
    versioned.run('SET', 'k', 'v', 'PX', '10');
    versioned.nowMs += 11;
    versioned.clear();
    expect(versioned.run('SCAN', '0', 'TYPE', 'string')).toEqual(['0', []]);
    expect(versioned.events).toEqual(events);
  });

  it('during a pause DEL deletes one and counts it', () => {
    node.isPaused = true;
    expect(node.run('DEL', 'k')).toBe(1);
  });
});

describe('TOUCH', () => {
  it('counts as a use even for a client with NO-TOUCH', () => {
    node.run('SET', 'k', 'v');
    node.nowMs += 5000;
    node.keyspace.noTouch = true;
    node.run('GET', 'k');
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(5);
    expect(node.run('TOUCH', 'k', 'k', 'none')).toBe(2);
    expect(node.run('OBJECT', 'IDLETIME', 'k')).toBe(0);
  });
});
