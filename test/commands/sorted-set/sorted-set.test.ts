import { beforeEach, describe, expect, it } from 'vitest';
import { DoubleReply } from '../../../src/resp/reply.js';
import { FakeNode } from '../fake-node.js';

let node: FakeNode;
beforeEach(() => {
  node = new FakeNode();
});

describe('sorted set commands', () => {
  it('ZADD counts a change for each member that changed, and publishes once', () => {
    expect(node.run('ZADD', 'z', '1', 'a', '2', 'b', '1', 'a')).toBe(2);
    expect(node.keyspace.dirty).toBe(2);
    expect(node.events).toEqual(['n new z@0', 'z zadd z@0']);
    node.clear();
    expect(node.run('ZADD', 'z', '1', 'a')).toBe(0);
    expect(node.run('ZADD', 'z', 'NX', '5', 'a')).toBe(0);
    expect(node.run('ZADD', 'none', 'XX', '5', 'a')).toBe(0);
    expect(node.events).toEqual([]);
    expect(node.propagated).toEqual([]);
    expect(node.run('ZADD', 'z', 'INCR', '5', 'a')).toEqual(new DoubleReply(6));
    expect(node.events).toEqual(['z zincr z@0']);
  });

  it('what removes the last member deletes the key', () => {
    for (const [event, ...command] of [
      ['zrem', 'ZREM', 'z', 'b', 'a', 'none'],
      ['zremrangebyrank', 'ZREMRANGEBYRANK', 'z', '0', '-1'],
      ['zremrangebyscore', 'ZREMRANGEBYSCORE', 'z', '-inf', '+inf'],
      ['zremrangebylex', 'ZREMRANGEBYLEX', 'z', '-', '+'],
    ] as const) {
      node.run('ZADD', 'z', '1', 'a', '1', 'b');
      node.clear();
      const dirtyBefore = node.keyspace.dirty;
      expect(node.run(...command)).toBe(2);
      expect(node.events).toEqual([`z ${event} z@0`, 'g del z@0']);
      expect(node.keyspace.dirty - dirtyBefore).toBe(2);
      expect(node.db.size).toBe(0);
    }
  });

  it('ZMPOP and BZPOPMIN are replicated as ZPOPMIN and ZPOPMAX', () => {
    node.run('ZADD', 'z', '1', 'a', '2', 'b', '3', 'c', '4', 'd');
    node.clear();
    node.run('ZMPOP', '2', 'none', 'z', 'MIN');
    node.run('BZPOPMAX', 'none', 'z', '0');
    node.run('BZMPOP', '0', '1', 'z', 'MAX', 'COUNT', '9');
    expect(node.propagated).toEqual([
      ['ZPOPMIN', 'z', '1'],
      ['ZPOPMAX', 'z'],
      ['ZPOPMAX', 'z', '2'],
    ]);
    expect(node.events).toEqual(['z zpopmin z@0', 'z zpopmax z@0', 'z zpopmax z@0', 'g del z@0']);
  });

  it('what stores nothing deletes what was there', () => {
    for (const command of [
      ['ZUNIONSTORE', 'd', '1', 'none'],
      ['ZINTERSTORE', 'd', '1', 'none'],
      ['ZDIFFSTORE', 'd', '1', 'none'],
      ['ZRANGESTORE', 'd', 'none', '0', '-1'],
      ['GEOSEARCHSTORE', 'd', 'none', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'm'],
    ]) {
      node.run('SET', 'd', 'text');
      node.clear();
      expect(node.run(...command)).toBe(0);
      expect(node.events.filter((event) => !event.includes('keymiss'))).toEqual(['g del d@0']);
      expect(node.propagated).toEqual([command]);
      node.clear();
      expect(node.run(...command)).toBe(0);
      expect(node.propagated).toEqual([]);
    }
  });

  it('go by the limits that CONFIG sets', () => {
    const limited = new FakeNode({
      config: { 'zset-max-listpack-entries': '2', 'zset-max-ziplist-value': '3' },
    });
    limited.run('ZADD', 'z', '1', 'abc', '2', '');
    expect(limited.run('OBJECT', 'ENCODING', 'z')).toBe('listpack');
    limited.run('ZADD', 'z', '1', 'c');
    expect(limited.run('OBJECT', 'ENCODING', 'z')).toBe('skiplist');
    limited.run('ZADD', 'y', '1', 'abcd');
    expect(limited.run('OBJECT', 'ENCODING', 'y')).toBe('skiplist');
  });

  it('a listpack forgets the sign of zero, a skip list keeps it', () => {
    node.run('ZADD', 'z', '-0', 'a');
    expect(node.run('ZSCORE', 'z', 'a')).toEqual(new DoubleReply(0));
    node.run('ZADD', 'y', '1', 'x'.repeat(65), '-0', 'a');
    expect(node.run('ZSCORE', 'y', 'a')).toEqual(new DoubleReply(-0));
    node.run('ZREM', 'y', 'x'.repeat(65));
    node.run('ZUNIONSTORE', 'y', '1', 'y');
    expect(node.run('OBJECT', 'ENCODING', 'y')).toBe('listpack');
    expect(node.run('ZSCORE', 'y', 'a')).toEqual(new DoubleReply(0));
  });

  it('ZRANDMEMBER draws evenly, from listpacks and from skip lists', () => {
    for (const size of [20, 1000]) {
      const key = `z${size}`;
      for (let index = 0; index < size; index++) node.run('ZADD', key, String(index % 5), `m${index}`);
      const counts = new Map<string, number>();
      for (let draw = 0; draw < 2000; draw++) {
        const members = node.run('ZRANDMEMBER', key, '5') as string[];
        expect(new Set(members).size).toBe(5);
        for (const member of members) counts.set(member, (counts.get(member) ?? 0) + 1);
      }
      expect(counts.size).toBe(size);
      const expected = 10_000 / size;
      for (const count of counts.values())
        expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
    }
  });

  it('a hundred thousand members are no matter', () => {
    const count = 100_000;
    for (let index = 0; index < count; index++) {
      node.run('ZADD', 'z', String((index * 7919) % count), `m${index}`);
    }
    expect(node.run('ZCARD', 'z')).toBe(count);
    expect(node.run('ZRANK', 'z', 'm1')).toBe(7919);
    expect(node.run('ZCOUNT', 'z', '(10', '20')).toBe(10);
    expect(node.run('ZRANGE', 'z', '0', '1')).toEqual(['m0', 'm17679']);
    expect(node.run('ZREMRANGEBYRANK', 'z', '10', '-11')).toBe(count - 20);
    expect(node.run('ZCARD', 'z')).toBe(20);
  });
});
