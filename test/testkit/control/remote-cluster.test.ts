/** A cluster held over its control connection: what Cluster can do, by the same names. */
import { Cluster as IoRedis } from 'ioredis';
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import {
  type Cluster,
  type ClusterOptions,
  connectCluster,
  keyForSlot,
  type RemoteCluster,
  type RemoteNode,
  shareCluster,
  type TestNode,
} from '../../../src/index.js';
import { failure, START_TIME, startStill } from '../testkit.js';

const key = keyForSlot(0);

async function share(
  options: ClusterOptions = {},
): Promise<{ cluster: Cluster; shared: RemoteCluster; address: string }> {
  const cluster = await startStill(options);
  const { address } = await shareCluster(cluster);
  const shared = await connectCluster(address);
  onTestFinished(() => shared.close());
  return { cluster, shared, address };
}

function ioredis(shared: RemoteCluster): IoRedis {
  const redis = new IoRedis(shared.seeds);
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Names that only a cluster of this process can have: streams, what the test kit uses itself, and the end of all. */
type Local =
  | 'pump'
  | 'links'
  | 'clients'
  | 'connect'
  | 'Connector'
  | 'stop'
  | 'onStop'
  | 'onEvent'
  | 'settle'
  | 'settleWith'
  | 'beginTimeline'
  | 'rememberBaseline'
  | 'assertRunning'
  | 'seenByOthers'
  | 'recordEvent'
  | 'countersOf';
type LocalOfNode = 'createConnection' | 'forgetConnection' | 'moveTo' | 'ports' | 'process' | 'disk';

describe('a remote cluster', () => {
  it('has what a cluster has, but for what cannot leave its process', () => {
    expectTypeOf<Exclude<keyof Cluster, keyof RemoteCluster>>().toEqualTypeOf<Local>();
    expectTypeOf<Exclude<keyof TestNode, keyof RemoteNode>>().toEqualTypeOf<LocalOfNode>();
  });

  it('knows the nodes, and follows them', async () => {
    const { cluster, shared } = await share();
    expect(shared.seed).toBe(cluster.seed);
    expect(shared.tls).toBeNull();
    expect(shared.seeds).toEqual(cluster.seeds);
    expect(shared.rootNodes).toEqual(cluster.rootNodes);
    const facts = ({
      id,
      name,
      host,
      port,
      busPort,
      uri,
      address,
      state,
      role,
      slots,
    }: TestNode | RemoteNode) => ({ id, name, host, port, busPort, uri, address, state, role, slots });
    expect(shared.nodes.map(facts)).toEqual(cluster.nodes.map(facts));
    const old = shared.nodeForKey(key);
    expect(shared.node(old.port)).toBe(old);
    expect(shared.replicas.filter(({ master }) => master === old)).toEqual(old.replicas);
    expect(await shared.now()).toBe(START_TIME);
    await old.kill();
    expect(old).toMatchObject({ state: 'stopped', isRunning: false });
    expect(shared.nodeForSlot(0)).toBe(old);
    expect(shared.masters).toHaveLength(2);
    const tookMs = await shared.waitFor(() => shared.nodeForSlot(0) !== old);
    expect(cluster.now() - START_TIME).toBe(tookMs);
    expect(shared.nodeForSlot(0).id).toBe(cluster.nodeForSlot(0).id);
    await shared.reset();
    expect(shared.nodeForSlot(0)).toBe(old);
    expect(() => shared.node('nowhere:1')).toThrow(expect.objectContaining({ code: 'NO_SUCH_NODE' }));
    expect(() => shared.nodeForSlot(16_384)).toThrow(expect.objectContaining({ code: 'INVALID_SLOT' }));
  });

  it('moves time, and the clients of this process go along', async () => {
    const { cluster, shared } = await share();
    const redis = ioredis(shared);
    await redis.set(key, 'value', 'PX', 90_000);
    await shared.advance('1m');
    expect(await redis.pttl(key)).toBe(30_000);
    await shared.advanceTo(START_TIME + 90_000);
    expect(await redis.get(key)).toBeNull();
    const popped = redis.blpop(key, 5);
    await shared.advance('10s');
    expect(await popped).toBeNull();
    expect(await shared.next()).toBeGreaterThan(0);
    await shared.resume();
    await shared.pause();
    const now = await shared.now();
    expect(now).toBe(cluster.now());
    await shared.advanceTo(new Date(now + 1));
    expect(cluster.now()).toBe(now + 1);
    await expect(shared.advance('a while')).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', "got 'a while'"),
    );
  });

  it('fake timers of this process go along in step', async () => {
    const { cluster, shared } = await share();
    const redis = ioredis(shared);
    await redis.set(key, 'lock', 'PX', 3000);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const moments: number[] = [];
    const renewing = setInterval(() => {
      moments.push(cluster.now() - START_TIME);
      void redis.pexpire(key, 3000);
    }, 2000);
    await shared.advance('8s', { timers: vi });
    expect(moments).toEqual([2000, 4000, 6000, 8000]);
    clearInterval(renewing);
    expect(await redis.pttl(key)).toBe(3000);
  });

  it('waits for words, for moments with a name, and for functions', async () => {
    const { shared } = await share({ nodeTimeout: '2s' });
    const master = shared.nodeForSlot(0);
    const [replica] = master.replicas as [RemoteNode];
    expect(await shared.waitFor('ok')).toBe(0);
    expect(await shared.problem('converged')).toBeNull();
    expect(await shared.runUntil({ role: 'master', node: replica }, { limit: '1s' })).toBe(false);
    expect(await shared.runUntil(() => replica.role === 'master', { limit: '1s' })).toBe(false);
    await master.pause();
    expect(master.state).toBe('paused');
    const [promoted] = await Promise.all([
      shared.waitFor({ event: 'promoted', node: replica }),
      shared.waitFor({ slot: 0, node: replica }),
      shared.waitFor({ slot: 0, not: master }),
    ]);
    expect(promoted).toBeGreaterThan(2000);
    await master.resume();
    await shared.waitFor({ role: 'replica', node: master });
    expect(await shared.runUntil('in-sync')).toBe(true);
    await master.kill();
    await shared.waitFor({ state: 'stopped', node: master });
    await expect(shared.waitFor('ok', { timeout: 0, what: 'nothing' })).resolves.toBe(0);
    await expect(shared.waitFor(() => false, { timeout: '1s', what: 'a wonder' })).rejects.toMatchObject(
      failure(
        'TIMEOUT',
        /^waited 1000 ms of virtual time for a wonder\nlast events \(seed 1\):\n(.*\n)*.*process ended/,
      ),
    );
    await expect(shared.waitFor({ event: 'promoted', slot: 1 } as never)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'unknown option event'),
    );
    await expect(shared.waitFor('well' as never)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', "got 'well'"),
    );
    // Asks at every instant.
    let asked = 0;
    await shared.waitFor(async () => (await shared.now()) > 0 && ++asked === 5);
  });

  it('waits in real time for what clients do', async () => {
    const { shared } = await share();
    const redis = ioredis(shared);
    const seen = shared.whenCommand('GET', { key, times: 2 });
    await Promise.all([redis.get(key), redis.get(key)]);
    expect((await seen).map(({ node, command }) => [node, command])).toEqual(
      [shared.nodeForSlot(0), shared.nodeForSlot(0)].map((node) => [node, 'GET']),
    );
    const popped = redis.blpop(key, 0);
    const [blocked] = await shared.whenBlocked(key, { node: shared.nodeForSlot(0) });
    expect(blocked).toMatchObject({ command: 'BLPOP', keys: [key] });
    expect(blocked?.node).toBe(shared.nodeForSlot(0));
    expect(await shared.blockedClients).toHaveLength(1);
    await shared.nodeForSlot(0).command('RPUSH', key, 'job');
    expect(await popped).toEqual([key, 'job']);
    expect(shared.nodeForSlot(0).connectionCount).toBeGreaterThan(0);
    redis.disconnect();
    await shared.when(() => shared.nodes.every(({ connectionCount }) => connectionCount === 0));
    await expect(shared.when(() => false, { timeoutMs: 30, what: 'a wonder' })).rejects.toMatchObject(
      failure('TIMEOUT', 'waited 30 ms of real time for a wonder'),
    );
  });

  it('injects faults into what clients do', async () => {
    const { shared } = await share();
    const redis = ioredis(shared);
    const node = shared.nodeForSlot(0);
    const [other] = shared.masters.filter((master) => master !== node) as [RemoteNode];
    {
      await using fault = await shared.inject({ error: 'LOADING' }, { command: 'GET', key: /^.+$/ });
      await expect(redis.get(key)).rejects.toThrow('LOADING');
      await fault.whenHit();
      expect(await fault.hits).toBe(1);
      expect((await fault.log)[0]).toMatchObject({ command: 'GET', keys: [key], slot: 0 });
      expect((await fault.log)[0]?.node).toBe(node);
      expect((await shared.faults)[0]).toMatchObject({ description: fault.description, hits: 1 });
    }
    expect(await redis.get(key)).toBeNull();
    await node.inject({ moved: other }, { slot: 0, times: 1 });
    expect(await redis.set(key, 1)).toBe('OK');
    const held = await node.inject({ hold: 'reply' }, { command: 'GET' });
    const reply = redis.get(key);
    await held.whenHit();
    const [call] = await held.held;
    expect(call?.call.keys).toEqual([key]);
    await call?.release();
    expect(await reply).toBe('1');
    await held.release();
    expect(await held.isActive).toBe(false);
    await node.refuseConnections({ how: 'reset' });
    expect(await shared.counters.commands('GET')).toBeGreaterThanOrEqual(3);
    expect(await node.counters.redirects).toEqual({ moved: 1, ask: 0 });
    expect((await shared.counters.byCommand)['GET']).toBe(await shared.counters.commands('GET'));
    expect(await other.counters.topologyRequests).toBeLessThanOrEqual(await shared.counters.topologyRequests);
    expect((await shared.counters.connections).open).toBeGreaterThan(0);
  });

  it('injects faults between nodes', async () => {
    const { shared } = await share();
    const [a, b, c] = shared.masters as [RemoteNode, RemoteNode, RemoteNode];
    const cut = await shared.partition([a], [b, c], { scope: 'bus' });
    const other = await shared.partition([b], { oneWay: true });
    expect(cut.description).toBe(`partition: ${a.name} is cut off from ${b.name}, ${c.name} (bus)`);
    await shared.advance('1s');
    expect(await cut.hits).toBeGreaterThan(0);
    await cut.heal();
    await other.heal();
    const hold = await shared.holdMessages({ from: a, to: [b], type: 'PING' });
    await shared.waitFor(async () => (await hold.held).length > 0);
    const [message] = await hold.held;
    expect(message).toMatchObject({ type: 'PING', scope: 'bus' });
    expect(message?.from).toBe(a);
    await message?.deliver();
    await hold.release();
    const delayed = await shared.delayMessages({ min: 10, max: 20 }, { between: [a, b] });
    const dropped = await shared.dropMessages({ type: 'PONG', probability: 0.5, to: c });
    await shared.advance('10s');
    expect(await delayed.hits).toBeGreaterThan(0);
    expect(await dropped.hits).toBeGreaterThan(0);
    const [replica] = a.replicas as [RemoteNode];
    await replica.lag('1s');
    await a.command('SET', 'key', 'value').catch(() => undefined);
    await replica.pauseReplication();
    await c.blackhole();
    await shared.isolate(b);
    await shared.staleView(a);
    expect(await shared.faults).toHaveLength(7);
    expect((await shared.inFlight({ scope: 'bus' })).length).toBeGreaterThanOrEqual(0);
    await shared.heal();
    expect(await shared.faults).toEqual([]);
    expect(await shared.inFlight({ scope: ['bus', 'replication'] })).toEqual([]);
  });

  it('moves slots, masters and nodes', async () => {
    const { shared } = await share();
    const source = shared.nodeForSlot(0);
    const [target] = shared.masters.filter((master) => master !== source) as [RemoteNode];
    await source.command('SET', key, 'value');
    const move = await shared.migrateSlot({ key, to: target, pauseAt: 'migrating' });
    expect(move).toMatchObject({ slot: 0, state: 'migrating', moved: 0, left: 1, isFinished: false });
    expect([move.source, move.target]).toEqual([source, target]);
    expect(await move.step()).toBe('keys');
    expect(move.movedKeys).toEqual([key]);
    await move.continueTo('node-dst');
    expect(shared.nodeForSlot(0)).toBe(target);
    await move.continue();
    expect(move.isFinished).toBe(true);
    {
      await using _back = await shared.migrateSlot({ slot: 0, to: source, pauseAt: 'importing' });
    }
    expect(shared.nodeForSlot(0)).toBe(target);
    const { promoted, demoted, ms, partition } = await shared.failover(source, { mode: 'takeover' });
    expect([promoted.role, demoted, ms, partition]).toEqual(['master', source, 0, null]);
    const added = await shared.addNode();
    expect(shared.nodes).toHaveLength(7);
    expect(await shared.reshard({ to: added, slots: 3 })).toEqual({ moved: 3 });
    expect((await shared.rebalance({ weights: new Map([[added, 0]]) })).moved).toBeGreaterThan(0);
    const port = added.port;
    await shared.changeAddress(added);
    expect(added.port).not.toBe(port);
    await shared.removeNode(added);
    expect(shared.nodes).not.toContain(added);
    await shared.announce(shared.nodes, { hostname: 'nowhere.invalid' });
    await using dispute = await shared.disputeSlot(9, [shared.masters[0]!, shared.masters[1]!]);
    expect(dispute.description).toContain('claim slot 9');
    await shared.reset();
    expect(shared.nodes).toHaveLength(6);
    const replaced = await shared.rollingReplace();
    expect(replaced).toHaveLength(6);
    expect(shared.nodes).toContain(replaced[0]?.by);
  });

  it('tells what happened', async () => {
    const { cluster, shared } = await share();
    const recording = await shared.record({ commands: { command: 'SET' }, messages: { type: 'PING' } });
    const redis = ioredis(shared);
    await redis.set(key, 'lost');
    const node = shared.nodeForSlot(0);
    expect(await shared.eventsWith({ kind: 'command', node })).toMatchObject([
      { node: node.name, event: { command: 'SET', args: [key, 'lost'] } },
    ]);
    await recording.dispose();
    expect(await shared.timeline({ kind: 'command' })).toBe(cluster.timeline({ kind: 'command' }));
    expect(await shared.events).toEqual(cluster.events);
    expect(await shared.lostWrites()).toEqual([]);
    await node.restart({ data: 'lost' });
    const [lost] = await shared.lostWrites();
    expect(lost).toMatchObject({ keys: [key], reason: 'restarted-empty' });
    expect(lost?.node).toBe(node);
    await shared.flush();
  });

  it.each<[string, (shared: RemoteCluster) => Promise<unknown>, RegExp]>([
    [
      'a handler',
      (shared) => shared.inject({ handler: () => 1 } as never),
      /^inject\(\): fault\.handler is a function/,
    ],
    [
      'a match',
      (shared) => shared.holdMessages({ match: () => true } as never),
      /^holdMessages\(\): match is a function/,
    ],
    [
      'a step',
      (shared) => shared.rollingReplace({ onStep: () => 1 } as never),
      /^rollingReplace\(\): onStep is a function/,
    ],
  ])('%s cannot cross', async (_what, use, message) => {
    const { shared } = await share({ masters: 1, replicas: 0 });
    await expect(use(shared)).rejects.toMatchObject(failure('NOT_SERIALIZABLE', message));
  });

  it('refuses what the cluster refuses, with its code and its words', async () => {
    const { shared } = await share({ masters: 1, replicas: 0 });
    const [node] = shared.nodes as [RemoteNode];
    await expect(node.command('NO', 'SUCH')).rejects.toMatchObject(
      failure('COMMAND_FAILED', "unknown command 'NO'"),
    );
    await expect(shared.inject({ error: 'X' }, { times: 0 })).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'times'),
    );
    await expect(shared.removeNode('nobody' as never)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'removeNode()'),
    );
    expect(await node.command('SET', new Uint8Array([0x6b]), 12n)).toBe('OK');
    expect(await node.command('GET', 'k')).toBe('12');
  });
});
