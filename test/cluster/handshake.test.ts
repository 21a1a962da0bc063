// "Nodes handshake" of the specification; section 2.3, 2.4 and 1.8 C-D of the notes; cluster.c, clusterStartHandshake.
import { describe, expect, it } from 'vitest';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { BrainCluster } from './brain-harness.js';
import { deliver, heartbeat, RecordingLink, recordLink } from './crafted-messages.js';

describe('a handshake (specification, "Nodes handshake")', () => {
  it('makes two nodes know each other after one MEET', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    cluster.meet(a, b);
    expect(a.state.nodes.size).toBe(2);
    cluster.runUntil(() => cluster.isAcquainted(a, [a, b]) && cluster.isAcquainted(b, [a, b]), 1000);
    expect(a.view(b).ip).toBe(b.ip);
    expect(b.view(a).port).toBe(a.config.port);
    expect(b.view(a).busPort).toBe(a.config.port + 10000);
    expect(cluster.eventsOf('handshake-completed')).toHaveLength(2);
  });

  it('spreads by gossip: nodes that never met learn each other', () => {
    const cluster = new BrainCluster();
    const nodes = [cluster.addNode(), cluster.addNode(), cluster.addNode(), cluster.addNode()] as const;
    const [a, b, c, d] = nodes;
    cluster.meet(a, b);
    cluster.meet(b, c);
    cluster.meet(c, d);
    cluster.runUntil(() => nodes.every((node) => cluster.isAcquainted(node, nodes)), 10_000);
    expect(cluster.eventsOf('node-added', a).some((event) => event.node === d.id && !event.handshake)).toBe(
      true,
    );
  });

  it('sends MEET as the first message of the connection, and only there (2.3)', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    cluster.meet(a, b);
    cluster.run(3000);
    expect(a.state.messagesSent.meet).toBe(1);
    expect(b.state.messagesReceived.meet).toBe(1);
    expect(a.view(b).hasFlag(NodeFlag.MEET)).toBe(false);
  });

  it('is not started twice for the same address', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    expect(a.brain.meet('10.0.0.2', 7001, 17001)).toBe('started');
    expect(a.brain.meet('10.0.0.2', 7001, 17001)).toBe('in-progress');
    expect(a.brain.meet('10.0.0.2', 7001, 17002)).toBe('started');
    expect(a.state.nodes.size).toBe(3);
  });

  it('takes literal addresses only', () => {
    const a = new BrainCluster().addNode();
    for (const ip of ['localhost', '10.0.0', '10.0.0.256', '']) {
      expect(a.brain.meet(ip, 7001, 17001)).toBe('invalid-address');
    }
    for (const port of [0, -1, 65536, 1.5])
      expect(a.brain.meet('10.0.0.2', port, 17001)).toBe('invalid-address');
    expect(a.state.nodes.size).toBe(1);
  });

  it('is given up after max(node timeout, 1000) ms when nobody answers', () => {
    const cluster = new BrainCluster({ nodeTimeoutMs: 200 });
    const a = cluster.addNode();
    a.command((brain) => brain.meet('10.0.0.77', 7001, 17001));
    cluster.run(1000);
    expect(a.state.nodes.size).toBe(2);
    cluster.run(150);
    expect(a.state.nodes.size).toBe(1);
    expect(cluster.eventsOf('node-removed')[0]?.reason).toBe('handshake timed out');
  });

  it('with a node that is known already only ends', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    cluster.meet(a, b);
    expect(a.state.nodes.size).toBe(3);
    cluster.run(500);
    expect(a.state.nodes.size).toBe(2);
    expect(b.state.nodes.size).toBe(2);
    expect(a.logs.some((line) => line.startsWith('Handshake: we already know node'))).toBe(true);
  });

  it('with itself leaves a node alone', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode();
    cluster.meet(a, a);
    cluster.run(2000);
    expect(a.state.nodes.list).toEqual([a.state.myself]);
  });

  it('is answered with a PONG even when the sender is a stranger that only pings (1.8 C)', () => {
    const cluster = new BrainCluster();
    const [a, stranger] = [cluster.addNode(), cluster.addNode()];
    const link = new RecordingLink({ peerIp: stranger.ip });
    a.input((brain) => brain.onMessage(link, heartbeat(stranger, 'ping')));
    expect(link.sentTypes()).toEqual(['pong']);
    expect(a.state.nodes.size).toBe(1);
  });

  it('does not learn nodes from the gossip of a stranger (1.8 C)', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    const entry = {
      id: 'c'.repeat(40),
      pingSentS: 0,
      pongReceivedS: 0,
      ip: '10.0.0.9',
      port: 7009,
      secondaryPort: 0,
      busPort: 17009,
      flags: NodeFlag.MASTER,
    };
    a.input((brain) =>
      brain.onMessage(new RecordingLink({ peerIp: b.ip }), heartbeat(b, 'meet', { gossip: [entry] })),
    );
    expect(a.state.nodes.get(entry.id)).toBeUndefined();
    expect(a.state.nodes.size).toBe(2);
  });

  it('takes the address of the connection, or the announced one', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    for (const [ip, expected] of [
      ['', '10.1.1.1'],
      ['203.0.113.5', '203.0.113.5'],
    ] as const) {
      const link = new RecordingLink({ peerIp: '10.1.1.1' });
      a.input((brain) => brain.onMessage(link, heartbeat(b, 'meet', { ip })));
      expect(a.state.nodes.list.at(-1)?.ip).toBe(expected);
    }
  });

  it('ignores an answer whose sender has no valid id', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    a.brain.meet(b.ip, b.config.port, b.config.port + 10000);
    const node = a.state.nodes.list[1];
    const link = new RecordingLink({ inbound: false });
    link.node = node ?? null;
    a.input((brain) => brain.onMessage(link, heartbeat(b, 'pong', { sender: 'not an id\n' })));
    expect(node?.inHandshake).toBe(true);
  });
});

describe('the own address (2.4)', () => {
  it('comes from the socket of the first MEET and can be corrected by the next one', () => {
    const cluster = new BrainCluster();
    const [a, b] = [cluster.addNode(), cluster.addNode()];
    expect(a.state.myself.ip).toBe('');
    a.input((brain) => brain.onMessage(new RecordingLink({ localIp: '10.0.0.1' }), heartbeat(b, 'meet')));
    expect(a.state.myself.ip).toBe('10.0.0.1');
    a.input((brain) => brain.onMessage(new RecordingLink({ localIp: '10.2.2.2' }), heartbeat(b, 'ping')));
    expect(a.state.myself.ip).toBe('10.0.0.1');
    a.input((brain) => brain.onMessage(new RecordingLink({ localIp: '10.2.2.2' }), heartbeat(b, 'meet')));
    expect(a.state.myself.ip).toBe('10.2.2.2');
    expect(a.logs).toContain('IP address for this node updated to 10.2.2.2');
  });

  it('is fixed by cluster-announce-ip, and discovered again when that is taken away', () => {
    const cluster = new BrainCluster();
    const a = cluster.addNode({ 'cluster-announce-ip': '198.51.100.1' });
    const b = cluster.addNode();
    a.input((brain) => brain.onMessage(new RecordingLink(), heartbeat(b, 'meet')));
    expect(a.state.myself.ip).toBe('198.51.100.1');
    a.config['cluster-announce-ip'] = '';
    a.brain.onConfigChanged('cluster-announce-ip');
    expect(a.state.myself.ip).toBe('');
    a.input((brain) => brain.onMessage(new RecordingLink({ localIp: '10.0.0.1' }), heartbeat(b, 'ping')));
    expect(a.state.myself.ip).toBe('10.0.0.1');
  });

  it('with announced ports replaces those the node listens on', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    a.config['cluster-announce-port'] = 6999;
    a.brain.onConfigChanged('cluster-announce-port');
    cluster.runUntil(() => b.view(a).port === 6999, 3000);
    expect(a.state.myself.port).toBe(6999);
    expect(b.logs.some((line) => line === `Address updated for node ${a.id} (), now ${a.ip}:6999`)).toBe(
      true,
    );
  });

  it('carries a hostname and a name to the others, and their loss', () => {
    const cluster = new BrainCluster();
    const [a, b] = cluster.joined(2);
    a.config['cluster-announce-hostname'] = 'a.example';
    a.config['cluster-announce-human-nodename'] = 'first';
    a.brain.onConfigChanged('cluster-announce-human-nodename');
    cluster.runUntil(() => b.view(a).hostname === 'a.example', 3000);
    expect(b.view(a).nodename).toBe('first');
    a.config['cluster-announce-hostname'] = '';
    cluster.runUntil(() => b.view(a).hostname === '', 3000);
  });
});

describe('an address that is wrong (1.8 D)', () => {
  it('becomes "noaddr" when another node answers there, and comes back with a ping of the node', () => {
    const cluster = new BrainCluster();
    const [a, b, c] = cluster.joined(3);
    const link = recordLink(a, b);
    a.input((brain) => brain.onMessage(link, heartbeat(c, 'pong')));
    expect(a.view(b).hasFlag(NodeFlag.NOADDR)).toBe(true);
    expect(a.view(b).ip).toBe('');
    expect(a.view(b).busPort).toBe(0);
    expect(link.closed).toBe(true);
    deliver(a, b, heartbeat(b, 'ping'));
    expect(a.view(b).hasFlag(NodeFlag.NOADDR)).toBe(false);
    expect(a.view(b).ip).toBe(b.ip);
  });

  it('of my master moves the replication too', () => {
    const cluster = new BrainCluster();
    const [master, , , replica] = cluster.formed(3, 1);
    deliver(replica, master, heartbeat(master, 'ping', { port: 7999 }));
    expect(replica.masterAddress).toEqual({ host: master.ip, port: 7999 });
  });
});
