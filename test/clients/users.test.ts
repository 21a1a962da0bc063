/** Clients that log in as a user with few rights, on a cluster whose default user is off and whose replicas have a user of their own. */
import { Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, keysForNode, startCluster } from '../../src/index.js';

const USERS = [
  'default off',
  'replica on >link +psync +replconf +ping',
  'app on >secret ~{app* +@all -@dangerous +cluster +info &news',
];

describe('users of a cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    const login = { masteruser: 'replica', masterauth: 'link' };
    cluster = await startCluster({ masters: 2, replicas: 1, config: { user: USERS, ...login } });
  });
  afterAll(() => cluster.stop());

  it('ioredis logs in, and is told what it may not do', async () => {
    const redis = new IoRedis(cluster.seeds, { redisOptions: { username: 'app', password: 'secret' } });
    onTestFinished(() => redis.disconnect());
    const keys = cluster.masters.map((master) => `{app${keysForNode(master, 1)[0]}}`);
    expect(await Promise.all(keys.map((key) => redis.set(key, 'value')))).toEqual(['OK', 'OK']);
    await expect(redis.get('other')).rejects.toThrow('NOPERM No permissions to access a key');
    await expect(redis.keys('*')).rejects.toThrow(
      "NOPERM User app has no permissions to run the 'keys' command",
    );
    await expect(redis.publish('gossip', 'x')).rejects.toThrow('NOPERM No permissions to access a channel');
    const transaction = redis.multi().set(`${keys[0]}`, '1').get(`other${keys[0]}`).exec();
    await expect(transaction).rejects.toThrow('EXECABORT');
    expect(await redis.subscribe('news')).toBe(1);
  });

  it('node-redis logs in, and is told what it may not do', async () => {
    const redis = createCluster({
      rootNodes: cluster.rootNodes,
      defaults: { username: 'app', password: 'secret' },
    });
    redis.on('error', () => undefined);
    await redis.connect();
    onTestFinished(() => redis.destroy());
    expect(await redis.set('{app}', 'value')).toBe('OK');
    expect(await redis.get('{app}')).toBe('value');
    await expect(redis.get('other')).rejects.toThrow('NOPERM No permissions to access a key');
    const [master] = redis.masters;
    const node = await redis.nodeClient(master!);
    expect(await node.aclWhoAmI()).toBe('app');
    await expect(node.aclList()).rejects.toThrow(
      "NOPERM User app has no permissions to run the 'acl|list' command",
    );
  });

  it('replicas log in with masteruser, and to the next master too', async () => {
    const [master, other] = cluster.masters;
    const [replica] = master!.replicas;
    expect(await replica!.command('INFO', 'replication')).toContain('master_link_status:up');
    expect(await master!.command('CLIENT', 'LIST', 'TYPE', 'replica')).toContain(' user=replica ');
    await replica!.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor('ok');
    await cluster.advance('5s');
    expect(await master!.command('INFO', 'replication')).toContain('role:slave');
    expect(await master!.command('INFO', 'replication')).toContain('master_link_status:up');
    // Who holds the cluster has all rights.
    expect(await other!.command('ACL', 'WHOAMI')).toBeNull();
  });
});
