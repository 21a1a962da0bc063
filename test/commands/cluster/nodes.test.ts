/** CLUSTER MEET, FORGET, REPLICATE, REPLICAS, FAILOVER, epochs, RESET and SAVECONFIG: preconditions, errors and effects. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../../src/cluster/cluster-node.js';
import { NodeFlag } from '../../../src/cluster/node-flags.js';
import { addNode, becomeReplicaOf, fakeLink } from '../../cluster/fake-host.js';
import { ClusterHarness } from './cluster-harness.js';

const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);
const NOBODY = 'f'.repeat(40);

let node: ClusterHarness;
let other: ClusterNode;
let replica: ClusterNode;

/** Node 1 is a master, node 2 its replica. */
beforeEach(() => {
  node = new ClusterHarness();
  other = addNode(node.state, 1);
  replica = addNode(node.state, 2, other);
});

describe('MEET', () => {
  it('starts a handshake once', () => {
    expect(node.cluster('MEET 10.0.0.9 7009')).toBe('+OK');
    expect(node.cluster('MEET 10.0.0.9 7009 17009')).toBe('+OK');
    const [stranger, ...others] = node.state.nodes.list.filter((known) => known.inHandshake);
    expect(stranger).toMatchObject({ ip: '10.0.0.9', port: 7009, busPort: 17009 });
    expect(others).toEqual([]);
  });

  it.each([
    ['MEET 10.0.0.9', "-ERR wrong number of arguments for 'cluster|meet' command"],
    ['MEET 10.0.0.9 x', '-ERR Invalid base port specified: x'],
    ['MEET 10.0.0.9 1 y', '-ERR Invalid bus port specified: y'],
    ['MEET 10.0.0.9 0', '-ERR Invalid node address specified: 10.0.0.9:0'],
    ['MEET 10.0.0.9 55536', '-ERR Invalid node address specified: 10.0.0.9:55536'],
    ['MEET 10.0.0.9 7000 65536', '-ERR Invalid node address specified: 10.0.0.9:7000'],
    ['MEET localhost 7000', '-ERR Invalid node address specified: localhost:7000'],
    [
      'meet 1.2.3.4 1 2 3',
      "-ERR unknown subcommand or wrong number of arguments for 'meet'. Try CLUSTER HELP.",
    ],
  ])('%s answers %s', (line, error) => {
    expect(node.cluster(line)).toBe(error);
  });

  it('names the transport in 7.0', () => {
    const old = new ClusterHarness('7.0');
    expect(old.cluster('MEET 10.0.0.9 x')).toBe('-ERR Invalid TCP base port specified: x');
    expect(old.cluster('MEET 10.0.0.9 1 x')).toBe('-ERR Invalid TCP bus port specified: x');
  });

  it('cuts numbers to 32 bits before it looks at them, as Redis does', () => {
    expect(node.cluster(`MEET 10.0.0.9 ${2n ** 32n + 7009n}`)).toBe('+OK');
    expect(node.state.nodes.list.at(-1)).toMatchObject({ port: 7009, busPort: 17009 });
  });
});

describe('FORGET', () => {
  it('removes the node and keeps it out; a second time is fine since 7.2', () => {
    expect(node.cluster(`FORGET ${TWO}`)).toBe('+OK');
    expect(node.state.nodes.get(TWO)).toBeUndefined();
    expect(node.state.nodes.isBlacklisted(TWO)).toBe(true);
    expect(node.cluster(`FORGET ${TWO}`)).toBe('+OK');
    const old = new ClusterHarness('7.0');
    addNode(old.state, 2);
    old.cluster(`FORGET ${TWO}`);
    expect(old.cluster(`FORGET ${TWO}`)).toBe(`-ERR Unknown node ${TWO}`);
  });

  it('refuses unknown nodes, itself and its master', () => {
    expect(node.cluster(`FORGET ${NOBODY}`)).toBe(`-ERR Unknown node ${NOBODY}`);
    expect(node.cluster(`FORGET ${node.me}`)).toBe("-ERR I tried hard but I can't forget myself...");
    becomeReplicaOf(node.state, other);
    expect(node.cluster(`FORGET ${ONE}`)).toBe("-ERR Can't forget my master!");
  });
});

describe('REPLICATE', () => {
  it('makes this node a replica, and moves a replica to another master', () => {
    expect(node.cluster(`REPLICATE ${ONE}`)).toBe('+OK');
    expect(node.state.myself.replicaOf).toBe(other);
    const third = addNode(node.state, 3);
    node.host.keyNames.add('key');
    expect(node.cluster(`REPLICATE ${third.id}`)).toBe('+OK');
    expect(node.state.myself.replicaOf).toBe(third);
  });

  it('refuses unknown nodes, itself, replicas, and a master that has slots or keys', () => {
    expect(node.cluster(`REPLICATE ${NOBODY}`)).toBe(`-ERR Unknown node ${NOBODY}`);
    expect(node.cluster(`REPLICATE ${node.me}`)).toBe("-ERR Can't replicate myself");
    expect(node.cluster(`REPLICATE ${TWO}`)).toBe('-ERR I can only replicate a master, not a replica.');
    const notEmpty = '-ERR To set a master the node must be empty and without assigned slots.';
    node.host.keyNames.add('key');
    expect(node.cluster(`REPLICATE ${ONE}`)).toBe(notEmpty);
    node.host.keyNames.clear();
    node.cluster('ADDSLOTS 1');
    expect(node.cluster(`REPLICATE ${ONE}`)).toBe(notEmpty);
  });
});

describe('REPLICAS and SLAVES', () => {
  it('list the replicas of a master as lines of CLUSTER NODES', () => {
    const line = `${TWO} 127.0.0.1:7002@17002 slave ${ONE} 0 0 0 disconnected`;
    expect(node.call('CLUSTER', 'REPLICAS', ONE)).toEqual([line]);
    expect(node.call('CLUSTER', 'slaves', ONE)).toEqual([line]);
    expect(node.call('CLUSTER', 'REPLICAS', node.me)).toEqual([]);
    expect(node.cluster(`REPLICAS ${NOBODY}`)).toBe(`-ERR Unknown node ${NOBODY}`);
    expect(node.cluster(`SLAVES ${TWO}`)).toBe('-ERR The specified node is not a master');
  });
});

describe('COUNT-FAILURE-REPORTS', () => {
  it('counts reports that are not too old', () => {
    other.failReports.set(replica, node.host.now);
    expect(node.cluster(`COUNT-FAILURE-REPORTS ${ONE}`)).toBe(':1');
    node.host.now += 30_001;
    expect(node.cluster(`COUNT-FAILURE-REPORTS ${ONE}`)).toBe(':0');
    expect(node.cluster('COUNT-FAILURE-REPORTS x')).toBe('-ERR Unknown node x');
  });
});

describe('FAILOVER', () => {
  it('checks its option before anything else', () => {
    expect(node.cluster('FAILOVER bogus')).toBe('-ERR syntax error');
    expect(node.cluster('FAILOVER default')).toBe('-ERR syntax error');
    expect(node.cluster('FAILOVER a b')).toBe(
      "-ERR unknown subcommand or wrong number of arguments for 'FAILOVER'. Try CLUSTER HELP.",
    );
    expect(node.cluster('FAILOVER')).toBe('-ERR You should send CLUSTER FAILOVER to a replica');
  });

  it('needs a master that is known and, without option, up', () => {
    becomeReplicaOf(node.state, other);
    const down = '-ERR Master is down or failed, please use CLUSTER FAILOVER FORCE';
    expect(node.cluster('FAILOVER')).toBe(down);
    other.link = fakeLink(other, false);
    other.flags |= NodeFlag.FAIL;
    expect(node.cluster('FAILOVER')).toBe(down);
    other.flags &= ~NodeFlag.FAIL;
    expect(node.cluster('FAILOVER')).toBe('+OK');
    expect(node.state.manualFailover.canStart).toBe(false);
    expect(node.cluster('FAILOVER force')).toBe('+OK');
    expect(node.state.manualFailover.canStart).toBe(true);
    node.state.myself.replicaOf = null;
    expect(node.cluster('FAILOVER TAKEOVER')).toBe("-ERR I'm a replica but my master is unknown to me");
  });

  it('takes over at once with TAKEOVER', () => {
    becomeReplicaOf(node.state, other);
    node.state.slots.assign(5, other);
    expect(node.cluster('FAILOVER TAKEOVER')).toBe('+OK');
    expect(node.state.myself.isMaster).toBe(true);
    expect(node.state.slots.ownerOf(5)).toBe(node.state.myself);
  });
});

describe('epochs', () => {
  it('are bumped until this node has the greatest one', () => {
    expect(node.cluster('BUMPEPOCH')).toBe('+BUMPED 1');
    expect(node.cluster('BUMPEPOCH')).toBe('+STILL 1');
    other.configEpoch = 3;
    expect(node.cluster('BUMPEPOCH')).toBe('+BUMPED 2');
  });

  it('are set on a node that knows nobody and has none', () => {
    expect(node.cluster('SET-CONFIG-EPOCH x')).toBe('-ERR value is not an integer or out of range');
    expect(node.cluster('SET-CONFIG-EPOCH -3')).toBe('-ERR Invalid config epoch specified: -3');
    expect(node.cluster('SET-CONFIG-EPOCH 3')).toBe(
      '-ERR The user can assign a config epoch only when the node does not know any other node.',
    );
    const alone = new ClusterHarness();
    expect(alone.cluster('SET-CONFIG-EPOCH 3')).toBe('+OK');
    expect(alone.cluster('SET-CONFIG-EPOCH 4')).toBe('-ERR Node config epoch is already non-zero');
    expect(alone.state.currentEpoch).toBe(3);
  });
});

describe('RESET', () => {
  it('forgets the others; HARD changes the id as well', () => {
    const before = node.me;
    expect(node.cluster('RESET')).toBe('+OK');
    expect([node.me, node.state.nodes.size]).toEqual([before, 1]);
    expect(node.cluster('reset hard')).toBe('+OK');
    expect(node.me).not.toBe(before);
  });

  it('refuses other options and a master with keys; a replica may have some', () => {
    expect(node.cluster('RESET bogus')).toBe('-ERR syntax error');
    expect(node.cluster('RESET soft hard')).toBe(
      "-ERR unknown subcommand or wrong number of arguments for 'RESET'. Try CLUSTER HELP.",
    );
    node.host.keyNames.add('key');
    expect(node.cluster('RESET SOFT')).toBe(
      "-ERR CLUSTER RESET can't be called with master nodes containing keys",
    );
    becomeReplicaOf(node.state, other);
    expect(node.cluster('RESET SOFT')).toBe('+OK');
    expect(node.host.keyNames.size).toBe(0);
  });
});

describe('SAVECONFIG', () => {
  it('stores nodes.conf durably or tells why it cannot', () => {
    expect(node.cluster('SAVECONFIG')).toBe('+OK');
    expect(node.host.saved).toMatchObject([{ fsync: true }]);
    node.host.saveError = 'No space left on device';
    expect(node.cluster('SAVECONFIG')).toBe(
      '-ERR error saving the cluster node config: No space left on device',
    );
  });
});
