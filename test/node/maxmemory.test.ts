/** maxmemory: https://redis.io/docs/latest/develop/reference/eviction/ What a real server says is in test/parity. */
import { describe, expect, it } from 'vitest';
import type { EvictionPolicy } from '../../src/keyspace/eviction.js';
import { type Client, type Machine, World } from './world.js';

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const VALUE = 'x'.repeat(1000);

/** A node that may take so many bytes more than it does now. */
function nodeWithRoom(bytes: number, policy: EvictionPolicy, config: Record<string, string> = {}): Machine {
  const machine = new World().start({ config });
  machine.ask(
    `CONFIG SET maxmemory-policy ${policy}`,
    `CONFIG SET maxmemory ${machine.node.memory.usedBytes + 40_000 + bytes}`,
  );
  return machine;
}

function fill(client: Client, count: number, key = (number: number) => `key:${number}`): string {
  let answers = '';
  for (let number = 0; number < count; number++) answers += client.ask(`SET ${key(number)} ${VALUE}`);
  return answers;
}

function info(machine: Machine, field: string): string {
  return new RegExp(`^${field}:(.*)\r`, 'm').exec(machine.ask('INFO everything'))?.[1] ?? '';
}

describe('used_memory', () => {
  it('grows with each type of value and shrinks to what it was', () => {
    const machine = new World().start();
    const client = machine.connect();
    const empty = machine.node.keyspace.memoryBytes;
    for (const write of [
      `SET string ${VALUE}`,
      `APPEND raw ${VALUE}`,
      `RPUSH list ${VALUE} ${VALUE}`,
      `SADD set ${VALUE}`,
      `SADD numbers 1 2 3 4 5 6 7 8 9 10`,
      `HSET hash field ${VALUE}`,
      `ZADD zset 1 ${VALUE}`,
      `XADD stream * field ${VALUE}`,
    ]) {
      const before = machine.node.keyspace.memoryBytes;
      client.ask(write);
      const grown = machine.node.keyspace.memoryBytes - before;
      expect(grown, write).toBeGreaterThan(write.includes(VALUE) ? 1000 : 60);
      const [, key] = write.split(' ');
      const usage = Number(client.ask(`MEMORY USAGE ${key}`).slice(1));
      expect(grown / usage, write).toBeGreaterThan(0.6);
      expect(grown / usage, write).toBeLessThan(1.7);
    }
    client.ask('FLUSHALL');
    expect(machine.node.keyspace.memoryBytes).toBe(empty);
  });

  it('follows collections that change in place, and comes back to nothing when they are emptied', () => {
    const machine = new World().start();
    const client = machine.connect();
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    const value = (number: number): string => `${'v'.repeat(number % 90)}${number}`;
    for (const number of numbers) {
      client.ask(
        `RPUSH list ${value(number)}`,
        `SADD set ${value(number)}`,
        `HSET hash ${value(number)} ${value(number)}`,
        `ZADD zset ${number} ${value(number)}`,
        `XADD stream ${number + 1}-1 field ${value(number)}`,
        `LSET list 0 ${value(number)}`,
        `LINSERT list BEFORE ${value(number)} ${value(number)}`,
        `HSET hash ${value(number)} changed`,
      );
    }
    for (const key of ['list', 'set', 'hash', 'zset', 'stream']) {
      const database = machine.node.keyspace.database(0);
      const counted = (): number => database.memoryBytes;
      const before = counted();
      client.ask(`COPY ${key} copy`);
      const copied = counted() - before;
      const usage = Number(client.ask(`MEMORY USAGE ${key}`).slice(1));
      expect(copied / usage, key).toBeGreaterThan(0.6);
      expect(copied / usage, key).toBeLessThan(1.7);
      client.ask('DEL copy');
      expect(counted(), key).toBe(before);
    }
    for (const number of numbers) {
      client.ask(
        'LPOP list',
        `LREM list 1 ${value(number)}`,
        `SREM set ${value(number)}`,
        `HDEL hash ${value(number)}`,
        `ZREM zset ${value(number)}`,
        `XDEL stream ${number + 1}-1`,
      );
    }
    client.ask('DEL list stream');
    expect(client.ask('DBSIZE')).toBe(':0\r\n');
    expect(machine.node.keyspace.memoryBytes).toBe(0);
  });

  it('counts expiries, and its peak stays', () => {
    const machine = new World().start();
    fill(machine.connect(), 100);
    const used = machine.node.memory.usedBytes;
    machine.ask('EXPIRE key:1 100');
    expect(machine.node.memory.usedBytes).toBeGreaterThan(used);
    const peak = machine.node.memory.peakBytes;
    machine.ask('FLUSHALL');
    expect(machine.node.memory.usedBytes).toBeLessThan(used - 100_000);
    expect(machine.node.memory.peakBytes).toBe(peak);
    machine.ask('CONFIG RESETSTAT');
    expect(machine.node.memory.peakBytes).toBeLessThan(peak);
  });
});

describe('maxmemory', () => {
  it('refuses writes that take memory when nothing may go, and lets others pass', () => {
    const machine = nodeWithRoom(100_000, 'noeviction');
    const client = machine.connect();
    const answers = fill(client, 200);
    expect(answers).toContain('+OK');
    expect(answers.endsWith(OOM)).toBe(true);
    expect(client.ask('GET key:0')).toContain(VALUE);
    expect(client.ask('LPUSH list x')).toBe(OOM);
    expect(client.ask('DEL key:0 key:1 key:2 key:3')).toBe(':4\r\n');
    expect(client.ask('LPUSH list x')).toBe(':1\r\n');
    expect(info(machine, 'evicted_keys')).toBe('0');
    expect(info(machine, 'errorstat_OOM')).toMatch(/^count=\d+$/);
  });

  it('aborts a transaction that would queue while memory is short', () => {
    const machine = nodeWithRoom(100_000, 'noeviction');
    const client = machine.connect();
    fill(client, 200);
    expect(client.ask('MULTI', 'GET key:0', 'EXEC')).toBe(
      `+OK\r\n${OOM}-EXECABORT Transaction discarded because of previous errors.\r\n`,
    );
    expect(client.ask('MULTI', 'DISCARD')).toBe('+OK\r\n+OK\r\n');
  });

  it('refuses EXEC of writes when memory became short meanwhile', () => {
    const machine = nodeWithRoom(100_000, 'noeviction');
    const client = machine.connect();
    client.ask('MULTI', 'SET a b');
    fill(machine.connect(), 200);
    expect(client.ask('EXEC')).toBe(
      "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.\r\n",
    );
    expect(client.ask('EXEC')).toBe('-ERR EXEC without MULTI\r\n');
  });

  it.each([
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ] as const)('%s keeps the node below it', (policy) => {
    const machine = nodeWithRoom(100_000, policy);
    const client = machine.connect();
    for (let number = 0; number < 300; number++) {
      expect(client.ask(`SETEX key:${number} 1000 ${VALUE}`)).toBe('+OK\r\n');
    }
    expect(machine.node.memory.usedBytes).toBeLessThan(machine.node.config.values.maxmemory + 4096);
    expect(machine.node.keyspace.totalKeys).toBeGreaterThan(50);
    expect(machine.node.keyspace.totalKeys).toBeLessThan(150);
    expect(Number(info(machine, 'evicted_keys'))).toBe(300 - machine.node.keyspace.totalKeys);
  });

  it.each(['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'] as const)(
    '%s takes only keys that expire',
    (policy) => {
      const machine = nodeWithRoom(100_000, policy);
      const client = machine.connect();
      fill(client, 40, (number) => `stays:${number}`);
      for (let number = 0; number < 200; number++) client.ask(`SETEX goes:${number} 1000 ${VALUE}`);
      for (let number = 0; number < 40; number++) expect(client.ask(`EXISTS stays:${number}`)).toBe(':1\r\n');
      expect(machine.node.keyspace.evicted).toBeGreaterThan(100);
    },
  );

  it('a volatile policy refuses writes when no key expires', () => {
    const machine = nodeWithRoom(50_000, 'volatile-lru');
    expect(fill(machine.connect(), 100)).toContain(OOM);
  });

  it('allkeys-lru takes what was not used for longest', () => {
    const machine = nodeWithRoom(100_000, 'allkeys-lru', { 'maxmemory-samples': '10' });
    const client = machine.connect();
    fill(client, 60, (number) => `old:${number}`);
    machine.world.pass(10_000);
    for (let number = 0; number < 20; number++) client.ask(`GET old:${number}`);
    machine.world.pass(10_000);
    fill(client, 60, (number) => `new:${number}`);
    const kept = machine.ask(
      `EXISTS ${Array.from({ length: 20 }, (_, number) => `old:${number}`).join(' ')}`,
    );
    const others = machine.ask(
      `EXISTS ${Array.from({ length: 40 }, (_, number) => `old:${number + 20}`).join(' ')}`,
    );
    expect(Number(kept.slice(1))).toBeGreaterThanOrEqual(19);
    expect(Number(others.slice(1))).toBeLessThan(20);
  });

  it('allkeys-lfu takes what was seldom used', () => {
    const machine = nodeWithRoom(100_000, 'allkeys-lfu', {
      'maxmemory-samples': '10',
      'lfu-log-factor': '0',
    });
    const client = machine.connect();
    fill(client, 60, (number) => `old:${number}`);
    for (let round = 0; round < 20; round++) {
      for (let number = 0; number < 20; number++) client.ask(`GET old:${number}`);
    }
    fill(client, 60, (number) => `new:${number}`);
    const kept = machine.ask(
      `EXISTS ${Array.from({ length: 20 }, (_, number) => `old:${number}`).join(' ')}`,
    );
    expect(Number(kept.slice(1))).toBe(20);
  });

  it('volatile-ttl takes what expires first', () => {
    const machine = nodeWithRoom(100_000, 'volatile-ttl', { 'maxmemory-samples': '10' });
    const client = machine.connect();
    for (let number = 0; number < 60; number++) client.ask(`SETEX key:${number} ${1000 - number} ${VALUE}`);
    for (let number = 0; number < 40; number++) client.ask(`SETEX late:${number} 5000 ${VALUE}`);
    const kept = machine.ask(
      `EXISTS ${Array.from({ length: 20 }, (_, number) => `key:${number}`).join(' ')}`,
    );
    expect(Number(kept.slice(1))).toBeGreaterThanOrEqual(18);
    expect(client.ask('EXISTS key:59 key:58 key:57')).toBe(':0\r\n');
  });

  it('is applied when it is set at run time, with a warning', () => {
    const machine = new World().start({ config: { 'maxmemory-policy': 'allkeys-random' } });
    fill(machine.connect(), 200);
    machine.world.pass(5000);
    const limit = machine.node.memory.usedBytes - 100_000;
    machine.ask(`CONFIG SET maxmemory ${limit}`);
    expect(machine.node.memory.usedBytes).toBeLessThanOrEqual(limit);
    expect(machine.node.keyspace.totalKeys).toBeLessThan(130);
    expect(machine.logs.at(-1)).toMatch(
      /^warning: WARNING: the new maxmemory value set via CONFIG SET \(\d+\) is smaller than the current memory usage \(\d+\)\. This will result in key eviction/,
    );
  });

  it('counts the time for which memory was short', () => {
    const machine = nodeWithRoom(50_000, 'noeviction');
    const client = machine.connect();
    fill(client, 100);
    // The buffers of the client shrank: it may go on for a while.
    machine.world.pass(5000);
    fill(client, 50, (number) => `more:${number}`);
    machine.world.pass(1000);
    expect(info(machine, 'current_eviction_exceeded_time')).toBe('1000');
    client.ask('FLUSHALL', 'SET a b');
    machine.world.pass(5000);
    expect(info(machine, 'current_eviction_exceeded_time')).toBe('0');
    expect(Number(info(machine, 'total_eviction_exceeded_time'))).toBeGreaterThanOrEqual(1000);
  });

  it.each([
    ['no', 'DEL'],
    ['yes', 'UNLINK'],
  ])('replicates and announces what goes (lazyfree-lazy-eviction %s: %s)', (lazily, command) => {
    const machine = nodeWithRoom(60_000, 'allkeys-lru', {
      'notify-keyspace-events': 'Ee',
      'lazyfree-lazy-eviction': lazily,
    });
    const listener = machine.connect();
    listener.ask('SUBSCRIBE __keyevent@0__:evicted');
    const reader = machine.connect();
    reader.ask('HELLO 3', 'CLIENT TRACKING ON', 'SET first x', 'GET first');
    machine.world.pass(5000);
    const stream = machine.watchStream();
    fill(machine.connect(), 100);
    const evicted = stream.filter((line) => line.startsWith(`0 ${command} `));
    expect(evicted.length).toBeGreaterThan(10);
    expect(stream).toContain(`0 ${command} first`);
    expect(listener.take().split('$22\r\n__keyevent@0__:evicted').length - 1).toBe(evicted.length);
    expect(reader.take()).toContain('>2\r\n$10\r\ninvalidate\r\n*1\r\n$5\r\nfirst\r\n');
    // The key goes before the command that needed the room.
    const place = stream.indexOf(evicted[0] as string);
    expect(stream[place + 1]).toMatch(/^0 SET /);
  });

  it('is left to the master, unless a replica is told otherwise', () => {
    const world = new World();
    const master = world.start();
    const replica = world.start();
    replica.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
    world.pass(10_000);
    fill(master.connect(), 100);
    world.pass(100);
    replica.ask('CONFIG SET maxmemory-policy allkeys-lru', 'CONFIG SET maxmemory 1mb');
    fill(master.connect(), 100, (number) => `more:${number}`);
    world.pass(100);
    expect(replica.node.keyspace.totalKeys).toBe(200);
    replica.ask('CONFIG SET replica-ignore-maxmemory no', 'PING');
    expect(replica.node.keyspace.totalKeys).toBeLessThan(150);
  });

  it('waits while clients are paused', () => {
    const machine = nodeWithRoom(50_000, 'allkeys-random');
    fill(machine.connect(), 1);
    machine.ask('CLIENT PAUSE 1000 WRITE');
    machine.ask(`CONFIG SET maxmemory 1`);
    expect(machine.node.keyspace.evicted).toBe(0);
    machine.world.pass(2000);
    machine.ask('PING');
    expect(machine.node.keyspace.totalKeys).toBe(0);
  });

  it('the same seed evicts the same keys', () => {
    const run = (): string => {
      const machine = nodeWithRoom(100_000, 'allkeys-random');
      fill(machine.connect(), 300);
      return machine.ask('SCAN 0 COUNT 1000');
    };
    expect(run()).toBe(run());
  });
});
