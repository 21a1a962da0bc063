/** The arguments of startCluster and the words in which it refuses wrong ones. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, type ClusterOptions, RedisTestClusterError, startCluster } from '../../src/index.js';

type Arguments = [
  masters?: number | undefined,
  replicasPerMaster?: number | undefined,
  options?: ClusterOptions,
];

async function started(...given: Arguments | [ClusterOptions]): Promise<Cluster> {
  const cluster = await startCluster(...(given as Arguments));
  onTestFinished(() => cluster.stop());
  return cluster;
}

const sizeOf = ({ masters, replicas }: Cluster): number[] => [masters.length, replicas.length];

describe('startCluster()', () => {
  it('starts three masters with a replica each when nothing is said', async () => {
    expect(sizeOf(await started())).toEqual([3, 3]);
  });

  it('takes the numbers of masters and of replicas for each of them', async () => {
    expect(sizeOf(await started(2))).toEqual([2, 2]);
    expect(sizeOf(await started(5, 2))).toEqual([5, 10]);
    expect(sizeOf(await started(undefined, 2))).toEqual([3, 6]);
  });

  it('takes one master without replicas, which serves every slot', async () => {
    const cluster = await started(1, 0);
    expect(sizeOf(cluster)).toEqual([1, 0]);
    expect(cluster.masters[0]!.slots).toEqual([[0, 16383]]);
    await cluster.waitFor('ok');
  });

  it('takes options behind the numbers, which win', async () => {
    const cluster = await started(1, 0, { seed: 7, masters: 3, replicas: 2 });
    expect(cluster.seed).toBe(7);
    expect(sizeOf(cluster)).toEqual([1, 0]);
    expect(sizeOf(await started(undefined, undefined, { masters: 1, replicas: 0 }))).toEqual([1, 0]);
  });

  it('takes one object with everything', async () => {
    const cluster = await started({ masters: 1, replicas: 1, clock: 'manual', startTime: 1_900_000_000_000 });
    expect(sizeOf(cluster)).toEqual([1, 1]);
    expect(cluster.now()).toBe(1_900_000_000_000);
  });

  it.each<[what: string, given: unknown[], words: string]>([
    ['a text for the masters', ['3'], "give a number of masters or an options object, got '3'"],
    ['null', [null], 'give a number of masters or an options object, got null'],
    ['a list', [[3, 1]], 'give a number of masters or an options object, got [3,1]'],
    ['a function', [() => 3], 'give a number of masters or an options object, got a function'],
    ['options in the second place', [3, { seed: 1 }], 'the options come third, after masters and replicas'],
    [
      'options in the third place that are none',
      [3, 1, 'tcp'],
      "the third argument must be an options object, got 'tcp'",
    ],
    ['numbers behind an object', [{ masters: 3 }, 1], 'an options object is the only argument'],
    ['two objects', [{ masters: 3 }, undefined, { seed: 1 }], 'an options object is the only argument'],
    ['no master', [0], 'masters must be an integer from 1 to 2000, got 0'],
    ['half a master', [1.5], 'masters must be an integer from 1 to 2000, got 1.5'],
    ['not a number', [Number.NaN], 'masters must be an integer from 1 to 2000, got NaN'],
    ['a negative number of replicas', [3, -1], 'replicas must be an integer from 0 to 2000, got -1'],
    ['a text for the replicas', [3, '1'], "replicas must be an integer from 0 to 2000, got '1'"],
    ['too many nodes', [1000, 2], '1000 masters with 2 replicas each make 3000 nodes; the most is 2000'],
  ])('refuses %s', async (_what, given, words) => {
    await expect(startCluster(...(given as Arguments))).rejects.toMatchObject({
      name: 'RedisTestClusterError',
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^startCluster\(\): /),
    });
    await expect(startCluster(...(given as Arguments))).rejects.toThrow(words);
  });

  it.each<[name: string, options: Record<string, unknown>, words: string]>([
    ['host', { host: '' }, "host must be an IP address of this machine, such as '127.0.0.1', got ''"],
    ['host', { host: 'localhost' }, "got 'localhost'"],
    ['host', { host: 5 }, 'got 5'],
    [
      'host',
      { host: '0.0.0.0' },
      "host is announced to the clients, so it must be one address of this machine, not '0.0.0.0'",
    ],
    ['host', { host: '::' }, "not '::'"],
    ['port', { port: 0 }, 'port must be an integer from 1 to 65530, got 0'],
    ['port', { port: 65_531 }, 'port must be an integer from 1 to 65530, got 65531'],
    ['port', { port: '7000' }, "port must be an integer from 1 to 65530, got '7000'"],
    ['port', { masters: 1, replicas: 0, port: 65_536 }, 'port must be an integer from 1 to 65535, got 65536'],
    [
      'nodeTimeout',
      { nodeTimeout: 'soon' },
      "nodeTimeout must be milliseconds (0 or more) or a text such as '250ms', '15s', '2m', '1h' or '3d', got 'soon'",
    ],
    ['nodeTimeout', { nodeTimeout: -1 }, 'got -1'],
    ['nodeTimeout', { nodeTimeout: {} }, 'nodeTimeout must be milliseconds'],
    ['clock', { clock: 'slow' }, "clock must be 'flowing' or 'manual' or 'follow', got 'slow'"],
    ['startTime', { startTime: -1 }, 'startTime must be an integer from 86400000 to'],
    ['startTime', { startTime: Number.POSITIVE_INFINITY }, 'got Infinity'],
    ['startTime', { startTime: new Date('never') }, 'got NaN'],
    ['startTime', { startTime: '2030' }, "startTime must be Unix milliseconds or a Date, got '2030'"],
    ['seed', { seed: 1.5 }, 'seed must be an integer from 0 to 9007199254740991, got 1.5'],
    ['seed', { seed: 'x' }, "got 'x'"],
    ['bus', { bus: 'udp' }, "bus must be 'memory' or 'tcp', got 'udp'"],
    ['formed', { formed: 'no' }, "formed must be true or false, got 'no'"],
    ['version', { version: '6.2' }, "version must be '7.0' or '7.2', got '6.2'"],
    ['version', { version: 7.2 }, 'got 7.2'],
    [
      'config',
      { config: 'appendonly yes' },
      "config must be an object such as { 'appendonly': 'yes' }, got 'appendonly yes'",
    ],
    ['config', { config: ['appendonly', 'yes'] }, 'config must be an object'],
    ['onLog', { onLog: true }, 'onLog must be a function, got true'],
    ['an option that does not exist', { nodes: 6 }, 'unknown option nodes'],
    [
      'a directive among the options',
      { appendonly: 'yes' },
      "directives of redis.conf go into config: { 'appendonly': ... }",
    ],
    [
      'config.port',
      { config: { port: 7000 } },
      'config may not set port: startCluster does (see the options port, host, tls)',
    ],
    ['config.cluster-enabled', { config: { 'cluster-enabled': 'no' } }, 'config may not set cluster-enabled'],
    ['config.bind', { config: { BIND: '0.0.0.0' } }, 'config may not set BIND'],
  ])('says what to do about a wrong %s', async (_name, options, words) => {
    const start = startCluster(options as ClusterOptions);
    await expect(start).rejects.toBeInstanceOf(RedisTestClusterError);
    await expect(start).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(start).rejects.toThrow(words);
  });

  it.each<[config: Record<string, unknown>, reason: string]>([
    [{ nosuch: 'x' }, 'Bad directive or wrong number of arguments'],
    [{ maxmemory: 'lots' }, 'argument must be a memory value'],
    [{ appendonly: 'perhaps' }, "argument must be 'yes' or 'no'"],
    [{ 'cluster-node-timeout': 'x' }, "argument couldn't be parsed into an integer"],
    [{ 'cluster-node-timeout': -1 }, 'argument must be between 0 and'],
  ])('hands on what Redis says about the directive %j', async (config, reason) => {
    const start = startCluster({ config } as ClusterOptions);
    await expect(start).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(start).rejects.toThrow(`startCluster(): config: ${reason}`);
  });

  it('refuses to start while process.nextTick is faked, and says what to fake instead', async () => {
    const faked = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined);
    const start = startCluster(1, 0);
    faked.mockRestore();
    await expect(start).rejects.toMatchObject({
      code: 'FAKED_TIMERS',
      message: expect.stringContaining("vi.useFakeTimers({ toFake: ['setTimeout'"),
    });
  });

  it('says which directive was wrong', async () => {
    const start = startCluster({ config: { appendonly: 'yes', appendfsync: 'never' } });
    await expect(start).rejects.toThrow(/one of the following.*\(in 'appendfsync "?never"?'\)$/);
  });

  it('has the time of the day, to the millisecond', async () => {
    const cluster = await started({ masters: 1, replicas: 0 });
    for (let times = 0; times < 100; times++) {
      const before = Date.now();
      expect(cluster.now()).toBeGreaterThanOrEqual(before);
      await new Promise(setImmediate);
    }
    const deadline = Date.now() + 10_000;
    await cluster.masters[0]!.command('SET', 'key', 'value', 'PXAT', deadline);
    expect(await cluster.masters[0]!.command('PTTL', 'key')).toBeLessThanOrEqual(10_000);
  });

  it.each([86_400_000, new Date(86_400_001), Date.UTC(9999, 0)])(
    'can begin at the time %s',
    async (startTime) => {
      const cluster = await started({ clock: 'manual', startTime });
      expect(cluster.now()).toBe(Number(startTime));
      const [master] = cluster.masters;
      await master!.kill();
      await cluster.waitFor('ok');
      expect(cluster.masters).toHaveLength(3);
    },
  );
});
