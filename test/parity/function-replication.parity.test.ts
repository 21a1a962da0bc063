/** Function libraries between real servers and nodes of ours: with a full synchronisation, which is an RDB file, and in the stream after it. */
import { expect, it, vi } from 'vitest';
import { describeParity, type RealConnection, startRealRedis } from '../support/real-redis.js';
import { startStandaloneNode } from './standalone-node.js';

const STORE = `#!lua name=store
redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name = 'got', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes'}, description = 'reads'}`;
const OTHER = `#!lua name=other\nredis.register_function('one', function() return 1 end) -- ${'long '.repeat(50)}`;
const OTHER_AGAIN = "#!lua name=other\nredis.register_function('two', function() return 2 end)";
const NO_DELAY = { 'repl-diskless-sync-delay': '0' };

/** What there is, whatever the order. */
async function librariesOf(connection: RealConnection): Promise<string[]> {
  const libraries = (await connection.command('FUNCTION', 'LIST', 'WITHCODE')) as unknown[][];
  const inOrder = libraries.map((library) =>
    library.map((field) =>
      Array.isArray(field) ? field.map((each) => JSON.stringify(each)).toSorted() : field,
    ),
  );
  return inOrder.map((library) => JSON.stringify(library)).toSorted();
}

async function sameLibraries(master: RealConnection, replica: RealConnection, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const libraries = await librariesOf(master);
      expect(libraries).toHaveLength(count);
      expect(await librariesOf(replica)).toEqual(libraries);
    },
    { interval: 20, timeout: 15_000 },
  );
}

describeParity('function libraries', () => {
  for (const master of ['redis-server', 'ours'] as const) {
    it(`replicate from ${master}, all at once and one by one`, async () => {
      const args = Object.entries(NO_DELAY).flatMap(([name, value]) => [`--${name}`, value]);
      await using server = await startRealRedis({ args });
      const version = server.version.startsWith('7.0') ? '7.0' : '7.2';
      await using node = await startStandaloneNode(version, NO_DELAY);
      const [real, ours] = [await server.connect(), await node.connect()];
      const [from, to, port] = master === 'ours' ? [ours, real, node.port] : [real, ours, server.port];

      await from.command('FUNCTION', 'LOAD', STORE);
      await from.command('FUNCTION', 'LOAD', OTHER);
      await to.command('FUNCTION', 'LOAD', OTHER_AGAIN);
      await to.command('REPLICAOF', '127.0.0.1', port);
      await sameLibraries(from, to, 2);
      await from.command('FCALL', 'put', 1, 'key', 'value');
      await vi.waitFor(async () => expect(await to.command('FCALL_RO', 'got', 1, 'key')).toBe('value'));
      await expect(to.command('FCALL', 'put', 1, 'key', 'x')).rejects.toThrow(/^READONLY/);

      await from.command('FUNCTION', 'LOAD', 'REPLACE', OTHER_AGAIN);
      await sameLibraries(from, to, 2);
      expect(await to.command('FCALL_RO', 'two', 0).catch(String)).toMatch(/READONLY/);
      await from.command('FUNCTION', 'DELETE', 'store');
      await sameLibraries(from, to, 1);
      await from.command('FUNCTION', 'FLUSH', 'ASYNC');
      await sameLibraries(from, to, 0);
      await from.command('MULTI');
      await from.command('FUNCTION', 'LOAD', STORE);
      await from.command('FUNCTION', 'LOAD', OTHER);
      await from.command('EXEC');
      await sameLibraries(from, to, 2);
      await from.command('FUNCTION', 'FLUSH', 'SYNC');
      await sameLibraries(from, to, 0);
    });
  }

  it('go from one to the other by FUNCTION RESTORE, and on to the replica', async () => {
    await using server = await startRealRedis();
    const version = server.version.startsWith('7.0') ? '7.0' : '7.2';
    await using node = await startStandaloneNode(version, NO_DELAY);
    await using copy = await startStandaloneNode(version);
    const [real, ours, replica] = [await server.connect(), await node.connect(), await copy.connect()];
    await real.command('FUNCTION', 'LOAD', STORE);
    await real.command('FUNCTION', 'LOAD', OTHER);
    await replica.command('REPLICAOF', '127.0.0.1', node.port);
    const dump = await real.raw('FUNCTION', 'DUMP');
    const payload = dump.subarray(dump.indexOf('\r\n') + 2, -2);
    await ours.command('FUNCTION', 'RESTORE', payload, 'FLUSH');
    expect(await librariesOf(ours)).toEqual(await librariesOf(real));
    await sameLibraries(ours, replica, 2);
  });
});
