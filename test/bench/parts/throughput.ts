/** CPU time for each request and requests per second against redis-server, by redis-benchmark with 50 connections. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ServerChild } from '../child-process.js';
import type { ServerAnswer } from '../children/server.js';
import { median } from '../measure.js';
import { cpuMsOf, findProgram, RealServers } from '../real-redis.js';
import { type Row, thousands } from '../report.js';
import type { Settings } from '../settings.js';

const run = promisify(execFile);

const CONNECTIONS = 50;
/** Different keys of each command: the data of a test, which fit into the processor's caches. */
const KEYS = 1000;
/** Keys of one MSET are in one slot. */
const MSET_PAIRS = Array.from({ length: 10 }, (_, index) => [`{mset}${index}:__rand_int__`, 'xxx']).flat();

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  SET: ['SET', 'key:__rand_int__', 'xxx'],
  GET: ['GET', 'key:__rand_int__'],
  INCR: ['INCR', 'counter:__rand_int__'],
  HSET: ['HSET', 'hash', 'field:__rand_int__', 'xxx'],
  LPUSH: ['LPUSH', 'list', 'xxx'],
  LPOP: ['LPOP', 'list'],
  SADD: ['SADD', 'set', 'member:__rand_int__'],
  ZADD: ['ZADD', 'zset', '__rand_int__', 'member:__rand_int__'],
  XADD: ['XADD', 'stream', 'MAXLEN', '~', '1000', '*', 'field', 'xxx'],
  'LRANGE (100 elements)': ['LRANGE', 'hundred', '0', '99'],
  'MSET (10 keys)': ['MSET', ...MSET_PAIRS],
};

interface Depth {
  readonly pipeline: number;
  readonly requests: number;
  /** CPU time of ours over that of redis-server, at most. */
  readonly aim: number;
}

const DEPTHS: readonly Depth[] = [
  { pipeline: 1, requests: 50_000, aim: 1.3 },
  { pipeline: 16, requests: 400_000, aim: 1.3 },
  { pipeline: 100, requests: 800_000, aim: 1.1 },
];

interface Load {
  readonly cpuUsEach: number;
  readonly perSecond: number;
}

interface Target {
  readonly port: number;
  cpuMs(): Promise<number> | number;
}

export async function benchThroughput(settings: Settings): Promise<Row[]> {
  const ours = new ServerChild<ServerAnswer>('server');
  const started: RealServers[] = [];
  try {
    const { port } = await ours.next();
    const servers = await RealServers.start(1);
    started.push(servers);
    const real = await servers.formAlone();
    const targets = {
      ours: { port, cpuMs: async () => (await ours.ask('cpu')).cpuMs },
      real: { port: real.port, cpuMs: () => cpuMsOf(real.processId) },
    };
    return await compare(targets, settings.quick ? 1 : 3, settings.quick ? 0.5 : 1);
  } finally {
    await ours.stop();
    for (const servers of started) await servers.stop();
  }
}

async function compare(
  targets: { ours: Target; real: Target },
  rounds: number,
  share: number,
): Promise<Row[]> {
  const hundred = ['RPUSH', 'hundred', ...Array.from({ length: 100 }, () => 'xxx')];
  for (const target of [targets.ours, targets.real]) await load(target, hundred, 1, CONNECTIONS);
  // Compiles what is measured below: the compiler works beside the server, and its time would count.
  for (const pipeline of [100, 16, 100]) {
    for (const command of Object.values(COMMANDS)) {
      await load(targets.ours, command, pipeline, isLong(command) ? 20_000 : 100_000);
    }
  }
  const rows: Row[] = [];
  for (const { pipeline, requests, aim } of DEPTHS) {
    for (const [name, command] of Object.entries(COMMANDS)) {
      const count = Math.round((requests * share) / (isLong(command) ? 5 : 1));
      const ours: Load[] = [];
      const real: Load[] = [];
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const ourLoad = await load(targets.ours, command, pipeline, count);
        const realLoad = await load(targets.real, command, pipeline, count);
        ours.push(ourLoad);
        real.push(realLoad);
        ratios.push(ourLoad.cpuUsEach / realLoad.cpuUsEach);
      }
      const ratio = median(ratios);
      rows.push({
        what: `${name}, pipeline of ${pipeline}`,
        ours: describe(ours),
        real: describe(real),
        ratio: `${ratio.toFixed(2)} of the CPU`,
        aim: `<= ${aim}`,
        isMet: ratio <= aim,
      });
    }
  }
  return rows;
}

/** A request of ten keys or a hundred elements is much more work. */
function isLong([name]: readonly string[]): boolean {
  return name === 'MSET' || name === 'LRANGE';
}

async function load(
  target: Target,
  command: readonly string[],
  pipeline: number,
  requests: number,
): Promise<Load> {
  const cpuBefore = await target.cpuMs();
  const { stdout } = await run(findProgram('redis-benchmark') ?? 'redis-benchmark', [
    ...['-p', String(target.port), '-c', String(CONNECTIONS), '-P', String(pipeline), '-n', String(requests)],
    ...['-r', String(KEYS), '--csv'],
    ...command,
  ]);
  const cpu = (await target.cpuMs()) - cpuBefore;
  // "name","requests per second",latencies...
  const perSecond = Number(/^"[^"]*","([\d.]+)"/m.exec(stdout.replace(/^"test".*\n/, ''))?.[1]);
  return { cpuUsEach: (cpu * 1000) / requests, perSecond };
}

function describe(loads: readonly Load[]): string {
  const cpuUsEach = median(loads.map((one) => one.cpuUsEach));
  const perSecond = median(loads.map((one) => one.perSecond));
  return `${cpuUsEach.toFixed(2)} us (${thousands(perSecond)}/s)`;
}
