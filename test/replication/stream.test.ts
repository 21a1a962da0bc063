/** The stream of commands: what goes in, how offsets count, what replicas of replicas see (sections 9.4 and 9.7). */
import { describe, expect, it } from 'vitest';
import { MasterStream } from '../../src/replication/master-stream.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };

function chain(): {
  world: TestWorld;
  master: ReturnType<TestWorld['node']>;
  replica: ReturnType<TestWorld['node']>;
  subReplica: ReturnType<TestWorld['node']>;
} {
  const world = new TestWorld();
  const master = world.node(7001, NOW);
  const replica = world.node(7002, NOW);
  const subReplica = world.node(7003, NOW);
  replica.follow(master);
  world.advance(50);
  subReplica.follow(replica);
  world.advance(50);
  return { world, master, replica, subReplica };
}

describe('the stream', () => {
  it('selects a database only when it changes', () => {
    const { world, master, replica } = chain();
    replica.applied.length = 0;
    master.write(0, 'SET', 'a', '1');
    master.write(0, 'SET', 'b', '2');
    master.write(5, 'SET', 'c', '3');
    master.write(0, 'DEL', 'a');
    world.advance(10);
    expect(replica.applied.filter(([name]) => name !== 'PING').map((argv) => argv.join(' '))).toEqual([
      ...['SELECT 0', 'SET a 1', 'SET b 2', 'SELECT 5', 'SET c 3', 'SELECT 0', 'DEL a'],
    ]);
    expect(replica.dataset).toEqual({ '0:b': '2', '5:c': '3' });
  });

  it('counts every byte', () => {
    const { world, master, replica } = chain();
    master.write(0, 'SET', 'warm', 'up');
    const before = master.replication.offset();
    master.write(0, 'SET', 'k', '\xff\x00');
    expect(master.replication.offset() - before).toBe(encodeRequest(['SET', 'k', '\xff\x00']).length);
    world.advance(10);
    expect(replica.replication.offset()).toBe(master.replication.offset());
    expect(replica.get('k')).toBe('\xff\x00');
  });

  it('passes through a replica unchanged: same id, same offset, same bytes', () => {
    const { world, master, replica, subReplica } = chain();
    master.write(2, 'SET', 'k', 'v');
    master.transaction(0, ['SET', 'x', '1'], ['SET', 'y', '2']);
    world.advance(11_000);
    expect(subReplica.dataset).toEqual(master.dataset);
    expect(subReplica.replication.replicationId).toBe(master.replication.replicationId);
    expect(subReplica.replication.offset()).toBe(master.replication.offset());
    expect(replica.replication.streamOffset).toBe(master.replication.streamOffset);
    expect(replica.info('repl_backlog_histlen')).toBe(master.info('repl_backlog_histlen'));
  });

  it('gets a PING every repl-ping-replica-period seconds while there are replicas', () => {
    const { world, master } = chain();
    world.advance(60_000);
    const before = master.replication.offset();
    world.advance(100_000);
    expect(master.replication.offset() - before).toBe(10 * 14);
  });

  it('stands still during the pause of a manual failover', () => {
    const { world, master } = chain();
    master.isStreamPaused = true;
    master.isManualFailover = true;
    const before = master.replication.offset();
    world.advance(40_000);
    expect(master.replication.offset()).toBe(before);
    master.isManualFailover = false;
    world.advance(20_000);
    // A CLIENT PAUSE alone does not stop PINGs.
    expect(master.replication.offset()).toBeGreaterThan(before);
  });

  it('is not fed by a replica', () => {
    const { world, replica, subReplica } = chain();
    world.advance(50);
    const before = replica.replication.offset();
    replica.write(0, 'SET', 'local', 'only');
    world.advance(10);
    expect(replica.replication.offset()).toBe(before);
    expect(subReplica.get('local')).toBeUndefined();
  });

  it('does not count without a replica, but with an AOF by commands', () => {
    const world = new TestWorld();
    const master = world.node(7001);
    master.write(0, 'SET', 'k', 'v');
    expect(master.replication.offset()).toBe(0);
    master.config.appendonly = true;
    master.write(0, 'SET', 'k', 'v');
    expect(master.replication.offset()).toBe(1);
  });

  it('with a protocol error ends the link, and nothing of it is reused', () => {
    const { world, master, replica } = chain();
    master.replication.replicas[0]?.feed('*1\r\n!oops\r\n');
    world.advance(100);
    expect(replica.logs.some((line) => line.includes('Protocol error'))).toBe(true);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    expect(master.stats.syncFull).toBe(2);
  });
});

describe('the processed offset', () => {
  function follow(bytes: string, size: number): { offsets: number[]; passedOn: string; applied: string[] } {
    const offsets: number[] = [];
    const applied: string[] = [];
    let passedOn = '';
    const stream = new MasterStream(1000, {
      apply: (argv) => void applied.push(argv.join(' ')),
      onApplied: (chunk) => {
        passedOn += Buffer.from(chunk).toString('latin1');
        offsets.push(stream.offset);
      },
      onProtocolError: (text) => void applied.push(text),
    });
    for (let start = 0; start < bytes.length; start += size) {
      stream.push(Buffer.from(bytes.slice(start, start + size), 'latin1'));
      expect(stream.receivedOffset).toBe(1000 + Math.min(bytes.length, start + size));
    }
    return { offsets: [...new Set(offsets)], passedOn, applied };
  }

  const set = encodeRequest(['SET', 'key', 'a long value that spans pieces']);
  const parts = [
    set,
    encodeRequest(['MULTI']),
    set,
    encodeRequest(['del', 'x']),
    encodeRequest(['EXEC']),
    set,
  ];
  const bytes = parts.join('');

  it.each([1, 2, 5, 16, 100, 10_000])(
    'moves with each command, and in a transaction at its end, in pieces of %d',
    (size) => {
      const { offsets, passedOn, applied } = follow(bytes, size);
      const afterExec = 1000 + bytes.length - set.length;
      expect(offsets).toEqual([1000 + set.length, afterExec, 1000 + bytes.length]);
      expect(passedOn).toBe(bytes);
      expect(applied).toHaveLength(6);
    },
  );

  it('counts empty lines with the command that follows, as Redis 7.0.15 and 7.2.4 do', () => {
    expect(follow(`${set}\n\n\n`, 1).offsets).toEqual([1000 + set.length]);
    expect(follow(`${set}\n\n\n${set}`, 1).offsets).toEqual([1000 + set.length, 1003 + 2 * set.length]);
  });

  it('does not move into an incomplete command or transaction', () => {
    expect(follow(set + bytes.slice(0, -1), 7).offsets.at(-1)).toBe(
      1000 + set.length + bytes.length - set.length,
    );
    expect(follow(set + parts.slice(1, 4).join(''), 7).offsets).toEqual([1000 + set.length]);
  });
});
