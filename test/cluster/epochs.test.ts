// "Configuration epoch conflicts resolution algorithm" of the specification; section 5.6 of the notes; cluster.c, "CLUSTER config epoch handling".
import { describe, expect, it } from 'vitest';
import { BrainCluster } from './brain-harness.js';
import { deliver, heartbeat, slotSet } from './crafted-messages.js';

describe('config epochs (5.6)', () => {
  it('that collide end up different on all masters', () => {
    const cluster = new BrainCluster();
    const nodes = cluster.joined(5);
    cluster.runUntil(() => new Set(nodes.map((node) => node.state.myself.configEpoch)).size === 5, 20_000);
    cluster.runUntil(
      () => nodes.every((node) => node.state.currentEpoch === nodes[0].state.currentEpoch),
      5000,
    );
    expect(cluster.eventsOf('config-epoch-changed').every((event) => event.reason === 'collision')).toBe(
      true,
    );
  });

  it('change on the node with the smaller id only, and are on disk at once', () => {
    const cluster = new BrainCluster();
    const nodes = cluster.joined(2);
    const [small, great] = nodes.sort((first, second) => (first.id < second.id ? -1 : 1));
    cluster.run(2000);
    const epoch = great.state.myself.configEpoch;
    deliver(great, small, heartbeat(small, 'ping', { configEpoch: epoch, currentEpoch: 20 }));
    expect(great.state.myself.configEpoch).toBe(epoch);
    const own = small.state.myself.configEpoch;
    small.view(great).configEpoch = own;
    const saves = small.seen.saves.length;
    deliver(small, great, heartbeat(great, 'ping', { configEpoch: own, currentEpoch: 20 }));
    expect(small.state.myself.configEpoch).toBe(21);
    expect(small.seen.saves[saves]).toMatchObject({ fsync: true });
    expect(small.seen.saves[saves]?.text).toContain('vars currentEpoch 21 ');
    expect(small.logs).toContain(
      `WARNING: configEpoch collision with node ${great.id} (). configEpoch set to 21`,
    );
  });

  it('are bumped without a vote unless the own one is the greatest', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    expect(a.brain.bumpConfigEpoch()).toBe(true);
    expect(a.state.myself.configEpoch).toBe(1);
    expect(a.state.currentEpoch).toBe(1);
    expect(a.brain.bumpConfigEpoch()).toBe(false);
    a.state.currentEpoch = 7;
    expect(a.brain.bumpConfigEpoch()).toBe(true);
    expect(a.state.myself.configEpoch).toBe(8);
    expect(a.logs).toContain('New configEpoch set to 8');
  });

  it('are set by CLUSTER SET-CONFIG-EPOCH without an fsync', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    a.command((brain) => brain.setConfigEpoch(5));
    expect([a.state.myself.configEpoch, a.state.currentEpoch]).toEqual([5, 5]);
    expect(a.seen.saves.at(-1)?.fsync).toBe(false);
    expect(a.logs).toContain('configEpoch set to 5 via CLUSTER SET-CONFIG-EPOCH');
  });

  it('of a replica header are those of its master, and are believed (1.8 B)', () => {
    const cluster = new BrainCluster();
    const [a, , , replica] = cluster.formed(3, 1);
    a.command((brain) => brain.bumpConfigEpoch());
    const epoch = a.state.myself.configEpoch;
    cluster.runUntil(() => cluster.node(1).view(replica).configEpoch === epoch, 5000);
  });
});

describe('a collision', () => {
  it('between masters without slots is resolved too', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    const [small, great] = a.id < b.id ? [a, b] : [b, a];
    const epoch = small.state.myself.configEpoch;
    small.view(great).configEpoch = epoch;
    deliver(small, great, heartbeat(great, 'ping', { configEpoch: epoch, slots: slotSet() }));
    expect(small.state.myself.configEpoch).toBeGreaterThan(epoch);
  });
});
