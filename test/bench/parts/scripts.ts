/** CPU time for each script against redis-server, by redis-benchmark with 50 connections. */
import { createHash } from 'node:crypto';
import type { Row } from '../report.js';
import type { Settings } from '../settings.js';
import { bullmqScript } from './bullmq-script.js';
import { benchCommands } from './throughput.js';

const HUNDRED_CALLS = "for i = 1, 100 do redis.call('INCR', KEYS[1]) end return 1";

interface Script {
  readonly source: string;
  readonly keys: readonly string[];
  readonly args?: readonly string[];
  readonly requests: number;
  /** CPU time of ours over that of redis-server, at most. */
  readonly aim: number;
}

const SCRIPTS: Readonly<Record<string, Script>> = {
  'EVALSHA of return 1': { source: 'return 1', keys: [], requests: 50_000, aim: 2.8 },
  'EVALSHA of 1e6 additions': {
    source: 'local n = 0 for i = 1, 1000000 do n = n + i end return n',
    keys: [],
    requests: 200,
    aim: 1.3,
  },
  'EVALSHA of addJob of BullMQ': { ...bullmqScript(), requests: 10_000, aim: 2.5 },
  'EVALSHA of 100 redis.call': { source: HUNDRED_CALLS, keys: ['counter'], requests: 5000, aim: 1.6 },
};

export function benchScripts(settings: Settings): Promise<Row[]> {
  const commands = Object.entries(SCRIPTS).map(([name, { source, keys, args = [], requests, aim }]) => ({
    name,
    command: [
      'EVALSHA',
      createHash('sha1').update(source).digest('hex'),
      String(keys.length),
      ...keys,
      ...args,
    ],
    requests,
    aim,
  }));
  const preparation = Object.values(SCRIPTS).map(({ source }) => ['SCRIPT', 'LOAD', source]);
  return benchCommands(settings, commands, preparation);
}
