/** Runs the parts one after the other, so that none disturbs another, and prints the table. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchFailover } from './parts/failover.js';
import { benchMemory } from './parts/memory.js';
import { benchScale } from './parts/scale.js';
import { benchScripts } from './parts/scripts.js';
import { benchStart } from './parts/start.js';
import { benchThroughput } from './parts/throughput.js';
import { findProgram } from './real-redis.js';
import { formatTable, type Row } from './report.js';
import { type Part, readSettings, type Settings, USAGE } from './settings.js';

const RUNNERS: Readonly<Record<Part, (settings: Settings) => Promise<Row[]>>> = {
  start: benchStart,
  failover: benchFailover,
  memory: benchMemory,
  scale: benchScale,
  throughput: benchThroughput,
  scripts: benchScripts,
};

/** @returns the exit code. Missed aims are shown, but are no failure: they depend on the machine. */
export async function runBenchmarks(args: readonly string[]): Promise<number> {
  const programs = ['redis-server', 'redis-cli', 'redis-benchmark'] as const;
  const missing = programs.filter((program) => findProgram(program) === null);
  const settings = readSettings(args, missing.length === 0);
  if (settings === null) {
    console.log(USAGE);
    return 2;
  }
  console.log(`Node.js ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown CPU'}`);
  if (missing.length > 0)
    console.log(`No comparison with real Redis: ${missing.join(', ')} not found on the PATH.`);

  const rows: Row[] = [];
  for (const part of settings.parts) {
    if ((part === 'throughput' || part === 'scripts') && !settings.hasRedis) {
      console.log(`${part}: skipped, it needs redis-server and redis-benchmark`);
      continue;
    }
    const startedAt = performance.now();
    rows.push(...(await RUNNERS[part](settings)));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${part}: done in ${seconds} s, load ${loadavg()[0]?.toFixed(1)}`);
  }
  console.log(`\n${formatTable(rows)}`);
  return 0;
}
