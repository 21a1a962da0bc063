/** What subscribers and monitors of a replica hear outside of cluster mode: our replica of a real server, a real replica of our node. */
import { expect, it } from 'vitest';
import { describeParity, type RealConnection, startRealRedis, untilAnswer } from '../support/real-redis.js';
import { startStandaloneNode } from './standalone-node.js';

const CONFIG = {
  'notify-keyspace-events': 'KEA',
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '0',
};

/** What ends each channel of messages. */
const LAST = 'end';

describeParity('PUBLISH with replicas', () => {
  it('reaches subscribers and monitors of replicas as it does between real servers', async () => {
    const atOurs = await withPeers((real, ours) => heardAtReplica(real, ours));
    const atReal = await withPeers((real, ours) => heardAtReplica(ours, real));
    expect(atOurs).toEqual(atReal);
    expect(atOurs.subscriber).toContain('$4\r\nnews\r\n$5\r\nhello');
  });
});

/** Runs with fresh servers: whoever once followed the other would go on with its stream. */
async function withPeers<Result>(run: (real: Peer, ours: Peer) => Promise<Result>): Promise<Result> {
  await using real = await startRealRedis({
    args: Object.entries(CONFIG).flatMap(([name, value]) => [`--${name}`, value]),
  });
  await using ours = await startStandaloneNode(real.version.startsWith('7.0') ? '7.0' : '7.2', CONFIG);
  return await run(real, ours);
}

interface Peer {
  readonly port: number;
  connect(): Promise<RealConnection>;
}

async function heardAtReplica(master: Peer, replica: Peer): Promise<{ subscriber: string; monitor: string }> {
  const control = await replica.connect();
  const writer = await master.connect();
  await control.command('REPLICAOF', '127.0.0.1', master.port);
  await untilAnswer(control, 'master_link_status:up', 'INFO', 'replication');

  const subscriber = await replica.connect();
  subscriber.send('PSUBSCRIBE', '*');
  await subscriber.nextPush();
  const shardSubscriber = await replica.connect();
  shardSubscriber.send('SSUBSCRIBE', 'shard');
  await shardSubscriber.nextPush();
  const monitor = await replica.connect();
  monitor.send('MONITOR');
  await monitor.nextPush();

  await writer.command('PUBLISH', 'news', 'hello');
  await writer.command('SPUBLISH', 'shard', 'hello');
  await writer.command('MULTI');
  await writer.command('PUBLISH', 'news', 'one');
  await writer.command('SET', 'k', 'v');
  await writer.command('PUBLISH', 'news', 'two');
  await writer.command('EXEC');
  await writer.command('SET', 'k', 'v', 'EX', '100', 'GET');
  await writer.command('SELECT', '4');
  await writer.command('HSET', 'h', 'f', 'v');
  await writer.command('PUBLISH', LAST, LAST);

  return {
    subscriber: (await until(subscriber, LAST)) + (await shardSubscriber.nextPush()).toString(),
    monitor: (await until(monitor, LAST))
      .replace(/\d{10}\.\d{6}/g, '<time>')
      .replace(/PXAT" "\d+/g, 'PXAT" "<time>')
      .replaceAll(`127.0.0.1:${master.port}`, '<master>'),
  };
}

async function until(connection: RealConnection, last: string): Promise<string> {
  let heard = '';
  for (;;) {
    const push = (await connection.nextPush()).toString();
    // Masters ping when they like.
    if (!push.includes('"ping"') && !push.includes('"PING"') && !push.includes('"INFO"')) heard += push;
    if (push.includes(last)) return heard;
  }
}
