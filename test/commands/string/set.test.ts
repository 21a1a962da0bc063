import { beforeEach, describe, expect, it } from 'vitest';
import { RawString } from '../../../src/keyspace/values/raw-string.js';
import { FakeNode } from '../fake-node.js';

let node: FakeNode;
beforeEach(() => {
  node = new FakeNode();
});

describe('SET', () => {
  it('stores, signals and publishes', () => {
    expect(node.text('SET', 'k', 'v')).toBe('OK');
    expect(node.events).toEqual(['n new k@0', '$ set k@0']);
    expect(node.propagated).toEqual([['SET', 'k', 'v']]);
    expect(node.keyspace.dirty).toBe(1);
  });

  it('is replicated with the time at which the key expires', () => {
    node.run('SET', 'k', 'v', 'EX', '10', 'NX', 'GET');
    const atMs = String(node.nowMs + 10_000);
    expect(node.propagated).toEqual([['SET', 'k', 'v', 'PXAT', atMs]]);
    expect(node.events).toEqual(['m keymiss k@0', 'n new k@0', '$ set k@0', 'g expire k@0']);
  });

  it.each([
    ['7.0', ['SET', 'k', 'v', 'PXAT', '4102444800000']],
    ['7.2', ['SET', 'k', 'v', 'nx', 'pxat', '4102444800000', 'get']],
  ] as const)('in %s is replicated as %j when it names that time itself', (version, propagated) => {
    const versioned = new FakeNode({ version });
    versioned.run('SET', 'k', 'v', 'nx', 'pxat', '4102444800000', 'get');
    expect(versioned.propagated).toEqual([propagated]);
  });

  it('is replicated without GET', () => {
    node.run('SET', 'GET', 'get', 'Get', 'xx', 'GET');
    expect(node.propagated).toEqual([]);
    node.run('SET', 'GET', 'get', 'Get', 'keepttl');
    expect(node.propagated).toEqual([['SET', 'GET', 'get', 'keepttl']]);
  });

  it('that does not store changes nothing', () => {
    node.run('SET', 'k', 'v');
    node.clear();
    expect(node.run('SET', 'k', 'w', 'NX')).toBeNull();
    expect(node.run('SET', 'none', 'w', 'XX')).toBeNull();
    expect(node.run('SET', 'k', 'w', 'NX', 'GET')).toBe('v');
    expect([node.events, node.propagated]).toEqual([[], []]);
  });

  it('deletes an expired value first, and says so', () => {
    node.run('SET', 'k', 'v', 'PX', '10');
    node.clear();
    node.nowMs += 11;
    expect(node.text('SET', 'k', 'w', 'NX')).toBe('OK');
    expect(node.events).toEqual(['x expired k@0', 'n new k@0', '$ set k@0']);
    expect(node.propagated).toEqual([
      ['DEL', 'k'],
      ['SET', 'k', 'w', 'NX'],
    ]);
  });
});

describe('GETDEL and GETEX', () => {
  it.each([
    ['7.0', 'UNLINK'],
    ['7.2', 'DEL'],
  ] as const)('GETDEL in %s is replicated as %s under lazyfree-lazy-user-del', (version, name) => {
    const versioned = new FakeNode({ version, config: { 'lazyfree-lazy-user-del': 'yes' } });
    versioned.run('SET', 'k', 'v');
    versioned.clear();
    expect(versioned.run('GETDEL', 'k')).toBe('v');
    expect(versioned.propagated).toEqual([[name, 'k']]);
    expect(versioned.events).toEqual(['g del k@0']);
  });

  it('GETEX is replicated as what it did to the expiry', () => {
    node.run('SET', 'k', 'v');
    node.clear();
    node.run('GETEX', 'k');
    node.run('GETEX', 'k', 'EX', '10');
    node.run('GETEX', 'k', 'PERSIST');
    node.run('GETEX', 'k', 'PERSIST');
    node.run('GETEX', 'k', 'PXAT', '1');
    expect(node.propagated).toEqual([
      ['PEXPIREAT', 'k', String(node.nowMs + 10_000)],
      ['PERSIST', 'k'],
      ['DEL', 'k'],
    ]);
    expect(node.events).toEqual(['g expire k@0', 'g persist k@0', 'g del k@0']);
  });

  it('on a replica a time in the past only sets the expiry', () => {
    node.run('SET', 'k', 'v');
    node.isReplica = true;
    node.isWritableReplica = true;
    expect(node.run('GETEX', 'k', 'PXAT', '1')).toBe('v');
    expect(node.db.expiresAtMs('k')).toBe(1);
    node.run('SET', 'l', 'v');
    expect(node.run('EXPIRE', 'l', '-1')).toBe(1);
    expect(node.db.isStored('l')).toBe(true);
  });
});

describe('changes in place', () => {
  it('APPEND and SETRANGE end at proto-max-bulk-len', () => {
    const limited = new FakeNode({ config: { 'proto-max-bulk-len': '1mb' } });
    const tooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
    limited.run('SET', 'k', 'x'.repeat(1024 * 1024));
    expect(limited.text('APPEND', 'k', 'x')).toBe(tooLong);
    expect(limited.text('SETRANGE', 'k', '1048576', 'x')).toBe(tooLong);
    expect(limited.text('SETRANGE', 'new', '9223372036854775807', 'x')).toBe(tooLong);
    expect(limited.db.size).toBe(1);
  });

  it('but what our master did is done', () => {
    const limited = new FakeNode({ config: { 'proto-max-bulk-len': '1mb' } });
    limited.run('SET', 'k', 'x'.repeat(1024 * 1024));
    limited.isReplica = true;
    limited.session.kind = 'master-link';
    expect(limited.run('APPEND', 'k', 'x')).toBe(1024 * 1024 + 1);
  });

  it('happen in the value that is stored', () => {
    node.run('SET', 'k', 'abc');
    node.run('APPEND', 'k', 'd');
    const stored = node.db.peek('k');
    expect(stored).toBeInstanceOf(RawString);
    node.run('SETRANGE', 'k', '1', 'XY');
    expect(node.db.peek('k')).toBe(stored);
    expect(node.run('GET', 'k')).toBe('aXYd');
  });

  it('INCRBYFLOAT is replicated as a SET', () => {
    node.run('INCRBYFLOAT', 'k', '1.50');
    expect(node.propagated).toEqual([['SET', 'k', '1.5', 'KEEPTTL']]);
    expect(node.events).toEqual(['n new k@0', '$ incrbyfloat k@0']);
  });

  it('MSET counts a change for each key', () => {
    node.run('MSET', 'a', '1', 'b', '2', 'a', '3');
    expect(node.keyspace.dirty).toBe(3);
    expect(node.events.filter((event) => event.startsWith('$'))).toEqual([
      '$ set a@0',
      '$ set b@0',
      '$ set a@0',
    ]);
  });
});
