/** migrateSlot(): every point of a move, what clients are told there, and the way back. */
import { describe, expect, it } from 'vitest';
import { type Cluster, keysForSlot, type SlotMovePoint, type TestNode } from '../../src/index.js';
import { failure, startStill } from './testkit.js';

const SLOT = 42;
const KEYS = keysForSlot(SLOT, 25);
const [first, second] = KEYS as [string, string];

interface Started {
  readonly cluster: Cluster;
  readonly source: TestNode;
  readonly target: TestNode;
}

async function start(): Promise<Started> {
  const cluster = await startStill();
  const [source, target] = cluster.masters as [TestNode, TestNode];
  for (const key of KEYS) await source.command('SET', key, `value of ${key}`);
  return { cluster, source, target };
}

function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (reply) => `no refusal: ${JSON.stringify(reply)}`,
    (error: Error) => error.message,
  );
}

/** The owner of the slot in every node's own view. */
function ownersOf({ cluster }: Started): Set<string> {
  const owners = cluster.nodes.map(
    (node) => node.process.node.cluster?.state.slots.ownerOf(SLOT)?.id ?? 'nobody',
  );
  return new Set(owners);
}

describe('a move to the end', () => {
  it('takes all keys along, and everybody knows the new owner', async () => {
    const started = await start();
    const { cluster, source, target } = started;
    await source.command('SELECT', 0);
    const move = await cluster.migrateSlot({ key: first, to: target });
    expect(move).toMatchObject({ state: 'done', isFinished: true, slot: SLOT, moved: 25, left: 0 });
    expect(ownersOf(started)).toEqual(new Set([target.id]));
    expect(cluster.nodeForSlot(SLOT)).toBe(target);
    expect(await target.command('MGET', ...KEYS)).toEqual(KEYS.map((key) => `value of ${key}`));
    expect(await refusal(source.command('GET', first))).toBe(`MOVED ${SLOT} ${target.name}`);
    expect(await target.command('CLUSTER', 'NODES')).not.toContain('[42');
    await cluster.waitFor('converged');
    await move.step();
    expect(move.state).toBe('done');
    await expect(move.abort()).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'move it back with migrateSlot()'),
    );
  });

  it('moves a slot without keys, and keys of any bytes with their expiry', async () => {
    const { cluster, source, target } = await start();
    expect((await cluster.migrateSlot({ slot: 43, to: target })).moved).toBe(0);
    const key = Buffer.from([0x7b, ...Buffer.from(first), 0x7d, 0xff, 0x00, 0x0a]);
    await source.command('SET', key, 'binary', 'PX', 60_000);
    await cluster.migrateSlot({ key, to: target });
    expect(await target.command('GET', key)).toBe('binary');
    expect(await target.command('PTTL', key)).toBe(60_000);
  });

  it('logs in where the target wants a password', async () => {
    const cluster = await startStill({ config: { requirepass: 'secret', masterauth: 'secret' } });
    const [source, target] = cluster.masters;
    await source!.command('SET', first, 'value');
    await cluster.migrateSlot({ slot: SLOT, to: target! });
    expect(await target!.command('GET', first)).toBe('value');
  });
});

describe('a move that stops', () => {
  it.each<[SlotMovePoint, string, string]>([
    ['importing', 'value', 'nil'],
    ['migrating', 'value', 'ASK'],
  ])('at %s', async (pauseAt, present, absent) => {
    const { cluster, source, target } = await start();
    const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt });
    expect(move).toMatchObject({ state: pauseAt, moved: 0, left: 25 });
    expect(await source.command('GET', first)).toContain(present);
    const missing = await refusal(source.command('GET', `{${first}}new`));
    expect(missing).toContain(absent === 'nil' ? 'no refusal: null' : `ASK ${SLOT} ${target.name}`);
  });

  it('where some keys have moved: ASK for those, TRYAGAIN for several of both', async () => {
    const { cluster, source, target } = await start();
    const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: { keys: 12 } });
    expect(move).toMatchObject({ state: 'keys', moved: 12, left: 13 });
    const [gone] = move.movedKeys as [string];
    const here = KEYS.find((key) => !move.movedKeys.includes(key))!;
    expect(await refusal(source.command('GET', gone))).toBe(`ASK ${SLOT} ${target.name}`);
    expect(await refusal(source.command('MGET', gone, here))).toMatch(/^TRYAGAIN /);
    expect(await refusal(target.command('GET', gone))).toBe(`MOVED ${SLOT} ${source.name}`);
    await target.command('ASKING');
    expect(await refusal(target.command('MGET', gone, here))).toMatch(/^TRYAGAIN /);
  });

  it('where named keys have moved, and more of them when there are fewer', async () => {
    const { cluster, source, target } = await start();
    const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: { keys: [second, first] } });
    expect(move.movedKeys).toEqual([second, first]);
    expect(await source.command('EXISTS', ...KEYS.slice(2))).toBe(23);
    await move.continueTo({ keys: 1000 });
    expect(move).toMatchObject({ state: 'keys', moved: 25, left: 0 });
  });

  it('at the target and at the source: the news goes around by itself', async () => {
    const started = await start();
    const { cluster, source, target } = started;
    const news = cluster.holdMessages({ from: target });
    const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: 'node-dst' });
    expect(await target.command('GET', first)).toBe(`value of ${first}`);
    expect(await refusal(source.command('GET', first))).toBe(`ASK ${SLOT} ${target.name}`);
    expect(ownersOf(started)).toEqual(new Set([source.id, target.id]));
    expect(await move.step()).toBe('node-src');
    expect(await refusal(source.command('GET', first))).toBe(`MOVED ${SLOT} ${target.name}`);
    await move.continue();
    news.release();
    await cluster.advance(1000);
    expect(ownersOf(started)).toEqual(new Set([target.id]));
  });

  it('step by step', async () => {
    const { cluster, target } = await start();
    const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: 'importing' });
    const steps: string[] = [];
    while (!move.isFinished) steps.push(`${await move.step()} ${move.moved}`);
    expect(steps).toEqual([
      'migrating 0',
      'keys 10',
      'keys 20',
      'keys 25',
      'node-dst 25',
      'node-src 25',
      'done 25',
    ]);
  });
});

describe('a move that is taken back', () => {
  it.each<SlotMovePoint>(['importing', 'migrating', { keys: 12 }, 'node-dst', 'node-src'])(
    'from %j: all keys are where they were, and nothing is open',
    async (pauseAt) => {
      const started = await start();
      const { cluster, source, target } = started;
      const move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt });
      await move.abort();
      expect(move).toMatchObject({ state: 'aborted', isFinished: true, moved: 0, left: 25 });
      expect(await source.command('MGET', ...KEYS)).toEqual(KEYS.map((key) => `value of ${key}`));
      expect(await refusal(target.command('GET', first))).toBe(`MOVED ${SLOT} ${source.name}`);
      for (const node of [source, target])
        expect(await node.command('CLUSTER', 'NODES')).not.toContain('[42');
      await cluster.waitFor('converged');
      expect(ownersOf(started)).toEqual(new Set([source.id]));
    },
  );

  it('at the end of its block, unless it is done or the cluster is gone', async () => {
    const { cluster, source, target } = await start();
    {
      await using move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: { keys: 5 } });
      expect(move.left).toBe(20);
    }
    expect(await source.command('EXISTS', ...KEYS)).toBe(25);
    {
      await using move = await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: { keys: 5 } });
      await move.continue();
    }
    expect(await target.command('EXISTS', ...KEYS)).toBe(25);
    await using late = await cluster.migrateSlot({ slot: SLOT, to: source, pauseAt: 'migrating' });
    await cluster.stop();
    await expect(late.step()).rejects.toMatchObject(failure('STOPPED'));
  });
});

it('a move that a node refuses is taken back', async () => {
  const { cluster, source, target } = await start();
  await target.command('ASKING');
  await cluster.migrateSlot({ slot: SLOT, to: target, pauseAt: 'importing' });
  await target.command('ASKING');
  await target.command('SET', first, 'in the way');
  await target.command('CLUSTER', 'SETSLOT', SLOT, 'STABLE');
  await expect(cluster.migrateSlot({ slot: SLOT, to: target })).rejects.toMatchObject(
    failure('COMMAND_FAILED', 'BUSYKEY'),
  );
  expect(await source.command('CLUSTER', 'NODES')).not.toContain('[42');
});

it('is told what is wrong', async () => {
  const { cluster, source, target } = await start();
  const bad = (options: object): Promise<unknown> => cluster.migrateSlot(options as never);
  const refuses = (words: string): object => failure('INVALID_ARGUMENT', words);
  await expect(bad({ to: target })).rejects.toMatchObject(refuses('takes either a slot or a key'));
  await expect(bad({ slot: 1, to: source })).rejects.toMatchObject(refuses('has slot 1 already'));
  await expect(bad({ slot: 1, to: 'a' })).rejects.toMatchObject(refuses('to takes a node of this cluster'));
  await expect(bad({ slot: 1, to: source.replicas[0] })).rejects.toMatchObject(
    refuses('to must be a master'),
  );
  await expect(bad({ slot: 16384, to: target })).rejects.toMatchObject(failure('INVALID_SLOT'));
  await expect(bad({ slot: 1, to: target, pauseAt: 'keys' })).rejects.toMatchObject(
    refuses('pauseAt must be'),
  );
  await expect(bad({ slot: 1, to: target, pauseAt: { keys: 0 } })).rejects.toMatchObject(
    refuses('pauseAt.keys'),
  );
  await expect(bad({ slot: 1, to: target, batch: 0 })).rejects.toMatchObject(refuses('batch must be'));
  await expect(bad({ slot: SLOT, to: target, pauseAt: { keys: ['x'] } })).rejects.toMatchObject(
    refuses('has no key x'),
  );
  target.pause();
  await expect(bad({ slot: 1, to: target })).rejects.toMatchObject(refuses('is paused'));
});
