// A full synchronization that takes its time: a child that saves slowly, a replica that loads slowly.
// https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
import { describe, expect, it } from 'vitest';
import { type Cluster, keysForNode, type TestNode } from '../../src/index.js';
import { fieldsOf, masters, replicaOf, startScenario } from './scenario.js';

const KEYS = 20;
/** With that many keys, a snapshot takes two seconds. */
const DELAY_US = 100_000;
const DURATION_MS = (KEYS * DELAY_US) / 1000;

interface Pair {
  readonly cluster: Cluster;
  readonly master: TestNode;
  readonly replica: TestNode;
  readonly keys: readonly string[];
}

async function startPair(config: Record<string, string | number | boolean>): Promise<Pair> {
  const cluster = await startScenario({
    config: { 'repl-diskless-sync-delay': 0, ...config },
  });
  const [master] = masters(cluster);
  const keys = keysForNode(master, KEYS);
  for (const key of keys) await master.command('SET', key, 'value');
  return { cluster, master, replica: replicaOf(master), keys };
}

/** The replica comes back without data and without a history. */
async function comeBackEmpty({ replica }: Pair): Promise<void> {
  await replica.kill();
  await replica.restart();
}

/** The master forgets what it sent, so that its replica needs a snapshot; that has nearly the same data. */
async function loseBacklog({ cluster, master, keys }: Pair): Promise<void> {
  await master.command('CONFIG', 'SET', 'repl-backlog-size', 16_384);
  await master.command('MULTI');
  await master.command('CLIENT', 'KILL', 'TYPE', 'replica');
  for (let n = 0; n < 4; n++) await master.command('SET', keys[0]!, 'x'.repeat(16_384));
  await master.command('SET', keys[0]!, 'later');
  await master.command('EXEC');
  await cluster.advance(100);
}

async function replicaLine(master: TestNode): Promise<string> {
  return (await fieldsOf(master, 'INFO', 'replication'))['slave0'] ?? '';
}

async function persistenceOf(node: TestNode): Promise<Record<string, string>> {
  return await fieldsOf(node, 'INFO', 'persistence');
}

async function isUp({ replica }: Pair): Promise<boolean> {
  return (await fieldsOf(replica, 'INFO', 'replication'))['master_link_status'] === 'up';
}

describe('a replica that loads slowly (key-load-delay)', () => {
  it('answers LOADING until the snapshot of its master is loaded, then goes on with the stream', async () => {
    const pair = await startPair({ 'key-load-delay': DELAY_US });
    const { cluster, master, replica, keys } = pair;
    await comeBackEmpty(pair);
    await cluster.waitFor(() => replica.process.node.loading);
    await expect(replica.command('DBSIZE')).rejects.toThrow('LOADING');
    expect((await persistenceOf(replica))['loading']).toBe('1');
    await master.command('SET', keys[0]!, 'while it loads');

    await cluster.advance(DURATION_MS - 500);
    await expect(replica.command('DBSIZE')).rejects.toThrow('LOADING');
    await cluster.advance(600);
    expect((await persistenceOf(replica))['loading']).toBe('0');
    await replica.command('READONLY');
    expect(await replica.command('GET', keys[0]!)).toBe('while it loads');
    expect(await isUp(pair)).toBe(true);
  });

  it('has the snapshot, though its master dies meanwhile', async () => {
    const pair = await startPair({ 'key-load-delay': DELAY_US });
    const { cluster, master, replica, keys } = pair;
    await comeBackEmpty(pair);
    await cluster.waitFor(() => replica.process.node.loading);
    await master.kill();
    await cluster.waitFor(() => !replica.process.node.loading);
    await cluster.waitFor('ok');
    expect(replica.role).toBe('master');
    expect(await replica.command('DBSIZE')).toBe(keys.length);
  });
});

describe('a master whose child saves slowly (rdb-key-save-delay)', () => {
  it.each([
    ['over the disk', 'no'],
    ['straight to the replica', 'yes'],
  ])(
    'sends the snapshot %s when the child is done, and then what was written meanwhile',
    async (_way, diskless) => {
      const pair = await startPair({ 'rdb-key-save-delay': DELAY_US, 'repl-diskless-sync': diskless });
      const { cluster, master, replica, keys } = pair;
      await comeBackEmpty(pair);
      await cluster.waitFor(async () => (await persistenceOf(master))['rdb_bgsave_in_progress'] === '1');
      expect(await replicaLine(master)).toContain('state=wait_bgsave');
      await expect(master.command('BGSAVE')).rejects.toThrow('Background save already in progress');
      await master.command('SET', keys[1]!, 'while it saves');
      await cluster.advance(DURATION_MS - 500);
      expect(await isUp(pair)).toBe(false);

      await cluster.advance(1000);
      expect(await replicaLine(master)).toContain('state=online');
      expect(await isUp(pair)).toBe(true);
      await replica.command('READONLY');
      expect(await replica.command('GET', keys[1]!)).toBe('while it saves');
      expect(await replica.command('DBSIZE')).toBe(keys.length);
    },
  );

  it('gives the child up when no replica waits any more', async () => {
    const pair = await startPair({ 'rdb-key-save-delay': DELAY_US });
    const { cluster, master, replica } = pair;
    await comeBackEmpty(pair);
    await cluster.waitFor(async () => (await persistenceOf(master))['rdb_bgsave_in_progress'] === '1');
    await replica.kill();
    await cluster.advance(500);
    expect((await persistenceOf(master))['rdb_bgsave_in_progress']).toBe('0');
  });

  it('lets a second replica share a snapshot that goes over the disk', async () => {
    const cluster = await startScenario({
      masters: 3,
      replicas: 2,
      config: { 'repl-diskless-sync': 'no', 'rdb-key-save-delay': DELAY_US },
    });
    const [master] = masters(cluster);
    for (const key of keysForNode(master, KEYS)) await master.command('SET', key, 'value');
    const forks = Number((await fieldsOf(master, 'INFO', 'stats'))['total_forks']);
    for (const replica of master.replicas) await replica.kill();
    const replicas = cluster.nodes.filter((node) => !node.isRunning);
    for (const replica of replicas) await replica.restart();
    await cluster.waitFor('ok');
    for (const replica of replicas) expect(await replica.command('DBSIZE')).toBe(KEYS);
    expect(Number((await fieldsOf(master, 'INFO', 'stats'))['total_forks'])).toBe(forks + 1);
  });
});

describe('repl-diskless-load swapdb', () => {
  const config = { 'repl-diskless-load': 'swapdb', 'rdb-key-save-delay': DELAY_US };

  it('serves the old data of the same history until the new ones are there', async () => {
    const pair = await startPair(config);
    const { cluster, replica, keys } = pair;
    await loseBacklog(pair);
    await cluster.waitFor(() => replica.process.node.asyncLoading);
    expect(await persistenceOf(replica)).toMatchObject({ loading: '0', async_loading: '1' });
    await replica.command('READONLY');
    expect(await replica.command('GET', keys[0]!)).toBe('value');
    await expect(replica.command('CONFIG', 'SET', 'appendonly', 'yes')).rejects.toThrow('LOADING');

    await cluster.advance(DURATION_MS + 500);
    expect(await persistenceOf(replica)).toMatchObject({ loading: '0', async_loading: '0' });
    expect(await replica.command('GET', keys[0]!)).toBe('later');
  });

  it('keeps the old data when the master dies before', async () => {
    const pair = await startPair(config);
    const { cluster, master, replica, keys } = pair;
    await loseBacklog(pair);
    await cluster.waitFor(() => replica.process.node.asyncLoading);
    await master.kill();
    await cluster.advance(200);
    expect(replica.process.node.asyncLoading).toBe(false);
    await replica.command('READONLY');
    expect(await replica.command('GET', keys[0]!)).toBe('value');
    expect(await replica.command('DBSIZE')).toBe(keys.length);
  });
});

describe('a replica that comes back with its RDB file', () => {
  it('has the keys that expired meanwhile until its master deletes them', async () => {
    const pair = await startPair({ save: '3600 1', 'enable-debug-command': 'yes' });
    const { cluster, master, replica, keys } = pair;
    for (const key of keys.slice(0, 5)) await master.command('PEXPIRE', key, 3000);
    await cluster.advance(500);
    await replica.command('SAVE');
    await replica.kill();
    await master.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    await cluster.advance(4000);

    await replica.restart();
    expect(await replica.command('DBSIZE')).toBe(keys.length);
    await cluster.advance(500);
    expect(await replica.command('DBSIZE')).toBe(keys.length);
    await cluster.waitFor('ok');
    await master.command('DEBUG', 'SET-ACTIVE-EXPIRE', 1);
    await cluster.advance(1000);
    expect(await replica.command('DBSIZE')).toBe(keys.length - 5);
  });
});

describe('a writable replica', () => {
  it('deletes keys whose expiry its own clients set, and no others', async () => {
    const { cluster, master, replica, keys } = await startPair({
      'replica-read-only': 'no',
      'enable-debug-command': 'yes',
    });
    await master.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    const [ours = '', theirs = ''] = keys;
    await master.command('PEXPIRE', theirs, 1000);
    await cluster.advance(100);
    const node = replica.process.node.keyspace.database(0);
    node.setExpiry(ours, cluster.now() + 1000);
    expect((await fieldsOf(replica, 'INFO', 'stats'))['slave_expires_tracked_keys']).toBe('1');
    await cluster.advance(1500);
    expect(node.isStored(ours)).toBe(false);
    expect(node.isStored(theirs)).toBe(true);
    expect((await fieldsOf(replica, 'INFO', 'stats'))['slave_expires_tracked_keys']).toBe('0');
  });
});
