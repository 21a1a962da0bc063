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

export function benchThroughput(settings: Settings): Promise<Row[]> {
  return withTargets((targets) => compare(targets, settings.quick ? 1 : 3, settings.quick ? 0.5 : 1));
}

/** One command without pipelining, and how often. */
export interface MeasuredCommand {
  readonly name: string;
  readonly command: readonly string[];
  readonly requests: number;
  /** CPU time of ours over that of redis-server, at most. */
  readonly aim: number;
}

/** @param preparation is sent to both servers first. */
export function benchCommands(
  settings: Settings,
  commands: readonly MeasuredCommand[],
  preparation: readonly (readonly string[])[],
): Promise<Row[]> {
  return withTargets(async (targets) => {
    for (const command of preparation) {
      for (const { port } of Object.values(targets))
        await run(findProgram('redis-cli') ?? 'redis-cli', ['-p', String(port), ...command]);
    }
    const rows: Row[] = [];
    for (const { name, command, requests, aim } of commands) {
      await load(targets.ours, command, 1, requests);
      rows.push(
        await compareOne(targets, name, command, { pipeline: 1, requests, aim }, settings.quick ? 1 : 3),
      );
    }
    return rows;
  });
}

interface Targets {
  readonly ours: Target;
  readonly real: Target;
}

async function withTargets(measure: (targets: Targets) => Promise<Row[]>): Promise<Row[]> {
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
    return await measure(targets);
  } finally {
    await ours.stop();
    for (const servers of started) await servers.stop();
  }
}

async function compare(targets: Targets, rounds: number, share: number): Promise<Row[]> {
  // Compiles what is measured below: the compiler works beside the server, and its time would count.
  for (const pipeline of [100, 16, 100]) {
    for (const command of Object.values(COMMANDS)) {
      await load(targets.ours, command, pipeline, isLong(command) ? 20_000 : 100_000);
    }
  }
  const rows: Row[] = [];
  for (const depth of DEPTHS) {
    for (const [name, command] of Object.entries(COMMANDS)) {
      const requests = Math.round((depth.requests * share) / (isLong(command) ? 5 : 1));
      const what = `${name}, pipeline of ${depth.pipeline}`;
      rows.push(await compareOne(targets, what, command, { ...depth, requests }, rounds));
    }
  }
  return rows;
}

async function compareOne(
  targets: Targets,
  what: string,
  command: readonly string[],
  { pipeline, requests, aim }: Depth,
  rounds: number,
): Promise<Row> {
  const ours: Load[] = [];
  const real: Load[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ourLoad = await load(targets.ours, command, pipeline, requests);
    const realLoad = await load(targets.real, command, pipeline, requests);
    ours.push(ourLoad);
    real.push(realLoad);
    ratios.push(ourLoad.cpuUsEach / realLoad.cpuUsEach);
  }
  const ratio = median(ratios);
  return {
    what,
    ours: describe(ours),
    real: describe(real),
    ratio: `${ratio.toFixed(2)} of the CPU`,
    aim: `<= ${aim}`,
    isMet: ratio <= aim,
  };
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
  const perSecond = Number(/^".*?","([\d.]+)"/m.exec(stdout.replace(/^"test".*\n/, ''))?.[1]);
  return { cpuUsEach: (cpu * 1000) / requests, perSecond };
}

function describe(loads: readonly Load[]): string {
  const cpuUsEach = median(loads.map((one) => one.cpuUsEach));
  const perSecond = median(loads.map((one) => one.perSecond));
  return `${cpuUsEach.toFixed(2)} us (${thousands(perSecond)}/s)`;
}
