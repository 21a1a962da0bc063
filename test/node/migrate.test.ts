/** MIGRATE between nodes of one network: what arrives, what stays, what is replicated, and what happens when the target cannot be reached. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, World } from './world.js';

const TARGET_FAILED = '-IOERR error or timeout reading to target instance\r\n';
const CANNOT_CONNECT = '-IOERR error or timeout connecting to the client\r\n';

let world: World;
let source: Machine;
let target: Machine;
beforeEach(() => {
  world = new World();
  source = world.start();
  target = world.start();
});

function migrate(rest: string): string {
  return source.ask(`MIGRATE 127.0.0.1 ${target.port} ${rest}`);
}

describe('MIGRATE', () => {
  it('moves a key with its type and its life, and replicates DEL', () => {
    source.ask('RPUSH k a b c', 'PEXPIRE k 5000', 'SET stays 1');
    const stream = source.watchStream();
    const arriving = target.watchStream();
    expect(migrate('k 0 1000')).toBe('+OK\r\n');
    expect(source.ask('EXISTS k', 'DBSIZE')).toBe(':0\r\n:1\r\n');
    expect(target.ask('LRANGE k 0 -1', 'PTTL k')).toBe('*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n:5000\r\n');
    expect(stream).toEqual(['0 DEL k']);
    expect(arriving).toEqual([expect.stringMatching(/^0 RESTORE k \d+ /)]);
  });

  it('goes to the database that is named, and back to the first', () => {
    source.ask('SET a 1', 'SET b 2');
    expect([migrate('a 3 1000'), migrate('b 0 1000')]).toEqual(['+OK\r\n', '+OK\r\n']);
    expect(target.ask('DBSIZE', 'GET b', 'SELECT 3', 'GET a')).toBe(':1\r\n$1\r\n2\r\n+OK\r\n$1\r\n1\r\n');
  });

  it('answers NOKEY when there is nothing to move', () => {
    expect(migrate('none 0 1000')).toBe('+NOKEY\r\n');
    expect(source.ask(`MIGRATE nowhere.invalid 1 none 0 1000`)).toBe('+NOKEY\r\n');
  });

  it('keeps what the target refuses, moves the rest, and says why', () => {
    source.ask('MSET a 1 b 2 c 3');
    target.ask('SET b old');
    const stream = source.watchStream();
    const client = source.connect();
    client.sendBytes(
      `*10\r\n$7\r\nMIGRATE\r\n$9\r\n127.0.0.1\r\n$4\r\n${target.port}\r\n$0\r\n\r\n$1\r\n0\r\n$4\r\n1000\r\n$4\r\nKEYS\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n`,
    );
    expect(client.take()).toBe(
      '-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n',
    );
    expect(source.ask('KEYS *')).toBe('*1\r\n$1\r\nb\r\n');
    expect(target.ask('MGET a b c')).toBe('*3\r\n$1\r\n1\r\n$3\r\nold\r\n$1\r\n3\r\n');
    expect(stream).toEqual(['0 DEL a c']);
    expect(migrate('b 0 1000 REPLACE')).toBe('+OK\r\n');
    expect(target.ask('GET b')).toBe('$1\r\n2\r\n');
  });

  it('COPY leaves the key and replicates nothing', () => {
    source.ask('SET k v');
    const stream = source.watchStream();
    expect(migrate('k 0 1000 COPY')).toBe('+OK\r\n');
    expect(source.ask('GET k')).toBe('$1\r\nv\r\n');
    expect(stream).toEqual([]);
  });

  it('works inside of a transaction', () => {
    source.ask('SET k v');
    const answer = source.ask('MULTI', `MIGRATE 127.0.0.1 ${target.port} k 0 1000`, 'EXISTS k', 'EXEC');
    expect(answer).toBe('+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:0\r\n');
  });

  it('uses one connection again, and closes it 10 s after its last use', () => {
    source.ask('MSET a 1 b 2');
    migrate('a 0 1000');
    migrate('b 0 1000');
    expect(target.node.stats.totalConnectionsReceived).toBe(1);
    world.pass(10_000);
    expect(target.node.sessions.size).toBe(1);
    world.pass(2000);
    expect(target.node.sessions.size).toBe(0);
  });

  it('connects anew when the target was restarted', () => {
    source.ask('MSET a 1 b 2');
    migrate('a 0 1000');
    target.process.kill();
    target.process.start();
    expect(migrate('b 0 1000')).toBe('+OK\r\n');
    expect(target.ask('GET b')).toBe('$1\r\n2\r\n');
  });

  it('fails at once where nobody listens', () => {
    source.ask('SET k v');
    target.process.kill();
    expect(migrate('k 0 1000')).toBe(CANNOT_CONNECT);
    expect(source.ask('GET k')).toBe('$1\r\nv\r\n');
  });

  it('holds the node up for the whole timeout where the target does not answer', () => {
    source.ask('SET k v');
    target.process.pause();
    const client = source.connect();
    client.send(`MIGRATE 127.0.0.1 ${target.port} k 0 700`);
    const other = source.connect();
    other.send('PING');
    world.pass(699);
    expect([client.take(), other.take()]).toEqual(['', '']);
    world.pass(1);
    expect([client.take(), other.take()]).toEqual([TARGET_FAILED, '+PONG\r\n']);
    expect(source.ask('GET k')).toBe('$1\r\nv\r\n');
    // It was only late: the key is in both places, as with real nodes.
    target.process.resume();
    expect(target.ask('GET k')).toBe('$1\r\nv\r\n');
  });

  it('a partition lets it run into its timeout', () => {
    source.ask('SET k v');
    const heal = world.network.addRule(({ traffic }) => (traffic === 'migration' ? 'hold' : 'pass'));
    const client = source.connect();
    client.send(`MIGRATE 127.0.0.1 ${target.port} k 0 300`);
    expect(client.take()).toBe('');
    world.pass(300);
    expect(client.take()).toBe(CANNOT_CONNECT);
    heal();
    expect(migrate('k 0 300')).toBe('+OK\r\n');
  });

  it('a node cannot migrate to itself: it waits for its own answer', () => {
    source.ask('SET k v');
    const client = source.connect();
    client.send(`MIGRATE 127.0.0.1 ${source.port} k 0 50`);
    world.pass(50);
    expect(client.take()).toBe(TARGET_FAILED);
    expect(source.ask('GET k')).toBe('$1\r\nv\r\n');
  });

  it('takes the latency of the network twice', () => {
    source.ask('SET k v');
    world.network.latencyMs = 10;
    const client = source.connect();
    client.send(`MIGRATE 127.0.0.1 ${target.port} k 0 1000`);
    expect(client.take()).toBe('');
    world.pass(100);
    expect(client.take()).toBe('+OK\r\n');
  });
});

describe('a slot between two masters', () => {
  it('is moved key by key; the importing node takes them without ASKING', () => {
    const cluster = new World();
    const from = cluster.start({ cluster: true });
    const to = cluster.start({ cluster: true });
    from.ask('SET {t}a 1', 'SET {t}b 2');
    const stream = to.watchStream();
    expect(from.ask(`MIGRATE 127.0.0.1 ${to.port} {t}a 0 1000`)).toBe('+OK\r\n');
    expect(to.ask('GET {t}a')).toBe('$1\r\n1\r\n');
    expect(stream).toEqual([expect.stringMatching(/^0 RESTORE-ASKING \{t\}a 0 /)]);
  });
});
