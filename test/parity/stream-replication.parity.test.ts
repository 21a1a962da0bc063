/** What is replicated of streams, HyperLogLogs, bitmaps, SORT and RESTORE: our replica of a real server against a real replica of our node. */
import { expect, it } from 'vitest';
import { describeParity, type RealConnection, startRealRedis, untilAnswer } from '../support/real-redis.js';
import { type Call, callsOf } from './compare.js';
import { startStandaloneNode } from './standalone-node.js';
import { withoutTimes } from './stream-replies.js';
import { parseTypedReply } from './typed-reply.js';

const CONFIG = {
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '0',
  'stream-node-max-entries': '5',
};

/** Before the replica comes: part of its snapshot. */
const BEFORE = callsOf(`
  XADD s 1-1 f v
  XADD s 2-1 f v g w
  XADD s 3-1 f v
  XADD s 4-1 f v
  XADD s 5-1 f v
  XADD s 6-1 f v
  XADD s 7-1 f v
  XGROUP CREATE s g 0
  XREADGROUP GROUP g alice COUNT 2 STREAMS s >
  XDEL s 4-1
  PFADD h a b c
  SETBIT b 9 1
`);

const AFTER = callsOf(`
  XADD s * f v
  XDEL s 5-1
  XADD t 9-* f v
  XADD t MAXLEN ~ 3 10-* f v
  XADD t 11-0 f v
  XADD t 12-0 f v
  XADD t 13-0 f v
  XADD t 14-0 f v
  XADD t MAXLEN ~ 2 LIMIT 0 15-0 f v
  XADD t MINID ~ 12 16-0 f v
  XADD t MAXLEN 6 17-0 f v
  XADD t NOMKSTREAM MAXLEN = 6 18-0 f v
  XADD none NOMKSTREAM * f v
  XADD t 1-0 too small
  XTRIM t MAXLEN ~ 100
  XTRIM t MAXLEN ~ 1
  XTRIM t MINID ~ 17 LIMIT 100
  XTRIM t MAXLEN 4
  XREADGROUP GROUP g alice COUNT 1 STREAMS s >
  XREADGROUP GROUP g bob COUNT 1 NOACK STREAMS s >
  XREADGROUP GROUP g bob STREAMS s >
  XREADGROUP GROUP g bob STREAMS s >
  XREADGROUP GROUP g bob NOACK STREAMS s >
  XREADGROUP GROUP g alice STREAMS s 0
  XREADGROUP GROUP g carol STREAMS s 0
  XREADGROUP GROUP g dave STREAMS s >
  XREAD STREAMS s 0
  XGROUP CREATECONSUMER s g idle
  XGROUP CREATECONSUMER s g idle
  XCLAIM s g carol 0 1-1
  XCLAIM s g carol 0 2-1 JUSTID
  XCLAIM s g carol 0 3-1 RETRYCOUNT 7
  XCLAIM s g eve 100000 1-1
  XCLAIM s g carol 0 99-1 FORCE
  XCLAIM s g carol 0 99-1 LASTID 50-0
  XCLAIM s g carol 0 1-1 LASTID 60-0
  XDEL s 3-1
  XCLAIM s g bob 0 3-1
  XDEL s 2-1
  XAUTOCLAIM s g bob 0 0 COUNT 2
  XAUTOCLAIM s g bob 0 0 JUSTID
  XAUTOCLAIM s g bob 100000 0
  XACK s g 1-1 77-7
  XACK s g 1-1
  XGROUP SETID s g $
  XGROUP SETID s g 3 ENTRIESREAD 2
  XGROUP CREATE s other $
  XGROUP CREATE new g $ MKSTREAM
  XGROUP DELCONSUMER s g alice
  XGROUP DELCONSUMER s g nobody
  XGROUP DESTROY s other
  XGROUP DESTROY s other
  XSETID t 100-0 ENTRIESADDED 50 MAXDELETEDID 5-0
  XDEL s 99-99
  PFADD h a
  PFADD h d
  PFCOUNT h
  PFCOUNT h
  PFMERGE i h
  PFDEBUG TODENSE h
  PFDEBUG GETREG h
  PFDEBUG GETREG i
  SETBIT b 9 1
  SETBIT b 9 0
  BITFIELD b GET u8 0
  BITFIELD b SET u8 0 5
  BITFIELD b SET u8 0 5
  BITOP NOT c b
  BITOP AND c nothing
  BITOP AND c nothing
  RPUSH l 3 1 2
  SORT l
  SORT l STORE m
  SORT nothing STORE m
  SORT nothing STORE m
`);

const HELLO = Buffer.from('000568656c6c6f0a00', 'hex');

describeParity('replication of streams and more', () => {
  it('is as between real servers', { timeout: 60_000 }, async () => {
    const atOurs = await withPeers((real, ours) => followed(real, ours));
    const atReal = await withPeers((real, ours) => followed(ours, real));
    expect(atReal.commands).toEqual(atOurs.commands);
    expect(atReal.data).toEqual(atOurs.data);
    expect(atOurs.commands.length).toBeGreaterThan(50);
  });
});

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

async function followed(master: Peer, replica: Peer): Promise<{ commands: string[]; data: unknown }> {
  const control = await replica.connect();
  const writer = await master.connect();
  for (const call of BEFORE) await writer.raw(...call);
  await control.command('REPLICAOF', '127.0.0.1', master.port);
  await untilAnswer(control, 'master_link_status:up', 'INFO', 'replication');
  const monitor = await replica.connect();
  monitor.send('MONITOR');
  await monitor.nextPush();
  for (const call of AFTER) await writer.raw(...call);
  const dump = await writer.raw('DUMP', 'l');
  const payload = dump.subarray(dump.indexOf('\n') + 1, -2);
  for (const call of restores(payload)) await writer.raw(...call);
  await writer.raw('SET', 'last', HELLO);
  const commands: string[] = [];
  for (;;) {
    const line = (await monitor.nextPush()).toString();
    // Of what the replica was told, not of what this test asks it.
    if (!line.includes('"SELECT"') && !line.includes('"PING"')) commands.push(comparable(line));
    if (line.includes('"last"')) break;
  }
  const data: unknown[] = [];
  for (const call of callsOf(
    'XINFO STREAM s FULL\nXINFO STREAM t FULL\nXINFO GROUPS new\nGET h\nGET b\nLRANGE m 0 -1\nPEXPIRETIME r',
  )) {
    const atMaster = withoutTimes(parseTypedReply(await writer.raw(...call)));
    const atReplica = withoutTimes(parseTypedReply(await control.raw(...call)));
    // What a replica does not know: consumers that read nothing.
    data.push({
      call,
      same: JSON.stringify(atMaster) === JSON.stringify(atReplica),
      atReplica: comparable(JSON.stringify(atReplica)),
    });
  }
  return { commands, data };
}

function restores(payload: Uint8Array): Call[] {
  return [
    ['RESTORE', 'r', 0, payload],
    ['RESTORE', 'r', 0, payload],
    ['RESTORE', 'r', 4_102_444_800_000, payload, 'REPLACE', 'ABSTTL'],
    ['RESTORE', 'r', 100_000_000, payload, 'REPLACE'],
    ['RESTORE', 'r', 1, payload, 'REPLACE', 'ABSTTL'],
    ['RESTORE', 'r', 1, payload, 'REPLACE', 'ABSTTL'],
    ['RESTORE', 'r', 4_102_444_800_000, payload, 'IDLETIME', 100, 'ABSTTL'],
  ];
}

function comparable(line: string): string {
  return line
    .replace(/^\+[\d.]+ \[.*?\]/, '')
    .replace(/\b(1[6-9]|2[0-9])\d{11}(-\d+)?/g, '<time>')
    .replace(/\r\n/g, '');
}
