import { describe, expect, it } from 'vitest';
import { DoubleReply } from '../../../src/resp/reply.js';
import { FakeNode } from '../fake-node.js';

describe('geo commands', () => {
  it('GEOADD is replicated as the ZADD that it is', () => {
    const node = new FakeNode();
    expect(node.run('GEOADD', 'g', 'NX', 'CH', '13.361389', '38.115556', 'Palermo')).toBe(1);
    expect(node.propagated).toEqual([['zadd', 'g', 'NX', 'CH', '3479099956230698', 'Palermo']]);
    expect(node.events).toEqual(['n new g@0', 'z zadd g@0']);
    expect(node.run('ZSCORE', 'g', 'Palermo')).toEqual(new DoubleReply(3479099956230698));
  });

  it('searches count a change for each member they store', () => {
    const node = new FakeNode();
    node.run('GEOADD', 'g', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania');
    node.clear();
    const dirtyBefore = node.keyspace.dirty;
    expect(node.run('GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', '15', '37', 'BYRADIUS', '200', 'km')).toBe(2);
    expect(node.run('GEORADIUS', 'g', '15', '37', '200', 'km', 'STORE', 'e')).toBe(2);
    expect(node.keyspace.dirty - dirtyBefore).toBe(4);
    expect(node.events).toEqual(['n new d@0', 'z geosearchstore d@0', 'n new e@0', 'z georadiusstore e@0']);
  });

  it('coordinates are doubles with seventeen digits', () => {
    const node = new FakeNode();
    node.run('GEOADD', 'g', '13.361389', '38.115556', 'Palermo');
    expect(node.run('GEOPOS', 'g', 'Palermo')).toEqual([
      [
        new DoubleReply(13.361389338970184, '13.36138933897018433'),
        new DoubleReply(38.1155563954963, '38.11555639549629859'),
      ],
    ]);
  });
});
