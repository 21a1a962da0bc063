/** MIGRATE from and to every kind of node: two real ones, two of ours, and one of each in both directions answer alike and leave the same behind. */
import { expect, it } from 'vitest';
import { describeParity, type RealConnection, startRealRedis } from '../support/real-redis.js';
import { callsOf } from './compare.js';
import { type StandaloneNode, startStandaloneNode } from './standalone-node.js';

const PREPARATION = callsOf(`
  SET string value
  SET expiring value PX 100000000
  RPUSH list a b c
  SADD set 1 2 3
  SADD words a bb ccc
  HSET hash f1 v1 f2 v2
  ZADD zset 1 a 2.5 b -inf c
  XADD stream 1-1 f v
  XGROUP CREATE stream group 0
  PFADD hll a b c
  GEOADD geo 13.361389 38.115556 Palermo
  SET taken here
`);

/** HOST and PORT stand for the target's. */
const CALLS = callsOf(`
  MIGRATE HOST PORT none 0 1000
  MIGRATE HOST PORT string 0 1000
  MIGRATE HOST PORT expiring 0 1000 COPY
  MIGRATE HOST PORT expiring 0 1000 COPY
  MIGRATE HOST PORT expiring 0 1000 REPLACE
  MIGRATE HOST PORT '' 0 1000 KEYS list set words none
  MIGRATE HOST PORT '' 0 1000 COPY REPLACE KEYS hash zset stream hll geo
  MIGRATE HOST PORT '' 3 1000 KEYS hash zset stream hll geo
  MIGRATE HOST PORT taken 0 1000
  MIGRATE HOST PORT taken 0 1000 REPLACE COPY
  MIGRATE HOST PORT taken 99 1000
  MIGRATE HOST PORT taken 0 1000 AUTH wrong
  MIGRATE HOST PORT taken 0 1000 AUTH2 default wrong
  MIGRATE HOST PORT taken 0 1000 AUTH2 nobody wrong
  MIGRATE HOST PORT taken 0 1000 KEYS a
  MIGRATE HOST PORT '' 0 1000 KEYS
  MIGRATE HOST PORT taken 0 1000 AUTH
  MIGRATE HOST PORT taken 0 1000 AUTH2 default
  MIGRATE HOST PORT taken 0 1000 WHATEVER
  MIGRATE HOST PORT taken x 1000
  MIGRATE HOST PORT taken 0 x
  MIGRATE HOST PORT taken 0
  MIGRATE HOST 1 taken 0 200
  MIGRATE HOST 0 none 0 -1
  MULTI
  MIGRATE HOST PORT taken 0 1000 REPLACE
  EXISTS taken
  EXEC
  COMMAND GETKEYS MIGRATE HOST PORT a 0 1000
  COMMAND GETKEYS MIGRATE HOST PORT '' 0 1000 COPY AUTH keys KEYS a b
  COMMAND GETKEYS MIGRATE HOST PORT a 0 1000 KEYS b
  COMMAND GETKEYSANDFLAGS MIGRATE HOST PORT '' 0 1000 KEYS a b
  DBSIZE
  INFO commandstats
`);

const STATE = callsOf(`
  GET string
  LRANGE list 0 -1
  SMEMBERS set
  HGETALL hash
  ZRANGE zset 0 -1 WITHSCORES
  XINFO STREAM stream FULL
  PFCOUNT hll
  GEOPOS geo Palermo
  GET taken
  DBSIZE
  SELECT 3
  DBSIZE
  ZSCORE zset b
`);

interface Peer {
  readonly port: number;
  connect(): Promise<RealConnection>;
}

async function transcript(from: Peer, to: Peer): Promise<string[]> {
  const lines: string[] = [];
  const ask = async (connection: RealConnection, calls: typeof CALLS): Promise<void> => {
    for (const call of calls) {
      const argv = call.map((word) => (word === 'HOST' ? '127.0.0.1' : word === 'PORT' ? to.port : word));
      const reply = String(await connection.raw(...argv));
      // How long it took differs, and which lines there are depends on what was asked.
      const shown = call[0] === 'INFO' ? (/cmdstat_migrate:calls=\d+/.exec(reply)?.[0] ?? '') : reply;
      lines.push(`${call.join(' ')} -> ${shown.replaceAll(String(to.port), 'PORT')}`);
    }
  };
  const source = await from.connect();
  await ask(source, PREPARATION);
  await ask(source, CALLS);
  await ask(await to.connect(), STATE);
  return lines;
}

describeParity('MIGRATE', () => {
  it('answers and moves the same between real nodes and ours, in every direction', async () => {
    const servers = await Promise.all([startRealRedis(), startRealRedis(), startRealRedis()]);
    const [realSource, realTarget, otherTarget] = servers;
    const version = realSource.version.startsWith('7.0.') ? '7.0' : '7.2';
    const nodes: StandaloneNode[] = [];
    for (let count = 0; count < 4; count++) nodes.push(await startStandaloneNode(version));
    const [source, target, source2, target2] = nodes as [
      StandaloneNode,
      StandaloneNode,
      StandaloneNode,
      StandaloneNode,
    ];
    try {
      const expected = await transcript(realSource, realTarget);
      expect(expected.filter((line) => line.endsWith('-> +OK\r\n')).length).toBeGreaterThan(8);
      expect(await transcript(source, target), 'ours to ours').toEqual(expected);
      expect(await transcript(source2, otherTarget), 'ours to real').toEqual(expected);
      const back = await startRealRedis();
      servers.push(back);
      expect(await transcript(back, target2), 'real to ours').toEqual(expected);
    } finally {
      await Promise.all([
        ...servers.map((server) => server.stop()),
        ...nodes.map((node) => node[Symbol.asyncDispose]()),
      ]);
    }
  });
});
