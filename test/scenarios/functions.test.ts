// Function libraries belong to a node's data set: replicas get them, with a full synchronisation and after it.
// https://redis.io/docs/latest/develop/interact/programmability/functions-intro/#functions-in-cluster
import { describe, expect, it } from 'vitest';
import { keyForNode, type TestNode } from '../../src/index.js';
import { masters, replicaOf, startScenario } from './scenario.js';

const LIBRARY = `#!lua name=lib
redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name = 'got', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes'}}`;
const OTHER = "#!lua name=other\nredis.register_function('one', function() return 1 end)";

async function librariesOf(node: TestNode): Promise<string[]> {
  const libraries = (await node.command('FUNCTION', 'LIST')) as unknown[][];
  return libraries.map((library) => String(library[1])).toSorted();
}

describe('function libraries in a cluster', () => {
  it('replicate, as does what functions write, but stay on their shard', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 1 });
    const [first, second] = masters(cluster);
    const replica = replicaOf(first);
    const key = keyForNode(first);
    await first.command('FUNCTION', 'LOAD', LIBRARY);
    await first.command('FCALL', 'put', 1, key, 'value');
    await cluster.advance('1s');
    expect(await librariesOf(replica)).toEqual(['lib']);
    expect(await librariesOf(second)).toEqual([]);

    await replica.command('READONLY');
    expect(await replica.command('FCALL_RO', 'got', 1, key)).toBe('value');
    await expect(replica.command('FCALL', 'put', 1, key, 'x')).rejects.toThrow(/^MOVED/);
    await expect(second.command('FCALL', 'one', 1, key)).rejects.toThrow(/^MOVED/);

    await first.command('FUNCTION', 'LOAD', OTHER);
    await first.command('FUNCTION', 'DELETE', 'lib');
    await cluster.advance('1s');
    expect(await librariesOf(replica)).toEqual(['other']);
    await first.command('FUNCTION', 'LOAD', LIBRARY);
    await cluster.advance('1s');
    expect(await librariesOf(replica)).toEqual(['lib', 'other']);
    await first.command('FUNCTION', 'FLUSH');
    await cluster.advance('1s');
    expect(await librariesOf(replica)).toEqual([]);
  });

  it('come with a full synchronisation, and take the place of what was there', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 1 });
    const [first] = masters(cluster);
    const replica = replicaOf(first);
    const key = keyForNode(first);
    await first.command('FUNCTION', 'LOAD', OTHER);
    await replica.kill();
    await first.command('FUNCTION', 'LOAD', LIBRARY);
    await first.command('FUNCTION', 'DELETE', 'other');
    await first.command('FCALL', 'put', 1, key, 'value');
    await replica.restart();
    await cluster.waitFor('ok');
    await cluster.advance('10s');
    expect(await librariesOf(replica)).toEqual(['lib']);

    await first.kill();
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.waitFor('ok');
    expect(await replica.command('FCALL', 'got', 1, key)).toBe('value');
    expect(await replica.command('FCALL', 'put', 1, key, 'new')).toBe('OK');
  });

  it.each([
    ['an append only file', { appendonly: 'yes' }],
    ['one without a base in RDB format', { appendonly: 'yes', 'aof-use-rdb-preamble': 'no' }],
  ])('come back from %s, as it was written and when it is rewritten', async (_what, config) => {
    const cluster = await startScenario({ masters: 3, replicas: 0, config });
    const [node] = masters(cluster);
    await node.command('FUNCTION', 'LOAD', LIBRARY);
    await node.command('FUNCTION', 'LOAD', OTHER);
    await cluster.advance('2s');
    await node.kill();
    await node.restart();
    await cluster.waitFor('ok');
    expect(await librariesOf(node)).toEqual(['lib', 'other']);

    await node.command('FUNCTION', 'DELETE', 'other');
    await node.command('BGREWRITEAOF');
    await cluster.advance('2s');
    await node.kill();
    await node.restart();
    await cluster.waitFor('ok');
    expect(await librariesOf(node)).toEqual(['lib']);
    expect(await node.command('FCALL', 'put', 1, keyForNode(node), 'value')).toBe('OK');
  });
});
