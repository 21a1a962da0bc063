import { describe, expect, it } from 'vitest';
import { infoOf, killAndRestart, startWith, textOf } from './machine.js';

const ON = { save: '', appendonly: true };
const MANIFEST = 'appendonlydir/appendonly.aof.manifest';
const BASE = 'appendonlydir/appendonly.aof.1.base.rdb';
const INCREMENT = 'appendonlydir/appendonly.aof.1.incr.aof';

describe('appendonly yes', () => {
  it('begins with a base and an increment', () => {
    const machine = startWith(ON);
    expect(textOf(machine, MANIFEST)).toBe(
      'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
    );
    expect(textOf(machine, BASE)).toMatch(/^REDIS0011/);
    expect(textOf(machine, INCREMENT)).toBe('');
    expect(machine.logs).toContain(
      'notice: Creating AOF base file appendonly.aof.1.base.rdb on server start',
    );
  });

  it('writes what replicas would be sent, before the reply leaves', () => {
    const machine = startWith(ON);
    machine.ask('SET key value', 'MULTI', 'INCR n', 'INCR n', 'EXEC', 'EXPIRE key 10', 'PUBLISH channel x');
    expect(textOf(machine, INCREMENT).replaceAll('\r\n', ' ')).toMatch(
      /^\*2 \$6 SELECT \$1 0 \*3 \$3 SET \$3 key \$5 value \*1 \$5 MULTI \*2 \$4 INCR \$1 n \*2 \$4 INCR \$1 n \*1 \$4 EXEC \*3 \$9 PEXPIREAT \$3 key \$13 \d+ $/,
    );
    machine.world.pass(11_000);
    expect(textOf(machine, INCREMENT)).toMatch(/\$3\r\nDEL\r\n\$3\r\nkey\r\n$/);
  });

  it('brings every acknowledged write back after a kill', () => {
    const machine = startWith(ON);
    machine.ask(
      'SET key value',
      'RPUSH list a b c',
      'LPOP list',
      'XADD stream 1-1 f v',
      'SET short v PX 2000',
    );
    machine.ask('MULTI', 'SET x 1', 'SET y 2', 'EXEC');
    machine.world.pass(2500);
    killAndRestart(machine);
    expect(machine.ask('GET key', 'LRANGE list 0 -1', 'XLEN stream', 'EXISTS short', 'MGET x y')).toBe(
      '$5\r\nvalue\r\n*2\r\n$1\r\nb\r\n$1\r\nc\r\n:1\r\n:0\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n',
    );
    expect(machine.logs).toContain('notice: DB loaded from append only file: 0.000 seconds');
    expect(machine.ask('SET more 1')).toBe('+OK\r\n');
    killAndRestart(machine);
    expect(machine.ask('EXISTS more')).toBe(':1\r\n');
  });

  it('brings back what an approximate trim with LIMIT left', () => {
    const machine = startWith({ ...ON, 'stream-node-max-entries': 10 });
    for (let id = 1; id <= 100; id++) machine.ask(`XADD stream ${id} f v`);
    expect(machine.ask('XADD stream MAXLEN ~ 55 LIMIT 30 101 f v', 'XLEN stream')).toBe(
      '$5\r\n101-0\r\n:71\r\n',
    );
    killAndRestart(machine);
    expect(machine.ask('XLEN stream')).toBe(':71\r\n');
  });

  it('is preferred to an RDB file', () => {
    const machine = startWith(ON);
    machine.ask('SET key value', 'SAVE', 'SET key other');
    killAndRestart(machine);
    expect(machine.ask('GET key')).toBe('$5\r\nother\r\n');
  });

  it('marks the time when told to', () => {
    const machine = startWith({ ...ON, 'aof-timestamp-enabled': true });
    machine.ask('SET a 1');
    machine.ask('SET b 1');
    const stamps = textOf(machine, INCREMENT).match(/#TS:\d+\r\n/g);
    expect(stamps).toHaveLength(1);
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':2\r\n');
  });
});

describe('a loss of power', () => {
  it.each([
    ['always', 0, 3],
    ['everysec', 2, 1],
    ['no', 3, 0],
  ] as const)('with appendfsync %s loses what was not made durable', (policy, lost, kept) => {
    const machine = startWith({ ...ON, appendfsync: policy });
    machine.ask('SET a 1');
    machine.world.pass(1500);
    machine.ask('SET b 1', 'SET c 1');
    machine.process.kill();
    machine.storage.losePower();
    machine.process.start();
    expect(machine.ask('DBSIZE')).toBe(`:${kept}\r\n`);
    expect(kept + lost).toBe(3);
  });
});

describe('WAITAOF', () => {
  it('waits for the fsync of appendfsync everysec', () => {
    const machine = startWith(ON);
    machine.world.pass(3000);
    const client = machine.connect();
    // The last fsync is long ago: the next one is made at once, but only one a second.
    expect(client.ask('SET a 1', 'WAITAOF 1 0 0')).toBe('+OK\r\n');
    expect(client.take()).toBe('');
    machine.world.pass(2000);
    expect(client.take()).toBe('*2\r\n:1\r\n:0\r\n');
  });

  it('is answered at once with appendfsync always, and never with no', () => {
    const always = startWith({ ...ON, appendfsync: 'always' }).connect();
    always.ask('SET a 1');
    expect(always.ask('WAITAOF 1 0 0')).toBe('*2\r\n:1\r\n:0\r\n');
    const never = startWith({ ...ON, appendfsync: 'no' });
    const client = never.connect();
    client.ask('SET a 1', 'WAITAOF 1 0 5000');
    never.world.pass(5000);
    expect(client.take()).toBe('*2\r\n:0\r\n:0\r\n');
  });
});

describe('BGREWRITEAOF', () => {
  it('makes a new base and removes what came before', () => {
    const machine = startWith(ON);
    for (let n = 0; n < 50; n++) machine.ask('INCR counter');
    expect(machine.ask('BGREWRITEAOF')).toBe('+Background append only file rewriting started\r\n');
    expect(machine.ask('BGREWRITEAOF')).toBe(
      '-ERR Background append only file rewriting already in progress\r\n',
    );
    expect(infoOf(machine, 'aof_rewrite_in_progress')).toBe('1');
    machine.ask('INCR counter');
    machine.world.pass(100);
    expect(textOf(machine, MANIFEST)).toBe(
      'file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.2.incr.aof seq 2 type i\n',
    );
    expect(machine.storage.files.filter((file) => file.includes('appendonly')).sort()).toEqual([
      '/data/appendonlydir/appendonly.aof.2.base.rdb',
      '/data/appendonlydir/appendonly.aof.2.incr.aof',
      '/data/appendonlydir/appendonly.aof.manifest',
    ]);
    expect(infoOf(machine, 'aof_rewrites')).toBe('1');
    killAndRestart(machine);
    expect(machine.ask('GET counter')).toBe('$2\r\n51\r\n');
  });

  it('keeps the old files when it is killed in the middle', () => {
    const machine = startWith({ ...ON, 'rdb-key-save-delay': 1_000_000 });
    machine.ask('SET a 1', 'BGREWRITEAOF');
    machine.ask('SET b 1');
    expect(textOf(machine, MANIFEST)).toContain('appendonly.aof.2.incr.aof seq 2 type i');
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':2\r\n');
  });

  it('writes commands with aof-use-rdb-preamble no', () => {
    const machine = startWith({ ...ON, 'aof-use-rdb-preamble': false });
    machine.ask('SET text value', 'EXPIRE text 1000', 'RPUSH list a b', 'HSET hash f v', 'ZADD zset 1.5 m');
    machine.ask('SADD set m', 'SADD ints 1 2 3', 'XADD s 5-1 f v', 'XADD s 6-1 f v', 'XDEL s 6-1');
    machine.ask(
      'XADD empty 1-1 a b',
      'XDEL empty 1-1',
      'XGROUP CREATE s group 0',
      'XGROUP CREATECONSUMER s group c',
    );
    machine.ask('XREADGROUP GROUP group reader STREAMS s >');
    const digest = machine.ask('DEBUG DIGEST');
    machine.ask('BGREWRITEAOF');
    machine.world.pass(100);
    const base = textOf(machine, 'appendonlydir/appendonly.aof.2.base.aof');
    expect(base).toContain('$9\r\nPEXPIREAT\r\n');
    expect(base).toContain('$6\r\nXCLAIM\r\n');
    killAndRestart(machine);
    expect(machine.ask('DEBUG DIGEST')).toBe(digest);
  });

  it('begins by itself when the file grew enough', () => {
    const machine = startWith({
      ...ON,
      'auto-aof-rewrite-min-size': 1000,
      'auto-aof-rewrite-percentage': 50,
    });
    for (let n = 0; n < 60; n++) machine.ask(`SET key ${'x'.repeat(20)}`);
    machine.world.pass(300);
    expect(infoOf(machine, 'aof_rewrites')).toBe('1');
    expect(machine.logs.some((line) => /Starting automatic rewriting of AOF on \d+% growth/.test(line))).toBe(
      true,
    );
  });
});

describe('CONFIG SET appendonly', () => {
  it('begins an AOF with what is there, and ends it', () => {
    const machine = startWith({ save: '' });
    machine.ask('SET before 1');
    expect(machine.ask('CONFIG SET appendonly yes')).toBe('+OK\r\n');
    expect(infoOf(machine, 'aof_enabled')).toBe('1');
    machine.ask('SET during 1');
    machine.world.pass(100);
    machine.ask('SET after 1');
    expect(textOf(machine, MANIFEST)).toBe(
      'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
    );
    machine.ask('DEBUG LOADAOF');
    expect(machine.ask('DBSIZE')).toBe(':3\r\n');
    machine.ask('CONFIG SET appendonly no', 'SET unsaved 1');
    expect(textOf(machine, INCREMENT)).not.toContain('unsaved');
  });

  it('is refused while the disk is full', () => {
    const machine = startWith({ save: '' });
    machine.storage.failure = 'No space left on device';
    expect(machine.ask('CONFIG SET appendonly yes')).toBe(
      "-ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.\r\n",
    );
    expect(machine.ask('CONFIG GET appendonly')).toContain('no');
  });
});

describe('DEBUG LOADAOF', () => {
  it('gives the same dataset back, and is no change itself', () => {
    const machine = startWith(ON);
    machine.ask('SELECT 9', 'SET a 1', 'RPUSH list a b');
    const digest = machine.ask('DEBUG DIGEST');
    for (let times = 0; times < 3; times++) expect(machine.ask('DEBUG LOADAOF')).toBe('+OK\r\n');
    expect(machine.ask('DEBUG DIGEST')).toBe(digest);
    expect(textOf(machine, INCREMENT)).not.toContain('LOADAOF');
    expect(infoOf(machine, 'rdb_changes_since_last_save')).toBe('0');
  });
});

describe('a broken end', () => {
  const tail = '*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$3\r\n1';

  it('is cut off', () => {
    const machine = startWith(ON);
    machine.ask('SET a 1');
    machine.process.kill();
    const { length } = textOf(machine, INCREMENT);
    machine.storage.append(INCREMENT, Buffer.from(tail));
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':1\r\n');
    expect(machine.logs).toContain(
      `warning: !!! Truncating the AOF appendonly.aof.1.incr.aof at offset ${length} !!!`,
    );
    expect(textOf(machine, INCREMENT)).toHaveLength(length);
  });

  it('keeps the node from starting with aof-load-truncated no', () => {
    const machine = startWith({ ...ON, 'aof-load-truncated': false });
    machine.process.kill();
    machine.storage.append(INCREMENT, Buffer.from(tail));
    expect(() => machine.process.start()).toThrow();
    expect(machine.logs.at(-1)).toMatch(/^warning: Unexpected end of file reading the append only file/);
  });

  it('of an open transaction takes all of it', () => {
    const machine = startWith(ON);
    machine.process.kill();
    machine.storage.append(
      INCREMENT,
      Buffer.from('*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n1\r\n'),
    );
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':0\r\n');
    expect(machine.logs).toContain(
      'warning: Revert incomplete MULTI/EXEC transaction in AOF file appendonly.aof.1.incr.aof',
    );
  });

  it.each([
    ['a bad format', '+OK\r\n', /Bad file format reading the append only file/],
    ['an unknown command', '*1\r\n$4\r\nNONE\r\n', /Unknown command 'NONE' reading the append only file/],
  ])('that is %s keeps the node from starting', (_what, bytes, text) => {
    const machine = startWith(ON);
    machine.process.kill();
    machine.storage.append(INCREMENT, Buffer.from(bytes));
    expect(() => machine.process.start()).toThrow();
    expect(machine.logs.at(-1)).toMatch(text);
  });
});

describe('an AOF of one file', () => {
  it('moves into the directory', () => {
    const machine = startWith({ save: '' });
    machine.process.kill();
    machine.storage.write('appendonly.aof', Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n'), true);
    machine.storage.write('/redis.conf', Buffer.from('appendonly yes'), true);
    machine.process.start();
    expect(machine.ask('GET a')).toBe('$1\r\n1\r\n');
    expect(machine.storage.size('appendonly.aof')).toBeNull();
    expect(textOf(machine, MANIFEST)).toBe(
      'file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
    );
  });
});

describe('a full disk', () => {
  it('refuses writes until there is room again', () => {
    const machine = startWith(ON);
    machine.storage.failure = 'No space left on device';
    machine.ask('SET a 1');
    expect(machine.ask('SET b 1')).toBe(
      '-MISCONF Errors writing to the AOF file: No space left on device\r\n',
    );
    expect(infoOf(machine, 'aof_last_write_status')).toBe('err');
    machine.storage.failure = null;
    machine.world.pass(1100);
    expect(machine.ask('SET b 1')).toBe('+OK\r\n');
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':2\r\n');
  });

  it('ends the node with appendfsync always', () => {
    const machine = startWith({ ...ON, appendfsync: 'always' });
    machine.storage.failure = 'No space left on device';
    expect(machine.ask('SET a 1')).toBe('');
    expect(machine.process.state).toBe('stopped');
  });
});
