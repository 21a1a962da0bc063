// Clients blocked on keys while the cluster around them changes. https://redis.io/docs/latest/commands/blpop/
import { describe, expect, it } from 'vitest';
import { keyForNode } from '../../src/index.js';
import { connectionTo, masters, refusal, replicaOf, startScenario } from './scenario.js';

const FOR_EVER = 0;

describe('clients blocked on keys', () => {
  it('time out in virtual time, to the millisecond', async () => {
    const cluster = await startScenario();
    const [node] = masters(cluster);
    const client = connectionTo(cluster, node);
    const startedAt = cluster.now();
    let endedAt = 0;
    const reply = client.run(['BLPOP', keyForNode(node), 2.5]).then((value) => {
      endedAt = cluster.now();
      return value;
    });
    await cluster.advance(2499);
    expect(endedAt).toBe(0);
    await cluster.advance(1);
    expect(await reply).toBe(null);
    expect(endedAt - startedAt).toBe(2500);
  });

  it('are served with what a push brings, and the replicas see the pop', async () => {
    const cluster = await startScenario();
    const [node] = masters(cluster);
    const key = keyForNode(node);
    const replica = replicaOf(node);
    const client = connectionTo(cluster, node);
    const reply = client.run(['BLPOP', key, FOR_EVER]);
    expect(await node.command('RPUSH', key, 'a', 'b')).toBe(2);
    expect(await reply).toEqual([key, 'a']);
    await cluster.advance(1000);
    const copy = replica.process.node.keyspace.database(0).peek(key);
    expect(copy).toMatchObject({ type: 'list', size: 1 });
  });

  it('replicate as the commands that do not block', async () => {
    const cluster = await startScenario();
    const [node] = masters(cluster);
    const key = keyForNode(node);
    const target = `{${key}}target`;
    const sent: string[] = [];
    const { propagation } = node.process.node;
    const add = propagation.add.bind(propagation);
    propagation.add = (dbIndex, argv) => {
      sent.push(argv.join(' '));
      add(dbIndex, argv);
    };
    const waiting = [
      ['BLPOP', key, FOR_EVER],
      ['BRPOP', key, FOR_EVER],
      ['BLMPOP', FOR_EVER, 1, key, 'LEFT', 'COUNT', 2],
      ['BLMOVE', key, target, 'LEFT', 'RIGHT', FOR_EVER],
      ['BRPOPLPUSH', key, target, FOR_EVER],
    ].map((command) => connectionTo(cluster, node).run(command));
    await node.command('RPUSH', key, 1, 2, 3, 4, 5, 6);
    await Promise.all(waiting);
    expect(sent).toEqual([
      `RPUSH ${key} 1 2 3 4 5 6`,
      `LPOP ${key}`,
      `RPOP ${key}`,
      `LPOP ${key} 2`,
      `LMOVE ${key} ${target} LEFT RIGHT`,
      `RPOPLPUSH ${key} ${target}`,
    ]);
  });

  it('are sent away and disconnected when their master becomes a replica', async () => {
    const cluster = await startScenario();
    const [old] = masters(cluster);
    const replica = replicaOf(old);
    const client = connectionTo(cluster, old);
    const reply = refusal(client.run(['BLPOP', keyForNode(old), FOR_EVER]));
    await replica.command('CLUSTER', 'FAILOVER');
    await cluster.waitFor(() => replica.role === 'master');
    await cluster.waitFor('ok');
    expect(await reply).toBe(
      'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    );
    const { sessions } = old.process.node;
    expect([...sessions.values()].filter((session) => session.blocked !== null)).toEqual([]);
  });

  it('are redirected when their slot moves to another node', async () => {
    const cluster = await startScenario();
    const [from, to] = masters(cluster);
    const key = keyForNode(from);
    const slot = Number(await from.command('CLUSTER', 'KEYSLOT', key));
    const reply = refusal(connectionTo(cluster, from).run(['BLPOP', key, FOR_EVER]));
    await to.command('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    await from.command('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    await cluster.advance(1100);
    expect(await reply).toMatch(new RegExp(`^MOVED ${slot} `));
  });

  it('count in INFO and are marked in CLIENT LIST', async () => {
    const cluster = await startScenario();
    const [node] = masters(cluster);
    const key = keyForNode(node);
    const clients = [connectionTo(cluster, node), connectionTo(cluster, node)];
    const replies = clients.map((client) => client.run(['BLPOP', key, `{${key}}other`, 100]));
    const info = String(await node.command('INFO', 'clients'));
    expect(info).toContain('blocked_clients:2\r\n');
    expect(info).toContain('clients_in_timeout_table:2\r\n');
    expect(info).toContain('total_blocking_keys:2\r\n');
    expect(String(await node.command('CLIENT', 'LIST')).match(/flags=b /g)).toHaveLength(2);
    await cluster.advance(100_000);
    expect(await Promise.all(replies)).toEqual([null, null]);
    expect(String(await node.command('INFO', 'clients'))).toContain('total_blocking_keys:0\r\n');
  });

  it('go on with what they sent behind the blocked command', async () => {
    const cluster = await startScenario();
    const [node] = masters(cluster);
    const key = keyForNode(node);
    const client = connectionTo(cluster, node);
    const replies = [client.run(['BLPOP', key, FOR_EVER]), client.run(['RPUSH', key, 'later'])];
    await node.command('RPUSH', key, 'first');
    expect(await Promise.all(replies)).toEqual([[key, 'first'], 1]);
  });
});
