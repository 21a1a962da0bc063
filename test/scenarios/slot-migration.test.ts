// Sections "Cluster live reconfiguration", "ASK redirection" and "Multi-key operations" of the Redis Cluster specification: a slot moves while clients use it.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#live-reconfiguration
import { describe, expect, it } from 'vitest';
import { type Cluster, keysForSlot, type TestNode } from '../../src/index.js';
import {
  agreeOnSlots,
  atOwner,
  clusterStateOf,
  connectionTo,
  eventsOf,
  lineOf,
  masters,
  NODE_TIMEOUT_MS,
  refusal,
  replicaOf,
  startScenario,
  stateOf,
  viewOf,
} from './scenario.js';

/** A slot of the first master. */
const SLOT = 42;

interface Migration {
  readonly cluster: Cluster;
  readonly source: TestNode;
  readonly target: TestNode;
  /** Ten keys of the slot; all are with the source. */
  readonly keys: readonly string[];
}

async function openMigration(): Promise<Migration> {
  const cluster = await startScenario();
  const [source, target] = masters(cluster);
  const keys = keysForSlot(SLOT, 10);
  for (const key of keys) await source.command('SET', key, `value of ${key}`);
  expect(await target.command('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', source.id)).toBe('OK');
  expect(await source.command('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', target.id)).toBe('OK');
  return { cluster, source, target, keys };
}

/** Moves a key by hand, as MIGRATE would. */
async function moveKey({ source, target }: Pick<Migration, 'source' | 'target'>, key: string): Promise<void> {
  const value = await source.command('GET', key);
  await target.command('ASKING');
  await target.command('SET', key, String(value));
  await source.command('DEL', key);
}

async function moveAll(migration: Migration, keys: readonly string[]): Promise<void> {
  for (const key of keys) await moveKey(migration, key);
}

/** SETSLOT NODE at the target first, then at the source, as redis-cli does. */
async function closeMigration(source: TestNode, target: TestNode): Promise<void> {
  expect(await target.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id)).toBe('OK');
  expect(await source.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id)).toBe('OK');
}

function ownersOf(cluster: Cluster): Set<string | undefined> {
  return new Set(
    cluster.nodes.filter(({ isRunning }) => isRunning).map((node) => stateOf(node).slots.ownerOf(SLOT)?.id),
  );
}

describe('a migrating slot ("ASK redirection")', () => {
  it('is served by the source as far as it has the key, and by the target for the rest', async () => {
    const { source, target, keys } = await openMigration();
    const [here, moved] = keys as [string, string];
    await moveKey({ source, target }, moved);
    expect(await source.command('GET', here)).toBe(`value of ${here}`);
    expect(await source.command('SET', here, 'changed')).toBe('OK');
    expect(await refusal(source.command('GET', moved))).toBe(`ASK ${SLOT} ${target.name}`);
    expect(await refusal(source.command('SET', `{${here}}:new`, 'value'))).toBe(`ASK ${SLOT} ${target.name}`);
  });

  it('is served by the target only right after ASKING, which is good for one command', async () => {
    const { source, target, keys } = await openMigration();
    const [key] = keys as [string];
    await moveKey({ source, target }, key);
    expect(await refusal(target.command('GET', key))).toBe(`MOVED ${SLOT} ${source.name}`);
    expect(await target.command('ASKING')).toBe('OK');
    expect(await target.command('GET', key)).toBe(`value of ${key}`);
    expect(await refusal(target.command('GET', key))).toBe(`MOVED ${SLOT} ${source.name}`);
    // A command without keys uses it up as well.
    await target.command('ASKING');
    await target.command('PING');
    expect(await refusal(target.command('GET', key))).toBe(`MOVED ${SLOT} ${source.name}`);
  });

  it('takes new keys at the target only, so that the source runs empty', async () => {
    const migration = await openMigration();
    const { cluster, source, target, keys } = migration;
    const added = keysForSlot(SLOT, 20).slice(10);
    for (const key of added) expect(await atOwner(cluster, 'SET', key, 'new')).toBe('OK');
    await moveAll(migration, keys);
    expect(await source.command('CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(0);
    expect(await target.command('CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(20);
  });

  it('shows in CLUSTER NODES of the two, and only there', async () => {
    const { cluster, source, target } = await openMigration();
    const [, , other] = masters(cluster);
    await cluster.advance(NODE_TIMEOUT_MS);
    expect((await lineOf(source, source)).slots).toEqual(['0-5460', `[${SLOT}->-${target.id}]`]);
    expect((await lineOf(target, target)).slots).toEqual(['5461-10922', `[${SLOT}-<-${source.id}]`]);
    expect((await lineOf(other, source)).slots).toEqual(['0-5460']);
  });

  it('is still migrating after a restart of the two', async () => {
    const { cluster, source, target } = await openMigration();
    await source.restart();
    await target.restart();
    await cluster.waitFor('ok');
    expect((await lineOf(source, source)).slots).toContain(`[${SLOT}->-${target.id}]`);
    expect((await lineOf(target, target)).slots).toContain(`[${SLOT}-<-${source.id}]`);
  });

  it('is as before after SETSLOT STABLE', async () => {
    const { source, target, keys } = await openMigration();
    await source.command('CLUSTER', 'SETSLOT', SLOT, 'STABLE');
    await target.command('CLUSTER', 'SETSLOT', SLOT, 'STABLE');
    expect((await lineOf(source, source)).slots).toEqual(['0-5460']);
    expect(await source.command('GET', `{${keys[0]!}}:missing`)).toBeNull();
    await target.command('ASKING');
    expect(await refusal(target.command('GET', keys[0]!))).toBe(`MOVED ${SLOT} ${source.name}`);
  });
});

describe('commands with several keys in a migrating slot ("Multi-key operations")', () => {
  it('are served where all of the keys are, asked for where none is, and tried again in between', async () => {
    const migration = await openMigration();
    const { source, target, keys } = migration;
    const [a, b] = keys as [string, string];
    expect(await source.command('MGET', a, b)).toEqual([`value of ${a}`, `value of ${b}`]);
    await target.command('ASKING');
    expect(await refusal(target.command('MGET', a, b))).toMatch(/^TRYAGAIN /);

    await moveKey(migration, a);
    expect(await refusal(source.command('MGET', a, b))).toBe(
      'TRYAGAIN Multiple keys request during rehashing of slot',
    );
    await target.command('ASKING');
    expect(await refusal(target.command('MGET', a, b))).toBe(
      'TRYAGAIN Multiple keys request during rehashing of slot',
    );

    await moveKey(migration, b);
    expect(await refusal(source.command('MGET', a, b))).toBe(`ASK ${SLOT} ${target.name}`);
    await target.command('ASKING');
    expect(await target.command('MGET', a, b)).toEqual([`value of ${a}`, `value of ${b}`]);
  });

  it('of one key named twice are no multi-key commands', async () => {
    const { source, target, keys } = await openMigration();
    const missing = `{${keys[0]!}}:missing`;
    expect(await refusal(source.command('MGET', missing, missing))).toBe(`ASK ${SLOT} ${target.name}`);
    await target.command('ASKING');
    expect(await target.command('MGET', missing, missing)).toEqual([null, null]);
  });

  it('inside MULTI abort the transaction when they are redirected', async () => {
    const { source, target, keys } = await openMigration();
    expect(await source.command('MULTI')).toBe('OK');
    expect(await source.command('SET', keys[0]!, 'in transaction')).toBe('QUEUED');
    expect(await refusal(source.command('SET', `{${keys[0]!}}:missing`, 'x'))).toBe(
      `ASK ${SLOT} ${target.name}`,
    );
    expect(await refusal(source.command('EXEC'))).toBe(
      'EXECABORT Transaction discarded because of previous errors.',
    );
    expect(await source.command('GET', keys[0]!)).toBe(`value of ${keys[0]}`);
  });

  it('that were queued before the keys moved are refused as a whole by EXEC', async () => {
    const migration = await openMigration();
    const { cluster, source, target, keys } = migration;
    const [a, b] = keys as [string, string];
    await source.command('MULTI');
    await source.command('SET', a, 'in transaction');
    await source.command('SET', b, 'in transaction');
    // Another client moves one of the keys.
    await target.command('ASKING');
    await target.command('SET', a, 'moved');
    await connectionTo(cluster, source).run(['DEL', a]);
    expect(await refusal(source.command('EXEC'))).toMatch(/^TRYAGAIN /);
    expect(await source.command('GET', b)).toBe(`value of ${b}`);
  });
});

describe('the end of a migration ("Cluster live reconfiguration")', () => {
  it('gives the target the slot under a new epoch, and gossip tells everybody', async () => {
    const migration = await openMigration();
    const { cluster, source, target, keys } = migration;
    const epochBefore = stateOf(target).currentEpoch;
    await moveAll(migration, keys);
    await closeMigration(source, target);
    expect(stateOf(target).myself.configEpoch).toBe(epochBefore + 1);
    expect(eventsOf(cluster, 'config-epoch-changed', { by: target }).at(-1)?.event.reason).toBe('bump');
    await cluster.waitFor(() => ownersOf(cluster).size === 1);
    expect(ownersOf(cluster)).toEqual(new Set([target.id]));
    for (const key of keys) expect(await target.command('GET', key)).toBe(`value of ${key}`);
    expect(await refusal(source.command('GET', keys[0]!))).toBe(`MOVED ${SLOT} ${target.name}`);
    expect((await lineOf(source, source)).slots).toEqual(['0-41', '43-5460']);
    expect((await lineOf(source, target)).slots).toEqual(['42', '5461-10922']);
    // The replica of the target has the keys.
    await cluster.waitFor('ok');
    const replica = replicaOf(target);
    await replica.command('READONLY');
    expect(await replica.command('CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(10);
    expect(await replica.command('GET', keys[3]!)).toBe(`value of ${keys[3]}`);
  });

  it('does not need a new epoch when the target has the greatest one already', async () => {
    const migration = await openMigration();
    const { source, target, keys } = migration;
    await target.command('CLUSTER', 'BUMPEPOCH');
    const epoch = stateOf(target).myself.configEpoch;
    await moveAll(migration, keys);
    await closeMigration(source, target);
    expect(stateOf(target).myself.configEpoch).toBe(epoch);
  });

  it('is refused by a source that still has keys', async () => {
    const { source, target } = await openMigration();
    expect(await refusal(source.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id))).toBe(
      `ERR Can't assign hashslot ${SLOT} to a different node while I still hold keys for this hash slot.`,
    );
  });

  it('that the target declares too early makes the source delete what it still has, on its replica too', async () => {
    const { cluster, source, target } = await openMigration();
    const replica = replicaOf(source);
    expect(await source.command('DBSIZE')).toBe(10);
    await target.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id);
    await cluster.waitFor(() => ownersOf(cluster).size === 1);
    await cluster.waitFor('ok');
    expect(await source.command('DBSIZE')).toBe(0);
    expect(await replica.command('DBSIZE')).toBe(0);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
  });

  it.each([
    { allowed: true, role: 'replica' },
    { allowed: false, role: 'master' },
  ] as const)(
    'makes a source that lost its last slot a $role, with cluster-allow-replica-migration $allowed',
    async ({ allowed, role }) => {
      const cluster = await startScenario({
        masters: 3,
        replicas: 0,
        formed: false,
        config: { 'cluster-allow-replica-migration': allowed },
      });
      const [source, target, third] = masters(cluster);
      await source.command('CLUSTER', 'ADDSLOTS', SLOT);
      await target.command('CLUSTER', 'ADDSLOTSRANGE', 0, SLOT - 1, SLOT + 1, 8191);
      await third.command('CLUSTER', 'ADDSLOTSRANGE', 8192, 16383);
      for (const node of [target, third])
        await node.command('CLUSTER', 'MEET', source.host, source.port, source.busPort);
      await cluster.waitFor('ok');
      await target.command('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', source.id);
      await source.command('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', target.id);
      await target.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id);
      await cluster.waitFor('ok');
      expect(source.role).toBe(role);
      expect(source.master).toBe(allowed ? target : null);
      expect(source.slots).toEqual([]);
    },
  );
});

describe('a failover in the middle of a migration ("Cluster live reconfiguration")', () => {
  it('of the source: its successor knows nothing of it, and the migration can be opened again and ended', async () => {
    const { cluster, source, target, keys } = await openMigration();
    const successor = replicaOf(source);
    const moved = keys.slice(0, 5);
    const left = keys.slice(5);
    await moveAll({ cluster, source, target, keys }, moved);
    await source.kill();
    await cluster.waitFor(() => stateOf(successor).ok && successor.role === 'master');
    expect((await lineOf(successor, successor)).slots).toEqual(['0-5460']);
    // For the successor the moved keys do not exist.
    expect(await successor.command('GET', moved[0]!)).toBeNull();
    expect(await successor.command('GET', left[0]!)).toBe(`value of ${left[0]}`);
    // Nobody but the operator changes a slot that is being imported: the target holds the dead source for its owner,
    // and for that reason the cluster for down.
    await cluster.advance('1m');
    expect(stateOf(target).slots.ownerOf(SLOT)?.id).toBe(source.id);
    expect(await clusterStateOf(target)).toBe('fail');

    await target.command('CLUSTER', 'SETSLOT', SLOT, 'STABLE');
    await cluster.waitFor('ok');
    expect(ownersOf(cluster)).toEqual(new Set([successor.id]));
    await target.command('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', successor.id);
    await successor.command('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', target.id);
    for (const key of moved) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
    await moveAll({ cluster, source: successor, target, keys }, left);
    await closeMigration(successor, target);
    await cluster.waitFor('ok');
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
    await source.restart();
    await cluster.waitFor('ok');
    // It follows whoever took the last slot that it knew of as its own.
    expect([successor, target]).toContain(source.master);
    expect(agreeOnSlots(cluster.nodes)).toBe(true);
  });

  it('of the target: the source goes on sending clients to the dead node, until it is told of the successor', async () => {
    const { cluster, source, target, keys } = await openMigration();
    const successor = replicaOf(target);
    const moved = keys.slice(0, 5);
    await moveAll({ cluster, source, target, keys }, moved);
    await target.kill();
    await cluster.waitFor(() => successor.role === 'master');
    await cluster.waitFor(() => stateOf(source).ok && stateOf(successor).ok);
    expect(await refusal(source.command('GET', moved[0]!))).toBe(`ASK ${SLOT} ${target.name}`);
    expect(await successor.command('CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(5);

    await successor.command('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', source.id);
    await source.command('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', successor.id);
    await moveAll({ cluster, source, target: successor, keys }, keys.slice(5));
    await closeMigration(source, successor);
    await target.restart();
    await cluster.waitFor('ok');
    expect(target.master).toBe(successor);
    expect(ownersOf(cluster)).toEqual(new Set([successor.id]));
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
  });

  it('of the source after the target took the slot, but before the source was told', async () => {
    const { cluster, source, target, keys } = await openMigration();
    const successor = replicaOf(source);
    await moveAll({ cluster, source, target, keys }, keys);
    const cut = cluster.partition([source, successor]);
    await target.command('CLUSTER', 'SETSLOT', SLOT, 'NODE', target.id);
    await source.kill();
    cut.heal();
    await cluster.waitFor('ok');
    // The claim of the target has the greater epoch than that of the old source; the successor's election comes after it,
    // but the successor has heard by then that the slot is gone.
    expect(successor.role).toBe('master');
    expect(viewOf(successor, successor).slots.has(SLOT)).toBe(false);
    expect(ownersOf(cluster)).toEqual(new Set([target.id]));
    for (const key of keys) expect(await atOwner(cluster, 'GET', key)).toBe(`value of ${key}`);
  });
});
