/** FAILOVER outside of cluster mode. */
import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };

type Node = ReturnType<TestWorld['node']>;

function shard(): { world: TestWorld; master: Node; first: Node; second: Node } {
  const world = new TestWorld();
  const [master, first, second] = [7001, 7002, 7003].map((port) => world.node(port, NOW)) as [
    Node,
    Node,
    Node,
  ];
  first.follow(master);
  second.follow(master);
  world.advance(1500);
  master.write(0, 'SET', 'a', '1');
  return { world, master, first, second };
}

const ANY = { target: null, force: false, timeoutMs: 0 };

describe('FAILOVER', () => {
  it('hands over to a replica that has everything, and follows it without a snapshot', () => {
    const { world, master, first } = shard();
    master.replication.failover.start({ ...ANY, target: { host: '10.0.0.1', port: 7002 } });
    expect(master.info('master_failover_state')).toBe('waiting-for-sync');
    expect(master.isStreamPaused).toBe(true);
    world.advance(3000);
    expect(first.replication.isReplica).toBe(false);
    expect(master.replication.masterAddress()).toEqual({ host: '10.0.0.1', port: 7002 });
    expect(master.replication.isMasterLinkUp()).toBe(true);
    expect(master.isStreamPaused).toBe(false);
    expect(master.info('master_failover_state')).toBe('no-failover');
    expect(first.stats).toMatchObject({ syncFull: 0, syncPartialOk: 1 });
    first.write(0, 'SET', 'b', '2');
    world.advance(10);
    expect(master.dataset).toEqual({ '0:a': '1', '0:b': '2' });
  });

  it('takes whichever replica has caught up', () => {
    const { world, master, first, second } = shard();
    second.crash();
    master.replication.failover.start(ANY);
    world.advance(3000);
    expect(first.replication.isReplica).toBe(false);
  });

  it('gives up when the time is over', () => {
    const { world, master, first } = shard();
    first.crash();
    master.write(0, 'SET', 'b', '2');
    master.replication.failover.start({ ...ANY, target: { host: '10.0.0.1', port: 7002 }, timeoutMs: 2000 });
    world.advance(2500);
    expect(master.info('master_failover_state')).toBe('no-failover');
    expect(master.replication.isReplica).toBe(false);
    expect(master.isStreamPaused).toBe(false);
    expect(master.logs).toContain(
      'notice: FAILOVER to 10.0.0.1:7002 aborted: Replica never caught up before timeout',
    );
  });

  it('can be aborted', () => {
    const { world, master, first } = shard();
    first.crash();
    master.write(0, 'SET', 'b', '2');
    master.replication.failover.start({ ...ANY, target: { host: '10.0.0.1', port: 7002 } });
    world.advance(1000);
    master.replication.failover.abort('Failover manually aborted');
    expect(master.info('master_failover_state')).toBe('no-failover');
    expect(master.isStreamPaused).toBe(false);
  });

  it('ends as it was when the target refuses', () => {
    const { world, master, first } = shard();
    const serve = first.serve.bind(first);
    first.serve = (session, argv) =>
      argv[0] === 'PSYNC' ? serve(session, ['PSYNC', 'f'.repeat(40), '1', 'FAILOVER']) : serve(session, argv);
    master.replication.failover.start({ ...ANY, target: { host: '10.0.0.1', port: 7002 } });
    world.advance(3000);
    expect(master.replication.isReplica).toBe(false);
    expect(first.replication.isReplica).toBe(true);
    expect(master.logs).toContain(
      'notice: FAILOVER to 10.0.0.1:7002 aborted: Failover target rejected psync request',
    );
  });
});
