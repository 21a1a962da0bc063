import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { describeParity, RealConnection, type RealRedis, startRealNode } from '../support/real-redis.js';
import { callsOf } from './compare.js';
import { parseTypedReply } from './typed-reply.js';

describeParity('blocked clients are served as redis-server serves them', () => {
  let real: RealRedis;
  let cluster: Cluster;

  beforeAll(async () => {
    real = await startRealNode({ args: ['--notify-keyspace-events', 'KEA'] });
    cluster = await startCluster(1, 0, { version: real.version.startsWith('7.0.') ? '7.0' : '7.2' });
  });
  afterAll(async () => {
    await Promise.all([real.stop(), cluster.stop()]);
  });

  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      for (const [name, script] of Object.entries(SCRIPTS)) {
        it(name, async () => {
          const theirs = await play(real.port, script, protocol);
          const ours = await play(cluster.nodes[0]!.port, script, protocol);
          expect(ours).toEqual(theirs);
        });
      }
    });
  }

  it('counts blocked commands where redis-server counts them', async () => {
    const theirs = await play(real.port, STATISTICS, 2, readStatistics);
    const ours = await play(cluster.nodes[0]!.port, STATISTICS, 2, readStatistics);
    expect(ours).toEqual(theirs);
  });

  it('puts blocked commands into the slow log when they end', async () => {
    const theirs = await play(real.port, STATISTICS, 2, readSlowLog);
    const ours = await play(cluster.nodes[0]!.port, STATISTICS, 2, readSlowLog);
    expect(ours).toEqual(theirs);
  });
});

async function readSlowLog(main: RealConnection): Promise<unknown> {
  const log = (await main.command('SLOWLOG', 'GET', -1)) as unknown[][];
  const calls = log.map((entry) => (entry[3] as Buffer[]).map(String).join(' '));
  return calls.filter((call) => call === '' || /^(B|RPUSH)/.test(call));
}

/**
 * Plays a script and gives every reply. A line is a client's name and its command; `blocked N` waits until N clients
 * are, `reply NAME` until that client's oldest answer is there.
 */
async function play(
  port: number,
  script: string,
  protocol: 2 | 3,
  finish: (main: RealConnection) => Promise<unknown> = () => Promise.resolve(null),
): Promise<unknown[]> {
  const clients = new Map<string, RealConnection>();
  const pending = new Map<string, Promise<unknown>[]>();
  const transcript: unknown[] = [];
  const main = await RealConnection.open(port);
  await main.raw('FLUSHALL');
  await main.raw('CONFIG', 'RESETSTAT');
  await main.raw('CONFIG', 'SET', 'slowlog-log-slower-than', 0, 'slowlog-max-len', 1000);
  await main.raw('SLOWLOG', 'RESET');
  try {
    for (const [name = '', ...call] of callsOf(script)) {
      if (name === 'blocked') {
        await until(async () =>
          String(await main.raw('INFO', 'clients')).includes(`blocked_clients:${call[0]}\r`),
        );
      } else if (name === 'reply') {
        transcript.push([call[0], await pending.get(String(call[0]))?.shift()]);
      } else if (name === 'unblock') {
        const id = await idOf(main, String(call[0]));
        transcript.push(parse(await main.raw('CLIENT', 'UNBLOCK', id, ...call.slice(1))));
      } else if (name === 'kill') {
        await main.raw('CLIENT', 'KILL', 'ID', await idOf(main, String(call[0])));
      } else {
        const client = clients.get(String(name)) ?? (await open(port, String(name), protocol));
        clients.set(String(name), client);
        const replies = pending.get(String(name)) ?? [];
        pending.set(String(name), replies);
        const reply = client.raw(...call).then(parse, () => 'closed');
        replies.push(reply);
      }
    }
    transcript.push(await finish(main));
  } finally {
    for (const client of clients.values()) client.close();
    main.close();
  }
  return transcript;
}

function parse(bytes: Buffer): unknown {
  return parseTypedReply(bytes);
}

async function open(port: number, name: string, protocol: 2 | 3): Promise<RealConnection> {
  const client = await RealConnection.open(port);
  await client.raw('HELLO', protocol, 'SETNAME', name);
  return client;
}

async function idOf(main: RealConnection, name: string): Promise<string> {
  const list = String(await main.raw('CLIENT', 'LIST'));
  const line = list.split('\n').find((candidate) => candidate.includes(` name=${name} `));
  return /id=(\d+)/.exec(line ?? '')?.[1] ?? '0';
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue()));
}

async function readStatistics(main: RealConnection): Promise<unknown> {
  const info = String(await main.raw('INFO', 'commandstats'));
  const lines = info.split('\r\n').filter((line) => /cmdstat_(b|l|r)/.test(line));
  return lines.map((line) => line.replace(/usec[^,]*,/g, '')).sort();
}

const STATISTICS = `
  b BLPOP k 0.01
  reply b
  a BLPOP k 0
  blocked 1
  c BLPOP k 0
  blocked 2
  d BLMOVE k {k}2 LEFT LEFT 0
  blocked 3
  e BRPOP k 0
  blocked 4
  unblock c TIMEOUT
  unblock e ERROR
  blocked 2
  p SET {k}2 text
  p RPUSH k 1 2
  reply p
  reply p
  reply a
  reply c
  reply d
  reply e
`;

const SCRIPTS: Record<string, string> = {
  'the first that blocked is served first': `
    a BLPOP k 0
    blocked 1
    b BRPOP k 0
    blocked 2
    c BLPOP k 0
    blocked 3
    p RPUSH k 1 2 3 4
    reply p
    reply a
    reply b
    reply c
    p LRANGE k 0 -1
    reply p
  `,
  'one element for each': `
    a BLPOP k 0
    blocked 1
    b BLPOP k 0
    blocked 2
    p LPUSH k 1
    reply p
    reply a
    blocked 1
    p LPUSH k 2
    reply p
    reply b
    p EXISTS k
    reply p
  `,
  'several keys': `
    a BLPOP {k}1 {k}2 {k}3 0
    blocked 1
    p RPUSH {k}3 x
    reply p
    reply a
    a BLPOP {k}1 {k}1 0
    blocked 1
    p RPUSH {k}1 x y
    reply p
    reply a
  `,
  'several keys that are ready at once': `
    a BLPOP {k}1 {k}2 0
    blocked 1
    p MULTI
    p RPUSH {k}2 two
    p RPUSH {k}1 one
    p EXEC
    reply p
    reply p
    reply p
    reply p
    reply a
    p LRANGE {k}1 0 -1
    p LRANGE {k}2 0 -1
    reply p
    reply p
    b BLMPOP 0 2 {k}3 {k}4 RIGHT COUNT 2
    blocked 1
    p MULTI
    p RPUSH {k}4 1 2 3
    p RPUSH {k}3 4 5 6
    p EXEC
    reply p
    reply p
    reply p
    reply p
    reply b
  `,
  timeouts: `
    a BLPOP k 0.05
    b BRPOP k 0.01
    c BLMOVE k {k}2 LEFT RIGHT 0.01
    d BRPOPLPUSH k {k}2 0.01
    e BLMPOP 0.01 1 k LEFT
    f BLPOP k 0.0001
    reply a
    reply b
    reply c
    reply d
    reply e
    reply f
    blocked 0
    a PING
    reply a
  `,
  'CLIENT UNBLOCK': `
    a BLPOP k 0
    b BLMOVE k {k}2 LEFT RIGHT 0
    c BLPOP k 0
    blocked 3
    unblock a
    unblock b TIMEOUT
    unblock c ERROR
    unblock c ERROR
    reply a
    reply b
    reply c
    blocked 0
  `,
  'what came behind a blocked command waits': `
    a BLPOP k 0
    a SET other 1
    a GET other
    blocked 1
    p EXISTS other
    reply p
    p RPUSH k 1
    reply p
    reply a
    reply a
    reply a
  `,
  'one moves to what another waits for': `
    a BLMOVE {k}1 {k}2 LEFT RIGHT 0
    blocked 1
    b BLMOVE {k}2 {k}3 RIGHT LEFT 0
    blocked 2
    c BRPOPLPUSH {k}3 {k}4 0
    blocked 3
    d BLPOP {k}4 0
    blocked 4
    p RPUSH {k}1 x y
    reply p
    reply a
    reply b
    reply c
    reply d
    p LRANGE {k}1 0 -1
    reply p
    p KEYS *
    reply p
  `,
  'a circle of two': `
    a BLMOVE {k}1 {k}2 LEFT RIGHT 0
    blocked 1
    b BLMOVE {k}2 {k}1 LEFT RIGHT 0
    blocked 2
    p RPUSH {k}1 x
    reply p
    reply a
    reply b
    p LRANGE {k}1 0 -1
    reply p
  `,
  'the target is no list': `
    a BLMOVE {k}1 {k}2 LEFT RIGHT 0
    blocked 1
    b BLPOP {k}1 0
    blocked 2
    p SET {k}2 text
    p RPUSH {k}1 x
    reply p
    reply p
    reply a
    reply b
  `,
  'a key of another type does not wake': `
    a BLPOP k 0
    blocked 1
    p SET k text
    reply p
    p DEL k
    reply p
    p HSET k f v
    reply p
    blocked 1
    p DEL k
    reply p
    p RPUSH k x
    reply p
    reply a
  `,
  'pushed and gone in one transaction': `
    a BLPOP k 0
    blocked 1
    p MULTI
    p RPUSH k x
    p DEL k
    p EXEC
    reply p
    reply p
    reply p
    reply p
    blocked 1
    p MULTI
    p RPUSH k x
    p SET k text
    p EXEC
    reply p
    reply p
    reply p
    reply p
    blocked 1
    p DEL k
    p RPUSH k y
    reply p
    reply p
    reply a
  `,
  'a transaction is served as a whole': `
    a BLPOP k 0
    blocked 1
    b BLPOP k 0
    blocked 2
    p MULTI
    p RPUSH k 1
    p LPUSH k 2
    p LPOP k
    p RPUSH k 3
    p EXEC
    reply p
    reply p
    reply p
    reply p
    reply p
    reply p
    reply a
    reply b
  `,
  'keys that come by other ways': `
    a BLPOP k 0
    blocked 1
    p RPUSH {k}2 x y
    reply p
    p RENAME {k}2 k
    reply p
    reply a
    b BLPOP {k}3 0
    blocked 1
    p COPY k {k}3
    reply p
    reply b
    c BLPOP {k}4 0
    blocked 1
    p RPOPLPUSH k {k}4
    reply p
    reply c
    p DBSIZE
    reply p
  `,
  'a client that goes is not served': `
    a BLPOP k 0
    blocked 1
    b BLPOP k 0
    blocked 2
    kill a
    blocked 1
    p RPUSH k x
    reply p
    reply b
    reply a
  `,
  'expired before it is served': `
    a BLPOP k 0
    blocked 1
    p MULTI
    p RPUSH k x
    p PEXPIREAT k 1
    p EXEC
    reply p
    reply p
    reply p
    reply p
    blocked 1
    p RPUSH k y
    reply p
    reply a
  `,
  'a script of its own on one connection': `
    a CLIENT REPLY OFF
    a BLPOP k 0
    blocked 1
    p RPUSH k 1
    reply p
    blocked 0
    p EXISTS k
    reply p
    a CLIENT REPLY ON
    reply a
  `,
  'more than one element at once': `
    a BLMPOP 0 1 k LEFT COUNT 2
    blocked 1
    b BLMPOP 0 1 k RIGHT COUNT 10
    blocked 2
    p RPUSH k 1 2 3 4 5
    reply p
    reply a
    reply b
    p EXISTS k
    reply p
  `,
  'sorted sets: the first that blocked is served first': `
    a BZPOPMIN z 0
    blocked 1
    b BZPOPMAX z 0
    blocked 2
    c BZMPOP 0 1 z MAX COUNT 2
    blocked 3
    p ZADD z 1 one 2 two 3 three 4 four 5 five
    reply p
    reply a
    reply b
    reply c
    p ZRANGE z 0 -1 WITHSCORES
    reply p
  `,
  'sorted sets: several keys, and one member for each': `
    a BZPOPMIN {z}1 {z}2 0
    blocked 1
    b BZMPOP 0 2 {z}3 {z}2 MIN COUNT 10
    blocked 2
    p ZADD {z}2 1.5 x
    reply p
    reply a
    blocked 1
    p MULTI
    p ZADD {z}2 1 a 2 b
    p ZADD {z}3 3 c 4 d
    p EXEC
    reply p
    reply p
    reply p
    reply p
    reply b
    p ZRANGE {z}2 0 -1
    p ZRANGE {z}3 0 -1
    reply p
    reply p
  `,
  'sorted sets: timeouts, and keys of another type': `
    a BZPOPMIN z 0.01
    b BZPOPMAX z 0.01
    c BZMPOP 0.01 1 z MIN
    reply a
    reply b
    reply c
    a BZPOPMIN z 0
    b BLPOP z 0
    blocked 2
    p SET z text
    p DEL z
    p RPUSH z element
    reply p
    reply p
    reply p
    reply b
    blocked 1
    p ZADD z 1 m
    reply p
    reply a
    a BZMPOP 0 1 z MAX
    blocked 1
    unblock a ERROR
    reply a
  `,
  'sorted sets that come by other ways': `
    a BZPOPMIN z 0
    blocked 1
    p ZADD {z}2 1 a 2 b
    p RENAME {z}2 z
    reply p
    reply p
    reply a
    a BZPOPMIN {z}3 0
    blocked 1
    p ZUNIONSTORE {z}3 1 z WEIGHTS 2
    reply p
    reply a
    a BZPOPMAX {z}4 0
    blocked 1
    p ZRANGESTORE {z}4 z 0 -1
    reply p
    reply a
    a BZPOPMAX {g}2 0
    blocked 1
    p GEOADD {g} 13.361389 38.115556 Palermo
    p GEOSEARCHSTORE {g}2 {g} FROMLONLAT 13 38 BYRADIUS 200 km
    reply p
    reply p
    reply a
    a BZPOPMIN {g}3 0
    blocked 1
    p GEOADD {g}3 13.361389 38.115556 Palermo
    reply p
    reply a
    a BZPOPMIN {g}4 0
    blocked 1
    p ZINCRBY {g}4 5 m
    reply p
    reply a
    p DBSIZE
    reply p
  `,
};
