/** Ways of moving time beside advance(): to a moment, to the next timer, until something holds, in step with fake timers, or after them. */
import { mock } from 'node:test';
import { Cluster as IoRedis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { keyForSlot } from '../../src/index.js';
import { failure, openSocket, START_TIME, startFor, startStill } from './testkit.js';

afterEach(() => {
  vi.useRealTimers();
});

const ONE_NODE = { masters: 1, replicas: 0 } as const;
/** What sockets need is left real. */
const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;

describe('time', () => {
  it('moves to a moment', async () => {
    const cluster = await startStill(ONE_NODE);
    await cluster.advanceTo(new Date(START_TIME + 90_000));
    expect(cluster.now()).toBe(START_TIME + 90_000);
    await cluster.advanceTo(START_TIME + 90_000);
    await expect(cluster.advanceTo(START_TIME)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'virtual time never goes back'),
    );
  });

  it('moves to whatever is due next', async () => {
    const cluster = await startStill(ONE_NODE);
    const took = await cluster.next();
    expect(took).toBeGreaterThan(0);
    expect(took).toBeLessThanOrEqual(100);
    expect(cluster.now()).toBe(START_TIME + took);
  });

  it('moves until something holds, or says that it did not', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    const [replica] = victim.replicas;
    await victim.kill();
    expect(await cluster.runUntil(() => replica!.role === 'master', { limit: '5s' })).toBe(false);
    expect(cluster.now()).toBe(START_TIME + 5000);
    expect(await cluster.runUntil(() => replica!.role === 'master', { limit: '1m' })).toBe(true);
    await expect(cluster.runUntil('ok' as never)).rejects.toMatchObject(failure('INVALID_ARGUMENT'));
  });

  it('stands still between pause() and resume()', async () => {
    const cluster = await startFor(ONE_NODE);
    cluster.pause();
    const before = cluster.now();
    await cluster.when(() => false, { timeoutMs: 20 }).catch(() => undefined);
    expect(cluster.now()).toBe(before);
    cluster.resume();
    // Answered by a timer of the node when 20 ms are over.
    await cluster.masters[0]!.command('WAIT', 1, 20);
    expect(cluster.now()).toBeGreaterThanOrEqual(before + 20);
  });

  it('does not wait long for a client that never stops writing', async () => {
    const cluster = await startStill(ONE_NODE);
    const socket = await openSocket(cluster.nodes[0]!.port);
    socket.on('data', () => socket.write('PING\r\n'));
    socket.write('PING\r\n'.repeat(3));
    const answers = (): number => cluster.counters.commands('PING');
    const before = answers();
    await cluster.advance('15s');
    // At two loop turns for each round trip: some 200 turns before time moves, and far fewer after.
    expect(answers() - before).toBeLessThan(1000);
    expect(cluster.now()).toBe(START_TIME + 15_000);
  });
});

describe('in step with fake timers', () => {
  it('timers of the test and of the nodes fire in one order', async () => {
    vi.useFakeTimers({ toFake: [...TIMERS] });
    const cluster = await startStill({ ...ONE_NODE, startTime: Date.now() });
    const socket = await openSocket(cluster.nodes[0]!.port);
    const log: string[] = [];
    const at = (): number => cluster.now() - startMs;
    const startMs = cluster.now();
    socket.on('data', (chunk: Buffer) => log.push(`${at()} ${chunk.toString().trim()}`));
    setTimeout(() => {
      log.push(`${at()} test timer`);
      socket.write('WAIT 1 1000\r\n');
    }, 1500);
    socket.write('WAIT 1 1000\r\n');
    await cluster.advance('4s', { timers: vi });
    expect(log).toEqual(['1000 :0', '1500 test timer', '2500 :0']);
    expect(Date.now()).toBe(startMs + 4000);
    expect(cluster.now()).toBe(startMs + 4000);
  });

  it.each([
    [
      'gives up: 16 tries, 100 ms apart, are over before the failover is',
      16,
      'Too many Cluster redirections',
    ],
    ['tries longer gets through', 1000, 2],
  ])(
    "a client's retries happen at their moments of a failover: one that %s",
    async (_what, tries, outcome) => {
      vi.useFakeTimers({ toFake: [...TIMERS] });
      const cluster = await startStill();
      const redis = new IoRedis(cluster.seeds, { maxRedirections: tries });
      onTestFinished(() => redis.disconnect());
      const key = keyForSlot(0);
      await redis.set(key, 1);
      await cluster.nodeForSlot(0).kill();
      const incremented = redis.incr(key).catch((error: Error) => error.message);
      await cluster.waitFor('ok', { timers: vi });
      await cluster.advance('1s', { timers: vi });
      expect(await incremented).toEqual(
        typeof outcome === 'string' ? expect.stringContaining(outcome) : outcome,
      );
    },
  );

  it('node-redis works with everything faked that vitest fakes', async () => {
    vi.useFakeTimers();
    const cluster = await startStill(ONE_NODE);
    const client = createClient({ url: cluster.nodes[0]!.uri });
    onTestFinished(() => client.destroy());
    const connecting = client.connect();
    await cluster.advance('1s', { timers: vi });
    await connecting;
    const set = client.set('key', 'value', { expiration: { type: 'EX', value: 60 } });
    await cluster.advance('59s', { timers: vi });
    expect(await set).toBe('OK');
    const got = client.get('key');
    await cluster.advance('2s', { timers: vi });
    expect(await got).toBe('value');
    const gone = client.get('key');
    await cluster.advance(1, { timers: vi });
    expect(await gone).toBeNull();
  });

  it('those whose waiting timers are a Map go along too, as of fake-timers 15', async () => {
    const cluster = await startStill(ONE_NODE);
    const moments: number[] = [];
    const clock = {
      now: 0,
      timers: new Map([[1, { callAt: 300 }]]),
      tickAsync: (ms: number) => {
        clock.now += ms;
        if (clock.timers.delete(clock.now === 300 ? 1 : 0)) moments.push(cluster.now() - START_TIME);
        return Promise.resolve();
      },
    };
    await cluster.advance('1s', { timers: clock });
    expect(moments).toEqual([300]);
    expect(clock.now).toBe(1000);
  });

  it('those of node:test go along as well', async () => {
    const cluster = await startStill(ONE_NODE);
    mock.timers.enable({ apis: ['setTimeout'] });
    onTestFinished(() => mock.timers.reset());
    const fired: number[] = [];
    setTimeout(() => fired.push(cluster.now() - START_TIME), 500);
    await cluster.advance('1s', { timers: mock.timers });
    expect(fired).toHaveLength(1);
    expect(fired[0]).toBeGreaterThanOrEqual(500);
    expect(fired[0]).toBeLessThanOrEqual(505);
  });

  it.each([undefined, null, {}, 'vi'])('%s are no timers', async (timers) => {
    const cluster = await startStill(ONE_NODE);
    const advancing = cluster.advance(1, { timers: timers as never });
    if (timers === undefined) await advancing;
    else
      await expect(advancing).rejects.toMatchObject(
        failure('INVALID_ARGUMENT', 'timers must be the fake timers'),
      );
  });

  it('a client that sends nothing while setImmediate is faked is worth a warning', async () => {
    const cluster = await startStill(ONE_NODE);
    const warned = new Promise<Error>((resolve) => {
      const listen = (warning: Error): void => {
        if (warning.name === 'RedisTestClusterWarning') resolve(warning);
      };
      process.on('warning', listen);
      onTestFinished(() => void process.off('warning', listen));
    });
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    await openSocket(cluster.nodes[0]!.port);
    expect((await warned).message).toContain(
      'sends nothing while setImmediate is faked; node-redis, for one, sends by it',
    );
  });

  it('nothing moves when process.nextTick is faked, and that is said', async () => {
    const cluster = await startStill(ONE_NODE);
    vi.useFakeTimers({ toFake: ['nextTick'] });
    await expect(cluster.advance('1s')).rejects.toMatchObject(
      failure('FAKED_TIMERS', 'advance(): process.nextTick is faked'),
    );
    vi.useRealTimers();
    await cluster.advance('1s');
  });
});

describe('following fake timers', () => {
  it('keys expire when the test advances its own timers', async () => {
    vi.useFakeTimers({ toFake: [...TIMERS], now: START_TIME });
    const cluster = await startFor({ ...ONE_NODE, clock: 'follow' });
    const [node] = cluster.nodes;
    expect(cluster.now()).toBe(START_TIME);
    await node!.command('SET', 'key', 'value', 'EX', 60);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await node!.command('GET', 'key')).toBe('value');
    await vi.advanceTimersByTimeAsync(1);
    expect(await node!.command('GET', 'key')).toBeNull();
    expect(cluster.now()).toBe(START_TIME + 60_000);
  });

  it('a failover takes place in faked time', async () => {
    vi.useFakeTimers({ toFake: [...TIMERS] });
    const cluster = await startFor({ clock: 'follow' });
    const victim = cluster.nodeForSlot(0);
    const [replica] = victim.replicas;
    await victim.kill();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(replica!.role).toBe('master');
  });

  it('time goes on from where it stands when the fakes come and go', async () => {
    const cluster = await startFor({ ...ONE_NODE, clock: 'follow' });
    vi.useFakeTimers({ toFake: [...TIMERS] });
    const before = cluster.now();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(cluster.now() - before).toBeGreaterThanOrEqual(3_600_000);
    const far = cluster.now();
    vi.useRealTimers();
    expect(cluster.now()).toBeGreaterThanOrEqual(far);
    expect(cluster.now() - far).toBeLessThan(60_000);
    await cluster.masters[0]!.command('WAIT', 1, 10);
    expect(cluster.now()).toBeGreaterThanOrEqual(far + 10);
  });

  it('steps to the next timers work; running all of them never ends, which the fakes notice', async () => {
    vi.useFakeTimers({ toFake: [...TIMERS], now: START_TIME, loopLimit: 200 });
    const cluster = await startFor({ ...ONE_NODE, clock: 'follow' });
    const before = cluster.now();
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 700);
    await vi.runOnlyPendingTimersAsync();
    expect(fired).toBe(true);
    await vi.advanceTimersToNextTimerAsync();
    await vi.advanceTimersToNextTimerAsync();
    expect(cluster.now() - before).toBeGreaterThan(700);
    // Nodes always have something to do next, as an interval has.
    await expect(vi.runAllTimersAsync()).rejects.toThrow(
      'Aborting after running 200 timers, assuming an infinite loop!',
    );
    expect(await cluster.nodes[0]!.command('PING')).toBe('PONG');
  });
});
