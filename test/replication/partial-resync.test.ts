/** Coming back after a loss, and changing masters, without a snapshot (sections 9.2, 9.8 and 9.9). */
import { describe, expect, it } from 'vitest';
import { kinds, TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };

type Node = ReturnType<TestWorld['node']>;

function pair(config: Parameters<TestWorld['node']>[1] = {}): {
  world: TestWorld;
  master: Node;
  replica: Node;
} {
  const world = new TestWorld();
  const master = world.node(7001, { ...NOW, ...config });
  const replica = world.node(7002, { ...NOW, ...config });
  replica.follow(master);
  world.advance(50);
  master.write(0, 'SET', 'a', '1');
  world.advance(10);
  return { world, master, replica };
}

describe('after the connection broke', () => {
  it('the replica gets exactly what it missed', () => {
    const { world, master, replica } = pair();
    world.cutAll();
    master.write(0, 'SET', 'b', '2');
    master.write(7, 'SET', 'c', '3');
    expect(replica.replication.isMasterLinkUp()).toBe(false);
    expect(replica.replication.masterLinkDownSinceMs()).toBe(world.clock.nowMs());
    world.advance(50);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    expect(replica.dataset).toEqual(master.dataset);
    expect(replica.replication.offset()).toBe(master.replication.offset());
    expect(master.stats).toMatchObject({ syncFull: 1, syncPartialOk: 1 });
    expect(kinds(replica.events)).toEqual([
      ...['sync-started', 'full-resync', 'in-sync', 'link-down', 'sync-started', 'partial-resync', 'in-sync'],
    ]);
    expect(kinds(master.events)).toEqual(['replica-online', 'replica-gone', 'replica-online']);
  });

  it('a command or transaction that was cut in the middle comes again as a whole', () => {
    const { world, master, replica } = pair();
    world.chunkSize = 1;
    master.transaction(0, ['APPEND', 'a', 'x'], ['APPEND', 'a', 'y']);
    const bytes = world.pipe.toReplica.length;
    // Cut while the pieces are being delivered: the first command of the transaction is there, the end is not.
    let seen = 0;
    const apply = replica.applied.push.bind(replica.applied);
    replica.applied.push = (...argv) => {
      seen++;
      return apply(...argv);
    };
    world.cutAll();
    expect(bytes).toBeGreaterThan(0);
    expect(seen).toBe(0);
    world.advance(100);
    expect(replica.get('a')).toBe('1xy');
    expect(replica.replication.offset()).toBe(master.replication.offset());
  });

  it('what was not executed yet is asked for again, whatever was received', () => {
    for (let cut = 1; cut < 60; cut += 4) {
      const { world, master, replica } = pair();
      const { pipe } = world;
      // The network lets only so many bytes through.
      const original = pipe.writeBack.bind(pipe);
      let left = cut;
      pipe.writeBack = (bytes) => {
        original(bytes.slice(0, left));
        left = Math.max(0, left - bytes.length);
      };
      master.transaction(0, ['APPEND', 'a', 'x'], ['APPEND', 'a', 'y']);
      world.advance(5);
      pipe.cut();
      world.advance(50);
      expect(replica.get('a')).toBe('1xy');
      expect(replica.replication.offset()).toBe(master.replication.offset());
      expect(master.stats.syncPartialOk).toBe(1);
    }
  });

  it('a snapshot is needed when the backlog has moved on', () => {
    const { world, master, replica } = pair({ 'repl-backlog-size': 16_384 });
    world.isHeld = true;
    for (let round = 0; round < 60; round++) master.write(0, 'SET', `k${round}`, 'v'.repeat(1000));
    world.advance(5);
    world.isHeld = false;
    world.cutAll();
    world.advance(50);
    expect(replica.dataset).toEqual(master.dataset);
    expect(master.stats).toMatchObject({ syncFull: 2, syncPartialOk: 0 });
    expect(master.logs.some((line) => line.includes('for lack of backlog'))).toBe(true);
  });

  it('a snapshot is needed when the master came back without its past', () => {
    const { world, master, replica } = pair();
    master.crash();
    world.cutAll();
    world.advance(5000);
    expect(replica.replication.linkState).toBe('connect');
    const reborn = world.node(7001, NOW);
    reborn.write(0, 'SET', 'fresh', 'start');
    world.advance(2000);
    expect(replica.dataset).toEqual({ '0:fresh': 'start' });
    expect(reborn.stats).toMatchObject({ syncFull: 1, syncPartialError: 1 });
    expect(reborn.logs.some((line) => line.includes('Replication ID mismatch'))).toBe(true);
  });

  it('an offset from the future is refused', () => {
    const { world, master } = pair();
    const received: Buffer[] = [];
    const pipe = world.connect(7001, {
      onConnected: () => pipe.write(`PSYNC ${master.replication.replicationId.toUpperCase()} 99999\r\n`),
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {},
    });
    world.advance(20);
    expect(Buffer.concat(received).toString()).toMatch(/^\+FULLRESYNC/);
    expect(master.logs.some((line) => line.includes('greater than the master replication offset'))).toBe(
      true,
    );
  });

  it('CONTINUE tells no id to a replica that does not know psync2', () => {
    const { world, master } = pair();
    const received: Buffer[] = [];
    const next = master.replication.offset() + 1;
    const pipe = world.connect(7001, {
      onConnected: () => pipe.write(`PSYNC ${master.replication.replicationId} ${next}\r\n`),
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {},
    });
    world.advance(20);
    expect(Buffer.concat(received).toString()).toBe('+CONTINUE\r\n');
  });
});

describe('after a promotion', () => {
  /** A master with two replicas; the first one is promoted. */
  function failover(): { world: TestWorld; old: Node; promoted: Node; other: Node } {
    const world = new TestWorld();
    const old = world.node(7001, NOW);
    const promoted = world.node(7002, NOW);
    const other = world.node(7003, NOW);
    promoted.follow(old);
    other.follow(old);
    world.advance(50);
    old.write(4, 'SET', 'a', '1');
    world.advance(20);
    promoted.replication.stopReplicating();
    return { world, old, promoted, other };
  }

  it('the old id stays valid up to the offset of the promotion', () => {
    const { old, promoted } = failover();
    expect(promoted.replication.isReplica).toBe(false);
    expect(promoted.info('master_replid2')).toBe(old.replication.replicationId);
    expect(promoted.info('second_repl_offset')).toBe(String(old.replication.offset() + 1));
    expect(promoted.replication.replicationId).not.toBe(old.replication.replicationId);
  });

  it('the other replica and the old master go on without a snapshot', () => {
    const { world, old, promoted, other } = failover();
    promoted.write(4, 'SET', 'b', '2');
    other.follow(promoted);
    old.follow(promoted);
    world.advance(50);
    expect(promoted.stats).toEqual({ syncFull: 0, syncPartialOk: 2, syncPartialError: 0 });
    for (const node of [old, other]) {
      expect(node.dataset).toEqual({ '4:a': '1', '4:b': '2' });
      expect(node.replication.replicationId).toBe(promoted.replication.replicationId);
      expect(node.info('master_replid2')).toBe(promoted.info('master_replid2'));
      expect(node.replication.offset()).toBe(promoted.replication.offset());
    }
    expect(old.blockedClientsDisconnected).toBe(1);
    // The stream told its database anew.
    expect(old.applied.filter(([name]) => name !== 'PING').map((argv) => argv[0])).toEqual(['SELECT', 'SET']);
  });

  it('an old master that wrote more than was replicated needs a snapshot', () => {
    const { world, old, promoted } = failover();
    old.write(4, 'SET', 'lost', 'write');
    old.follow(promoted);
    world.advance(50);
    expect(promoted.stats).toMatchObject({ syncFull: 1, syncPartialError: 1 });
    expect(promoted.logs.some((line) => line.includes('Requested offset for second ID was'))).toBe(true);
    expect(old.dataset).toEqual({ '4:a': '1' });
    expect(old.info('master_replid2')).toBe('0'.repeat(40));
  });

  it('replicas of a replica are told of a new id, and go on without a snapshot as well', () => {
    const world = new TestWorld();
    const [top, middle, bottom] = [7001, 7002, 7003].map((port) => world.node(port, NOW)) as [
      Node,
      Node,
      Node,
    ];
    const heir = world.node(7004, NOW);
    middle.follow(top);
    heir.follow(top);
    world.advance(50);
    bottom.follow(middle);
    world.advance(50);
    top.write(0, 'SET', 'a', '1');
    world.advance(20);
    heir.replication.stopReplicating();
    middle.follow(heir);
    world.advance(100);
    heir.write(0, 'SET', 'b', '2');
    world.advance(20);
    expect(bottom.dataset).toEqual({ '0:a': '1', '0:b': '2' });
    expect(bottom.replication.replicationId).toBe(heir.replication.replicationId);
    expect([heir, middle].map(({ stats }) => stats.syncFull)).toEqual([0, 1]);
    expect(middle.stats.syncPartialOk).toBe(1);
  });

  it('a replica whose own link is down refuses replicas', () => {
    const { world, old, other } = failover();
    old.crash();
    world.cutAll();
    world.advance(20);
    const received: Buffer[] = [];
    const pipe = world.connect(7003, {
      onConnected: () => pipe.write('PSYNC ? -1\r\n'),
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {},
    });
    world.advance(20);
    expect(other.replication.linkState).toBe('connect');
    expect(Buffer.concat(received).toString()).toBe(
      "-NOMASTERLINK Can't SYNC while not connected with my master\r\n",
    );
  });
});

describe('the backlog', () => {
  it('is dropped after repl-backlog-ttl seconds without replicas, and the history ends with it', () => {
    const { world, master, replica } = pair({ 'repl-backlog-ttl': 10 });
    const id = master.replication.replicationId;
    replica.crash();
    world.cutAll();
    world.advance(9000);
    expect(master.info('repl_backlog_active')).toBe('1');
    world.advance(4000);
    expect(master.info('repl_backlog_active')).toBe('0');
    expect(master.replication.replicationId).not.toBe(id);
    expect(master.logs).toContain(
      'notice: Replication backlog freed after 10 seconds without connected replicas.',
    );
  });

  it('of a replica stays, and of a master for ever when the directive is 0', () => {
    const { world, master, replica } = pair({ 'repl-backlog-ttl': 0 });
    replica.crash();
    world.cutAll();
    world.advance(100_000);
    expect(master.info('repl_backlog_active')).toBe('1');
  });
});
