/** Redirections on three nodes of ours and on three real redis-servers: a slot on its way from A to B, and C as a replica of A. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { describeParity, RealConnection, type RealRedis, startRealRedis } from '../support/real-redis.js';

const NODE_TIMEOUT_MS = 1000;

/** `<node> <command>`; A, B and C in arguments stand for their ids. Slot 3300 is that of b, 15495 that of a. */
const MIGRATION = [
  'A GET a',
  'B GET a',
  'A MGET a b',
  'A SET {b}1 x',
  'A SET {b}2 y',
  'A CLUSTER SETSLOT 3300 MIGRATING B',
  'B CLUSTER SETSLOT 3300 IMPORTING A',
  'B CLUSTER SETSLOT 15495 IMPORTING A',
  'A CLUSTER SETSLOT 15495 MIGRATING B',
  'A CLUSTER NODES',
  'B CLUSTER NODES',
  'A GET {b}1',
  'A GET {b}9',
  'A MGET {b}1 {b}9',
  'A MGET {b}8 {b}9',
  'A MSET {b}1 x {b}2 y',
  'A EVAL return(redis.call("MGET",KEYS[1],KEYS[2])) 2 {b}1 {b}9',
  'A EVAL return(redis.call("MGET",KEYS[1],KEYS[2])) 2 {b}1 {b}2',
  'A EVAL return(1) 1 {b}9',
  'A EVAL return(1) 2 {b}8 {b}9',
  'A EVAL #!lua 1 {b}9',
  'A EVAL_RO return(redis.call("GET",KEYS[1])) 1 {b}1',
  'A EVAL return(redis.call("GET","{b}9")) 1 {b}1',
  'A EVAL return(redis.call("MGET","{b}1","{b}9")) 1 {b}1',
  'A EVAL return(redis.pcall("SET","{b}9","x")) 0',
  'A EVAL return(redis.call("SET","a","1")) 0',
  'A EVAL return(redis.call("SET","{b}1","z")) 0',
  'A EVALSHA x 1 {b}9',
  'A FCALL nosuch 1 {b}9',
  'A FCALL nosuch 1 {b}1',
  'B EVAL return(redis.call("GET",KEYS[1])) 1 {b}9',
  'B EVAL return(redis.call("GET","{b}9")) 0',
  'B ASKING',
  'B EVAL return(redis.call("SET",KEYS[1],1)) 1 {b}9',
  'B ASKING',
  'B EVAL return(redis.call("GET","{b}9")) 0',
  'B ASKING',
  'B EVAL return(redis.call("MGET",KEYS[1],"{b}8")) 1 {b}9',
  'B ASKING',
  'B EVAL return(1) 2 {b}9 {b}8',
  'B ASKING',
  'B EVAL_RO return(redis.call("GET",KEYS[1])) 1 {b}9',
  'B ASKING',
  'B EVAL return(redis.call("DEL",KEYS[1])) 1 {b}9',
  'B MULTI',
  'B ASKING',
  'B EVAL return(redis.call("GET",KEYS[1])) 1 {b}9',
  'B EXEC',
  'B ASKING',
  'B MULTI',
  'B EVAL return(redis.call("GET",KEYS[1])) 1 {b}9',
  'B EXEC',
  'B GET {b}9',
  'B ASKING',
  'B GET {b}9',
  'B GET {b}9',
  'B ASKING',
  'B SET {b}9 z',
  'B ASKING',
  'B MGET {b}9 {b}8',
  'B ASKING',
  'B MGET {b}9 {b}9',
  'B ASKING',
  'B PING',
  'B GET {b}9',
  'B ASKING',
  'B MULTI',
  'B GET {b}9',
  'B MGET {b}9',
  'B EXEC',
  'B GET {b}9',
  'B MULTI',
  'B GET {b}9',
  'B EXEC',
  'A MULTI',
  'A GET {b}9',
  'A EXEC',
  'A MULTI',
  'A GET {b}1',
  'A GET {b}2',
  'A EXEC',
  'A CLUSTER SETSLOT 3300 NODE B',
  'A CLUSTER COUNTKEYSINSLOT 3300',
  'A DEL {b}1 {b}2',
  'B CLUSTER SETSLOT 3300 NODE B',
  'A CLUSTER SETSLOT 3300 NODE B',
  'A GET {b}9',
  'B GET {b}9',
];

const REPLICA = [
  'C GET bar',
  'C READONLY',
  'C GET bar',
  'C SET bar x',
  'C GET a',
  'C MULTI',
  'C GET bar',
  'C SET bar x',
  'C EXEC',
  'C EVAL return(redis.call("GET",KEYS[1])) 1 bar',
  'C EVAL_RO return(redis.call("GET",KEYS[1])) 1 bar',
  'C EVAL_RO return(redis.call("SET",KEYS[1],1)) 1 bar',
  'C EVALSHA_RO x 1 bar',
  'C FCALL_RO nosuch 1 bar',
  'C EVAL return(redis.call("GET","bar")) 0',
  'C EVAL return(redis.call("SET","bar","x")) 0',
  'C EVAL return(redis.call("GET","a")) 0',
  'C EVAL_RO return(redis.call("MGET","bar","a")) 0',
  'C EVAL_RO return(redis.call("PUBLISH","a","b")) 0',
  'C EVAL return(redis.call("PUBLISH","a","b")) 0',
  'C MULTI',
  'C EVAL_RO return(redis.call("GET",KEYS[1])) 1 bar',
  'C EVAL return(redis.call("GET",KEYS[1])) 1 bar',
  'C EXEC',
  'C READWRITE',
  'C EVAL_RO return(redis.call("GET",KEYS[1])) 1 bar',
  'C EVAL return(redis.call("GET","bar")) 0',
  'C GET bar',
  'C CLUSTER SETSLOT x BOGUS',
  'C CLUSTER FAILOVER x',
  'C CLUSTER FORGET A',
  'C CLUSTER FORGET C',
  'C CLUSTER REPLICATE C',
  'C CLUSTER REPLICAS C',
  'C CLUSTER COUNT-FAILURE-REPORTS A',
  'C CLUSTER SET-CONFIG-EPOCH 5',
  'A CLUSTER REPLICATE C',
  'A CLUSTER REPLICATE B',
  'A CLUSTER SETSLOT 0 MIGRATING C',
  'A CLUSTER SETSLOT 0 NODE C',
  'B CLUSTER SETSLOT 0 IMPORTING C',
  'A CLUSTER SLAVES B',
  'A CLUSTER FAILOVER',
];

interface Side {
  readonly ports: readonly number[];
  readonly connections: readonly RealConnection[];
  readonly ids: readonly string[];
  /** Waits until the condition holds for every node. */
  until(condition: (connection: RealConnection) => Promise<boolean>): Promise<void>;
}

describeParity('routing', () => {
  let servers: RealRedis[];
  let cluster: Cluster;
  let ours: Side;
  let real: Side;

  beforeAll(async () => {
    const timing = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--repl-diskless-sync-delay', '0'];
    const args = ['--cluster-enabled', 'yes', ...timing];
    servers = await Promise.all([1, 2, 3].map(() => startRealRedis({ args })));
    const version = servers[0]!.version.startsWith('7.0') ? '7.0' : '7.2';
    const options = { masters: 3, replicas: 0, nodeTimeout: NODE_TIMEOUT_MS, version } as const;
    cluster = await startCluster({ ...options, formed: false });
    const inTime = async (holds: () => Promise<boolean>) => {
      for (let step = 0; step < 200 && !(await holds()); step++) await cluster.advance(100);
    };
    const inReality = (holds: () => Promise<boolean>) =>
      vi.waitFor(async () => expect(await holds()).toBe(true), { interval: 50, timeout: 15_000 });
    ours = await form(
      cluster.nodes.map(({ port }) => port),
      inTime,
    );
    real = await form(
      servers.map(({ port }) => port),
      async (holds) => void (await inReality(holds)),
    );
  }, 30_000);

  afterAll(async () => {
    await cluster?.stop();
    await Promise.all((servers ?? []).map((server) => server.stop()));
  });

  it('answers alike while a slot moves', async () => {
    await compare(MIGRATION);
  });

  it('answers alike on a replica', async () => {
    for (const side of [ours, real]) {
      const [a, , c] = side.connections;
      await c!.command('CLUSTER', 'REPLICATE', side.ids[0]!);
      await a!.command('SET', 'bar', 'value');
      await side.until(async (connection) =>
        String(await connection.command('CLUSTER', 'NODES')).includes(`slave ${side.ids[0]}`),
      );
      await side.until(
        async (connection) =>
          connection !== c ||
          String(await connection.command('INFO', 'replication')).includes('master_link_status:up'),
      );
      const size = await a!.command('DBSIZE');
      await side.until(
        async (connection) => connection !== c || (await connection.command('DBSIZE')) === size,
      );
    }
    await compare(REPLICA);
  });

  async function compare(lines: readonly string[]): Promise<void> {
    for (const [index, line] of lines.entries()) {
      const step = `${index}: ${line}`;
      expect(`${step}\n${await answer(ours, line)}`).toBe(`${step}\n${await answer(real, line)}`);
    }
  }
});

/** A and B share the slots, C has none; all know each other and are ok. */
async function form(
  ports: readonly number[],
  wait: (holds: () => Promise<boolean>) => Promise<void>,
): Promise<Side> {
  const connections = await Promise.all(ports.map((port) => RealConnection.open(port)));
  const [a, b] = connections;
  for (const port of ports.slice(1)) await a!.command('CLUSTER', 'MEET', '127.0.0.1', port);
  await a!.command('CLUSTER', 'ADDSLOTSRANGE', 0, 8191);
  await b!.command('CLUSTER', 'ADDSLOTSRANGE', 8192, 16383);
  const until: Side['until'] = (condition) =>
    wait(async () => (await Promise.all(connections.map(condition))).every((holds) => holds));
  await until(async (connection) => {
    const info = String(await connection.command('CLUSTER', 'INFO'));
    const nodes = String(await connection.command('CLUSTER', 'NODES'));
    return (
      info.includes('cluster_state:ok') &&
      nodes.match(/ connected/g)?.length === 3 &&
      !nodes.includes('handshake')
    );
  });
  const ids = await Promise.all(connections.map(async (one) => String(await one.command('CLUSTER', 'MYID'))));
  return { ports, connections, ids, until };
}

async function answer(side: Side, line: string): Promise<string> {
  const [name = '', ...words] = line.split(' ');
  const args = words.map((word) => (/^[ABC]$/.test(word) ? side.ids['ABC'.indexOf(word)]! : word));
  let text = (await side.connections['ABC'.indexOf(name)]!.raw(...args)).toString('latin1');
  for (const [index, letter] of ['A', 'B', 'C'].entries()) {
    text = text
      .replaceAll(side.ids[index]!, `<${letter}>`)
      .replaceAll(`:${side.ports[index]}`, `:<${letter}>`);
  }
  if (!line.endsWith('NODES')) return text;
  // Left out: bus ports, times, link states and epochs, which collisions change at different moments.
  const nodes = text.split('\n').filter((node) => node.startsWith('<'));
  return nodes
    .map((node) => node.replace(/@\d+/, '').replace(/ \d+ \d+ \d+ (dis)?connected/, ''))
    .sort()
    .join('\n');
}
