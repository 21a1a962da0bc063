/** What scripts cause beside their replies, against a real redis-server: statistics, lines of MONITOR, messages, what is replicated. */
import { expect, it } from 'vitest';
import { describeParity, startRealRedis, untilAnswer } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import { startStandaloneNode } from './standalone-node.js';
import { Transcript } from './transcript.js';
import type { TypedReply } from './typed-reply.js';

const FAILING: readonly Call[] = [
  ['SET', 'text', 'x'],
  ['EVAL', 'return redis.call("INCR", KEYS[1])', 1, 'text'],
  ['EVAL', 'return redis.pcall("INCR", KEYS[1])', 1, 'text'],
  ['EVAL', 'redis.pcall("INCR", KEYS[1]) return 1', 1, 'text'],
  ['EVAL', 'return {redis.pcall("INCR", KEYS[1]), redis.error_reply("MINE own")}', 1, 'text'],
  ['EVAL', 'return redis.error_reply("MINE own")', 0],
  ['EVAL', 'error("text")', 0],
  ['EVAL', 'error({err = "TABLE text"})', 0],
  ['EVAL', 'pcall(redis.call, "INCR") return 1', 0],
  ['EVAL', 'return redis.call("nosuch")', 0],
  ['EVAL', 'return redis.call("GET")', 0],
  ['EVAL', 'return redis.call("MULTI")', 0],
  ['EVAL', 'return (', 0],
  ['EVAL', 'return 1', 5],
  ['EVALSHA', 'nosuch', 0],
  ['EVAL_RO', 'return redis.call("SET", KEYS[1], 1)', 1, 'text'],
  ['EVAL_RO', '#!lua\nreturn 1', 0],
];

describeParity('effects of scripts', () => {
  it('count alike', async () => {
    await using pair = await Pair.start();
    for (const call of FAILING) {
      await pair.both(['CONFIG', 'RESETSTAT']);
      await pair.same(call);
      await pair.same(['INFO', 'errorstats', 'commandstats'], { normalise: withoutDurations });
    }
  });

  it('are logged as slow, and counted by duration, alike', async () => {
    await using pair = await Pair.start();
    await pair.same(['FUNCTION', 'LOAD', LIBRARY]);
    await pair.sameAll([
      ['SCRIPT', 'LOAD', 'return redis.call("GET", KEYS[1])'],
      ['CONFIG', 'SET', 'slowlog-log-slower-than', 0],
      ['SLOWLOG', 'RESET'],
      ['CONFIG', 'RESETSTAT'],
      ['EVAL', 'redis.call("SET", KEYS[1], ARGV[1]) return redis.call("GET", KEYS[1])', 1, 'key', 'value'],
      ['EVALSHA', 'd1ad8397c172dc0a63e271f0c4c4250ca8d5d1fb', 1, 'key'],
      ['EVAL_RO', 'return redis.pcall("SET", KEYS[1], 1)', 1, 'key'],
      ['EVAL', 'return redis.pcall("INCR", KEYS[1])', 1, 'key'],
      ['EVAL', 'return redis.call("nosuch")', 0],
      ['EVAL', 'return (', 0],
      ['EVAL', 'return 1', 5],
      ['FCALL', 'put', 1, 'key', 'value'],
      ['FCALL_RO', 'got', 1, 'key'],
      ['FCALL', 'nosuch', 0],
      ['MULTI'],
      ['EVAL', 'return redis.call("GET", KEYS[1])', 1, 'key'],
      ['EXEC'],
    ]);
    await pair.same(['SLOWLOG', 'GET', -1], { normalise: whatWasSlow });
    const commands = ['eval', 'evalsha', 'eval_ro', 'fcall', 'fcall_ro', 'get', 'set', 'incr', 'exec'];
    await pair.same(['LATENCY', 'HISTOGRAM', ...commands], { normalise: callsOfHistogram });
    await pair.same(['INFO', 'errorstats', 'commandstats'], { normalise: withoutDurations });
  });

  it('are shown by MONITOR alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      m: MONITOR
      c: EVAL redis.call('SET',KEYS[1],ARGV[1])return(redis.call('GET',KEYS[1])) 1 key value
      c: EVAL redis.call('SET',KEYS[1])return(1) 1 key
      c: EVAL return(redis.pcall('NOSUCH')) 0
      c: EVAL_RO return(redis.call('GET',KEYS[1])) 1 key
      c: EVAL return( 0
      c: EVAL return(1) 7
      c: EVALSHA nosuch 0
      c: SELECT 2
      c: EVAL redis.call('SELECT',3)return(redis.call('GET','key')) 0
      c: GET key
      c: MULTI | EVAL return(redis.call('PING')) 0 | EXEC
    `);
  });

  it('are published, and keys remembered, alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      c: CONFIG SET notify-keyspace-events KEA
      n3: PSUBSCRIBE *
      t3: CLIENT TRACKING ON
      t3: EVAL return(redis.call('GET',KEYS[1])) 1 key
      t3: EVAL_RO return(redis.call('MGET','a','b')) 0
      c: EVAL redis.call('SET','key','v')redis.call('SET','a','v')redis.call('EXPIRE','a',100)return(redis.call('PUBLISH','channel','message')) 0
      t3: EVAL redis.call('SET','other','v')return(redis.call('GET','other')) 0
      t3: EVAL redis.call('SET','other','w')redis.call('GET','other')redis.call('DEL','other')return(1) 0
      c: SET other x
    `);
  });

  it('are replicated alike', async () => {
    await using server = await startRealRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    const version = server.version.startsWith('7.0') ? '7.0' : '7.2';
    await using node = await startStandaloneNode(version, { 'repl-diskless-sync-delay': '0' });
    const streams = await Promise.all(
      [server.port, node.port].map(async (port) => {
        const connection = await (port === server.port ? server : node).connect();
        await using copy = await startStandaloneNode(version);
        const replica = await copy.connect();
        const monitor = await copy.connect();
        await replica.command('REPLICAOF', '127.0.0.1', port);
        await untilAnswer(replica, 'master_link_status:up', 'INFO', 'replication');
        await monitor.raw('MONITOR');
        const lines: string[] = [];
        for (const call of REPLICATED) await connection.raw(...call);
        await connection.raw('SET', 'the', 'end');
        while (!lines.at(-1)?.includes('"the" "end"')) {
          const line = (await monitor.nextPush()).toString('latin1');
          if (!/"(PING|REPLCONF|INFO)"/i.test(line))
            lines.push(line.replace(/^\+[\d.]+ \[(\d+) [^\]]*\]/, '[$1]').replace(/\d{13}/, 'time'));
        }
        return lines;
      }),
    );
    expect(streams[1]).toEqual(streams[0]);
  });
});

const REPLICATED: readonly Call[] = [
  ['EVAL', 'return redis.call("SET", KEYS[1], 1)', 1, 'key'],
  ['EVAL', 'redis.call("INCR", KEYS[1]) return redis.call("INCR", KEYS[1])', 1, 'key'],
  ['EVAL', 'redis.call("GET", KEYS[1]) return redis.call("SADD", "set", "a", "b")', 1, 'key'],
  ['EVAL', 'redis.call("INCR", KEYS[1]) error("halfway")', 1, 'key'],
  [
    'EVAL',
    'redis.call("SPOP", "set", 2) redis.call("EXPIRE", KEYS[1], 1000) redis.call("PERSIST", KEYS[1])',
    1,
    'key',
  ],
  [
    'EVAL',
    'redis.set_repl(redis.REPL_NONE) redis.call("SET", "hidden", 1) redis.set_repl(redis.REPL_ALL) redis.call("SET", "shown", 1)',
    0,
  ],
  ['EVAL', 'redis.set_repl(redis.REPL_AOF) redis.call("SET", "hidden", 1)', 0],
  ['EVAL', 'redis.set_repl(redis.REPL_SLAVE) redis.call("SET", "shown", 2)', 0],
  ['EVAL', 'redis.call("SELECT", 3) redis.call("SET", "there", 1)', 0],
  ['MULTI'],
  ['EVAL', 'redis.call("INCR", KEYS[1])', 1, 'key'],
  ['INCR', 'key'],
  ['EVAL', 'redis.call("INCR", KEYS[1]) redis.call("INCR", KEYS[1])', 1, 'key'],
  ['EXEC'],
  ['EVAL', 'redis.call("PUBLISH", "a", "b")', 0],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['SCRIPT', 'FLUSH'],
];

const LIBRARY = `#!lua name=lib
redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name = 'got', callback = function(keys) return redis.call('GET', keys[1]) end, flags = {'no-writes'}}`;

/** The arguments of each entry of SLOWLOG GET. */
function whatWasSlow({ value }: TypedReply): unknown {
  return (value as readonly TypedReply[]).map((entry) => (entry.value as readonly TypedReply[])[3]);
}

/** Of LATENCY HISTOGRAM the commands and how often they ran. */
function callsOfHistogram({ value }: TypedReply): unknown {
  const items = value as readonly TypedReply[];
  const pairs: string[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const [, calls] = (items[index + 1]?.value ?? []) as readonly TypedReply[];
    pairs.push(`${items[index]?.value}: ${calls?.value}`);
  }
  return pairs.toSorted();
}

/** Without times, and without what asks for the statistics. */
function withoutDurations({ value }: TypedReply): unknown {
  return String(value)
    .split('\r\n')
    .filter((line) => !/^cmdstat_(info|config)/.test(line))
    .map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+/, ''))
    .sort();
}
