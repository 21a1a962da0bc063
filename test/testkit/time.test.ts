/** Moving virtual time: advance(), waitFor() and the durations they take. */
import { describe, expect, it, test, vi } from 'vitest';
import { toMilliseconds } from '../../src/testkit/duration.js';
import { failure, openSocket, START_TIME, startStill } from './testkit.js';

describe('a duration', () => {
  test.each([
    [0, 0],
    [1500, 1500],
    [0.4, 0],
    [1.5, 2],
    ['0ms', 0],
    ['250ms', 250],
    ['15s', 15_000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['3d', 259_200_000],
    [' 10 s ', 10_000],
  ])('%j is %i ms', (duration, ms) => {
    expect(toMilliseconds(duration, 'x')).toBe(ms);
  });

  test.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '5',
    's',
    '-5s',
    '5 parsecs',
    '1h30m',
    '5S',
    null,
    undefined,
    {},
    5n,
    true,
  ])('%o is none', (duration) => {
    expect(() => toMilliseconds(duration as string, 'timeout')).toThrow(
      expect.objectContaining(
        failure(
          'INVALID_ARGUMENT',
          "timeout must be milliseconds (0 or more) or a text such as '250ms', '15s', '2m', '1h' or '3d', got ",
        ),
      ),
    );
  });

  test('is shown as it was given when it is wrong', () => {
    expect(() => toMilliseconds('soon', 'nodeTimeout')).toThrow("got 'soon'");
    expect(() => toMilliseconds(-0.5, 'nodeTimeout')).toThrow('got -0.5');
    expect(() => toMilliseconds(undefined as unknown as string, 'nodeTimeout')).toThrow('got undefined');
  });
});

describe('advance()', () => {
  it('moves the time of every node by exactly that much', async () => {
    const cluster = await startStill();
    await cluster.advance('15s');
    expect(cluster.now()).toBe(START_TIME + 15_000);
    await cluster.advance(1);
    expect(cluster.now()).toBe(START_TIME + 15_001);
    await cluster.advance(0);
    expect(cluster.now()).toBe(START_TIME + 15_001);
    for (const node of cluster.nodes)
      expect(((await node.command('TIME')) as string[])[0]).toBe(String(START_TIME / 1000 + 15));
  });

  it('expires keys on the way, in order, at their times', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    const expired: [key: string, atMs: number][] = [];
    vi.spyOn(node!.process.node, 'notify').mockImplementation((_class, event, key) => {
      if (event === 'expired') expired.push([key, cluster.now() - START_TIME]);
    });
    await node!.command('SET', 'late', 1, 'EX', 60);
    await node!.command('SET', 'early', 1, 'EX', 10);
    await node!.command('SET', 'later', 1, 'EX', 90);
    await cluster.advance('70s');
    expect(expired.map(([key]) => key)).toEqual(['early', 'late']);
    expect(expired[0]![1]).toBeGreaterThanOrEqual(10_000);
    expect(expired[0]![1]).toBeLessThanOrEqual(10_200);
    expect(await node!.command('DBSIZE')).toBe(1);
  });

  it('answers a client at the time when its command was due', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const socket = await openSocket(cluster.nodes[0]!.port);
    const answers: [text: string, atMs: number][] = [];
    socket.on('data', (chunk: Buffer) => {
      answers.push([chunk.toString(), cluster.now() - START_TIME]);
    });
    socket.write('WAIT 1 3000\r\n');
    await cluster.advance(0);
    await cluster.advance('10s');
    expect(answers).toEqual([[':0\r\n', 3000]]);
  });

  it('waits for what a client has sent already', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    const socket = await openSocket(node!.port);
    socket.write('SET key value PX 100\r\n');
    await cluster.advance(50);
    expect(await node!.command('PTTL', 'key')).toBe(50);
  });

  it.each([-1, 'soon', undefined, Number.NaN])('refuses %s', async (duration) => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    await expect(cluster.advance(duration as string)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'advance(duration) must be milliseconds'),
    );
    expect(cluster.now()).toBe(START_TIME);
  });

  it('adds up when it is called twice at once', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    await Promise.all([cluster.advance('10s'), cluster.advance('10s')]);
    expect(cluster.now()).toBe(START_TIME + 20_000);
  });

  it('goes through a day in little real time', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('SET', 'key', 'value', 'EX', 86_000);
    await cluster.advance('1d');
    expect(await node!.command('GET', 'key')).toBeNull();
  });
});

describe('waitFor()', () => {
  it('takes no time when the condition holds already', async () => {
    const cluster = await startStill();
    expect(await cluster.waitFor('ok')).toBe(0);
    expect(await cluster.waitFor(() => true)).toBe(0);
    expect(cluster.now()).toBe(START_TIME);
  });

  it('stops at the instant at which the condition holds, and says how long it took', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    await victim.kill();
    const took = await cluster.waitFor(() => cluster.nodeForSlot(0) !== victim);
    expect(took).toBe(cluster.now() - START_TIME);
    const { atMs } = cluster.events.findLast(({ event }) => event.kind === 'promoted')!;
    expect(atMs).toBe(cluster.now());
  });

  it('gives the condition the cluster, and waits for its answer', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    await cluster.nodes[0]!.command('SET', 'key', 'value', 'EX', 10);
    const took = await cluster.waitFor(async (given) => {
      expect(given).toBe(cluster);
      return (await given.nodes[0]!.command('EXISTS', 'key')) === 0;
    });
    expect(took).toBeGreaterThanOrEqual(10_000);
    expect(took).toBeLessThan(10_200);
  });

  it('hands on what the condition throws', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const broken = new Error('broken');
    await expect(
      cluster.waitFor(() => {
        throw broken;
      }),
    ).rejects.toBe(broken);
    await expect(cluster.waitFor(() => Promise.reject(broken))).rejects.toBe(broken);
  });

  it('gives up after two minutes of virtual time, or what is said, and leaves the clock there', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    await expect(cluster.waitFor(() => false)).rejects.toMatchObject(
      failure('TIMEOUT', 'waited 120000 ms of virtual time for a condition'),
    );
    expect(cluster.now()).toBe(START_TIME + 120_000);
    await expect(
      cluster.waitFor(() => false, { timeout: '10s', what: 'the impossible' }),
    ).rejects.toMatchObject(failure('TIMEOUT', 'waited 10000 ms of virtual time for the impossible'));
    expect(cluster.now()).toBe(START_TIME + 130_000);
  });

  it('shows the last events and the seed when it gives up', async () => {
    const cluster = await startStill({ seed: 4 });
    const [victim, other] = cluster.masters;
    await victim!.kill();
    await other!.kill();
    const failed = cluster.waitFor('ok', { timeout: '30s' });
    await expect(failed).rejects.toMatchObject(
      failure(
        'TIMEOUT',
        /^waited 30000 ms of virtual time for the cluster to be ok: 127\.0\.0\.1:\d+ says cluster_state:fail\nlast events \(seed 4\):\n/,
      ),
    );
    const lines = await failed.then(
      () => [],
      (error: Error) => error.message.split('\n').slice(2),
    );
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.join('\n')).toBe(cluster.timeline({ last: 25 }));
  });

  it('says which state, slots or replicas are missing for ok', async () => {
    const config = { 'cluster-require-full-coverage': 'no' };
    const alone = await startStill({ masters: 3, replicas: 0, config });
    await alone.masters[0]!.kill();
    await expect(alone.waitFor('ok', { timeout: 0 })).rejects.toMatchObject(
      failure('TIMEOUT', 'the cluster to be ok: 5461 slots have no running master'),
    );
    const covered = await startStill({ masters: 3, replicas: 0 });
    await covered.masters[0]!.kill();
    await expect(covered.waitFor('ok', { timeout: '1m' })).rejects.toMatchObject(
      failure('TIMEOUT', `the cluster to be ok: ${covered.nodes[1]!.name} says cluster_state:fail`),
    );
    const replicated = await startStill();
    const [master] = replicated.masters;
    await master!.command('CONFIG', 'SET', 'requirepass', 'secret');
    await master!.command('CLIENT', 'KILL', 'TYPE', 'replica');
    await expect(replicated.waitFor('ok', { timeout: '1s' })).rejects.toMatchObject(
      failure('TIMEOUT', `the cluster to be ok: ${replicated.nodes[3]!.name} is not in sync with its master`),
    );
  });

  it.each<[what: string, args: unknown[], words: string]>([
    ['no condition', [], "waitFor() takes 'ok', 'converged', 'in-sync' or a function, got undefined"],
    ['an unknown word', ['ready'], "waitFor() takes 'ok', 'converged', 'in-sync' or a function, got 'ready'"],
    [
      'a wrong timeout',
      ['ok', { timeout: 'long' }],
      "timeout must be milliseconds (0 or more) or a text such as '250ms', '15s', '2m', '1h' or '3d', got 'long'",
    ],
  ])('refuses %s', async (_what, args, words) => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    await expect(cluster.waitFor(...(args as ['ok']))).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', words),
    );
  });

  it('waits in order when it is called twice at once', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('SET', 'a', 1, 'EX', 5);
    await node!.command('SET', 'b', 1, 'EX', 9);
    const exists = (key: string) => async (): Promise<boolean> => (await node!.command('EXISTS', key)) === 0;
    const [a, b] = await Promise.all([cluster.waitFor(exists('a')), cluster.waitFor(exists('b'))]);
    expect(a).toBeLessThan(b);
    expect(cluster.now()).toBeLessThan(START_TIME + 10_000);
  });
});
