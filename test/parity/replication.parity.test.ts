/** Replication with real servers, in both directions: datasets, offsets and ids have to agree. */
import { expect, it } from 'vitest';
import {
  describeParity,
  type RealConnection,
  type RealRedis,
  type Reply,
  startRealRedis,
} from '../support/real-redis.js';
import { Pair } from './compare.js';
import { type StandaloneNode, startStandaloneNode } from './standalone-node.js';

/** Either kind of server, spoken to in the same way. */
interface Peer {
  readonly port: number;
  command(...args: readonly (string | number)[]): Promise<Reply>;
}

const NO_DELAY = { 'repl-diskless-sync': 'yes', 'repl-diskless-sync-delay': '0', 'repl-timeout': '60' };
const KNOWN_LENGTH = { 'repl-diskless-sync': 'no' };
const FORMS = [
  ['a snapshot with an end mark', NO_DELAY],
  ['a snapshot of known length', KNOWN_LENGTH],
] as const;
const TIMEOUT_MS = 15_000;

function realServer(config: Readonly<Record<string, string>> = NO_DELAY): Promise<RealRedis> {
  return startRealRedis({ args: Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]) });
}

async function ourNode(
  version: string,
  config: Readonly<Record<string, string>> = NO_DELAY,
): Promise<Peer & StandaloneNode> {
  const node = await startStandaloneNode(version.startsWith('7.0') ? '7.0' : '7.2', config);
  const connection = await node.connect();
  return Object.assign(node, {
    command: (...args: readonly (string | number)[]) => connection.command(...args),
  });
}

async function until(what: string, condition: () => Promise<boolean> | boolean, peer: Peer): Promise<void> {
  const endAtMs = Date.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (Date.now() > endAtMs) throw new Error(`waited too long for: ${what}`);
    await peer.command('PING');
  }
}

async function info(peer: Peer, section = 'replication'): Promise<Map<string, string>> {
  const text = String(await peer.command('INFO', section));
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

async function number(peer: Peer, name: string, section = 'replication'): Promise<number> {
  return Number((await info(peer, section)).get(name));
}

async function follow(replica: Peer, master: Peer): Promise<void> {
  await replica.command('REPLICAOF', '127.0.0.1', master.port);
  await linkUp(replica);
}

async function linkUp(replica: Peer): Promise<void> {
  await until(
    'the link to the master',
    async () => (await info(replica)).get('master_link_status') === 'up',
    replica,
  );
}

async function inSync(master: Peer, ...replicas: readonly Peer[]): Promise<void> {
  for (const replica of replicas) {
    await until(
      'equal offsets',
      async () =>
        (await number(replica, 'slave_repl_offset')) === (await number(master, 'master_repl_offset')),
      replica,
    );
  }
}

async function fill(peer: Peer): Promise<void> {
  await peer.command('SET', 'text', 'hello');
  await peer.command('SET', 'number', '-12345');
  await peer.command('SET', 'long', 'abcdefgh'.repeat(2000));
  await peer.command('SET', 'expiring', 'x', 'PXAT', 4_000_000_000_123);
  await peer.command('SET', 'soon', 'x', 'PX', 400);
  await peer.command('HSET', 'small', 'a', '1', 'b', 'two', 'c', '-70000');
  for (let index = 0; index < 300; index++)
    await peer.command('HSET', 'big', `field${index}`, `value ${index}`);
  await peer.command('PEXPIREAT', 'big', 4_000_000_000_456);
}

async function change(peer: Peer): Promise<void> {
  await peer.command('SET', 'text', 'world', 'EX', 1000);
  await peer.command('APPEND', 'long', 'tail');
  await peer.command('INCRBY', 'number', 5);
  await peer.command('PERSIST', 'big');
  await peer.command('HDEL', 'small', 'a');
  await peer.command('EXPIRE', 'small', 5000);
  await peer.command('DEL', 'expiring');
  await peer.command('INCRBYFLOAT', 'float', '1.25');
  await peer.command('MULTI');
  await peer.command('SET', 'first', '1');
  await peer.command('HINCRBY', 'counters', 'n', 7);
  await peer.command('EXEC');
}

/** Every key with its type, value and expiry. */
async function dataset(peer: Peer): Promise<Map<string, unknown>> {
  const keys = ((await peer.command('KEYS', '*')) as string[]).sort();
  const found = new Map<string, unknown>();
  for (const key of keys) {
    const type = await peer.command('TYPE', key);
    const expiry = await peer.command('PEXPIRETIME', key);
    const encoding = await peer.command('OBJECT', 'ENCODING', key);
    let value: unknown;
    if (type === 'hash') {
      const flat = (await peer.command('HGETALL', key)) as string[];
      const pairs = flat.flatMap((field, index) =>
        index % 2 === 0 ? [[field, flat[index + 1]] as const] : [],
      );
      value = Object.fromEntries(pairs.sort(([one], [other]) => ((one ?? '') < (other ?? '') ? -1 : 1)));
    } else {
      value = await peer.command('GET', key);
    }
    found.set(key, { type, value, expiry, encoding: type === 'hash' ? encoding : null });
  }
  return found;
}

async function expectSameData(master: Peer, ...replicas: readonly Peer[]): Promise<void> {
  // Nothing may expire between the one look and the others.
  await until('the expiry of a key', async () => (await master.command('EXISTS', 'soon')) === 0, master);
  await inSync(master, ...replicas);
  const expected = await dataset(master);
  expect(expected.size).toBeGreaterThan(0);
  for (const replica of replicas) expect(await dataset(replica)).toEqual(expected);
}

describeParity('a real replica of our master', () => {
  it.each(FORMS)('gets the same data by %s and the stream', { timeout: 40_000 }, async (_form, config) => {
    await using replica = await realServer(config);
    await using master = await ourNode(replica.version, config);
    await fill(master);
    await follow(replica, master);
    await expectSameData(master, replica);
    await change(master);
    expect(await master.command('WAIT', 1, 5000)).toBe(1);
    await expectSameData(master, replica);
    const [ours, theirs] = [await info(master), await info(replica)];
    expect(theirs.get('master_replid')).toBe(ours.get('master_replid'));
    expect(ours.get('slave0')).toMatch(
      new RegExp(`^ip=127.0.0.1,port=${replica.port},state=online,offset=\\d+,lag=[01]$`),
    );
    expect(await master.command('ROLE')).toEqual([
      'master',
      expect.any(Number),
      [['127.0.0.1', String(replica.port), expect.stringMatching(/^\d+$/)]],
    ]);
  });

  it('goes on from the backlog after a lost connection', { timeout: 40_000 }, async () => {
    await using replica = await realServer();
    await using master = await ourNode(replica.version);
    await fill(master);
    await follow(replica, master);
    await master.command('SET', 'before', 'cut');
    await replica.command('CLIENT', 'KILL', 'TYPE', 'master');
    await change(master);
    await until(
      'a partial resynchronization',
      async () => (await number(master, 'sync_partial_ok', 'stats')) === 1,
      master,
    );
    await linkUp(replica);
    await expectSameData(master, replica);
    expect(await number(master, 'sync_full', 'stats')).toBe(1);
  });
});

describeParity('our replica of a real master', () => {
  it.each(FORMS)('gets the same data by %s and the stream', { timeout: 40_000 }, async (_form, config) => {
    await using master = await realServer(config);
    await using replica = await ourNode(master.version, config);
    await fill(master);
    await replica.command('SET', 'left', 'over');
    await follow(replica, master);
    await expectSameData(master, replica);
    await change(master);
    expect(await master.command('WAIT', 1, 5000)).toBe(1);
    await expectSameData(master, replica);
    const [theirs, ours] = [await info(master), await info(replica)];
    expect(ours.get('master_replid')).toBe(theirs.get('master_replid'));
    expect(theirs.get('slave0')).toMatch(new RegExp(`^ip=127.0.0.1,port=${replica.port},state=online,`));
    expect(await replica.command('ROLE')).toEqual([
      'slave',
      '127.0.0.1',
      master.port,
      'connected',
      expect.any(Number),
    ]);
    await expect(replica.command('SET', 'a', 'b')).rejects.toThrow(/^READONLY/);
  });

  it('goes on from the backlog after a lost connection', { timeout: 40_000 }, async () => {
    await using master = await realServer();
    await using replica = await ourNode(master.version);
    await fill(master);
    await follow(replica, master);
    await master.command('SET', 'before', 'cut');
    await master.command('CLIENT', 'KILL', 'TYPE', 'replica');
    await change(master);
    await until(
      'a partial resynchronization',
      async () => (await number(master, 'sync_partial_ok', 'stats')) === 1,
      master,
    );
    await linkUp(replica);
    await expectSameData(master, replica);
  });

  it('passes the stream on to a real replica, and keeps as much of it as the master does', {
    timeout: 40_000,
  }, async () => {
    const config = { ...NO_DELAY, 'repl-backlog-size': '16384' };
    await using master = await realServer(config);
    await using middle = await ourNode(master.version, config);
    await using bottom = await realServer(config);
    await follow(middle, master);
    await follow(bottom, middle);
    for (let index = 0; index < 200; index++)
      await master.command('SET', `key${index}`, 'v'.repeat(index * 3));
    await expectSameData(master, middle, bottom);
    const infos = await Promise.all([master, middle, bottom].map((peer) => info(peer)));
    expect(new Set(infos.map((lines) => lines.get('master_replid'))).size).toBe(1);
    // Blocks are as big as what the allocator gives, and ours are those of jemalloc.
    if (/jemalloc/.test(String(await master.command('INFO', 'memory')))) {
      for (const name of ['repl_backlog_first_byte_offset', 'repl_backlog_histlen']) {
        expect(infos[1]?.get(name)).toBe(infos[0]?.get(name));
      }
    }
    expect(await bottom.command('GET', 'key199')).toBe('v'.repeat(597));
  });
});

describeParity('a change of masters among real servers and ours', () => {
  it('needs no snapshot: ours is promoted, and both others follow it', { timeout: 60_000 }, async () => {
    await using old = await realServer();
    await using ours = await ourNode(old.version);
    await using other = await realServer();
    await fill(old);
    await follow(ours, old);
    await follow(other, old);
    await change(old);
    await inSync(old, ours, other);
    await ours.command('REPLICAOF', 'NO', 'ONE');
    await ours.command('SET', 'after', 'promotion');
    await follow(other, ours);
    await follow(old, ours);
    await expectSameData(ours, other, old);
    expect(await number(ours, 'sync_partial_ok', 'stats')).toBe(2);
    expect(await number(ours, 'sync_full', 'stats')).toBe(0);
  });

  it('needs no snapshot: a real one is promoted, and ours follows it', { timeout: 60_000 }, async () => {
    await using heir = await realServer();
    await using old = await ourNode(heir.version);
    await using other = await ourNode(heir.version);
    const startedAtMs = old.node.clock.nowMs();
    await fill(old);
    await follow(heir, old);
    await follow(other, old);
    // The first PING to the replicas would count as a write that was lost; the next one comes ten seconds later.
    await until('the first run of the cron', () => old.node.clock.nowMs() - startedAtMs > 300, old);
    await inSync(old, heir, other);
    await heir.command('REPLICAOF', 'NO', 'ONE');
    await heir.command('SET', 'after', 'promotion');
    await follow(other, heir);
    await follow(old, heir);
    await expectSameData(heir, other, old);
    expect(await number(heir, 'sync_partial_ok', 'stats')).toBe(2);
  });

  it('by FAILOVER goes both ways', { timeout: 60_000 }, async () => {
    await using real = await realServer();
    await using ours = await ourNode(real.version);
    await fill(real);
    await follow(ours, real);
    await until(
      'the replica being online',
      async () => (await info(real)).get('slave0')?.includes('online') ?? false,
      real,
    );
    await real.command('FAILOVER', 'TO', '127.0.0.1', ours.port);
    await until('our promotion', async () => (await info(ours)).get('role') === 'master', ours);
    await linkUp(real);
    await change(ours);
    await until('the expiry of a key', async () => (await ours.command('EXISTS', 'soon')) === 0, ours);
    await expectSameData(ours, real);
    await ours.command('FAILOVER', 'TO', '127.0.0.1', real.port, 'TIMEOUT', 10_000);
    await until(
      'the promotion of the real one',
      async () => (await info(real)).get('role') === 'master',
      real,
    );
    await linkUp(ours);
    await real.command('SET', 'last', 'word');
    await expectSameData(real, ours);
    expect((await info(ours)).get('master_failover_state')).toBe('no-failover');
  });
});

describeParity('what replication tells', () => {
  /** INFO replication as names, with what tells the servers apart left out. */
  async function names(peer: Peer): Promise<string[]> {
    return [...(await info(peer)).keys()];
  }

  it('has the same lines in the same order, and the same values where they are fixed', {
    timeout: 40_000,
  }, async () => {
    await using real = await realServer();
    await using ours = await ourNode(real.version);
    expect(await names(ours)).toEqual(await names(real));
    for (const peer of [real, ours]) {
      await peer.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
    }
    expect(await names(ours)).toEqual(await names(real));
    for (const peer of [real, ours]) {
      await peer.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
      // Nobody listens there.
      await peer.command('REPLICAOF', '127.0.0.1', 1);
    }
    for (const peer of [real, ours]) {
      await until(
        'a refused connection',
        async () => ((await peer.command('ROLE')) as Reply[])[3] === 'connect',
        peer,
      );
    }
    const [theirs, own] = [await info(real), await info(ours)];
    for (const lines of [theirs, own]) lines.delete('master_replid');
    expect([...own]).toEqual([...theirs]);
    expect(await ours.command('ROLE')).toEqual(await real.command('ROLE'));
  });

  it('is refused in the same words', { timeout: 20_000 }, async () => {
    await using real = await realServer();
    await using ours = await ourNode(real.version);
    const calls: (readonly (string | number)[])[] = [
      ['ROLE'],
      ['WAIT', 'x', 0],
      ['WAIT', 0, 'x'],
      ['WAIT', 0, -1],
      ['WAIT', 0, '9223372036854775807'],
      ['WAIT', 0, 0],
      ['WAIT', -1, 0],
      ['WAIT', 1, 1],
      ['MULTI'],
      ['WAIT', 1, 0],
      ['EXEC'],
      ['REPLCONF'],
      ['REPLCONF', 'capa'],
      ['REPLCONF', 'capa', 'nosuch'],
      ['REPLCONF', 'listening-port', 'x'],
      ['REPLCONF', 'ip-address', 'x'.repeat(256)],
      ['REPLCONF', 'ip-address', 'x'.repeat(255)],
      ['REPLCONF', 'Nosuch', 'x'],
      ['REPLCONF', 'rdb-only', 2],
      ['REPLCONF', 'rdb-only', 'x'],
      ['REPLCONF', 'rdb-filter-only', '"'],
      ['REPLCONF', 'rdb-filter-only', 'keys'],
      ['PSYNC', '?', 'x'],
      ['PSYNC', '?', '-1', 'FAILOVER'],
      ['REPLICAOF', 'localhost', 'x'],
      ['REPLICAOF', 'localhost', 65_536],
      ['SLAVEOF', 'no', 'one'],
      ['FAILOVER'],
      ['FAILOVER', 'ABORT'],
      ['FAILOVER', 'NOSUCH'],
      ['FAILOVER', 'TIMEOUT', 0],
      ['FAILOVER', 'TIMEOUT', 'x'],
      ['FAILOVER', 'TO', 'h', 'x'],
      ['FAILOVER', 'FORCE'],
    ];
    if (!real.version.startsWith('7.0')) {
      calls.push(['WAITAOF', 2, 0, 0], ['WAITAOF', 0, -1, 0], ['WAITAOF', 0, 0, 'x'], ['WAITAOF', 1, 0, 0]);
      calls.push(['WAITAOF', 0, 0, 0], ['WAITAOF', 0, 1, 1], ['WAITAOF', 'x', 0, 0]);
    }
    const theirs = await real.connect();
    const own = await ours.connect();
    for (const call of calls) {
      const [expected, actual] = await Promise.all([raw(theirs, call), raw(own, call)]);
      expect(`${call.join(' ')}: ${actual}`).toBe(`${call.join(' ')}: ${expected}`);
    }
    for (const peer of [real, ours]) await peer.command('REPLICAOF', '127.0.0.1', 1);
    const onReplica: (readonly (string | number)[])[] = [
      ['WAIT', 0, 0],
      ['PSYNC', '?', -1],
      ['SYNC'],
      ['FAILOVER'],
      ['REPLICAOF', '127.0.0.1', 1],
      ['PSYNC', 'x'.repeat(40), '1', 'FAILOVER'],
    ];
    for (const call of onReplica) {
      const [expected, actual] = await Promise.all([raw(theirs, call), raw(own, call)]);
      expect(`${call.join(' ')}: ${actual}`).toBe(`${call.join(' ')}: ${expected}`);
    }
  });

  it('is refused in cluster mode, and declared in the same way', { timeout: 30_000 }, async () => {
    await using pair = await Pair.start();
    const names = ['psync', 'sync', 'replconf', 'role', 'replicaof', 'slaveof', 'failover', 'wait'];
    if (pair.version !== '7.0') names.push('waitaof');
    await pair.sameAll([
      ['REPLICAOF', '127.0.0.1', 7000],
      ['SLAVEOF', 'NO', 'ONE'],
      ['FAILOVER'],
      ['FAILOVER', 'ABORT'],
      ['WAIT', 0, 0],
      ...names.map((name) => ['COMMAND', 'INFO', name]),
    ]);
  });

  async function raw(connection: RealConnection, call: readonly (string | number)[]): Promise<string> {
    return (await connection.raw(...call)).toString('latin1');
  }
});
