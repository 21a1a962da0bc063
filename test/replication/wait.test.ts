/** Acknowledgements: WAIT, WAITAOF, GETACK, good replicas (sections 9.4 and 9.11). */
import { describe, expect, it } from 'vitest';
import type { AckWaiter } from '../../src/replication/acknowledgements.js';
import { TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };

type Node = ReturnType<TestWorld['node']>;

function withReplicas(
  count: number,
  config: Parameters<TestWorld['node']>[1] = {},
): { world: TestWorld; master: Node; replicas: Node[] } {
  const world = new TestWorld();
  const master = world.node(7001, { ...NOW, ...config });
  const replicas = Array.from({ length: count }, (_, index) => world.node(7002 + index, NOW));
  for (const replica of replicas) replica.follow(master);
  world.advance(50);
  return { world, master, replicas };
}

/** Waits as the WAIT command does, and collects the answers. */
function wait(master: Node, replicas: number, kind: AckWaiter['kind'] = 'memory', local = false): unknown[] {
  const answers: unknown[] = [];
  master.replication.acknowledgements.wait({
    kind,
    local,
    replicas,
    offset: master.replication.streamOffset,
    onAcknowledged: (count, isLocal) => void answers.push([count, isLocal]),
    onAofOff: () => void answers.push('no aof'),
  });
  master.replication.beforeSleep();
  return answers;
}

describe('waiting for replicas', () => {
  it('is answered as soon as they acknowledged, one round trip later', () => {
    const { world, master } = withReplicas(2);
    master.write(0, 'SET', 'k', 'v');
    const answers = wait(master, 2);
    world.advance(1);
    expect(answers).toEqual([]);
    world.advance(1);
    expect(answers).toEqual([[2, 0]]);
  });

  it('asks once for all who wait', () => {
    const { world, master, replicas } = withReplicas(1);
    world.advance(100);
    master.write(0, 'SET', 'k', 'v');
    const before = master.replication.streamOffset;
    const waiters = [1, 2, 3].map(() => {
      const answers: unknown[] = [];
      master.replication.acknowledgements.wait({
        kind: 'memory',
        local: false,
        replicas: 1,
        offset: before,
        onAcknowledged: (count) => void answers.push(count),
        onAofOff: () => {},
      });
      return answers;
    });
    master.replication.beforeSleep();
    master.replication.beforeSleep();
    expect(master.replication.streamOffset - before).toBe(37);
    world.advance(5);
    expect(waiters).toEqual([[1], [1], [1]]);
    // The answer to GETACK tells the offset before GETACK, the next one includes it.
    expect(master.replication.replicas[0]?.ackOffset).toBe(before);
    world.advance(1000);
    expect(master.replication.replicas[0]?.ackOffset).toBe(replicas[0]?.replication.offset());
    expect(master.replication.replicas[0]?.ackOffset).toBeGreaterThanOrEqual(before + 37);
  });

  it('does not ask during a pause, but after it', () => {
    const { world, master } = withReplicas(1);
    world.advance(100);
    master.write(0, 'SET', 'k', 'v');
    master.isStreamPaused = true;
    const before = master.replication.streamOffset;
    const answers = wait(master, 1);
    expect(master.replication.streamOffset).toBe(before);
    master.isStreamPaused = false;
    master.replication.beforeSleep();
    world.advance(5);
    expect(answers).toHaveLength(1);
  });

  it('for more replicas than there are does not end by itself', () => {
    const { world, master } = withReplicas(1);
    master.write(0, 'SET', 'k', 'v');
    const answers = wait(master, 2);
    world.advance(5000);
    expect(answers).toEqual([]);
    expect(master.replication.acknowledgements.count('memory', master.replication.streamOffset)).toEqual({
      replicas: expect.any(Number),
      local: 0,
    });
  });

  it('for AOFs counts what replicas and we have on disk', () => {
    const { world, master, replicas } = withReplicas(2, { appendonly: true });
    master.write(0, 'SET', 'k', 'v');
    const answers = wait(master, 1, 'aof', true);
    const offset = master.replication.streamOffset;
    world.advance(2000);
    expect(answers).toEqual([]);
    replicas[0]!.fsyncedOffset = offset;
    world.advance(1100);
    expect(answers).toEqual([]);
    master.fsyncedOffset = offset;
    master.replication.beforeSleep();
    expect(answers).toEqual([[1, 1]]);
  });

  it('for our own AOF ends when that is switched off', () => {
    const { master } = withReplicas(1, { appendonly: true });
    const answers = wait(master, 1, 'aof', true);
    master.config.appendonly = false;
    master.replication.beforeSleep();
    expect(answers).toEqual(['no aof']);
  });
});

describe('good replicas', () => {
  it('are those that acknowledged within min-replicas-max-lag', () => {
    const { world, master, replicas } = withReplicas(2, {
      'min-replicas-to-write': 2,
      'min-replicas-max-lag': 3,
    });
    world.advance(2000);
    expect(master.replication.goodReplicas).toBe(2);
    expect(master.replication.hasEnoughGoodReplicas()).toBe(true);
    expect(master.info('min_slaves_good_slaves')).toBe('2');
    replicas[0]!.crash();
    world.advance(6000);
    expect(master.replication.goodReplicas).toBe(1);
    expect(master.replication.hasEnoughGoodReplicas()).toBe(false);
    expect(replicas[1]!.replication.hasEnoughGoodReplicas()).toBe(true);
  });

  it('do not matter when the directive is 0', () => {
    const { master } = withReplicas(0, { 'min-replicas-to-write': 0 });
    expect(master.replication.hasEnoughGoodReplicas()).toBe(true);
    expect(master.info('min_slaves_good_slaves')).toBeUndefined();
  });
});
