/** Full resynchronization: both forms of the snapshot, however they are split (sections 9.1 and 9.3). */
import { describe, expect, it } from 'vitest';
import { SnapshotReceiver } from '../../src/replication/snapshot-receiver.js';
import { kinds, TestWorld } from './test-world.js';

const FORMS = [
  ['with an end mark', { 'repl-diskless-sync': true, 'repl-diskless-sync-delay': 0 }],
  ['of known length', { 'repl-diskless-sync': false }],
] as const;

function text(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('latin1');
}

describe.each(FORMS)('a snapshot %s', (_form, config) => {
  function synchronized(chunkSize = 0): {
    world: TestWorld;
    master: ReturnType<TestWorld['node']>;
    replica: ReturnType<TestWorld['node']>;
  } {
    const world = new TestWorld();
    world.chunkSize = chunkSize;
    const master = world.node(7001, config);
    master.write(0, 'SET', 'a', '1');
    master.write(3, 'SET', 'b', 'x'.repeat(200));
    const replica = world.node(7002);
    replica.write(0, 'SET', 'old', 'data');
    replica.follow(master);
    world.advance(100);
    return { world, master, replica };
  }

  it('replaces the dataset of the replica', () => {
    const { master, replica } = synchronized();
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    expect(replica.dataset).toEqual({ '0:a': '1', '3:b': 'x'.repeat(200) });
    expect(replica.dataset).toEqual(master.dataset);
    expect(kinds(replica.events)).toEqual(['sync-started', 'full-resync', 'in-sync']);
    expect(kinds(master.events)).toEqual(['replica-online']);
    // A node that was a master asks first whether its own history can go on.
    expect(master.stats).toEqual({ syncFull: 1, syncPartialOk: 0, syncPartialError: 1 });
  });

  it('makes ids and offsets those of the master', () => {
    const { world, master, replica } = synchronized();
    master.write(0, 'SET', 'k', 'v');
    world.advance(10);
    expect(replica.replication.replicationId).toBe(master.replication.replicationId);
    expect(replica.replication.offset()).toBe(master.replication.offset());
    expect(replica.replication.streamOffset).toBe(master.replication.streamOffset);
    expect(replica.info('master_replid2')).toBe('0'.repeat(40));
    expect(replica.info('second_repl_offset')).toBe('-1');
  });

  it('is followed by a stream that begins with SELECT', () => {
    const { world, master, replica } = synchronized();
    master.write(0, 'SET', 'k', 'v');
    world.advance(10);
    expect(replica.applied.filter(([name]) => name !== 'PING')).toEqual([
      ['SELECT', '0'],
      ['SET', 'k', 'v'],
    ]);
    expect(replica.get('k')).toBe('v');
  });

  it('arrives whole when every byte comes by itself', () => {
    const { world, master, replica } = synchronized(1);
    master.write(3, 'APPEND', 'b', 'y');
    world.advance(1100);
    expect(replica.dataset).toEqual(master.dataset);
    expect(replica.replication.offset()).toBe(master.replication.offset());
  });

  it.each([2, 3, 7, 39, 40, 41, 64])('arrives whole in pieces of %d bytes', (size) => {
    const { master, replica } = synchronized(size);
    expect(replica.dataset).toEqual(master.dataset);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
  });

  it('serves a replica that knows only SYNC', () => {
    const world = new TestWorld();
    const master = world.node(7001, { ...config, 'repl-diskless-sync': false });
    master.write(0, 'SET', 'a', '1');
    const received: Buffer[] = [];
    const pipe = world.connect(7001, {
      onConnected: () => pipe.write('SYNC\r\n'),
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {},
    });
    world.advance(50);
    expect(text(received)).toMatch(/^\$\d+\r\nREDIS0010/);
    world.advance(200_000);
    expect(pipe.isOpen).toBe(true);
    expect(text(received)).toContain('*1\r\n$4\r\nPING\r\n');
  });
});

describe('a full resynchronization', () => {
  it('with an end mark sends nothing more until the replica has acknowledged', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync-delay': 0 });
    const received: Buffer[] = [];
    const pipe = world.connect(7001, {
      onConnected: () => {
        pipe.write('REPLCONF capa eof capa psync2\r\nPSYNC ? -1\r\n');
      },
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {},
    });
    world.advance(20);
    master.write(0, 'SET', 'k', 'v');
    world.advance(20_000);
    const before = text(received);
    const mark = /\$EOF:([0-9a-f]{40})\r\n/.exec(before)?.[1] ?? 'none';
    expect(before.endsWith(mark)).toBe(true);
    pipe.write('REPLCONF ACK 0\r\n');
    world.advance(10);
    expect(text(received).slice(before.length)).toMatch(
      /^\*2\r\n\$6\r\nSELECT\r\n\$1\r\n0\r\n\*3\r\n\$3\r\nSET\r\n/,
    );
  });

  it('waits for other replicas before it makes the snapshot, and keeps the connection alive meanwhile', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync-delay': 5 });
    const first = world.node(7002);
    first.follow(master);
    world.advance(3000);
    expect(master.info('slave0')).toMatch(/^ip=10.0.0.1,port=7002,state=wait_bgsave,offset=0,lag=0$/);
    expect(first.replication.linkState).toBe('handshake');
    const second = world.node(7003);
    second.follow(master);
    world.advance(4500);
    expect(first.replication.isMasterLinkUp()).toBe(true);
    expect(second.replication.isMasterLinkUp()).toBe(true);
    expect(master.logs.filter((line) => line.includes('Starting BGSAVE'))).toHaveLength(1);
    expect(text(world.pipes[0]!.toReplica)).toMatch(/\+OK\r\n\n{4,6}\+FULLRESYNC /);
    expect(master.info('connected_slaves')).toBe('2');
  });

  it('does not wait when enough replicas are there', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync-max-replicas': 1 });
    const replica = world.node(7002);
    replica.follow(master);
    world.advance(1100);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
  });

  it('begins a new history when there is none, and drops what the old id stood for', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync': false });
    const idBefore = master.replication.replicationId;
    world.node(7002).follow(master);
    world.advance(50);
    expect(master.replication.replicationId).not.toBe(idBefore);
    expect(master.info('repl_backlog_active')).toBe('1');
    expect(master.info('repl_backlog_first_byte_offset')).toBe('1');
  });

  it('that fails tells the replica, which tries again', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync': false });
    master.snapshotFails = true;
    const replica = world.node(7002);
    replica.follow(master);
    world.advance(50);
    expect(text(world.pipes[0]!.toReplica)).toContain("-ERR BGSAVE failed, replication can't continue\r\n");
    expect(master.replication.replicas).toHaveLength(0);
    master.snapshotFails = false;
    world.advance(3000);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
  });

  it('of an rdb-only client ends with the snapshot', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync': false });
    master.write(0, 'SET', 'a', '1');
    const received: Buffer[] = [];
    let closed = false;
    const pipe = world.connect(7001, {
      onConnected: () => pipe.write('REPLCONF rdb-only 1\r\nPSYNC ? -1\r\n'),
      onData: (chunk) => void received.push(Buffer.from(chunk)),
      onClose: () => {
        closed = true;
      },
    });
    world.advance(50);
    expect(text(received)).toContain('REDIS0010');
    expect(closed).toBe(true);
    expect(master.replication.replicas).toHaveLength(0);
  });

  it('is asked for anew when the snapshot cannot be read', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync': false });
    const replica = world.node(7002);
    const damaged = world.node(7003);
    damaged.serve = (_session, argv) => {
      if (argv[0] === 'PSYNC') _session.sendRaw(`+FULLRESYNC ${'a'.repeat(40)} 5\r\n$9\r\nREDIS0099`);
      return argv[0] === 'PSYNC'
        ? master.serve(_session, ['REPLCONF', 'GETACK', '*'])
        : master.serve(_session, ['PING']);
    };
    replica.follow(damaged);
    world.advance(20);
    expect(replica.logs).toContain("warning: Can't handle RDB format version 99");
    expect(replica.replication.isMasterLinkUp()).toBe(false);
    expect(replica.dataset).toEqual({});
    replica.follow(master);
    world.advance(50);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
  });
});

describe('the receiver of a snapshot', () => {
  const mark = 'c'.repeat(40);
  const forms = [`$5\r\nREDISrest`, `$EOF:${mark}\r\nREDIS${mark}rest`, `\n\r\n$5\r\nREDISrest`];

  it.each(forms)('finds the end of %j wherever it is split', (bytes) => {
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second += 3) {
        const receiver = new SnapshotReceiver();
        let isComplete = false;
        for (const piece of [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)]) {
          if (isComplete) continue;
          receiver.push(Buffer.from(piece));
          for (let step = receiver.next(); step.kind !== 'more'; step = receiver.next()) {
            isComplete = step.kind === 'complete';
            if (isComplete) break;
          }
        }
        expect(isComplete).toBe(true);
        expect(Buffer.from(receiver.takeSnapshot()).toString()).toBe('REDIS');
        expect('rest'.startsWith(Buffer.from(receiver.takeRest()).toString())).toBe(true);
      }
    }
  });

  it.each([
    ['-ERR no', 'MASTER aborted replication with an error: ERR no'],
    ['+OK', "Bad protocol from MASTER, the first byte is not '$' (we received '+OK')"],
  ])('refuses %s', (line, why) => {
    const receiver = new SnapshotReceiver();
    receiver.push(Buffer.from(`${line}\r\n`));
    const step = receiver.next();
    expect(step.kind).toBe('refused');
    expect('text' in step ? step.text : '').toContain(why);
  });
});
