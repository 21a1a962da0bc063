/** What the nodes of a cluster come back with after their processes ended. */
import { describe, expect, it } from 'vitest';
import type { ConfigValue } from '../../src/config/config.js';
import { keyForNode } from '../../src/index.js';
import { startStill } from './testkit.js';

type Config = Readonly<Record<string, ConfigValue>>;

describe('after every node was killed and restarted', () => {
  it.each<[what: string, config: Config, survives: boolean]>([
    ['nothing is left, by default', {}, false],
    ['the AOF is left', { appendonly: true }, true],
    ['the AOF of commands is left', { appendonly: true, 'aof-use-rdb-preamble': false }, true],
    ['what save points saved is left', { save: '1 1' }, true],
  ])('%s', async (_what, config, survives) => {
    const cluster = await startStill({ masters: 3, replicas: 1, config });
    const keys = cluster.masters.map((node) => [node, keyForNode(node)] as const);
    for (const [node, key] of keys) await node.command('SET', key, 'value');
    await cluster.advance('5s');
    for (const node of cluster.nodes) await node.kill();
    for (const node of cluster.nodes) await node.restart();
    await cluster.waitFor('ok');
    for (const [node, key] of keys) {
      const owner = cluster.nodeForSlot(node.slots[0]?.[0] ?? 0);
      expect(await owner.command('EXISTS', key)).toBe(survives ? 1 : 0);
    }
  });
});

describe('a replica that was restarted', () => {
  it.each<[what: string, config: Config, partial: boolean]>([
    ['gets a whole copy, by default', {}, false],
    ['goes on where its RDB file ends', { save: '1 1' }, true],
  ])('%s', async (_what, config, partial) => {
    const cluster = await startStill({ masters: 1, replicas: 1, config });
    const [master] = cluster.masters;
    const [replica] = cluster.replicas;
    await master!.command('SET', 'key', 'value');
    await cluster.advance('5s');
    await replica!.kill();
    await master!.command('SET', 'other', 'value');
    await replica!.restart();
    await cluster.advance('10s');
    expect(await replica!.command('DBSIZE')).toBe(2);
    const stats = String(await master!.command('INFO', 'stats'));
    expect(/sync_partial_ok:(\d+)/.exec(stats)?.[1]).toBe(partial ? '1' : '0');
  });
});
