import { describe, expect, it } from 'vitest';
import { startStill } from './testkit.js';

describe('CONFIG REWRITE', () => {
  it('keeps what was set at run time over a restart, as the file of a real node does', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('CONFIG', 'SET', 'cluster-node-timeout', '4000');
    await node!.command('CONFIG', 'SET', 'maxclients', '77');
    expect(await node!.command('CONFIG', 'REWRITE')).toBe('OK');
    await node!.command('CONFIG', 'SET', 'maxclients', '78');
    await node!.restart();
    expect(await node!.command('CONFIG', 'GET', 'cluster-node-timeout')).toEqual([
      'cluster-node-timeout',
      '4000',
    ]);
    expect(await node!.command('CONFIG', 'GET', 'maxclients')).toEqual(['maxclients', '77']);
  });
});
