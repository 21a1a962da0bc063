// When nodes.conf is written; sections 2.8 and 3.2 of the notes; cluster.c, clusterSaveConfig and clusterBeforeSleep.
import { describe, expect, it } from 'vitest';
import { Todo } from '../../src/cluster/cluster-state.js';
import { BrainCluster } from './brain-harness.js';

describe('nodes.conf', () => {
  it('is written with fsync when a node is created', () => {
    const a = new BrainCluster().addNode();
    expect(a.seen.saves).toHaveLength(1);
    expect(a.seen.saves[0]?.fsync).toBe(true);
    expect(a.nodesConf).toContain(a.id);
    expect(a.logs).toContain(`No cluster configuration found, I'm ${a.id}`);
  });

  it('brings a node back with its id, its slots, its master and its epochs', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    const before = [a, replica].map((node) => [node.id, node.state.currentEpoch, node.state.lastVoteEpoch]);
    for (const node of [a, replica]) {
      node.kill();
      node.restart();
    }
    expect([a, replica].map((node) => [node.id, node.state.currentEpoch, node.state.lastVoteEpoch])).toEqual(
      before,
    );
    expect(a.state.myself.slots.count).toBe(5461);
    expect(replica.state.myself.replicaOf?.id).toBe(a.id);
    expect(replica.state.myself.shardId).toBe(a.state.myself.shardId);
    cluster.run(200);
    // The cron starts the replication of a replica that was one before it stopped (3.1 step 5).
    expect(replica.masterAddress).toEqual({ host: a.ip, port: a.config.port });
    cluster.runUntil(() => cluster.isConverged(), 10_000);
  });

  it('is written once for all that an input changed, and with fsync when one of the changes needs it', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    const saves = a.seen.saves.length;
    a.command((brain) => {
      brain.addSlots([1]);
      brain.addSlots([2]);
    });
    expect(a.seen.saves.length).toBe(saves + 1);
    expect(a.seen.saves.at(-1)?.fsync).toBe(false);
    a.command((brain) => {
      brain.addSlots([3]);
      brain.bumpConfigEpoch();
    });
    expect(a.seen.saves.length).toBe(saves + 2);
    expect(a.seen.saves.at(-1)?.fsync).toBe(true);
  });

  it('that cannot be written stops the node, but not when CLUSTER SAVECONFIG asks for it', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    a.saveError = 'No space left on device';
    expect(a.brain.saveConfig(true)).toBe('No space left on device');
    expect(a.state.fatalError).toBeNull();
    a.command((brain) => brain.addSlots([1]));
    expect(a.state.fatalError).toContain('No space left on device');
    expect(a.logs).toContain("Fatal: can't update cluster config file.");
    a.saveError = null;
    expect(a.brain.saveConfig(true)).toBeNull();
  });
});

describe('the work before sleep (3.2)', () => {
  it('keeps what its own steps ask for until the next round', () => {
    const cluster = new BrainCluster();
    const [, , , replica] = cluster.formed(3, 1);
    replica.state.manualFailover.endMs = cluster.nowMs + 5000;
    replica.state.manualFailover.masterOffset = replica.offset + 1;
    replica.state.doBeforeSleep(Todo.HANDLE_MANUAL_FAILOVER);
    replica.brain.beforeSleep();
    expect(replica.state.todo).toBe(Todo.HANDLE_MANUAL_FAILOVER);
  });
});
