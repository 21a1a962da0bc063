import { describe, expect, it } from 'vitest';
import { startStill } from './testkit.js';

describe('restart()', () => {
  it('says why a node does not start with a broken nodes.conf, and leaves it stopped', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.kill();
    node!.process.storage.write('nodes.conf', Buffer.from('this is no node\n'), false);
    await expect(node!.restart()).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('corrupted cluster config file'),
    });
    expect(node!.isRunning).toBe(false);
    await expect(node!.command('PING')).rejects.toMatchObject({ code: 'STOPPED' });
  });
});
