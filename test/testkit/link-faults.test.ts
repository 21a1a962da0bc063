/** Faults between nodes: cuts of all kinds, delays, losses, held messages, and what their handles tell. */
import { describe, expect, it } from 'vitest';
import { type Cluster, keyForNode, keyForSlot } from '../../src/index.js';
import { failure, openSocket, read, startStill } from './testkit.js';

/** Ids of the nodes that somebody marked as failing or possibly failing since then. */
function suspects(cluster: Cluster, kind: 'pfail' | 'fail' = 'pfail'): Set<string> {
  const names = new Set<string>();
  for (const { event } of cluster.eventsWith({ kind })) {
    if (event.kind === kind) names.add(cluster.node(event.node).name);
  }
  return names;
}

describe.each(['memory', 'tcp'] as const)('over the bus in %s', (bus) => {
  it('a one-way cut is noticed by both sides: one hears no answer, the other no ping', async () => {
    const cluster = await startStill({ bus, nodeTimeout: '2s' });
    const [victim] = cluster.masters;
    using cut = cluster.partition([victim!], { oneWay: true, scope: 'bus' });
    await cluster.waitFor(() => suspects(cluster, 'fail').has(victim!.name));
    expect(cut.hits).toBeGreaterThan(0);
    expect(cut.log.every(({ from }) => from === victim)).toBe(true);
    cut.heal();
    await cluster.waitFor('converged');
    expect(suspects(cluster, 'fail')).toEqual(new Set([victim!.name]));
  });

  it('messages are delayed, none overtakes another, and healing ends the delay', async () => {
    const cluster = await startStill({ bus, masters: 3, replicas: 0, nodeTimeout: '10s' });
    const [a, b] = cluster.masters;
    const slow = cluster.delayMessages({ min: 1000, max: 3000 }, { from: a!, to: b! });
    await cluster.waitFor(() => cluster.inFlight({ from: a! }).length > 0);
    const [first] = cluster.inFlight({ from: a!, to: b! });
    expect(first!.dueAtMs! - first!.sentAtMs).toBeGreaterThanOrEqual(1000);
    expect(first!.dueAtMs! - first!.sentAtMs).toBeLessThanOrEqual(3000);
    expect(first).toMatchObject({ scope: 'bus', from: a, to: b, type: expect.stringMatching(/^P[IO]NG$/) });
    slow.dispose();
    await cluster.advance(0);
    expect(cluster.inFlight()).toEqual([]);
    expect(slow).toMatchObject({ isActive: false, hits: slow.log.length });
  });

  it('a lost vote is asked for again', async () => {
    const cluster = await startStill({ bus, nodeTimeout: '2s' });
    const victim = cluster.nodeForSlot(0);
    using lost = cluster.dropMessages({ type: 'FAILOVER_AUTH_ACK', times: 2 });
    await victim.kill();
    await cluster.waitFor('ok');
    expect(lost.hits).toBe(2);
    expect(lost.log.map(({ summary }) => summary)).toEqual(['votes in epoch 7', 'votes in epoch 7']);
    expect(cluster.eventsWith({ kind: 'election-won' })).toMatchObject([{ event: { epoch: 8 } }]);
  });

  it('held votes can be delivered one by one', async () => {
    const cluster = await startStill({ bus, nodeTimeout: '2s' });
    const victim = cluster.nodeForSlot(0);
    const [candidate] = victim.replicas;
    const hold = cluster.holdMessages({ type: 'FAILOVER_AUTH_ACK' });
    await victim.kill();
    await cluster.waitFor(() => hold.held.length === 2);
    expect(hold.held.map(({ to, summary, dueAtMs }) => [to, summary, dueAtMs])).toEqual([
      [candidate, 'votes in epoch 7', null],
      [candidate, 'votes in epoch 7', null],
    ]);
    hold.held[0]!.deliver();
    await cluster.advance(1);
    expect(candidate!.role).toBe('replica');
    hold.held[0]!.deliver();
    await cluster.advance(1);
    expect(candidate!.role).toBe('master');
    expect(hold.hits).toBe(2);
    hold.release();
  });

  it('a held message can be lost', async () => {
    const cluster = await startStill({ bus, nodeTimeout: '2s' });
    const hold = cluster.holdMessages({ type: 'FAIL' });
    await cluster.nodeForSlot(0).kill();
    await cluster.waitFor(() => hold.held.length > 0);
    const before = hold.held.length;
    hold.held[0]!.drop();
    await cluster.advance(0);
    expect(hold.held).toHaveLength(before - 1);
  });
});

describe('a cut', () => {
  it('of the bus alone leaves the replicas in sync', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const [replica] = master.replicas;
    using _cut = cluster.isolate(master, { scope: 'bus' });
    await master.command('SET', keyForSlot(0), 'value');
    await cluster.advance('1s');
    expect(replica!.process.node.replication.offset()).toBe(master.process.node.replication.offset());
  });

  it('of replication alone lets nobody suspect anybody', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const cut = cluster.isolate(master, { scope: 'replication' });
    await master.command('SET', keyForSlot(0), 'value');
    await cluster.advance('30s');
    expect(suspects(cluster)).toEqual(new Set());
    await expect(cluster.waitFor('in-sync', { timeout: '1s' })).rejects.toMatchObject(
      failure(
        'TIMEOUT',
        `waited 1000 ms of virtual time for all replicas to be in sync: ${master.replicas[0]!.name}`,
      ),
    );
    cut.heal();
    await cluster.waitFor('in-sync');
  });

  it('between clients and nodes lets nothing through, and all of it later', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const socket = await openSocket(master.port);
    const cut = cluster.partition([master], { scope: 'clients' });
    socket.write(`SET ${keyForSlot(0)} value\r\n`);
    await cluster.advance('1m');
    expect(await master.command('GET', keyForSlot(0))).toBeNull();
    expect(suspects(cluster)).toEqual(new Set());
    expect(cut.hits).toBe(1);
    cut.heal();
    expect(await read(socket, 5)).toBe('+OK\r\n');
  });

  it('one way, from a node to its clients: it executes and the answer does not come', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const socket = await openSocket(master.port);
    const cut = cluster.partition([master], { scope: 'clients', oneWay: true });
    socket.write(`SET ${keyForSlot(0)} value\r\n`);
    await cluster.advance('1s');
    expect(await master.command('GET', keyForSlot(0))).toBe('value');
    expect(socket.bytesRead).toBe(0);
    cut.heal();
    expect(await read(socket, 5)).toBe('+OK\r\n');
  });

  it('is in the timeline', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [a, b] = cluster.masters;
    cluster.partition([a!], [b!]).heal();
    expect(
      cluster
        .timeline()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      expect.stringMatching(
        `fault: partition: ${a!.name} is cut off from ${b!.name} \\(bus, replication, migration\\)$`,
      ),
      expect.stringMatching(`ends: partition: ${a!.name}`),
    ]);
  });
});

describe('what is seen of a stream', () => {
  it('is the commands in it', async () => {
    const cluster = await startStill();
    const master = cluster.nodeForSlot(0);
    const [replica] = master.replicas;
    const hold = cluster.holdMessages({ scope: 'replication', to: replica! });
    await master.command('SET', keyForNode(master), 'value');
    expect(hold.held[0]).toMatchObject({ type: 'STREAM', from: master, to: replica });
    expect(hold.held.map(({ summary }) => summary).join()).toContain(`SET ${keyForNode(master)} value`);
    expect(() => hold.held[0]!.drop()).toThrow('only messages of the bus can get lost');
    hold.held.at(-1)!.deliver();
    await cluster.advance(0);
    expect(replica!.process.node.replication.offset()).toBe(master.process.node.replication.offset());
  });
});

describe('options', () => {
  it.each<[what: string, run: (cluster: Cluster) => unknown, words: string]>([
    [
      'an unknown scope',
      (c) => c.isolate(c.nodes[0]!, { scope: 'disk' as 'bus' }),
      "isolate(): scope must be 'bus', ",
    ],
    ['no scope', (c) => c.isolate(c.nodes[0]!, { scope: [] }), 'scope needs at least one of'],
    [
      'an unknown option',
      (c) => c.dropMessages({ typ: 'PING' } as object),
      'dropMessages(): unknown option typ; there are from,',
    ],
    [
      'an unknown type',
      (c) => c.holdMessages({ type: 'HELLO' as 'PING' }),
      'type must be one of PING, PONG, MEET',
    ],
    ['a foreign node', (c) => c.dropMessages({ from: {} as never }), 'from takes nodes of this cluster'],
    ['no node', (c) => c.dropMessages({ to: [] }), 'to needs at least one node'],
    [
      'a probability above 1',
      (c) => c.dropMessages({ probability: 2 }),
      'probability must be a number from 0 to 1, got 2',
    ],
    ['no times', (c) => c.dropMessages({ times: 0 }), 'times must be a whole number from 1 on, got 0'],
    ['a negative after', (c) => c.dropMessages({ after: -1 }), 'after must be a whole number from 0 on'],
    [
      'a range upside down',
      (c) => c.delayMessages({ min: 2, max: 1 }),
      'max must not be below min, got 2 to 1 ms',
    ],
    ['no delay', (c) => c.delayMessages('soon'), 'delayMessages(): the delay must be milliseconds'],
    [
      'a loss in a stream',
      (c) => c.dropMessages({ scope: 'replication' }),
      'a replication stream is a TCP connection',
    ],
    [
      'a match that is no function',
      (c) => c.dropMessages({ match: 'PING' as never }),
      'match must be a function',
    ],
    [
      'no options',
      (c) => c.dropMessages(null as never),
      'dropMessages(): takes an object of options, got null',
    ],
    [
      'oneWay that is no boolean',
      (c) => c.isolate(c.nodes[0]!, { oneWay: 1 as never }),
      'oneWay must be true or false',
    ],
  ])('refuses %s', async (_what, run, words) => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    expect(() => run(cluster)).toThrow(expect.objectContaining(failure('INVALID_ARGUMENT', words)));
    expect(cluster.faults).toEqual([]);
  });
});

describe('a handle', () => {
  it('ends with its block, and heal() ends all', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    {
      using _fault = cluster.dropMessages();
      expect(cluster.faults).toHaveLength(1);
    }
    expect(cluster.faults).toEqual([]);
    const cuts = cluster.nodes.map((node) => cluster.isolate(node));
    cluster.heal();
    expect(cuts.map(({ isActive }) => isActive)).toEqual([false, false, false]);
    await cluster.advance('1m');
    expect(suspects(cluster)).toEqual(new Set());
  });

  it('of a loss by chance counts about its share, the same for the same seed', async () => {
    const run = async (): Promise<readonly [hits: number, all: number]> => {
      const cluster = await startStill({ masters: 3, replicas: 0 });
      const some = cluster.dropMessages({ probability: 0.3 });
      const all = cluster.delayMessages(0);
      await cluster.advance('1m');
      return [some.hits, some.hits + all.hits];
    };
    const [hits, all] = await run();
    expect(hits / all).toBeGreaterThan(0.2);
    expect(hits / all).toBeLessThan(0.4);
    expect(await run()).toEqual([hits, all]);
  });
});
