/**
 * `npm run simulate -- --seeds 1000 [--from n] [--masters m] [--replicas r] [--steps s] [--jobs j]
 * [--digest]`: random faults on clusters
 * of 3 to 7 shards with up to 2 replicas each, unless the options say otherwise, in a thread for each processor. Prints how
 * it goes and how much virtual time a second of wall time and of processor time was worth; at a broken invariant prints how
 * to repeat the run, and exits with 1. With `--digest` all that is printed is a digest of everything that happened in the runs,
 * which is the same in every process and with every Node.js.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { RedisTestClusterError, type SimulateOptions, simulate } from '../../src/index.js';
import { runPlan } from '../../src/testkit/simulation/simulate.js';
import { planRuns } from '../../src/testkit/simulation/simulation-options.js';
import { Tally } from './tally.js';
import type { Share, ThreadMessage } from './thread-message.js';

const PROGRESS_EVERY_MS = 5000;
const DIGEST_LENGTH = 16;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Every thread takes its turn in the row of seeds. */
function sharesOf(args: readonly string[]): Share[] {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: number,
      from: number,
      masters: number,
      replicas: number,
      steps: number,
      jobs: number,
      digest: { type: 'boolean' },
    },
  });
  const first = Number(values.from ?? 1);
  const seeds = Array.from({ length: Number(values.seeds ?? 100) }, (_, index) => first + index);
  // That variable asks for one seed only.
  const most = process.env.REDIS_SIM_SEED ? 1 : Number(values.jobs ?? availableParallelism());
  const jobs = Math.max(1, Math.min(most, seeds.length));
  const options: SimulateOptions = {
    masters: values.masters === undefined ? [3, 7] : Number(values.masters),
    replicas: values.replicas === undefined ? [0, 2] : Number(values.replicas),
    ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
  };
  return Array.from({ length: jobs }, (_, job) => ({
    options,
    seeds: seeds.filter((_seed, index) => index % jobs === job),
  }));
}

/** @returns what kept the threads from their end; null when all of them came there. */
async function runAll(shares: readonly Share[], tally: Tally): Promise<string | null> {
  const workers = shares.map((share) => new Worker(new URL(import.meta.url), { workerData: share }));
  let printedAt = performance.now();
  const ends = workers.map(
    (worker) =>
      new Promise<string | null>((resolve) => {
        worker.on('message', (message: ThreadMessage) => {
          if (message.kind === 'ended') resolve(message.failure);
          if (message.kind !== 'run') return;
          tally.add(message.run);
          if (performance.now() - printedAt < PROGRESS_EVERY_MS) return;
          printedAt = performance.now();
          say(`seed ${message.run.seed}: ${tally.rate()}`);
        });
        worker.on('error', (error) => resolve(String(error)));
        worker.on('exit', (code) => resolve(`a thread ended with ${code} before its seeds were done`));
      }),
  );
  const firstFailure = Promise.race(
    ends.map((end) => end.then((failure) => failure ?? new Promise<null>(() => undefined))),
  );
  const all = Promise.all(ends).then((failures) => failures.find((failure) => failure !== null) ?? null);
  const failure = await Promise.race([firstFailure, all]);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return failure;
}

async function runShare({ seeds, options }: Share): Promise<void> {
  const send = (message: ThreadMessage): void => parentPort?.postMessage(message);
  try {
    await simulate({ ...options, seeds, onRun: (run) => send({ kind: 'run', run }) });
    send({ kind: 'ended', failure: null });
  } catch (error) {
    send({ kind: 'ended', failure: error instanceof RedisTestClusterError ? error.message : String(error) });
  }
}

/** Of what happened in all runs, in the order of their seeds. */
async function digestOf(shares: readonly Share[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { options, seeds } of shares) {
    for (const plan of planRuns({ ...options, seeds })) {
      const { record } = await runPlan(plan);
      hash.update(record.join('\n'));
    }
  }
  return hash.digest('hex').slice(0, DIGEST_LENGTH);
}

if (isMainThread && process.argv.includes('--digest')) {
  say(await digestOf(sharesOf([...process.argv.slice(2), '--jobs', '1'])));
} else if (isMainThread) {
  const tally = new Tally();
  const failure = await runAll(sharesOf(process.argv.slice(2)), tally);
  if (failure !== null) {
    process.stderr.write(`${failure}\n`);
    process.exitCode = 1;
  }
  say(`${tally.rate()}\n${tally.losses()}`);
  if (failure === null) say('no invariant was broken');
} else {
  await runShare(workerData as Share);
}
