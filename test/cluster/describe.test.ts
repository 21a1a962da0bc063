/** CLUSTER NODES, SLOTS, SHARDS, LINKS and INFO, byte for byte as Redis writes them in RESP2 and RESP3. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../src/cluster/cluster-node.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import { describeInfo } from '../../src/cluster/describe-info.js';
import { describeLinks } from '../../src/cluster/describe-links.js';
import { describeNode, describeNodes, flagNames } from '../../src/cluster/describe-nodes.js';
import { describeShards } from '../../src/cluster/describe-shards.js';
import { describeSlots } from '../../src/cluster/describe-slots.js';
import type { ClusterAudience } from '../../src/cluster/endpoint.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import type { Reply } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { addNode, assignRange, becomeReplicaOf, FakeHost, fakeLink, fakeState, NOW_MS } from './fake-host.js';

const IN_72: ClusterAudience = { version: '7.2', tls: false };
const IN_70: ClusterAudience = { version: '7.0', tls: false };
const ME = '0'.repeat(40);
const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);

let host: FakeHost;
let state: ClusterState;
let other: ClusterNode;
let replica: ClusterNode;

/** The own node with slots 1-3 and 7, node 1 with slot 9 and its replica 2. */
beforeEach(() => {
  host = new FakeHost();
  state = fakeState(host);
  other = addNode(state, 1);
  replica = addNode(state, 2, other);
  assignRange(state, state.myself, 1, 3);
  assignRange(state, state.myself, 7, 7);
  assignRange(state, other, 9, 9);
});

const resp = (reply: Reply, protocol: 2 | 3 = 2) =>
  encodeReply(reply, protocol).replaceAll('\r\n', ' ').trim();

describe('CLUSTER NODES', () => {
  it('has a line for every node, with ranges and single slots', () => {
    other.configEpoch = 5;
    other.pingSentMs = 11;
    other.pongReceivedMs = 22;
    replica.link = fakeLink(replica, false);
    expect(describeNodes(state, IN_72).text).toBe(
      `${ME} 127.0.0.1:7000@17000 myself,master - 0 0 0 connected 1-3 7\n` +
        `${ONE} 127.0.0.1:7001@17001 master - 11 22 5 disconnected 9\n` +
        `${TWO} 127.0.0.1:7002@17002 slave ${ONE} 0 0 5 connected\n`,
    );
    expect(describeNodes(state, IN_72).format).toBe('txt');
  });

  it('ends the last range at slot 16383', () => {
    assignRange(state, other, 16380, 16383);
    expect(describeNode(state, other, IN_72)).toMatch(/ disconnected 9 16380-16383$/);
  });

  it('shows an unknown own address, hostnames and handshakes', () => {
    state.myself.ip = '';
    state.myself.hostname = 'h.example';
    other.flags = NodeFlag.HANDSHAKE;
    expect(describeNodes(state, IN_72).text.split('\n').slice(0, 2)).toEqual([
      `${ME} :7000@17000,h.example myself,master - 0 0 0 connected 1-3 7`,
      `${ONE} 127.0.0.1:7001@17001 handshake - 0 0 0 disconnected 9`,
    ]);
  });

  it('shows open slots of its own node in ascending order', () => {
    state.slots.importingFrom.set(100, other);
    state.slots.migratingTo.set(7, other);
    state.slots.migratingTo.set(200, other);
    expect(describeNode(state, state.myself, IN_72)).toContain(
      ` 1-3 7 [7->-${ONE}] [100-<-${ONE}] [200->-${ONE}]`,
    );
  });

  it('shows TLS ports to TLS clients', () => {
    other.tlsPort = 8001;
    expect(describeNode(state, other, { version: '7.2', tls: true })).toContain(' 127.0.0.1:8001@17001 ');
    expect(describeNode(state, other, { version: '7.0', tls: true })).toContain(' 127.0.0.1:7001@17001 ');
  });

  it.each([
    [0, 'noflags'],
    [NodeFlag.MEET | NodeFlag.MIGRATE_TO, 'noflags'],
    [1023, 'myself,master,slave,fail?,fail,handshake,noaddr,nofailover'],
  ])('prints the flags %i as %s', (flags, text) => {
    expect(flagNames(flags)).toBe(text);
  });
});

describe('CLUSTER SLOTS', () => {
  it('lists ranges by slot, with the replicas that have an offset', () => {
    const range = (start: number, end: number, ...nodes: string[]) =>
      `*${2 + nodes.length} :${start} :${end} ${nodes.join(' ')}`;
    const node = (id: string, port: number) => `*4 $9 127.0.0.1 :${port} $40 ${id} *0`;
    const mine = node(ME, 7000);
    expect(resp(describeSlots(state, IN_72))).toBe(
      `*3 ${range(1, 3, mine)} ${range(7, 7, mine)} ${range(9, 9, node(ONE, 7001))}`,
    );
    replica.replicationOffset = 10;
    expect(resp(describeSlots(state, IN_72))).toBe(
      `*3 ${range(1, 3, mine)} ${range(7, 7, mine)} ${range(9, 9, node(ONE, 7001), node(TWO, 7002))}`,
    );
    replica.flags |= NodeFlag.FAIL;
    expect(resp(describeSlots(state, IN_72))).not.toContain(TWO);
  });

  it('goes by the offset of the replication for the own node', () => {
    state.slots.unassign(1);
    becomeReplicaOf(state, other);
    expect(resp(describeSlots(state, IN_72))).not.toContain(`:9 :9 *4 $9 127.0.0.1 :7001 $40 ${ONE} *0 *4`);
    host.ownOffset = 5;
    expect(resp(describeSlots(state, IN_72))).toContain(
      `*4 :9 :9 *4 $9 127.0.0.1 :7001 $40 ${ONE} *0 *4 $9 127.0.0.1 :7000 $40 ${ME} *0`,
    );
  });

  it('covers the last slot and is empty without slots', () => {
    expect(resp(describeSlots(fakeState(), IN_72))).toBe('*0');
    assignRange(state, other, 16382, 16383);
    expect(resp(describeSlots(state, IN_72))).toContain('*3 :16382 :16383 *4');
  });

  it('puts what is not the preferred endpoint into the metadata', () => {
    const entry = (protocol: 2 | 3) => resp(describeSlots(state, IN_72), protocol).split(':9 :9 ')[1];
    other.hostname = 'h.x';
    expect(entry(3)).toBe(`*4 $9 127.0.0.1 :7001 $40 ${ONE} %1 $8 hostname $3 h.x`);
    host.config['cluster-preferred-endpoint-type'] = 'hostname';
    expect(entry(3)).toBe(`*4 $3 h.x :7001 $40 ${ONE} %1 $2 ip $9 127.0.0.1`);
    host.config['cluster-preferred-endpoint-type'] = 'unknown-endpoint';
    expect(entry(2)).toBe(`*4 $-1 :7001 $40 ${ONE} *4 $2 ip $9 127.0.0.1 $8 hostname $3 h.x`);
    expect(entry(3)).toBe(`*4 _ :7001 $40 ${ONE} %2 $2 ip $9 127.0.0.1 $8 hostname $3 h.x`);
    other.hostname = '';
    host.config['cluster-preferred-endpoint-type'] = 'hostname';
    expect(entry(3)).toBe(`*4 $1 ? :7001 $40 ${ONE} %1 $2 ip $9 127.0.0.1`);
  });
});

describe('CLUSTER SHARDS', () => {
  const node = (id: string, port: number, role: string, offset = 0, health = 'online') =>
    `%7 $2 id $40 ${id} $4 port :${port} $2 ip $9 127.0.0.1 $8 endpoint $9 127.0.0.1 $4 role $${role.length} ${role} $18 replication-offset :${offset} $6 health $${health.length} ${health}`;

  it('has an entry for each shard with the slots of its master', () => {
    host.ownOffset = 42;
    const expected =
      `*2 %2 $5 slots *4 :1 :3 :7 :7 $5 nodes *1 ${node(ME, 7000, 'master', 42)} ` +
      `%2 $5 slots *2 :9 :9 $5 nodes *2 ${node(ONE, 7001, 'master')} ${node(TWO, 7002, 'replica', 0, 'loading')}`;
    expect(resp(describeShards(state, IN_72), 3)).toBe(expected);
    expect(resp(describeShards(state, IN_70), 3)).toBe(expected);
  });

  it('is a flat list of names and values in RESP2', () => {
    expect(resp(describeShards(fakeState(), IN_72))).toBe(
      `*1 *4 $5 slots *0 $5 nodes *1 ${node(ME, 7000, 'master').replace('%7', '*14')}`,
    );
  });

  it('keeps the order in which the nodes joined in 7.2, and puts the master first in 7.0', () => {
    // The replica took over: it leads the old master now.
    other.replicaOf = replica;
    other.flags = NodeFlag.REPLICA;
    other.replicas.length = 0;
    replica.replicaOf = null;
    replica.flags = NodeFlag.MASTER;
    replica.replicas.push(other);
    state.slots.unassign(9);
    assignRange(state, replica, 9, 9);
    const order = (audience: ClusterAudience) =>
      [...resp(describeShards(state, audience)).matchAll(/id \$40 (\d)/g)].map(([, digit]) => digit);
    expect(order(IN_72)).toEqual(['0', '1', '2']);
    expect(order(IN_70)).toEqual(['0', '2', '1']);
    expect(resp(describeShards(state, IN_72))).toContain('slots *2 :9 :9');
  });

  it('shows TLS ports, hostnames and failures', () => {
    other.tlsPort = 8001;
    other.hostname = 'h.x';
    other.flags |= NodeFlag.FAIL;
    const text = resp(describeShards(state, IN_72), 3);
    expect(text).toContain(
      `%9 $2 id $40 ${ONE} $4 port :7001 $8 tls-port :8001 $2 ip $9 127.0.0.1 $8 endpoint $9 127.0.0.1 $8 hostname $3 h.x`,
    );
    expect(text).toContain('$6 health $4 fail');
    expect(resp(describeShards(state, IN_70), 3)).not.toContain('tls-port');
    host.config['cluster-preferred-endpoint-type'] = 'unknown-endpoint';
    expect(resp(describeShards(state, IN_72), 3)).toContain('$8 endpoint $0  $8 hostname');
  });

  it('leaves out handshakes', () => {
    addNode(state, 5).flags = NodeFlag.HANDSHAKE;
    expect(resp(describeShards(state, IN_72))).not.toContain('5'.repeat(40));
    expect(resp(describeShards(state, IN_70))).not.toContain('5'.repeat(40));
  });
});

describe('CLUSTER LINKS', () => {
  it('shows the link to a node before the link from it', () => {
    other.inboundLink = fakeLink(other, true, 2300);
    other.link = fakeLink(other, false);
    const link = (direction: string, events: string, bytes: number) =>
      `%6 $9 direction $${direction.length} ${direction} $4 node $40 ${ONE} $11 create-time :${NOW_MS} $6 events $${events.length} ${events} $21 send-buffer-allocated :${bytes} $16 send-buffer-used :${bytes}`;
    expect(resp(describeLinks(state, IN_72), 3)).toBe(
      `*2 ${link('to', 'r', 48)} ${link('from', 'rw', 2348)}`,
    );
    expect(resp(describeLinks(state, IN_70), 3)).toBe(`*2 ${link('to', 'r', 0)} ${link('from', 'rw', 2300)}`);
  });
});

describe('CLUSTER INFO', () => {
  it('counts slots by the health of their owners, and messages by type', () => {
    state.messagesSent.ping = 25;
    state.messagesSent.meet = 1;
    state.messagesSent.publishshard = 2;
    state.messagesReceived.pong = 26;
    state.currentEpoch = 4;
    state.myself.configEpoch = 3;
    other.flags |= NodeFlag.PFAIL;
    expect(describeInfo(state).text.split('\r\n')).toEqual([
      'cluster_state:fail',
      'cluster_slots_assigned:5',
      'cluster_slots_ok:4',
      'cluster_slots_pfail:1',
      'cluster_slots_fail:0',
      'cluster_known_nodes:3',
      'cluster_size:1',
      'cluster_current_epoch:4',
      'cluster_my_epoch:3',
      'cluster_stats_messages_ping_sent:25',
      'cluster_stats_messages_meet_sent:1',
      'cluster_stats_messages_publishshard_sent:2',
      'cluster_stats_messages_sent:28',
      'cluster_stats_messages_pong_received:26',
      'cluster_stats_messages_received:26',
      'total_cluster_links_buffer_limit_exceeded:0',
      '',
    ]);
    expect(describeInfo(state).format).toBe('txt');
    other.flags |= NodeFlag.FAIL;
    expect(describeInfo(state).text).toContain('cluster_slots_pfail:0\r\ncluster_slots_fail:1');
  });

  it("shows a replica its master's epoch", () => {
    other.configEpoch = 9;
    becomeReplicaOf(state, other);
    state.ok = true;
    expect(describeInfo(state).text).toMatch(/^cluster_state:ok\r\n[\s\S]*cluster_my_epoch:9\r\n/);
  });
});
