import { beforeEach, describe, expect, it } from 'vitest';
import { MapReply } from '../../../src/resp/reply.js';
import { FakeNode } from '../fake-node.js';

let node: FakeNode;
beforeEach(() => {
  node = new FakeNode();
});

describe('hash commands', () => {
  it('HSET counts a change for each field, and publishes once', () => {
    expect(node.run('HSET', 'h', 'a', '1', 'b', '2', 'a', '3')).toBe(2);
    expect(node.keyspace.dirty).toBe(3);
    expect(node.events).toEqual(['n new h@0', 'h hset h@0']);
    expect(node.run('HGETALL', 'h')).toEqual(new MapReply(['a', '3', 'b', '2']));
  });

  it('HDEL of the last field deletes the key', () => {
    node.run('HSET', 'h', 'a', '1', 'b', '2');
    node.clear();
    expect(node.run('HDEL', 'h', 'a', 'none')).toBe(1);
    expect(node.run('HDEL', 'h', 'none')).toBe(0);
    expect(node.run('HDEL', 'h', 'b', 'a')).toBe(1);
    expect(node.events).toEqual(['h hdel h@0', 'h hdel h@0', 'g del h@0']);
    expect(node.db.size).toBe(0);
  });

  it('HINCRBYFLOAT is replicated as an HSET', () => {
    node.run('HINCRBYFLOAT', 'h', 'f', '1.50');
    expect(node.propagated).toEqual([['HSET', 'h', 'f', '1.5']]);
  });

  it('go by the limits that CONFIG sets', () => {
    const limited = new FakeNode({
      config: { 'hash-max-listpack-entries': '2', 'hash-max-ziplist-value': '3' },
    });
    limited.run('HSET', 'h', 'a', '123', 'b', '');
    expect(limited.run('OBJECT', 'ENCODING', 'h')).toBe('listpack');
    limited.run('HSET', 'h', 'c', '');
    expect(limited.run('OBJECT', 'ENCODING', 'h')).toBe('hashtable');
    limited.run('HSET', 'i', 'a', '1234');
    expect(limited.run('OBJECT', 'ENCODING', 'i')).toBe('hashtable');
  });

  it('HRANDFIELD draws evenly, from listpacks and from hash tables', () => {
    for (const size of [20, 1000]) {
      const key = `h${size}`;
      for (let index = 0; index < size; index++) node.run('HSET', key, `f${index}`, `v${index}`);
      const counts = new Map<string, number>();
      for (let draw = 0; draw < 2000; draw++) {
        const fields = node.run('HRANDFIELD', key, '5') as string[];
        expect(new Set(fields).size).toBe(5);
        for (const field of fields) counts.set(field, (counts.get(field) ?? 0) + 1);
      }
      expect(counts.size).toBe(size);
      const expected = 10_000 / size;
      for (const count of counts.values())
        expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
    }
  });

  it('HRANDFIELD pairs are nested in RESP3 only', () => {
    node.run('HSET', 'h', 'a', '1');
    expect(node.run('HRANDFIELD', 'h', '1', 'WITHVALUES')).toEqual(['a', '1']);
    node.session.protocol = 3;
    expect(node.run('HRANDFIELD', 'h', '1', 'WITHVALUES')).toEqual([['a', '1']]);
  });
});
