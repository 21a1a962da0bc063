/** The link to the master: handshake, refusals, timeouts (section 9.1). */
import { describe, expect, it } from 'vitest';
import { acceptsPingAnswer, parsePsyncAnswer } from '../../src/replication/handshake.js';
import { type Pipe, TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };

function sent(pipe: Pipe): string {
  return Buffer.concat(pipe.toMaster).toString('latin1');
}

describe('the handshake', () => {
  it('is what a real replica sends', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002);
    replica.follow(master);
    world.advance(1);
    expect(replica.replication.linkState).toBe('handshake');
    expect(sent(world.pipe)).toBe('*1\r\n$4\r\nPING\r\n');
    world.advance(50);
    const lines = sent(world.pipe)
      .split('\r\n')
      .filter((line) => line !== '' && !/^[*$]/.test(line));
    const id = replica.info('master_replid');
    expect(lines).not.toContain(id);
    expect(lines.filter((line) => line.length !== 40)).toEqual([
      ...['PING', 'REPLCONF', 'listening-port', '7002', 'REPLCONF', 'capa', 'eof', 'capa', 'psync2'],
      ...['PSYNC', '1', 'REPLCONF', 'ACK', '0'],
    ]);
    expect(master.replication.findReplica('10.0.0.1', 7002)?.state).toBe('online');
  });

  it('tells user and password, and the announced address', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002, {
      masterauth: 'secret',
      masteruser: 'repl',
      'replica-announce-ip': '192.0.2.7',
      'replica-announce-port': 9999,
    });
    replica.follow(master);
    world.advance(50);
    expect(sent(world.pipe)).toContain('*3\r\n$4\r\nAUTH\r\n$4\r\nrepl\r\n$6\r\nsecret\r\n');
    expect(master.info('slave0')).toMatch(/^ip=192.0.2.7,port=9999,state=online,/);
    expect(master.replication.findReplica('192.0.2.7', 9999)).toBeDefined();
  });

  it.each([
    ['+PONG', true],
    ['-NOAUTH Authentication required.', true],
    ['-NOPERM no', true],
    ['-ERR operation not permitted', true],
    ['-LOADING Redis is loading', false],
    ['$4', false],
  ])('takes %j to PING: %s', (line, accepted) => {
    expect(acceptsPingAnswer(line)).toBe(accepted);
  });

  it.each([
    [`+FULLRESYNC ${'a'.repeat(40)} 123`, { kind: 'full', replicationId: 'a'.repeat(40), offset: 123 }],
    [`+FULLRESYNC ${'a'.repeat(39)} 123`, { kind: 'full', replicationId: '', offset: -1 }],
    ['+FULLRESYNC', { kind: 'full', replicationId: '', offset: -1 }],
    ['+CONTINUE', { kind: 'continue', replicationId: null }],
    [`+CONTINUE ${'b'.repeat(40)}`, { kind: 'continue', replicationId: 'b'.repeat(40) }],
    ['-NOMASTERLINK x', { kind: 'try-later' }],
    ['-LOADING x', { kind: 'try-later' }],
    ["-ERR unknown command 'PSYNC'", { kind: 'not-supported', isError: true }],
    ['-WHAT', { kind: 'not-supported', isError: false }],
  ])('understands %j', (line, answer) => {
    expect(parsePsyncAnswer(line)).toEqual(answer);
  });

  it('ends when the password is wrong, and is tried again every second', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002, { masterauth: 'wrong' });
    const serve = master.serve.bind(master);
    master.serve = (session, argv) => {
      if (argv[0] !== 'AUTH') return serve(session, argv);
      session.sendRaw('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
      return serve(session, ['REPLCONF', 'GETACK', '*']);
    };
    replica.follow(master);
    world.advance(50);
    expect(replica.replication.linkState).toBe('connect');
    expect(replica.logs.some((line) => line.includes('Unable to AUTH to MASTER: -WRONGPASS'))).toBe(true);
    world.advance(3000);
    expect(world.pipes.length).toBeGreaterThanOrEqual(3);
  });
});

describe('the link', () => {
  it('is tried once a second while nobody listens', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002);
    master.isReachable = false;
    replica.follow(master);
    world.advance(10);
    expect(replica.replication.linkState).toBe('connect');
    expect(replica.info('master_link_down_since_seconds')).toBe('-1');
    world.advance(5000);
    expect(world.pipes).toHaveLength(6);
    master.isReachable = true;
    world.advance(1500);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
  });

  it('is given up when the master says nothing for repl-timeout', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002, { 'repl-timeout': 20 });
    replica.follow(master);
    world.advance(1000);
    world.isHeld = true;
    world.advance(20_000);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    world.advance(12_000);
    expect(replica.logs).toContain('warning: MASTER timeout: no data nor PING received...');
    world.isHeld = false;
    world.advance(40_000);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    expect(master.stats.syncPartialOk).toBe(1);
  });

  it('is given up when the master does not finish the handshake', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002, { 'repl-timeout': 20 });
    master.serve = () => {
      throw new Error('never');
    };
    world.isHeld = true;
    replica.follow(master);
    world.advance(25_000);
    expect(replica.logs).toContain('warning: Timeout connecting to the MASTER...');
    expect(world.pipes.length).toBeGreaterThan(1);
  });

  it('is given up when the snapshot stops coming', () => {
    const world = new TestWorld();
    const master = world.node(7001, NOW);
    const replica = world.node(7002, { 'repl-timeout': 20 });
    master.serve = (session, argv) => {
      if (argv[0] !== 'PSYNC') return new TestWorld().node(1).serve(session, ['PING']);
      session.sendRaw(`+FULLRESYNC ${'a'.repeat(40)} 5\r\n$1000\r\nREDIS`);
      return replica.replication.onReplconf(session, ['REPLCONF', 'GETACK', '*']);
    };
    replica.follow(master);
    world.advance(100);
    expect(replica.replication.linkState).toBe('sync');
    expect(replica.info('master_sync_in_progress')).toBe('1');
    expect(replica.info('master_sync_total_bytes')).toBe('1000');
    expect(replica.info('master_sync_left_bytes')).toBe('995');
    expect(replica.info('master_sync_perc')).toBe('0.50');
    world.advance(25_000);
    expect(replica.logs.some((line) => line.includes('Timeout receiving bulk data from MASTER'))).toBe(true);
  });

  it('falls back to SYNC where PSYNC is not known, and sends no acknowledgements then', () => {
    const world = new TestWorld();
    const master = world.node(7001, { 'repl-diskless-sync': false });
    master.write(0, 'SET', 'a', '1');
    const replica = world.node(7002);
    const serve = master.serve.bind(master);
    master.serve = (session, argv) => {
      if (argv[0] !== 'PSYNC') return serve(session, argv);
      session.sendRaw("-ERR unknown command 'PSYNC'\r\n");
      return serve(session, ['REPLCONF', 'GETACK', '*']);
    };
    replica.follow(master);
    world.advance(5000);
    expect(replica.replication.isMasterLinkUp()).toBe(true);
    expect(replica.dataset).toEqual({ '0:a': '1' });
    expect(sent(world.pipe)).toContain('SYNC\r\n');
    expect(sent(world.pipe)).not.toContain('ACK');
  });
});

describe('a replica that is silent for repl-timeout', () => {
  it('is disconnected by its master', () => {
    const world = new TestWorld();
    const master = world.node(7001, { ...NOW, 'repl-timeout': 15 });
    const replica = world.node(7002);
    replica.follow(master);
    world.advance(2000);
    replica.crash();
    world.advance(20_000);
    expect(master.logs.some((line) => line.startsWith('warning: Disconnecting timedout replica'))).toBe(true);
    expect(master.info('connected_slaves')).toBe('0');
  });

  it('but sends empty lines while it loads is not', () => {
    const world = new TestWorld();
    const master = world.node(7001, { ...NOW, 'repl-timeout': 15 });
    const pipe = world.connect(7001, {
      onConnected: () => pipe.write('REPLCONF capa eof\r\nPSYNC ? -1\r\n'),
      onData: () => {},
      onClose: () => {},
    });
    for (let second = 0; second < 60; second++) {
      world.advance(1000);
      pipe.write('\n');
    }
    expect(master.info('connected_slaves')).toBe('1');
  });
});

describe('REPLCONF', () => {
  it.each([
    [['REPLCONF', 'listening-port'], 'ERR syntax error'],
    [['REPLCONF', 'listening-port', 'x'], 'ERR value is not an integer or out of range'],
    [['REPLCONF', 'nosuch', 'x'], 'ERR Unrecognized REPLCONF option: nosuch'],
    [['REPLCONF', 'rdb-only', '2'], 'ERR value is out of range, value must between 0 and 1'],
    [['REPLCONF', 'rdb-filter-only', '"'], 'ERR Missing rdb-filter-only values'],
    [['REPLCONF', 'rdb-filter-only', 'keys'], 'ERR Unsupported rdb-filter-only option: keys'],
    [
      ['REPLCONF', 'ip-address', 'x'.repeat(256)],
      'ERR REPLCONF ip-address provided by replica instance is too long: 256 bytes',
    ],
  ])('%j is refused', (argv, text) => {
    const master = new TestWorld().node(7001);
    const session = {
      id: 1,
      address: '1.2.3.4:5',
      lastInteractionMs: 0,
      isReplica: false,
      closeAfterReply: false,
      heldBytes: 0,
    };
    const reply = master.replication.onReplconf({ ...session, sendRaw: () => {}, close: () => {} }, argv);
    expect(reply).toMatchObject({ kind: 'error', text });
  });
});
