/** advance() over long stretches in which nothing happens: what is left out, what is not, and that nobody can tell. */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Cluster,
  connectCluster,
  keyForNode,
  keyForSlot,
  shareCluster,
  type TestNode,
} from '../../src/index.js';
import { startClusterInMemory } from '../../src/testkit/start-cluster.js';
import { START_TIME, startStill } from './testkit.js';

const DAY_MS = 86_400_000;
const key = keyForSlot(0);

async function fieldsOf(node: TestNode, ...command: string[]): Promise<Map<string, string>> {
  const text = String(await node.command(command[0]!, ...command.slice(1)));
  return new Map(
    [...text.matchAll(/^([^#:\r\n]+):(.*)\r$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Heartbeats that the masters have sent on the bus. */
async function pings(cluster: Cluster): Promise<number> {
  const infos = await Promise.all(cluster.masters.map((node) => fieldsOf(node, 'CLUSTER', 'INFO')));
  return infos.reduce((sum, info) => sum + Number(info.get('cluster_stats_messages_ping_sent')), 0);
}

/** What counts heartbeats; the replies of many pings at once also fill buffers. */
const COUNTS = /messages|eventloop|total_(commands|reads|writes|net)|reply_buffer/;

async function stateOf(node: TestNode): Promise<object> {
  const infos = [await fieldsOf(node, 'CLUSTER', 'INFO'), await fieldsOf(node, 'INFO')];
  const fields = infos.flatMap((info) => [...info].filter(([name]) => !COUNTS.test(name)));
  const nodes = String(await node.command('CLUSTER', 'NODES'))
    .trimEnd()
    .split('\n')
    // When pings were sent and answered.
    .map((line) => line.replace(/ \d+ \d+ (?=\d+ connected)/, ' '));
  return { fields, nodes };
}

describe('a cluster at rest', () => {
  it('is the same after hours that were skipped as after hours that were lived through', async () => {
    const states: object[] = [];
    for (const skipIdle of [true, false]) {
      // Its nodes have the same addresses each time.
      await using cluster = await startClusterInMemory({ clock: 'manual', seed: 1, startTime: START_TIME });
      await cluster.nodeForSlot(0).command('SET', key, 'value', 'EX', 2 * 86_400);
      const events = cluster.events.length;
      await cluster.advance('2h', { skipIdle });
      const sent = await pings(cluster);
      expect(sent < 5000, `${sent} pings`).toBe(skipIdle);
      expect(cluster.events.slice(events)).toEqual([]);
      states.push(await Promise.all(cluster.nodes.map(stateOf)));
    }
    expect(states[0]).toEqual(states[1]);
  });

  it('has heard of everybody a moment ago, and fails over in the usual time', async () => {
    const cluster = await startStill();
    await cluster.advance('30d');
    const [first] = cluster.masters;
    const lines = String(await first?.command('CLUSTER', 'NODES'))
      .trimEnd()
      .split('\n');
    const pongs = lines.filter((line) => !line.includes('myself')).map((line) => Number(line.split(' ')[5]));
    expect(Math.max(...pongs)).toBeLessThanOrEqual(cluster.now());
    expect(Math.min(...pongs)).toBeGreaterThan(cluster.now() - 10_000);
    const replication = await fieldsOf(first!.replicas[0]!, 'INFO', 'replication');
    expect(Number(replication.get('master_last_io_seconds_ago'))).toBeLessThanOrEqual(10);
    await first?.kill();
    const ms = await cluster.waitFor(() => cluster.nodeForSlot(0) !== first);
    expect(ms).toBeGreaterThan(15_000);
    expect(ms).toBeLessThan(25_000);
  });
});

describe('what happens in between', () => {
  it('keys expire at their moment, one after the other', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    await master.command('CONFIG', 'SET', 'notify-keyspace-events', 'Ex');
    const startMs = cluster.now();
    const expired: (readonly [string, number])[] = [];
    const client = cluster.connect(master);
    client.on('data', (bytes: Buffer) => {
      for (const [, name = ''] of bytes.toString().matchAll(/\$\d+\r\n(\{.*\}\d)\r\n/g))
        expired.push([name, cluster.now() - startMs]);
    });
    client.write('SUBSCRIBE __keyevent@0__:expired\r\n');
    await cluster.advance(0);
    for (const [index, hours] of [1, 5, 5, 23].entries())
      await master.command('SET', `{${key}}${index}`, 'value', 'PX', hours * 3_600_000 + index);
    await cluster.advance('1d');
    client.destroy();
    expect(expired.map(([name]) => name)).toEqual([0, 1, 2, 3].map((index) => `{${key}}${index}`));
    // The cron finds them, ten times a second.
    for (const [index, hours] of [1, 5, 5, 23].entries()) {
      const lateMs = expired[index]![1] - (hours * 3_600_000 + index);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(100);
    }
    expect(await pings(cluster)).toBeLessThan(5000);
    expect(await master.command('DBSIZE')).toBe(0);
    expect(await master.replicas[0]?.command('DBSIZE')).toBe(0);
  });

  it('a blocked client waits for its time', async () => {
    const cluster = await startStill();
    const popped = cluster.nodeForSlot(0).command('BLPOP', key, 4 * 3600);
    let endedAtMs = 0;
    const startMs = cluster.now();
    void popped.then(() => {
      endedAtMs = cluster.now();
    });
    await cluster.advance('1d');
    expect(await popped).toBeNull();
    expect(endedAtMs - startMs).toBeGreaterThanOrEqual(4 * 3_600_000);
    // The event loop gets a turn now and then only.
    expect(endedAtMs - startMs).toBeLessThan(5 * 3_600_000);
    expect(await pings(cluster)).toBeLessThan(5000);
  });

  it('changes are saved when a save point is due, and silent clients are closed', async () => {
    const cluster = await startStill({
      masters: 1,
      replicas: 0,
      config: { save: '7200 1', timeout: '3600' },
    });
    const [node] = cluster.nodes as [TestNode];
    const client = cluster.connect(node);
    const closed = new Promise<number>((resolve) => {
      client.once('close', () => resolve(cluster.now()));
    });
    client.resume();
    await node.command('SET', 'key', 'value');
    const startMs = cluster.now();
    await cluster.advance('1d');
    expect((await closed) - startMs).toBeLessThan(3_700_000);
    const saved = Number(await node.command('LASTSAVE')) * 1000 - startMs;
    expect(saved).toBeGreaterThan(7_150_000); // Redis counts from its start
    expect(saved).toBeLessThan(7_210_000);
  });
});

describe('nothing is left out', () => {
  it.each<[string, (cluster: Cluster) => unknown]>([
    ['under a fault between nodes', (cluster) => cluster.delayMessages(1, { from: cluster.nodes[0]! })],
    ['while messages are recorded', (cluster) => cluster.record({ messages: true })],
    ['while a node is paused', (cluster) => cluster.replicas[0]?.pause()],
    ['while a node is dead', (cluster) => cluster.replicas[0]?.kill()],
  ])('%s', async (_, disturb) => {
    const cluster = await startStill({ masters: 3, replicas: 1 });
    await disturb(cluster);
    const before = await pings(cluster);
    await cluster.advance('10m');
    expect(await pings(cluster)).toBeGreaterThan(before + 1500);
  });

  it('of short advances', async () => {
    const cluster = await startStill();
    const before = await pings(cluster);
    await cluster.advance('2m');
    const each = (await pings(cluster)) - before;
    await cluster.advance('2m', { skipIdle: false });
    expect((await pings(cluster)) - before - each).toBeCloseTo(each, -2);
    expect(each).toBeGreaterThan(300);
  });

  it('while clients come again and again', async () => {
    const cluster = await startStill();
    const node = cluster.nodeForSlot(0);
    let pops = 0;
    const pop = async (): Promise<void> => {
      for (; pops < 100; pops++) await node.command('BLPOP', key, 5);
    };
    const popping = pop();
    await cluster.advance('10m');
    await popping;
    expect(pops).toBe(100);
  });

  it('when told so', async () => {
    const cluster = await startStill({ masters: 1, replicas: 1 });
    const [node] = cluster.masters as [TestNode];
    const before = Number((await fieldsOf(node, 'INFO', 'replication')).get('master_repl_offset'));
    await cluster.advance('1h', { skipIdle: false });
    const after = Number((await fieldsOf(node, 'INFO', 'replication')).get('master_repl_offset'));
    expect(after - before).toBe(360 * '*1\r\n$4\r\nPING\r\n'.length);
  });
});

it('advanceTo() leaves out as well, and so does a cluster of another process', async () => {
  const cluster = await startStill();
  const day = cluster.now() + DAY_MS;
  await cluster.advanceTo(new Date(day));
  expect(cluster.now()).toBe(day);
  expect(await pings(cluster)).toBeLessThan(5000);
  const { address } = await shareCluster(cluster);
  const shared = await connectCluster(address);
  onTestFinished(() => shared.close());
  await shared.advance('1d');
  await shared.advanceTo(day + 2 * DAY_MS);
  const sent = await pings(cluster);
  expect(sent).toBeLessThan(5000);
  await shared.advance('20m', { skipIdle: false });
  await shared.advanceTo(cluster.now() + 1_200_000, { skipIdle: false });
  expect((await pings(cluster)) - sent).toBeGreaterThan(6000);
  expect(await cluster.masters[0]?.command('GET', keyForNode(cluster.masters[0]))).toBeNull();
});
