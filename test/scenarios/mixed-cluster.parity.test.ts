// Three nodes of ours and three of redis-server in one cluster that redis-cli made: replication, resharding and failover in both directions. Takes real seconds.
import { Cluster as Ioredis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keysForSlot, startCluster } from '../../src/index.js';
import { describeWithRedisCli, runRedisCli } from '../clients/redis-cli.js';
import {
  type Argument,
  describeParity,
  type RealRedis,
  type Reply,
  startRealRedis,
} from '../support/real-redis.js';

const NODE_TIMEOUT_MS = 1500;
/** How long a real server stays away: a failover takes some 3.5 s of it, on a busy machine more, and must be over when it comes back empty. */
const AWAY_MS = 10_000;
const CONFIG = { 'repl-diskless-sync-delay': '0', 'enable-debug-command': 'yes' };

/** A node, ours or real. */
interface Member {
  readonly name: string;
  readonly port: number;
  readonly id: string;
  command(...argv: Argument[]): Promise<Reply>;
  crash(): Promise<void>;
  /** It is there again, with what it has on disk. */
  recover(): Promise<void>;
}

/** Waits in real time: to fast-forward would leave the real servers behind. */
function eventually(check: () => Promise<void>, timeout = 20_000): Promise<void> {
  return vi.waitFor(check, { timeout, interval: 50 });
}

async function fieldsOf(member: Member, ...argv: string[]): Promise<Record<string, string>> {
  const text = String(await member.command(...argv));
  return Object.fromEntries(text.split('\r\n').map((line) => line.split(/:(.*)/s)));
}

/** CLUSTER NODES without what differs from viewer to viewer. */
async function viewOf(member: Member): Promise<string[]> {
  const text = String(await member.command('CLUSTER', 'NODES'));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id, address, flags = '', master, , , epoch, link, ...slots] = line.split(' ');
      return [id, address, flags.replace('myself,', ''), master, epoch, link, ...slots].join(' ');
    })
    .sort();
}

async function expectOneView(members: readonly Member[]): Promise<void> {
  await eventually(async () => {
    const [first, ...others] = await Promise.all(members.map(viewOf));
    for (const view of others) expect(view).toEqual(first);
    expect(first).toHaveLength(members.length);
    for (const line of first!) expect(line).toMatch(/ (master|slave) .* connected/);
    for (const member of members)
      expect(await fieldsOf(member, 'CLUSTER', 'INFO')).toMatchObject({ cluster_state: 'ok' });
  });
}

/** A key of every type, some with an expiry, all in one slot. */
async function writeEverything(master: Member, slot: number): Promise<string[]> {
  const keys = keysForSlot(slot, 12);
  const [string, number, list, set, words, hash, zset, stream, hll, geo, large, bits] = keys as string[];
  const calls: Argument[][] = [
    ['SET', string!, 'value', 'PX', 3_600_000],
    ['INCRBY', number!, 42],
    ['RPUSH', list!, 'a', 'b', 'c'],
    ['SADD', set!, 3, 1, 2],
    ['SADD', words!, 'one', 'two'],
    ['HSET', hash!, 'f', 'v', 'g', 'w'],
    ['ZADD', zset!, 1.5, 'a', '-inf', 'b'],
    ['XADD', stream!, '5-1', 'f', 'v'],
    ['XGROUP', 'CREATE', stream!, 'group', '0'],
    ['XREADGROUP', 'GROUP', 'group', 'me', 'STREAMS', stream!, '>'],
    ['PFADD', hll!, 'a', 'b', 'c'],
    ['GEOADD', geo!, 13.361389, 38.115556, 'Palermo'],
    ['RPUSH', large!, ...Array.from({ length: 200 }, (_, index) => `element ${index}`)],
    ['SETBIT', bits!, 1000, 1],
    ['PEXPIRE', hash!, 7_200_000],
  ];
  for (const call of calls) await master.command(...call);
  return keys;
}

/** Every value with its type and the moment of its end, as one text. */
async function contentOf(member: Member, keys: readonly string[]): Promise<string> {
  await member.command('READONLY');
  const lines: string[] = [];
  for (const key of keys) {
    const type = String(await member.command('TYPE', key));
    const read: Record<string, Argument[]> = {
      string: ['GET', key],
      list: ['LRANGE', key, 0, -1],
      set: ['SMEMBERS', key],
      hash: ['HGETALL', key],
      zset: ['ZRANGE', key, 0, -1, 'WITHSCORES'],
      stream: ['XINFO', 'STREAM', key, 'FULL'],
    };
    const value = type in read ? await member.command(...read[type]!) : null;
    const shown = type === 'set' ? (value as string[]).sort() : withoutLocalFields(value);
    const end = await member.command('PEXPIRETIME', key);
    // A string that was changed in place is raw; loaded from a snapshot it no longer is.
    const encoding = type === 'string' ? '' : await member.command('OBJECT', 'ENCODING', key);
    lines.push(JSON.stringify([key, type, encoding, end, shown]));
  }
  return lines.join('\n');
}

/** A replica does not learn when a consumer was last seen, how much its group has read, nor how the radix tree of its master looks. */
function withoutLocalFields(value: Reply): Reply {
  if (!Array.isArray(value)) return value;
  const shown: Reply[] = [];
  for (let index = 0; index < value.length; index++) {
    const item = value[index] as Reply;
    if (typeof item === 'string' && /^(seen-time|active-time|entries-read|lag|radix-tree-nodes)$/.test(item))
      index++;
    else shown.push(withoutLocalFields(item));
  }
  return shown;
}

async function expectSameContent(master: Member, replica: Member, keys: readonly string[]): Promise<void> {
  await eventually(async () => {
    expect(await contentOf(replica, keys)).toBe(await contentOf(master, keys));
  });
}

async function expectReplicaOf(replica: Member, master: Member): Promise<void> {
  await eventually(async () => {
    expect(await fieldsOf(replica, 'INFO', 'replication')).toMatchObject({
      role: 'slave',
      master_port: String(master.port),
      master_link_status: 'up',
    });
  });
}

describeParity('a mixed cluster', () => {
  describeWithRedisCli('three nodes of ours and three of redis-server', () => {
    it('are one cluster', { timeout: 120_000 }, async () => {
      const real = await Promise.all([1, 2, 3].map(() => startReal()));
      const version = real[0]!.version.startsWith('7.0.') ? '7.0' : '7.2';
      const cluster = await startCluster({
        masters: 3,
        replicas: 0,
        formed: false,
        nodeTimeout: NODE_TIMEOUT_MS,
        version,
        config: CONFIG,
      });
      onTestFinished(() => cluster.stop());
      const ours = cluster.nodes.map(
        (node): Member => ({
          name: `${node.name} (ours)`,
          port: node.port,
          get id() {
            return node.id;
          },
          command: (...argv) => node.command(...argv) as Promise<Reply>,
          crash: () => node.kill(),
          recover: () => node.restart(),
        }),
      );
      const theirs = await Promise.all(
        real.map(async (server): Promise<Member> => {
          const id = String(await server.command('CLUSTER', 'MYID'));
          let connection = await server.connect();
          return {
            name: `127.0.0.1:${server.port} (real)`,
            port: server.port,
            id,
            command: (...argv) => connection.command(...argv),
            async crash() {
              await connection.command('DEBUG', 'CRASH-AND-RECOVER', AWAY_MS).catch(() => undefined);
            },
            async recover() {
              await eventually(async () => {
                connection = await server.connect();
              });
            },
          };
        }),
      );
      const [o1, o2, o3] = ours as [Member, Member, Member];
      const [r1, r2, r3] = theirs as [Member, Member, Member];
      const everybody = [...ours, ...theirs];

      // The first three are masters; two of the replicas follow a master of the other kind.
      const order = [o1, r1, o2, r2, o3, r3].map(({ port }) => `127.0.0.1:${port}`);
      const created = await runRedisCli([
        '--cluster',
        'create',
        ...order,
        '--cluster-yes',
        '--cluster-replicas',
        1,
      ]);
      expect(created.stdout).toContain('[OK] All 16384 slots covered.');
      await expectOneView(everybody);
      for (const [replica, master] of [
        [r2, o1],
        [o3, r1],
      ] as const) {
        await replica.command('CLUSTER', 'REPLICATE', master.id);
        await expectReplicaOf(replica, master);
      }
      await r3.command('CLUSTER', 'REPLICATE', o2.id);
      await expectReplicaOf(r3, o2);
      await expectOneView(everybody);

      // Replication in both directions.
      const onOurs = await writeEverything(o1, 42);
      const onTheirs = await writeEverything(r1, 8000);
      await expectSameContent(o1, r2, onOurs);
      await expectSameContent(r1, o3, onTheirs);

      // Slots with keys move in both directions while a client writes to them.
      const client = new Ioredis([{ host: '127.0.0.1', port: o1.port }]);
      onTestFinished(() => client.disconnect());
      const counters = [0, 5, 5461, 5470].flatMap((slot) => keysForSlot(slot, 3, { prefix: 'counter:' }));
      const acknowledged = new Map(counters.map((key) => [key, 0]));
      let writing = true;
      const writer = (async () => {
        while (writing) {
          for (const key of counters) {
            await client.incr(key);
            acknowledged.set(key, acknowledged.get(key)! + 1);
          }
        }
      })();
      for (const [from, to] of [
        [o1, r1],
        [r1, o1],
      ] as const) {
        const moved = await runRedisCli([
          ...[
            '--cluster',
            'reshard',
            `127.0.0.1:${o2.port}`,
            '--cluster-from',
            from.id,
            '--cluster-to',
            to.id,
          ],
          ...['--cluster-slots', 20, '--cluster-yes'],
        ]);
        expect(moved.exitCode, moved.stdout).toBe(0);
      }
      writing = false;
      await writer;
      expect(Math.min(...acknowledged.values())).toBeGreaterThan(0);
      for (const [key, count] of acknowledged)
        expect([key, await client.get(key)]).toEqual([key, String(count)]);
      await expectOneView(everybody);

      // Manual failover in both directions.
      for (const [replica, master] of [
        [r2, o1],
        [o3, r1],
      ] as const) {
        expect(await replica.command('CLUSTER', 'FAILOVER')).toBe('OK');
        await expectReplicaOf(master, replica);
      }
      await expectOneView(everybody);
      await expectSameContent(r2, o1, onOurs);
      await expectSameContent(o3, r1, onTheirs);

      // Crash, failover, restart and rejoin in both directions.
      for (const [master, replica] of [
        [r2, o1],
        [o3, r1],
      ] as const) {
        await master.crash();
        await eventually(async () => {
          expect(await fieldsOf(replica, 'INFO', 'replication')).toMatchObject({ role: 'master' });
        });
        await master.recover();
        await expectReplicaOf(master, replica);
      }
      await expectSameContent(o1, r2, onOurs);
      await expectSameContent(r1, o3, onTheirs);
      await expectOneView(everybody);
      const check = await runRedisCli(['--cluster', 'check', `127.0.0.1:${o3.port}`]);
      expect(check.stdout).toContain('[OK] All 16384 slots covered.');
    });
  });
});

async function startReal(): Promise<RealRedis> {
  const directives = { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(NODE_TIMEOUT_MS), ...CONFIG };
  const server = await startRealRedis({
    args: Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]),
  });
  onTestFinished(() => server.stop());
  return server;
}
