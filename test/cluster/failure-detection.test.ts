// "Failure detection" of the specification; section 4 and 3.1 of the notes; cluster.c, markNodeAsFailingIfNeeded and clusterCron.
import { describe, expect, it } from 'vitest';
import { countFailureReports } from '../../src/cluster/failure-reports.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster, type TestNode } from './brain-harness.js';
import { deliver, headerOf, heartbeat, recordLink } from './crafted-messages.js';

function reportOf(reporter: TestNode, about: TestNode, flags: number) {
  return heartbeat(reporter, 'ping', {
    gossip: [
      {
        id: about.id,
        pingSentS: 0,
        pongReceivedS: 0,
        ip: about.ip,
        port: about.config.port,
        secondaryPort: 0,
        busPort: about.config.port + 10000,
        flags: NodeFlag.MASTER | flags,
      },
    ],
  });
}

describe('PFAIL (specification, "Failure detection")', () => {
  it('comes after the node timeout without a pong or any other data', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 2000 });
    const [a, b, c, d] = cluster.formed(4);
    cluster.isolate(d);
    const cutAtMs = cluster.nowMs;
    cluster.runUntil(() => [a, b, c].some((node) => node.view(d).isPossiblyFailing), 5000);
    // At most half a node timeout until the next ping, then a whole one without an answer.
    expect(cluster.nowMs - cutAtMs).toBeGreaterThanOrEqual(2000);
    expect(cluster.nowMs - cutAtMs).toBeLessThanOrEqual(2000 + 1000 + 300);
  });

  it('does not come while the node sends other data (3.1 f)', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b] = cluster.joined(2);
    const view = a.view(b);
    view.pingSentMs = cluster.nowMs - 5000;
    view.dataReceivedMs = cluster.nowMs;
    a.command((brain) => brain.cron());
    expect(view.isPossiblyFailing).toBe(false);
    view.dataReceivedMs = cluster.nowMs - 1001;
    a.command((brain) => brain.cron());
    expect(view.isPossiblyFailing).toBe(true);
  });

  it('needs a ping that waits for its answer', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b] = cluster.joined(2);
    const view = a.view(b);
    view.pingSentMs = 0;
    view.pongReceivedMs = cluster.nowMs;
    view.dataReceivedMs = cluster.nowMs - 60_000;
    a.command((brain) => brain.cron());
    expect(view.isPossiblyFailing).toBe(false);
  });

  it('ends with the next pong on my own connection', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    a.view(b).flags |= NodeFlag.PFAIL;
    deliver(a, b, heartbeat(b, 'ping'));
    expect(a.view(b).isPossiblyFailing).toBe(true);
    cluster.runUntil(() => !a.view(b).isPossiblyFailing, 2000);
    expect(cluster.eventsOf('pfail-cleared', a)).toHaveLength(1);
  });

  it('is preceded by a new connection after half a node timeout of silence (3.1 b)', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 2000 });
    const [a, b] = cluster.joined(2);
    cluster.run(3000);
    cluster.isolate(b);
    const before = a.view(b).link;
    cluster.runUntil(() => a.view(b).link !== before, 3000);
    expect(a.view(b).isPossiblyFailing).toBe(false);
  });

  it('is reached although the connect fails at once: the ping counts as sent (3.1)', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b] = cluster.joined(2);
    const view = a.view(b);
    view.ip = '10.99.99.99';
    view.pingSentMs = 0;
    view.link?.close();
    view.link = null;
    a.command((brain) => brain.cron());
    expect(view.link).toBeNull();
    expect(view.pingSentMs).toBe(cluster.nowMs);
  });
});

describe('FAIL (4.2, 4.3)', () => {
  it('spreads to all once the majority of the masters reported the node', () => {
    const cluster = new BrainCluster();
    const [a, b, c, d, e] = cluster.formed(5);
    e.kill();
    const rest = [a, b, c, d];
    cluster.runUntil(() => rest.every((node) => node.view(e).isFailing), 5000);
    const fails = cluster.eventsOf('fail').filter((event) => event.node === e.id);
    expect(fails.map((event) => event.seenBy.name).sort()).toEqual(['n0', 'n1', 'n2', 'n3']);
    expect(fails.some((event) => event.by === 'quorum')).toBe(true);
    expect(a.logs.concat(b.logs, c.logs, d.logs)).toContain(
      `Marking node ${e.id} () as failing (quorum reached).`,
    );
    expect(rest.every((node) => !node.view(e).isPossiblyFailing)).toBe(true);
  });

  it('needs my own suspicion and floor(size/2)+1 opinions, mine included', () => {
    const cluster = new BrainCluster();
    const [a, b, c, d, e] = cluster.formed(5);
    const view = a.view(e);
    deliver(a, b, reportOf(b, e, NodeFlag.PFAIL));
    deliver(a, c, reportOf(c, e, NodeFlag.PFAIL));
    deliver(a, d, reportOf(d, e, NodeFlag.FAIL));
    expect(countFailureReports(a.state, view)).toBe(3);
    expect(view.isFailing).toBe(false);
    view.flags |= NodeFlag.PFAIL;
    deliver(a, b, reportOf(b, e, 0));
    deliver(a, c, reportOf(c, e, 0));
    expect(view.isFailing).toBe(false);
    deliver(a, b, reportOf(b, e, NodeFlag.PFAIL));
    expect(view.isFailing).toBe(true);
    expect(view.failTimeMs).toBe(cluster.nowMs);
  });

  it('is told to everybody who is connected', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.formed(3);
    const link = recordLink(a, b);
    a.view(c).flags |= NodeFlag.PFAIL;
    deliver(a, b, reportOf(b, c, NodeFlag.PFAIL));
    expect(link.sent.at(-1)).toMatchObject({ type: 'fail', failedNode: c.id, sender: a.id });
  });

  it('is not reached with the reports of replicas, nor with old ones', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b, c, , replicaOfB] = cluster.formed(3, 1);
    const view = a.view(c);
    deliver(a, replicaOfB, { ...reportOf(replicaOfB, c, NodeFlag.PFAIL), replicaOf: b.id });
    expect(countFailureReports(a.state, view)).toBe(0);
    deliver(a, b, reportOf(b, c, NodeFlag.PFAIL));
    expect(countFailureReports(a.state, view)).toBe(1);
    view.failReports.set(a.view(b), cluster.nowMs - 2000);
    expect(countFailureReports(a.state, view)).toBe(1);
    view.failReports.set(a.view(b), cluster.nowMs - 2001);
    expect(countFailureReports(a.state, view)).toBe(0);
  });

  it('told by any known node is believed without a look of my own (4.3)', () => {
    const cluster = new BrainCluster();
    const [a, b, c, d] = cluster.formed(4);
    deliver(a, b, { type: 'fail', ...headerOf(b), failedNode: c.id });
    expect(a.view(c).isFailing).toBe(true);
    expect(a.logs).toContain(`FAIL message received from ${b.id} () about ${c.id} ()`);
    deliver(a, b, { type: 'fail', ...headerOf(b), failedNode: a.id });
    expect(a.state.myself.isFailing).toBe(false);
    deliver(a, b, { type: 'fail', ...headerOf(b), failedNode: 'f'.repeat(40) });
    const failTimeMs = a.view(c).failTimeMs;
    cluster.run(50);
    deliver(a, d, { type: 'fail', ...headerOf(d), failedNode: c.id });
    expect(a.view(c).failTimeMs).toBe(failTimeMs);
  });
});

describe('FAIL is taken back (4.4)', () => {
  it('at once for replicas and for masters without slots', () => {
    const cluster = new BrainCluster();
    const [a, , , , , replica] = cluster.formed(3, 1);
    const view = a.view(replica);
    view.flags |= NodeFlag.FAIL;
    view.failTimeMs = cluster.nowMs;
    cluster.runUntil(() => !view.isFailing, 2000);
    expect(a.logs).toContain(`Clear FAIL state for node ${replica.id} ():replica is reachable again.`);
  });

  it('for a master with slots only after two node timeouts, when nobody replaced it', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 1000 });
    const [a, b] = cluster.formed(3);
    const view = a.view(b);
    view.flags |= NodeFlag.FAIL;
    view.failTimeMs = cluster.nowMs;
    const tookMs = cluster.runUntil(() => !view.isFailing, 5000);
    expect(tookMs).toBeGreaterThan(2000);
    expect(tookMs).toBeLessThan(2700);
    expect(a.logs).toContain(
      `Clear FAIL state for node ${b.id} (): is reachable again and nobody is serving its slots after some time.`,
    );
  });
});
