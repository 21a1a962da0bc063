/**
 * Counts what parity tests ask a real redis-server in order to compare, by command; for `npm run parity`, which names a
 * directory for the counts in PARITY_COUNTS. Without it nothing is counted.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterAll } from 'vitest';

export interface Count {
  calls: number;
  /** Of these, those that the real server answered with an error. */
  errors: number;
}

const DIRECTORY = process.env['PARITY_COUNTS'];
/** Their subcommands count by themselves. */
const CONTAINERS = new Set(
  'acl client cluster command config function latency memory module object pubsub script slowlog xgroup xinfo'.split(
    ' ',
  ),
);
const ERROR = '-'.charCodeAt(0);

const counts = new Map<string, Count>();

/** @param reply of the real server; null where it is compared as part of something else. */
export function countComparison(argv: readonly (string | number | Uint8Array)[], reply: Buffer | null): void {
  if (DIRECTORY === undefined) return;
  const [word = '', subcommand] = argv;
  let name = String(word).toLowerCase();
  if (CONTAINERS.has(name) && subcommand !== undefined) name += `|${String(subcommand).toLowerCase()}`;
  const count = counts.get(name) ?? { calls: 0, errors: 0 };
  count.calls++;
  if (reply?.[0] === ERROR) count.errors++;
  counts.set(name, count);
}

if (DIRECTORY !== undefined) {
  afterAll(() => {
    mkdirSync(DIRECTORY, { recursive: true });
    const name = `${process.pid}-${threadId}-${process.hrtime.bigint()}.json`;
    writeFileSync(join(DIRECTORY, name), JSON.stringify(Object.fromEntries(counts)));
    counts.clear();
  });
}
