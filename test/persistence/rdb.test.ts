import { describe, expect, it } from 'vitest';
import { World } from '../node/world.js';
import { infoOf, killAndRestart, startWith } from './machine.js';

const OFF = { save: '' };

describe('SAVE', () => {
  it('writes what the next start reads', () => {
    const machine = startWith(OFF);
    machine.ask('SET key value', 'RPUSH list a b', 'SET gone value PX 5000', 'SET stays value PX 50000');
    expect(machine.ask('SAVE')).toBe('+OK\r\n');
    machine.ask('SET late value');
    machine.world.pass(6000);
    killAndRestart(machine);
    expect(machine.ask('GET key', 'LRANGE list 0 -1', 'EXISTS late gone', 'PTTL stays')).toBe(
      '$5\r\nvalue\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n:0\r\n:44000\r\n',
    );
    expect(infoOf(machine, 'rdb_last_load_keys_loaded')).toBe('3');
    expect(infoOf(machine, 'rdb_last_load_keys_expired')).toBe('1');
    expect(machine.logs).toContain('notice: Done loading RDB, keys loaded: 3, keys expired: 1.');
    expect(machine.logs).toContain('notice: DB loaded from disk: 0.000 seconds');
  });

  it('counts changes since', () => {
    const machine = startWith(OFF);
    machine.ask('SET key value', 'SET other value');
    expect(infoOf(machine, 'rdb_changes_since_last_save')).toBe('2');
    machine.ask('SAVE');
    expect(infoOf(machine, 'rdb_changes_since_last_save')).toBe('0');
    expect(infoOf(machine, 'rdb_saves')).toBe('1');
  });

  it('fails without words while the disk is full', () => {
    const machine = startWith(OFF);
    machine.storage.failure = 'No space left on device';
    expect(machine.ask('SAVE')).toBe('-ERR\r\n');
    expect(machine.logs.at(-1)).toBe(
      'warning: Failed opening the temp RDB file temp-1.rdb (in server root dir /data) for saving: No space left on device',
    );
  });

  it('tells LASTSAVE the time', () => {
    const machine = startWith(OFF);
    const before = Number(machine.ask('LASTSAVE').slice(1));
    machine.world.pass(5000);
    machine.ask('SAVE');
    expect(Number(machine.ask('LASTSAVE').slice(1))).toBe(before + 5);
  });

  it('is refused while a save in the background runs', () => {
    const machine = startWith(OFF);
    machine.ask('BGSAVE');
    expect(machine.ask('SAVE', 'BGSAVE')).toBe('-ERR Background save already in progress\r\n'.repeat(2));
  });
});

describe('BGSAVE', () => {
  it('is in progress until the cron notices that it ended', () => {
    const machine = startWith(OFF);
    machine.ask('SET key value');
    expect(machine.ask('BGSAVE')).toBe('+Background saving started\r\n');
    expect(infoOf(machine, 'rdb_bgsave_in_progress')).toBe('1');
    machine.ask('SET late value');
    machine.world.pass(100);
    expect(infoOf(machine, 'rdb_bgsave_in_progress')).toBe('0');
    expect(infoOf(machine, 'rdb_changes_since_last_save')).toBe('1');
    expect(infoOf(machine, 'total_forks')).toBe('1');
    expect(Number(infoOf(machine, 'latest_fork_usec'))).toBeGreaterThan(0);
    machine.ask('CONFIG RESETSTAT');
    expect(infoOf(machine, 'total_forks')).toBe('0');
    expect(infoOf(machine, 'latest_fork_usec')).toBe('0');
    killAndRestart(machine);
    expect(machine.ask('EXISTS key late')).toBe(':1\r\n');
  });

  it('takes as long as rdb-key-save-delay says', () => {
    const machine = startWith({ ...OFF, 'rdb-key-save-delay': 1_000_000 });
    machine.ask('SET a 1', 'SET b 1', 'SET c 1', 'SET d 1', 'BGSAVE');
    machine.world.pass(2000);
    expect(infoOf(machine, 'rdb_bgsave_in_progress')).toBe('1');
    expect(infoOf(machine, 'rdb_current_bgsave_time_sec')).toBe('2');
    expect(infoOf(machine, 'current_save_keys_processed')).toBe('2');
    expect(infoOf(machine, 'current_save_keys_total')).toBe('4');
    // Killed now, there is no file.
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':0\r\n');
  });

  it('is scheduled during the rewrite of the AOF', () => {
    const machine = startWith({ ...OFF, 'rdb-key-save-delay': 1_000_000 });
    machine.ask('SET a 1', 'BGREWRITEAOF');
    expect(machine.ask('BGSAVE')).toContain("can't BGSAVE right now. Use BGSAVE SCHEDULE");
    expect(machine.ask('BGSAVE SCHEDULE', 'BGSAVE SOON')).toBe(
      '+Background saving scheduled\r\n-ERR syntax error\r\n',
    );
    machine.world.pass(1200);
    expect(infoOf(machine, 'rdb_bgsave_in_progress')).toBe('1');
  });

  it('that fails stops writes, and PING, until one succeeds', () => {
    const machine = startWith({ save: '900 1' });
    machine.storage.failure = 'No space left on device';
    machine.ask('SET key value', 'BGSAVE');
    machine.world.pass(100);
    expect(infoOf(machine, 'rdb_last_bgsave_status')).toBe('err');
    expect(machine.ask('SET key value')).toMatch(/^-MISCONF Redis is configured to save RDB snapshots, but/);
    expect(machine.ask('PING')).toMatch(/^-MISCONF/);
    expect(machine.ask('GET key')).toBe('$5\r\nvalue\r\n');
    machine.ask('CONFIG SET stop-writes-on-bgsave-error no');
    expect(machine.ask('SET key value')).toBe('+OK\r\n');
    machine.ask('CONFIG SET stop-writes-on-bgsave-error yes');
    machine.storage.failure = null;
    machine.ask('BGSAVE');
    machine.world.pass(100);
    expect(machine.ask('SET key value')).toBe('+OK\r\n');
  });
});

describe('save points', () => {
  it('save when there were enough changes for long enough', () => {
    const machine = startWith({ save: '10 2' });
    machine.ask('SET a 1');
    machine.world.pass(20_000);
    expect(infoOf(machine, 'rdb_saves')).toBe('0');
    machine.ask('SET b 1');
    machine.world.pass(300);
    expect(machine.logs).toContain('notice: 2 changes in 10 seconds. Saving...');
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':2\r\n');
  });

  it('make FLUSHALL save the empty dataset', () => {
    const machine = startWith({ save: '3600 1' });
    machine.ask('SET a 1', 'SAVE', 'FLUSHALL');
    killAndRestart(machine);
    expect(machine.ask('DBSIZE')).toBe(':0\r\n');
  });

  it('make SHUTDOWN save, NOSAVE prevents it, SAVE does without them', () => {
    for (const [save, command, kept] of [
      ['3600 1', 'SHUTDOWN', ':1'],
      ['3600 1', 'SHUTDOWN NOSAVE', ':0'],
      ['', 'SHUTDOWN', ':0'],
      ['', 'SHUTDOWN SAVE', ':1'],
    ] as const) {
      const machine = startWith({ save });
      machine.ask('SET a 1');
      machine.connect().send(command);
      machine.world.pass(100);
      expect(machine.process.state).toBe('stopped');
      expect(machine.logs.at(-1)).toBe('warning: Redis is now ready to exit, bye bye...');
      machine.process.start();
      expect(machine.ask('DBSIZE')).toBe(`${kept}\r\n`);
    }
  });
});

describe('a node that cannot save', () => {
  it('does not shut down, unless it is forced to', () => {
    const machine = startWith({ save: '3600 1' });
    machine.storage.failure = 'No space left on device';
    const client = machine.connect();
    expect(client.ask('SHUTDOWN')).toBe('-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
    expect(machine.logs).toContain("warning: Error trying to save the DB, can't exit.");
    client.send('SHUTDOWN FORCE');
    expect(machine.process.state).toBe('stopped');
  });
});

describe('key-load-delay', () => {
  it('makes a start take time, in which the node answers LOADING', () => {
    const machine = startWith({ ...OFF, 'key-load-delay': 1_000_000 });
    machine.ask('SET a 1', 'SET b 1', 'SET c 1', 'SAVE');
    killAndRestart(machine);
    expect(machine.ask('GET a')).toBe('-LOADING Redis is loading the dataset in memory\r\n');
    expect(infoOf(machine, 'loading')).toBe('1');
    machine.world.pass(1500);
    expect(infoOf(machine, 'loading_loaded_perc')).toBe('50.00');
    machine.world.pass(1500);
    expect(machine.ask('GET a')).toBe('$1\r\n1\r\n');
    expect(infoOf(machine, 'loading')).toBe('0');
  });
});

describe('a snapshot for replicas that goes over the disk', () => {
  it.each([
    [{ save: '' }, ':1'],
    [{ save: '', 'rdb-del-sync-files': true }, ':0'],
  ])('is the RDB file of both nodes, unless %j forbids it', (config, left) => {
    const world = new World();
    const settings = { config: { ...config, 'repl-diskless-sync': false } };
    const master = world.start(settings);
    const replica = world.start(settings);
    master.ask('SET a 1');
    replica.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
    world.pass(3000);
    expect(replica.ask('GET a')).toBe('$1\r\n1\r\n');
    for (const machine of [master, replica]) {
      killAndRestart(machine);
      expect(machine.ask('DBSIZE')).toBe(`${left}\r\n`);
    }
  });
});

describe('a malformed file', () => {
  it.each([
    ['of no RDB', 'WRONG0011', 'Wrong signature trying to load DB from file'],
    ['of a later release', 'REDIS0099', "Can't handle RDB format version 99"],
  ])('%s keeps the node from starting', (_what, content, text) => {
    const machine = startWith(OFF);
    machine.process.kill();
    machine.storage.write('dump.rdb', Buffer.from(content), true);
    expect(() => machine.process.start()).toThrow('Fatal error loading the DB');
    expect(machine.logs).toContain(`warning: ${text}`);
    expect(machine.process.state).toBe('stopped');
  });
});

const FAILED_RELOAD = '-ERR Error trying to load the RDB dump, check server logs.\r\n';

describe('DEBUG RELOAD', () => {
  it('gives the same dataset back, or that of the file', () => {
    const machine = startWith(OFF);
    machine.ask('SET a 1', 'SAVE', 'SET b 1');
    expect(machine.ask('DEBUG RELOAD', 'DBSIZE')).toBe('+OK\r\n:2\r\n');
    machine.ask('SET c 1');
    expect(machine.ask('DEBUG RELOAD NOSAVE', 'DBSIZE')).toBe('+OK\r\n:2\r\n');
    machine.ask('DEL a', 'SET c 1');
    expect(machine.ask('DEBUG RELOAD NOSAVE NOFLUSH MERGE', 'DBSIZE')).toBe('+OK\r\n:3\r\n');
    expect(machine.ask('DEBUG RELOAD TWICE')).toBe(
      '-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n',
    );
  });

  it('refuses what cannot be loaded and goes on', () => {
    const machine = startWith(OFF);
    machine.ask('SET a 1', 'SAVE');
    machine.storage.write('dump.rdb', Buffer.from('REDIS0011 and nothing that makes sense'), false);
    expect(machine.ask('DEBUG RELOAD NOSAVE')).toBe(FAILED_RELOAD);
    machine.storage.write('dump.rdb', Buffer.from('something else'), false);
    expect(machine.ask('DEBUG RELOAD NOSAVE')).toBe(FAILED_RELOAD);
    expect(machine.logs).toContain('warning: Wrong signature trying to load DB from file');
    expect(machine.ask('SET a 1', 'DEBUG RELOAD')).toBe('+OK\r\n+OK\r\n');
  });

  it('ends the process at a key that is there twice', () => {
    const machine = startWith(OFF);
    machine.ask('SET a 1', 'DEBUG RELOAD NOFLUSH');
    expect(machine.process.isRunning).toBe(false);
    expect(machine.logs.join()).toContain("RDB has duplicated key 'a' in DB 0");
  });
});
