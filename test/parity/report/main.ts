/**
 * `npm run parity`: all parity tests and a long random run against the redis-server on the PATH (or REDIS_SERVER), and how
 * often each command and subcommand of that server was compared. Exits with 1 when a reply differs or a command was not
 * compared; else what was compared is written to compared.json, from which the support table is made.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askRealServer } from './real-commands.js';

/** Rounds of each of the four random runs: more than 200,000 commands together. */
const ROUNDS = '24';
const COMPARED = 'test/parity/compared.json';

/** Why these have no comparison of their own. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  failover: 'needs a replica; test/replication has it',
  psync: 'replies with a stream; test/replication compares that with real servers',
  sync: 'replies with a stream; test/replication compares that with real servers',
  replconf: 'part of the handshake that test/replication has with real servers',
  pfselftest: 'runs for seconds and tells nothing',
  quit: 'ends the connection; test/node/wire.parity.test.ts',
};

interface Count {
  readonly calls: number;
  readonly errors: number;
}

const directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-parity-'));
try {
  process.exitCode = await run();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function run(): Promise<number> {
  const { release, names } = await askRealServer();
  console.log(`redis-server ${release}`);
  const { status } = spawnSync('npx', ['vitest', 'run', 'parity', '--reporter=dot'], {
    stdio: 'inherit',
    env: { CI: 'true', PARITY_ROUNDS: ROUNDS, ...process.env, PARITY_COUNTS: directory },
  });
  const counts = readCounts();
  const missing = show(names, counts);
  if (status !== 0) {
    console.log('Replies differ, see above.');
    return 1;
  }
  if (missing.length > 0) {
    console.log(`Never compared: ${missing.join(', ')}`);
    return 1;
  }
  remember(
    release,
    names.filter((name) => counts.has(name)),
  );
  return 0;
}

/** @returns the names that were neither compared nor are an exception. */
function show(names: readonly string[], counts: ReadonlyMap<string, Count>): string[] {
  const missing: string[] = [];
  let total = 0;
  for (const name of names) {
    const { calls, errors } = counts.get(name) ?? { calls: 0, errors: 0 };
    const reason = EXCEPTIONS[name];
    total += calls;
    if (calls === 0 && reason === undefined) missing.push(name);
    const remark = calls === 0 && reason !== undefined ? `  (${reason})` : '';
    console.log(`${name.padEnd(32)}${String(calls).padStart(8)}  ${errors} of them errors${remark}`);
  }
  const others = [...counts].filter(([name]) => !names.includes(name));
  const unknown = others.reduce((sum, [, { calls }]) => sum + calls, 0);
  console.log(`${'unknown commands'.padEnd(32)}${String(unknown).padStart(8)}`);
  console.log(`${'total'.padEnd(32)}${String(total + unknown).padStart(8)}`);
  return missing;
}

function readCounts(): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const file of readdirSync(directory)) {
    const part = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Record<string, Count>;
    for (const [name, { calls, errors }] of Object.entries(part)) {
      const before = counts.get(name) ?? { calls: 0, errors: 0 };
      counts.set(name, { calls: before.calls + calls, errors: before.errors + errors });
    }
  }
  return counts;
}

function remember(release: string, names: readonly string[]): void {
  const compared = JSON.parse(readFileSync(COMPARED, 'utf8')) as Record<string, readonly string[]>;
  compared[release] = names;
  writeFileSync(COMPARED, `${JSON.stringify(compared, null, 2)}\n`);
}
