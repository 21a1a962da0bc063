/** CONFIG against a real redis-server: defaults, every kind of value, every refusal, and the rewritten file. */
import { expect, it } from 'vitest';
import { DIRECTIVE_NAMES, DIRECTIVES } from '../../src/config/directives.js';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

/** What depends on where the server runs or on how it was started. */
const OF_THE_MACHINE = ['dir', 'port', 'cluster-port', 'bind', 'save', 'pidfile', 'logfile', 'loglevel'];

describeParity('CONFIG', () => {
  for (const protocol of [2, 3] as const) {
    it(`GET has every directive with its default (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      const { theirs, ours } = await pair.both(['CONFIG', 'GET', '*']);
      expect(ours.type).toBe(theirs.type);
      expect(withoutMachine(ours)).toEqual(withoutMachine(theirs));
      for (const name of DIRECTIVE_NAMES) {
        if (!OF_THE_MACHINE.includes(name)) await pair.same(['CONFIG', 'GET', name.toUpperCase()]);
      }
    });

    it(`SET accepts and refuses alike (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      for (const call of CONFIG_CALLS) await pair.same(call, call[1] === 'GET' ? { unordered: 'pairs' } : {});
    });
  }

  it('SET refuses bad values of every directive alike', async () => {
    await using pair = await Pair.start();
    for (const name of DIRECTIVE_NAMES) {
      if (name.startsWith('tls-') || NEVER_SET.includes(name)) continue;
      for (const value of BAD_VALUES) {
        await pair.same(['CONFIG', 'SET', name, value]);
        await pair.same(['CONFIG', 'GET', name, DIRECTIVES[name].alias ?? name], { unordered: 'pairs' });
      }
    }
  });
});

/** Setting these changes the process or its listeners. */
const NEVER_SET = [
  'port',
  'cluster-port',
  'bind',
  'dir',
  'maxclients',
  'requirepass',
  'oom-score-adj',
  'appendonly',
  'watchdog-period',
];

const BAD_VALUES = [
  '',
  'x',
  '-1',
  '1 2',
  'yes',
  '99999999999999999999',
  '0x10',
  '1.5',
  'no no',
  '-',
  '%',
  '5%',
  '3KB',
];

const CONFIG_CALLS: readonly Call[] = [
  ['CONFIG'],
  ['CONFIG', 'NOTHING'],
  ['CONFIG', 'GET'],
  ['CONFIG', 'GET', 'nothing'],
  ['CONFIG', 'GET', 'nothing*'],
  ['CONFIG', 'GET', 'MaxMemory'],
  ['CONFIG', 'GET', 'maxmemory', 'MAXMEMORY', 'maxm*y'],
  ['CONFIG', 'GET', '*-max-*-entries'],
  ['CONFIG', 'GET', 'slave-*'],
  ['CONFIG', 'GET', 'slave-read-only', 'replica-read-only'],
  ['CONFIG', 'GET', 'watchdog*'],
  ['CONFIG', 'GET', 'watchdog-period'],
  ['CONFIG', 'GET', 'key-load-dela[xy]', 'key-load-delay'],
  ['CONFIG', 'GET', 'HASH-MAX-?istpack-[a-e]*'],
  ['CONFIG', 'SET'],
  ['CONFIG', 'SET', 'maxmemory'],
  ['CONFIG', 'SET', 'maxmemory', 1, 'hz'],
  ['CONFIG', 'SET', 'nothing', 1],
  ['CONFIG', 'SET', 'maxmemory', 1, 'nothing', 1],
  ['CONFIG', 'SET', 'databases', 1],
  ['CONFIG', 'SET', 'DATABASES', 1],
  ['CONFIG', 'SET', 'dbfilename', 'x'],
  ['CONFIG', 'SET', 'dir', '/'],
  ['CONFIG', 'SET', 'hz', 20, 'HZ', 30],
  ['CONFIG', 'SET', 'slave-priority', 5, 'replica-priority', 6],
  ['CONFIG', 'GET', '*-priority'],
  ['CONFIG', 'SET', 'hz', 0],
  ['CONFIG', 'GET', 'hz'],
  ['CONFIG', 'SET', 'hz', 1000],
  ['CONFIG', 'GET', 'hz'],
  ['CONFIG', 'SET', 'maxmemory', '1gb'],
  ['CONFIG', 'GET', 'maxmemory'],
  ['CONFIG', 'SET', 'maxmemory', '1G'],
  ['CONFIG', 'GET', 'maxmemory'],
  ['CONFIG', 'SET', 'maxmemory', '100MB', 'hz', 50, 'loglevel', 'loud'],
  ['CONFIG', 'GET', 'maxmemory', 'hz'],
  ['CONFIG', 'SET', 'maxmemory', ''],
  ['CONFIG', 'SET', 'maxmemory', 'kb'],
  ['CONFIG', 'SET', 'maxmemory', '-1'],
  ['CONFIG', 'SET', 'maxmemory', '1tb'],
  ['CONFIG', 'SET', 'maxmemory', '18446744073709551615'],
  ['CONFIG', 'GET', 'maxmemory'],
  ['CONFIG', 'SET', 'maxmemory', 0],
  ['CONFIG', 'SET', 'maxmemory-clients', '5%'],
  ['CONFIG', 'GET', 'maxmemory-clients'],
  ['CONFIG', 'SET', 'maxmemory-clients', '101%'],
  ['CONFIG', 'SET', 'maxmemory-clients', '-5%'],
  ['CONFIG', 'SET', 'maxmemory-clients', '%'],
  ['CONFIG', 'SET', 'maxmemory-clients', '10mb'],
  ['CONFIG', 'GET', 'maxmemory-clients'],
  ['CONFIG', 'SET', 'maxmemory-clients', 0],
  ['CONFIG', 'SET', 'cluster-node-timeout', '9223372036854775807'],
  ['CONFIG', 'GET', 'cluster-node-timeout'],
  ['CONFIG', 'SET', 'cluster-node-timeout', '9223372036854775808'],
  ['CONFIG', 'SET', 'cluster-node-timeout', 15000],
  ['CONFIG', 'SET', 'list-max-ziplist-size', '-3000000000'],
  ['CONFIG', 'SET', 'list-max-ziplist-size', '-5'],
  ['CONFIG', 'GET', 'list-max-*'],
  ['CONFIG', 'SET', 'repl-timeout', 0],
  ['CONFIG', 'SET', 'maxmemory-policy', 'ALLKEYS-LRU'],
  ['CONFIG', 'GET', 'maxmemory-policy'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
  ['CONFIG', 'SET', 'loglevel', 'nothing'],
  ['CONFIG', 'SET', 'loglevel', 'loud'],
  ['CONFIG', 'SET', 'appendfsync', 'sometimes'],
  ['CONFIG', 'SET', 'save', '900 1 300 10'],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'save', '900 1 300'],
  ['CONFIG', 'SET', 'save', '0 1'],
  ['CONFIG', 'SET', 'save', '1 -1'],
  ['CONFIG', 'SET', 'save', '900 '],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'save', ''],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 1mb 2mb 3 slave 1 2 3'],
  ['CONFIG', 'GET', 'client-output-buffer-limit'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1 2'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'master 1 2 3'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'Replica 1 x 3'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1 2 -3'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', ''],
  ['CONFIG', 'GET', 'client-output-buffer-limit'],
  ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
  ['CONFIG', 'GET', 'notify-keyspace-events'],
  ['CONFIG', 'SET', 'notify-keyspace-events', 'mgn$Klx'],
  ['CONFIG', 'GET', 'notify-keyspace-events'],
  ['CONFIG', 'SET', 'notify-keyspace-events', 'AnKm'],
  ['CONFIG', 'GET', 'notify-keyspace-events'],
  ['CONFIG', 'SET', 'notify-keyspace-events', 'Q'],
  ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '50 99.99 100.0 0.1234567'],
  ['CONFIG', 'GET', 'latency-tracking-info-percentiles'],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '50 x'],
  ['CONFIG', 'GET', 'latency-tracking-info-percentiles'],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '101'],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', ''],
  ['CONFIG', 'GET', 'latency-tracking-info-percentiles'],
  ['CONFIG', 'SET', 'oom-score-adj-values', '1 2'],
  ['CONFIG', 'SET', 'oom-score-adj-values', '1 2 3000'],
  ['CONFIG', 'SET', 'oom-score-adj-values', '1 2 3'],
  ['CONFIG', 'GET', 'oom-score-adj*'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'save now'],
  ['CONFIG', 'GET', 'shutdown-on-sigterm'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'FORCE Now'],
  ['CONFIG', 'GET', 'shutdown-on-sigterm'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'save nosave'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'default save'],
  ['CONFIG', 'GET', 'shutdown-on-sigterm'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'x'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', ''],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'default'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', 'a.b-c'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', 'a_b'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', 'x'.repeat(256)],
  ['CONFIG', 'GET', 'cluster-announce-hostname'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', ''],
  ['CONFIG', 'SET', 'cluster-announce-human-nodename', 'a#b'],
  ['CONFIG', 'SET', 'cluster-announce-human-nodename', 'fine'],
  ['CONFIG', 'SET', 'cluster-announce-human-nodename', ''],
  ['CONFIG', 'SET', 'cluster-ping-interval', 100],
  ['CONFIG', 'GET', 'cluster-ping-interval'],
  ['CONFIG', 'GET', 'cluster-ping-*'],
  ['CONFIG', 'SET', 'cluster-preferred-endpoint-type', 'name'],
  ['CONFIG', 'SET', 'cluster-announce-port', 65536],
  ['CONFIG', 'SET', 'proc-title-template', '{nothing}'],
  ['CONFIG', 'SET', 'proc-title-template', '{title'],
  ['CONFIG', 'SET', 'proc-title-template', '{title} {port} {{x'],
  ['CONFIG', 'SET', 'proc-title-template', '{title} {unixsocket}'],
  ['CONFIG', 'GET', 'proc-title-template'],
  ['CONFIG', 'SET', 'activedefrag', 'yes'],
  ['CONFIG', 'SET', 'masterauth', 'secret'],
  ['CONFIG', 'GET', 'masterauth'],
  ['CONFIG', 'SET', 'masterauth', ''],
  ['CONFIG', 'SET', 'lazyfree-lazy-user-del', 'YES'],
  ['CONFIG', 'GET', 'lazyfree-lazy-user-del'],
  ['CONFIG', 'SET', 'lazyfree-lazy-user-del', 'true'],
  ['CONFIG', 'RESETSTAT', 'x'],
  ['CONFIG', 'RESETSTAT'],
];

function withoutMachine(reply: TypedReply): unknown {
  const items = reply.value as readonly TypedReply[];
  const pairs: string[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const name = String(items[index]!.value);
    if (!OF_THE_MACHINE.includes(name)) pairs.push(`${name} ${items[index + 1]!.value}`);
  }
  return pairs.sort();
}
