/** What scripts and functions may do while their node is in trouble, on a real redis-server and on ours: on a replica, without replicas, out of memory, with a disk that fails, with slots missing. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { MemoryStorage } from '../../src/network/memory-storage.js';
import { describeParity, startRealRedis } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import { startStandaloneNode } from './standalone-node.js';

const FLAGS = [
  null,
  '',
  'no-writes',
  'allow-oom',
  'allow-stale',
  'allow-stale,no-writes',
  'no-cluster',
  'allow-cross-slot-keys',
] as const;

const BODIES = [
  'return 1',
  'return redis.call("GET", KEYS[1])',
  'return redis.call("SET", KEYS[1], 1)',
  'return redis.pcall("SET", KEYS[1], 1)',
  'return redis.call("DEL", KEYS[1])',
  'redis.pcall("DEL", KEYS[1]) return redis.call("SET", KEYS[1], 1)',
  'return redis.call("PUBLISH", "channel", "message")',
  'return redis.call("ECHO", "x")',
  'return {pcall(redis.call, "SET", KEYS[1], 1)}',
];

/** Functions with the same flags and bodies: f0_1 has the first of the flags and the second of the bodies. */
const LIBRARY = `#!lua name=states\n${FLAGS.filter((flags) => flags !== null)
  .map((flags, set) =>
    BODIES.map(
      (body, index) =>
        `redis.register_function{function_name = 'f${set}_${index}', callback = function(KEYS, ARGV) ${body} end, flags = {${quoted(flags)}}}`,
    ).join('\n'),
  )
  .join('\n')}`;

function quoted(flags: string): string {
  return flags === '' ? '' : `'${flags.replace(',', "', '")}'`;
}

/** Every body with every set of flags, by each command that runs scripts. */
const EVERY_SCRIPT: readonly Call[] = FLAGS.flatMap((flags, set) =>
  BODIES.flatMap((body, index): Call[] => {
    const script = flags === null ? body : `#!lua${flags === '' ? '' : ` flags=${flags}`}\n${body}`;
    const name = `f${set - 1}_${index}`;
    const calls: Call[] = [
      ['EVAL', script, 1, 'key'],
      ['EVAL_RO', script, 1, 'key'],
    ];
    return flags === null ? calls : [...calls, ['FCALL', name, 1, 'key'], ['FCALL_RO', name, 1, 'key']];
  }),
);

const IN_TRANSACTION: readonly Call[] = [
  ['MULTI'],
  ['EVAL', 'return redis.call("SET", KEYS[1], 1)', 1, 'key'],
  ['EVAL', '#!lua\nreturn redis.call("SET", KEYS[1], 1)', 1, 'key'],
  ['EVAL', '#!lua flags=no-writes\nreturn redis.call("GET", KEYS[1])', 1, 'key'],
  ['FCALL', 'f1_1', 1, 'key'],
  ['EXEC'],
  ['MULTI'],
  ['EVAL_RO', 'return redis.call("GET", KEYS[1])', 1, 'key'],
  ['EXEC'],
];

async function sameScripts(pair: Pair): Promise<void> {
  await pair.sameAll(EVERY_SCRIPT);
  await pair.sameAll(IN_TRANSACTION);
}

describeParity('scripts', () => {
  it('on a replica whose master is out of reach', async () => {
    await using pair = await Pair.start({ cluster: false });
    await pair.same(['FUNCTION', 'LOAD', LIBRARY]);
    await sameScripts(pair);
    await pair.same(['REPLICAOF', '127.0.0.1', 1]);
    await sameScripts(pair);
    await pair.same(['CONFIG', 'SET', 'replica-read-only', 'no']);
    await sameScripts(pair);
    await pair.same(['CONFIG', 'SET', 'replica-serve-stale-data', 'no']);
    await sameScripts(pair);
    await pair.same(['CONFIG', 'SET', 'replica-read-only', 'yes']);
    await sameScripts(pair);
    await pair.same(['SCRIPT', 'LOAD', 'return 1']);
    await pair.same(['SCRIPT', 'EXISTS', 'x']);
    await pair.same(['FUNCTION', 'DELETE', 'states']);
    await pair.same(['FUNCTION', 'STATS']);
    await pair.same(['FUNCTION', 'LIST']);
  });

  it('without enough replicas', async () => {
    await using pair = await Pair.start({ cluster: false, config: { 'min-replicas-to-write': '1' } });
    await pair.same(['CONFIG', 'SET', 'min-replicas-to-write', 0]);
    await pair.same(['FUNCTION', 'LOAD', LIBRARY]);
    await pair.same(['CONFIG', 'SET', 'min-replicas-to-write', 1]);
    await sameScripts(pair);
  });

  it('when memory is short', async () => {
    await using pair = await Pair.start({ cluster: false });
    await pair.same(['FUNCTION', 'LOAD', LIBRARY]);
    await pair.same(['CONFIG', 'SET', 'maxmemory', 1]);
    await sameScripts(pair);
    await pair.same(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
    await sameScripts(pair);
  });

  it('that begin before memory is short', async () => {
    await using pair = await Pair.start({ cluster: false });
    const fill = 'for i = 1, 8 do redis.call("SET", "key" .. i, string.rep("x", 1000000)) end return 1';
    const read = 'return redis.call("STRLEN", "key8")';
    await pair.same(['CONFIG', 'SET', 'maxmemory', '6mb']);
    await pair.sameAll([
      ['EVAL', fill, 0],
      ['EVAL', fill, 0],
      ['EVAL', read, 0],
      ['EVAL', `redis.call("DEL", "key1", "key2", "key3", "key4", "key5") ${read}`, 0],
      ['EVAL', `${fill} + 1`, 0],
      ['EVAL', `redis.call("DEL", "nosuch") ${fill}`, 0],
      ['EVAL', `return redis.call("APPEND", "key1", "x")`, 0],
      ['EVAL', `redis.call("DEL", "nosuch") return redis.call("APPEND", "key1", "x")`, 0],
      ['MULTI'],
      ['EVAL', read, 0],
      ['DEL', 'key1'],
      ['EXEC'],
    ]);
  });

  it('with a disk that fails', async () => {
    await using server = await startRealRedis({ args: ['--dbfilename', 'taken'] });
    const version = server.version.startsWith('7.0') ? '7.0' : '7.2';
    const storage = new MemoryStorage();
    await using node = await startStandaloneNode(version, {}, storage);
    mkdirSync(join(server.directory, 'taken'));
    storage.failure = 'Is a directory';
    const connections = [await server.connect(), await node.connect()];
    const replies = await Promise.all(
      connections.map(async (connection) => {
        await connection.command('FUNCTION', 'LOAD', LIBRARY);
        await connection.command('CONFIG', 'SET', 'save', '900 1');
        await connection.command('BGSAVE');
        await vi.waitFor(
          async () =>
            expect(await connection.command('INFO', 'persistence')).toContain('rdb_last_bgsave_status:err'),
          { interval: 20, timeout: 10_000 },
        );
        const all: string[] = [];
        for (const call of [...EVERY_SCRIPT, ...IN_TRANSACTION])
          all.push(`${call.join(' ')}: ${await connection.raw(...call)}`);
        await connection.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
        for (const call of EVERY_SCRIPT) all.push(`${call.join(' ')}: ${await connection.raw(...call)}`);
        return all;
      }),
    );
    expect(replies[1]).toEqual(replies[0]);
  });
});

/** Slot 12539 is that of "key". */
describeParity('scripts in a cluster', () => {
  it('that misses slots, or is down', async () => {
    await using pair = await Pair.start();
    await pair.same(['FUNCTION', 'LOAD', LIBRARY]);
    const others: readonly Call[] = [
      ['EVAL', 'return redis.call("GET", "elsewhere")', 1, 'key'],
      ['EVAL', 'return redis.pcall("SET", "elsewhere", 1)', 1, 'key'],
      ['EVAL', 'return redis.call("SET", "key", 1)', 1, 'elsewhere'],
      ['EVAL', 'return redis.call("SET", "key", 1)', 0],
      ['EVAL', 'return redis.call("MGET", "key", "elsewhere")', 0],
      ['EVAL', '#!lua\nreturn redis.call("GET", "key")', 0],
      ['EVAL', '#!lua\nredis.call("GET", "key") return redis.call("GET", "elsewhere")', 0],
      ['EVAL', '#!lua\nreturn redis.call("MGET", "key", "elsewhere")', 0],
      [
        'EVAL',
        '#!lua flags=allow-cross-slot-keys\nredis.call("GET", "key") return redis.call("GET", "elsewhere")',
        0,
      ],
      ['EVAL', '#!lua flags=allow-cross-slot-keys\nreturn redis.call("MGET", "key", "elsewhere")', 0],
      ['EVAL', '#!lua flags=allow-cross-slot-keys\nreturn 1', 2, 'key', 'elsewhere'],
      ['EVAL', 'return 1', 2, 'key', 'elsewhere'],
    ];
    await sameScripts(pair);
    await pair.sameAll(others);
    await pair.same(['CLUSTER', 'DELSLOTS', 12539]);
    await down(pair);
    for (const reads of ['no', 'yes']) {
      await pair.same(['CONFIG', 'SET', 'cluster-allow-reads-when-down', reads]);
      await sameScripts(pair);
      await pair.sameAll(others);
    }
    await pair.same(['CONFIG', 'SET', 'cluster-require-full-coverage', 'no']);
    await up(pair);
    await sameScripts(pair);
    await pair.sameAll(others);
  });
});

async function down(pair: Pair): Promise<void> {
  await stateOf(pair, 'cluster_state:fail');
}

async function up(pair: Pair): Promise<void> {
  await stateOf(pair, 'cluster_state:ok');
}

async function stateOf(pair: Pair, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { theirs, ours } = await pair.both(['CLUSTER', 'INFO']);
      for (const reply of [theirs, ours]) expect(String(reply.value)).toContain(state);
    },
    { interval: 20, timeout: 10_000 },
  );
}
