/**
 * BullMQ 6 as it is, on a cluster over real sockets: every step of a job is a script with cjson and cmsgpack. BullMQ
 * takes the time from Date.now() and hands it to its scripts, so Date.now() is the time of the cluster here: then
 * `advance` is all that delays, repetitions, rate limits and locks need.
 */
import {
  FlowProducer,
  type Job,
  type JobsOptions,
  Queue,
  QueueEvents,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Cluster as IoRedis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { SOON } from './node-counters.js';

/** All keys of a queue have to be in one slot. */
const PREFIX = '{bull}';

const realNow = Date.now;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster(3, 1);
  Date.now = () => cluster.now();
});
afterAll(async () => {
  Date.now = realNow;
  await cluster.stop();
});
afterEach(() => cluster.flush());

function connect(): IoRedis {
  const redis = new IoRedis(cluster.seeds, { redisOptions: { maxRetriesPerRequest: null } });
  onTestFinished(() => redis.disconnect());
  return redis;
}

function openQueue(name: string): Queue {
  const queue = new Queue(name, { connection: connect(), prefix: PREFIX });
  onTestFinished(() => queue.close());
  return queue;
}

type Processor = (job: Job) => Promise<unknown>;

async function startWorker(
  name: string,
  process: Processor,
  options: Partial<WorkerOptions> = {},
): Promise<Worker> {
  const worker = new Worker(name, process, { connection: connect(), prefix: PREFIX, ...options });
  // A worker that is closed in the middle of its work complains.
  worker.on('error', () => undefined);
  onTestFinished(() => worker.close(true));
  await worker.waitUntilReady();
  return worker;
}

interface Recorder {
  readonly worker: Worker;
  /** Names of the jobs, in the order in which they ran. */
  readonly names: string[];
  /** When they ran, in seconds of the cluster since the worker started. */
  readonly seconds: number[];
}

async function startRecorder(name: string, options: Partial<WorkerOptions> = {}): Promise<Recorder> {
  const names: string[] = [];
  const seconds: number[] = [];
  const startedAtMs = cluster.now();
  const process: Processor = (job) => {
    names.push(job.name);
    seconds.push((cluster.now() - startedAtMs) / 1000);
    return Promise.resolve(job.data);
  };
  return { worker: await startWorker(name, process, options), names, seconds };
}

function finished(worker: Worker, event: 'completed' | 'failed' = 'completed'): Promise<Job> {
  return new Promise((resolve) => worker.once(event, (job: Job | undefined) => resolve(job as Job)));
}

describe('BullMQ', () => {
  it('queues jobs and works them off, with results, progress, logs and events', async () => {
    const queue = openQueue('work');
    const events = new QueueEvents('work', { connection: connect(), prefix: PREFIX });
    onTestFinished(() => events.close());
    await events.waitUntilReady();
    await startWorker('work', async (job) => {
      await job.updateProgress(50);
      await job.log('half way');
      return { sum: job.data.a + job.data.b };
    });
    const jobs = await queue.addBulk(
      Array.from({ length: 20 }, (_, index) => ({
        name: 'add',
        data: { a: index, b: 1, text: 'ü "quoted" \u0000' },
      })),
    );
    const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    expect(results).toEqual(jobs.map((_, index) => ({ sum: index + 1 })));
    const job = (await queue.getJob(jobs[3]?.id as string)) as Job;
    expect(job.data).toEqual({ a: 3, b: 1, text: 'ü "quoted" \u0000' });
    expect(job.progress).toBe(50);
    expect((await queue.getJobLogs(job.id as string)).logs).toEqual(['half way']);
    expect(await queue.getJobCounts('completed', 'failed', 'wait')).toEqual({
      completed: 20,
      failed: 0,
      wait: 0,
    });
  });

  it('keeps to priorities and to LIFO', async () => {
    const queue = openQueue('order');
    const add = (name: string, options: JobsOptions = {}): Promise<Job> => queue.add(name, {}, options);
    await add('last', { priority: 10 });
    await add('third', { priority: 2 });
    await add('second');
    await add('first', { lifo: true });
    const { names } = await startRecorder('order');
    await vi.waitFor(() => expect(names).toHaveLength(4), SOON);
    expect(names).toEqual(['first', 'second', 'third', 'last']);
  });

  it('runs delayed jobs when the time of the cluster has come', async () => {
    const queue = openQueue('delayed');
    const { names, seconds } = await startRecorder('delayed');
    await queue.add('in ten minutes', {}, { delay: 600_000 });
    await queue.add('in a minute', {}, { delay: 60_000 });
    await cluster.advance('50s');
    expect(names).toEqual([]);
    await cluster.advance('15s');
    await vi.waitFor(() => expect(names).toEqual(['in a minute']), SOON);
    await cluster.advance('10m');
    await vi.waitFor(() => expect(names).toEqual(['in a minute', 'in ten minutes']), SOON);
    expect(seconds[0]).toBeGreaterThanOrEqual(60);
    expect(seconds[1]).toBeGreaterThanOrEqual(600);
  });

  it('tries a failed job again when its backoff is over', async () => {
    const queue = openQueue('retried');
    const attempts: number[] = [];
    const worker = await startWorker('retried', (job) => {
      attempts.push(job.attemptsMade);
      return job.attemptsMade < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve('at last');
    });
    const completed = finished(worker);
    let failed = finished(worker, 'failed');
    await queue.add('job', {}, { attempts: 3, backoff: { type: 'exponential', delay: 60_000 } });
    for (const [attempt, backoffMs] of [60_000, 120_000].entries()) {
      // Before that the job does not wait yet, and its backoff would begin after the time that is skipped.
      await failed;
      failed = finished(worker, 'failed');
      await cluster.advance(backoffMs - 30_000);
      expect(attempts).toHaveLength(attempt + 1);
      // A worker that has nothing to do asks again after ten seconds at the latest.
      await cluster.advance(45_000);
      await vi.waitFor(() => expect(attempts).toHaveLength(attempt + 2), SOON);
    }
    expect((await completed).returnvalue).toBe('at last');
    expect(attempts).toEqual([0, 1, 2]);
    expect(await queue.getJobCounts('completed', 'failed', 'delayed')).toEqual({
      completed: 1,
      failed: 0,
      delayed: 0,
    });
  });

  it('runs the children of a flow before their parent', async () => {
    const flows = new FlowProducer({ connection: connect(), prefix: PREFIX });
    onTestFinished(() => flows.close());
    openQueue('parents');
    openQueue('children');
    const parents = await startWorker('parents', async (job) =>
      Object.values(await job.getChildrenValues()).reduce((sum, value) => sum + value, 0),
    );
    const completed = finished(parents);
    await flows.add({
      name: 'sum',
      queueName: 'parents',
      children: [1, 2, 3].map((value) => ({ name: 'value', queueName: 'children', data: { value } })),
    });
    await startWorker('children', (job) => Promise.resolve(job.data.value * 10));
    expect((await completed).returnvalue).toBe(60);
  });

  it('keeps to a rate limit, which workers wait for on timers of their own', async () => {
    const queue = openQueue('limited');
    await queue.addBulk(Array.from({ length: 5 }, (_, index) => ({ name: `job${index}`, data: {} })));
    cluster.pause();
    onTestFinished(() => cluster.resume());
    const { names } = await startRecorder('limited', { limiter: { max: 2, duration: 200 } });
    for (const done of [2, 4]) {
      await vi.waitFor(() => expect(names).toHaveLength(done), SOON);
      await cluster.advance(199);
      expect(names).toHaveLength(done);
      await cluster.advance(1);
    }
    await vi.waitFor(() => expect(names).toHaveLength(5), SOON);
  });

  it('repeats jobs by a schedule', async () => {
    const queue = openQueue('scheduled');
    await queue.upsertJobScheduler('every minute', { every: 60_000 }, { name: 'tick' });
    const { names } = await startRecorder('scheduled');
    await cluster.advance('3m');
    await vi.waitFor(() => expect(names.length).toBeGreaterThanOrEqual(3), SOON);
    expect(await queue.removeJobScheduler('every minute')).toBe(true);
    const count = names.length;
    await cluster.advance('5m');
    expect(names).toHaveLength(count);
  });

  it('gives a job whose worker died to another one', async () => {
    const queue = openQueue('stalled');
    const taken = new Promise<void>((resolve) => {
      void startWorker(
        'stalled',
        () => {
          resolve();
          return new Promise(() => undefined);
        },
        { lockDuration: 30_000, skipLockRenewal: true, skipStalledCheck: true },
      );
    });
    await queue.add('job', {});
    await taken;
    await cluster.advance('31s');
    const worker = await startWorker('stalled', () => Promise.resolve('saved'), { stalledInterval: 50 });
    const stalled = new Promise<string>((resolve) => worker.once('stalled', resolve));
    const completed = finished(worker);
    expect(await stalled).toBe((await completed).id);
    expect((await completed).returnvalue).toBe('saved');
  });

  it('goes on after a failover', async () => {
    const queue = openQueue('failover');
    const { names } = await startRecorder('failover');
    await queue.add('before', {});
    await vi.waitFor(() => expect(names).toHaveLength(1), SOON);
    const master = cluster.nodeForKey(`${PREFIX}:failover:meta`);
    await cluster.advance('1s');
    await master.kill();
    await cluster.waitFor('ok', { what: 'the failover' });
    await queue.add('after', {});
    await vi.waitFor(() => expect(names).toHaveLength(2), SOON);
    await master.restart();
    await cluster.waitFor('ok');
  });
});
