/** redis-cli as it is: the client with -c, and the cluster manager behind --cluster. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, keysForNode, keysForSlot, startCluster } from '../../src/index.js';
import { startStandaloneNode } from '../parity/standalone-node.js';
import { describeWithRedisCli, runRedisCli } from './redis-cli.js';

const ALL_IS_WELL = [
  '[OK] All nodes agree about slots configuration.',
  '>>> Check for open slots...',
  '>>> Check slots coverage...',
  '[OK] All 16384 slots covered.',
].join('\n');

describeWithRedisCli('redis-cli', () => {
  describe.each(['7.2', '7.0'] as const)('against nodes that behave as Redis %s', (version) => {
    let cluster: Cluster;
    let port = 0;
    let address = '';

    beforeAll(async () => {
      cluster = await startCluster(3, 1, { version });
      const [node] = cluster.nodes;
      port = node!.port;
      address = node!.name;
    });
    afterAll(() => cluster.stop());
    afterEach(() => cluster.flush());

    it('follows redirects with -c and writes and reads keys of all masters', async () => {
      const keys = cluster.masters.map((master) => keysForNode(master, 10));
      const sets = keys.flat().map((key) => `SET ${key} "value of ${key}"\n`);
      const [, second, third] = cluster.masters;
      expect(await runRedisCli(['-c', '-p', port], sets.join(''))).toEqual({
        exitCode: 0,
        stdout: [
          ...keys[0]!.map(() => 'OK\n'),
          `-> Redirected to slot [5461] located at ${second!.name}\n`,
          ...keys[1]!.map(() => 'OK\n'),
          `-> Redirected to slot [10923] located at ${third!.name}\n`,
          ...keys[2]!.map(() => 'OK\n'),
        ].join(''),
        stderr: '',
      });
      const gets = keys.flat().map((key) => `GET ${key}\n`);
      const { stdout } = await runRedisCli(['-c', '-p', cluster.nodes[5]!.port], gets.join(''));
      const values = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('->'));
      expect(values).toEqual(keys.flat().map((key) => `value of ${key}`));
    });

    it('shows MOVED without -c', async () => {
      const owner = cluster.nodeForSlot(16383);
      const { stdout } = await runRedisCli(['-p', port, 'GET', keyForSlot(16383)]);
      expect(stdout).toBe(`MOVED 16383 ${owner.name}\n\n`);
    });

    it('inserts masses of keys by --pipe', async () => {
      const keys = keysForNode(cluster.masters[0]!, 1000);
      const input = keys.map((key) => `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$1\r\nx\r\n`).join('');
      const { stdout } = await runRedisCli(['-p', port, '--pipe'], input);
      expect(stdout).toContain('errors: 0, replies: 1000');
      expect(await cluster.masters[0]!.command('DBSIZE')).toBe(1000);
      const scan = await runRedisCli(['-p', port, '--scan']);
      expect(scan.stdout.trim().split('\n').sort()).toEqual([...keys].sort());
    });

    it('finds that all is well by --cluster check', async () => {
      const { exitCode, stdout } = await runRedisCli(['--cluster', 'check', address]);
      expect(stdout).toContain(ALL_IS_WELL);
      expect(stdout).not.toMatch(/\[ERR\]|\[WARNING\]/);
      for (const { id, name } of cluster.masters) expect(stdout).toContain(`M: ${id} ${name}\n`);
      for (const { id, name, master } of cluster.replicas) {
        expect(stdout).toContain(
          `S: ${id} ${name}\n   slots: (0 slots) slave\n   replicates ${master?.id}\n`,
        );
      }
      expect(exitCode).toBe(0);
    });

    it('counts keys, slots and replicas by --cluster info', async () => {
      await cluster.masters[1]!.command('SET', keysForNode(cluster.masters[1]!, 1)[0]!, 'value');
      const { exitCode, stdout } = await runRedisCli(['--cluster', 'info', address]);
      const [first, second, third] = cluster.masters.map(
        ({ name, id }) => `${name} (${id.slice(0, 8)}...) -> `,
      );
      expect(stdout.split('\n').slice(0, 4)).toEqual([
        `${first}0 keys | 5461 slots | 1 slaves.`,
        `${second}1 keys | 5462 slots | 1 slaves.`,
        `${third}0 keys | 5461 slots | 1 slaves.`,
        '[OK] 1 keys in 3 masters.',
      ]);
      expect(exitCode).toBe(0);
    });

    it('reaches every node by --cluster call', async () => {
      const { stdout } = await runRedisCli(['--cluster', 'call', address, 'PING']);
      expect(stdout.trim().split('\n').slice(1).sort()).toEqual(
        cluster.nodes.map(({ name }) => `${name}: PONG`).sort(),
      );
    });

    it('has nothing to rebalance and nothing to fix', async () => {
      const { stdout } = await runRedisCli(['--cluster', 'rebalance', address]);
      expect(stdout).toContain('*** No rebalancing needed! All nodes are within the 2.00% threshold.');
      const fixed = await runRedisCli(['--cluster', 'fix', address]);
      expect(fixed.stdout).toContain(ALL_IS_WELL);
      expect(fixed.exitCode).toBe(0);
    });

    it('prints CLUSTER NODES', async () => {
      const { stdout } = await runRedisCli(['-p', port, 'CLUSTER', 'NODES']);
      const lines = stdout.trim().split('\n');
      const shown = lines.map((line) => line.replace(/ \d+ \d+ \d+ connected/, '')).sort();
      expect(shown).toEqual(
        cluster.nodes
          .map(({ id, name, busPort, role, master, slots, port: own }) => {
            const flags = `${own === port ? 'myself,' : ''}${role === 'master' ? 'master' : 'slave'}`;
            const ranges = slots.map(([first, last]) => ` ${first}-${last}`).join('');
            return `${id} ${name}@${busPort} ${flags} ${master?.id ?? '-'}${ranges}`;
          })
          .sort(),
      );
    });

    it('prints CLUSTER SLOTS', async () => {
      const { stdout } = await runRedisCli(['--json', '-p', port, 'CLUSTER', 'SLOTS']);
      const entry = (node: { host: string; port: number; id: string }) => [node.host, node.port, node.id];
      const [one, two, three] = cluster.masters;
      const shown = JSON.parse(stdout) as [number, number, ...[string, number, string, unknown][]][];
      expect(
        shown.map(([first, last, ...nodes]) => [first, last, ...nodes.map((node) => node.slice(0, 3))]),
      ).toEqual([
        [0, 5460, ...[one!, ...one!.replicas].map(entry)],
        [5461, 10922, ...[two!, ...two!.replicas].map(entry)],
        [10923, 16383, ...[three!, ...three!.replicas].map(entry)],
      ]);
    });

    it('prints CLUSTER SHARDS', async () => {
      const { stdout } = await runRedisCli(['--json', '-p', port, 'CLUSTER', 'SHARDS']);
      const shards = JSON.parse(stdout) as { slots: number[]; nodes: Record<string, unknown>[] }[];
      const found = shards.map(({ slots, nodes }) => ({
        slots,
        nodes: nodes.map(({ id, ip, port: own, role, health }) => ({ id, ip, port: own, role, health })),
      }));
      const shown = ({ id, host, port: own, role }: Cluster['nodes'][number]) => ({
        id,
        ip: host,
        port: own,
        role,
        health: 'online',
      });
      expect(found.sort((one, other) => one.slots[0]! - other.slots[0]!)).toEqual(
        cluster.masters.map((master) => ({
          slots: master.slots.flat(),
          nodes: [master, ...master.replicas].map(shown),
        })),
      );
    });

    it('prints INFO with the release, the mode and the replica', async () => {
      const { stdout } = await runRedisCli(['-p', port, 'INFO']);
      const [replica] = cluster.nodes[0]!.replicas;
      expect(stdout).toContain(`redis_version:${version}.`);
      expect(stdout).toContain('redis_mode:cluster');
      expect(stdout).toContain('cluster_enabled:1');
      expect(stdout).toMatch(new RegExp(`slave0:ip=127\\.0\\.0\\.1,port=${replica!.port},state=online`));
    });

    it('moves slots by --cluster reshard, and all is well after it', async () => {
      await using resharded = await startCluster(3, 0, { version });
      const [from, to] = resharded.masters;
      const { exitCode, stderr } = await runRedisCli([
        ...['--cluster', 'reshard', from!.name, '--cluster-from', from!.id, '--cluster-to', to!.id],
        ...['--cluster-slots', 5, '--cluster-yes'],
      ]);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(to!.slots).toEqual([
        [0, 4],
        [5461, 10922],
      ]);
      const check = await runRedisCli(['--cluster', 'check', from!.name]);
      expect(check.stdout).toContain(ALL_IS_WELL);
    });

    it('moves slots with their keys, of any type and with their life, by --cluster reshard', async () => {
      await using resharded = await startCluster(3, 0, { version });
      const [from, to] = resharded.masters;
      const [string, list, other] = [keyForSlot(0), keyForSlot(1), keyForSlot(16383)];
      await from!.command('SET', string, 'value', 'EX', 1000);
      await from!.command('RPUSH', list, ...Array.from({ length: 500 }, (_, index) => `element ${index}`));
      await resharded.nodeForKey(other).command('SET', other, 'stays');
      const { exitCode, stdout } = await runRedisCli([
        ...['--cluster', 'reshard', from!.name, '--cluster-from', from!.id, '--cluster-to', to!.id],
        ...['--cluster-slots', 5, '--cluster-yes'],
      ]);
      expect(stdout).toContain(`Moving slot 0 from ${from!.name} to ${to!.name}: .`);
      expect(exitCode).toBe(0);
      expect(await to!.command('GET', string)).toBe('value');
      expect(await to!.command('TTL', string)).toBeGreaterThan(900);
      expect(await to!.command('LLEN', list)).toBe(500);
      expect(await from!.command('DBSIZE')).toBe(0);
      expect(await resharded.nodeForKey(other).command('GET', other)).toBe('stays');
    });

    it('rebalances by weight and sets the node timeout everywhere', async () => {
      await using uneven = await startCluster(3, 0, { version });
      const [first, second, third] = uneven.masters;
      const timeout = await runRedisCli(['--cluster', 'set-timeout', first!.name, 5000]);
      expect(timeout.stdout).toContain('>>> New node timeout set. 3 OK, 0 ERR.');
      for (const node of uneven.nodes)
        expect(await node.command('CONFIG', 'GET', 'cluster-node-timeout')).toEqual([
          'cluster-node-timeout',
          '5000',
        ]);
      const weights = [`${first!.id}=1`, `${second!.id}=0.95`, `${third!.id}=1`];
      const { exitCode, stdout } = await runRedisCli([
        ...['--cluster', 'rebalance', first!.name, '--cluster-weight', ...weights],
      ]);
      expect(stdout).not.toMatch(/\[ERR\]/);
      expect(exitCode, stdout).toBe(0);
      const counts = [first, second, third].map((node) =>
        node!.slots.reduce((sum, [start, end]) => sum + end - start + 1, 0),
      );
      expect(counts).toEqual([5554, 5276, 5554]);
      const check = await runRedisCli(['--cluster', 'check', first!.name]);
      expect(check.stdout).toContain('[OK] All 16384 slots covered.');
    });

    it('mends a slot that was left half moved, and slots that nobody serves, by --cluster fix', async () => {
      await using broken = await startCluster(3, 0, { version });
      const [from, to] = broken.masters;
      const [moved, left] = keysForSlot(7, 2) as [string, string];
      await from!.command('MSET', moved, '1', left, '2');
      await to!.command('CLUSTER', 'SETSLOT', 7, 'IMPORTING', from!.id);
      await from!.command('CLUSTER', 'SETSLOT', 7, 'MIGRATING', to!.id);
      expect(await from!.command('MIGRATE', '127.0.0.1', to!.port, moved, 0, 1000)).toBe('OK');
      const closed = await runRedisCli(['--cluster', 'fix', from!.name]);
      expect(closed.stdout).toContain('>>> Fixing open slot 7');
      expect(closed.exitCode, closed.stdout).toBe(0);
      expect(await broken.nodeForSlot(7).command('MGET', moved, left)).toEqual(['1', '2']);

      for (const node of broken.nodes) await node.command('CLUSTER', 'DELSLOTS', 16383);
      const covered = await runRedisCli(['--cluster', 'fix', from!.name], 'yes\n');
      expect(covered.stdout).toContain('>>> Fixing slots coverage...');
      expect(covered.exitCode, covered.stdout).toBe(0);
      await broken.waitFor('ok');
      const check = await runRedisCli(['--cluster', 'check', from!.name]);
      expect(check.stdout).toContain(ALL_IS_WELL);
    });

    it('takes over the keys of a single node by --cluster import', async () => {
      await using single = await startStandaloneNode(version);
      const client = await single.connect();
      const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);
      for (const key of keys) await client.command('SET', key, `value of ${key}`);
      const from = `127.0.0.1:${single.port}`;
      const { exitCode, stdout } = await runRedisCli([
        ...['--cluster', 'import', address, '--cluster-from', from, '--cluster-replace'],
      ]);
      expect(stdout).toContain('Migrating key:');
      expect(exitCode).toBe(0);
      for (const key of keys)
        expect(await cluster.nodeForKey(key).command('GET', key)).toBe(`value of ${key}`);
      expect(await client.command('DBSIZE')).toBe(0);
    });

    it('saves every shard by --cluster backup', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-backup-'));
      try {
        await cluster.masters[0]!.command('SET', keysForNode(cluster.masters[0]!, 1)[0]!, 'saved');
        const { exitCode, stdout } = await runRedisCli(['--cluster', 'backup', address, directory]);
        expect(stdout).toContain('Backup created into: ');
        expect(exitCode).toBe(0);
        const files = readdirSync(directory).sort();
        expect(files.filter((name) => name.endsWith('.rdb'))).toHaveLength(3);
        expect(files).toContain('nodes.json');
        for (const name of files.filter((file) => file.endsWith('.rdb')))
          expect(readFileSync(join(directory, name), 'latin1')).toMatch(/^REDIS00(10|11)/);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });

    it('gives a new master the functions of the others by --cluster add-node', async () => {
      await using empty = await startCluster(4, 0, { version, formed: false });
      const [first, ...others] = empty.nodes.map(({ name }) => name) as [string, ...string[]];
      const further = others.pop() as string;
      const created = await runRedisCli(['--cluster', 'create', first, ...others, '--cluster-yes']);
      expect(created.exitCode, created.stdout).toBe(0);
      const library = "#!lua name=lib\nredis.register_function('one', function() return 1 end)";
      await empty.node(first).command('FUNCTION', 'LOAD', library);
      const added = await runRedisCli(['--cluster', 'add-node', further, first]);
      expect(added.stdout).toContain('>>> Getting functions from cluster');
      expect(added.stdout).toContain(`>>> Send FUNCTION RESTORE to ${further}`);
      expect(added.stdout).toContain('[OK] New node added correctly.');
      expect(added.exitCode).toBe(0);
      const [loaded] = (await empty.node(further).command('FUNCTION', 'LIST', 'WITHCODE')) as unknown[][];
      expect(loaded?.at(-1)).toBe(library);
    });

    it('forms a cluster of six empty nodes by --cluster create, and changes its nodes', {
      timeout: 60_000,
    }, async () => {
      await using empty = await startCluster(7, 0, { version, formed: false });
      const names = empty.nodes.map(({ name }) => name);
      const [spare] = names.splice(6);
      const created = await runRedisCli([
        ...['--cluster', 'create', ...names, '--cluster-replicas', 1, '--cluster-yes'],
      ]);
      expect(created.stdout).toContain(ALL_IS_WELL);
      expect(created.exitCode).toBe(0);
      // The replicas synchronize after redis-cli has gone.
      await empty.waitFor(() => empty.replicas.length === 3);

      const added = await runRedisCli(['--cluster', 'add-node', spare!, names[0]!, '--cluster-slave']);
      expect(added.stdout).toContain('[OK] New node added correctly.');
      expect(added.exitCode).toBe(0);
      await empty.waitFor('ok', { what: 'the new replica' });
      expect(empty.replicas.map(({ name }) => name)).toContain(spare);

      const removed = await runRedisCli(['--cluster', 'del-node', names[0]!, empty.node(spare!).id]);
      expect(removed.stdout).toContain('>>> Sending CLUSTER RESET SOFT to the deleted node.');
      expect(removed.exitCode).toBe(0);
      const check = await runRedisCli(['--cluster', 'check', names[0]!]);
      expect(check.stdout).toContain(ALL_IS_WELL);
      expect(check.stdout).not.toContain(spare);
    });
  });
});
