/** Limits on the buffers of clients: https://redis.io/docs/latest/develop/reference/clients/ */
import { describe, expect, it } from 'vitest';
import { type Client, type Machine, World } from './world.js';

const MB = 1024 * 1024;

/** One field of a client in CLIENT LIST; undefined: there is no such client. */
function field(machine: Machine, client: Client, name: string): string | undefined {
  const list = machine.ask(`CLIENT LIST ID ${client.session.id}`);
  return new RegExp(` ${name}=(\\S*)`).exec(list)?.[1];
}

function info(machine: Machine, name: string): string {
  return new RegExp(`^${name}:(.*)\\r`, 'm').exec(machine.ask('INFO everything'))?.[1] ?? '';
}

describe('client-output-buffer-limit', () => {
  it('closes a subscriber that does not read, at the hard limit', () => {
    const machine = new World().start({ config: { 'client-output-buffer-limit': 'pubsub 100000 0 0' } });
    const subscriber = machine.connect();
    subscriber.ask('SUBSCRIBE news');
    subscriber.reads = false;
    const publisher = machine.connect();
    let published = 0;
    while (subscriber.closed === 'no' && published < 500) {
      publisher.ask(`PUBLISH news ${'x'.repeat(1000)}`);
      published++;
    }
    expect(published).toBeGreaterThan(90);
    expect(published).toBeLessThan(125);
    expect(subscriber.closed).toBe('destroyed');
    expect(machine.logs.at(-1)).toMatch(
      /^warning: Client id=\d+ addr=127\.0\.0\.1:\d+ .* omem=\d+ .* scheduled to be closed ASAP for overcoming of output buffer limits\.$/,
    );
    expect(publisher.ask('PUBSUB NUMSUB news')).toContain(':0');
  });

  it('the soft limit has to be exceeded for some seconds', () => {
    const machine = new World().start({
      config: { 'client-output-buffer-limit': 'pubsub 0 50000 3' },
    });
    const subscriber = machine.connect();
    subscriber.ask('SUBSCRIBE news');
    subscriber.reads = false;
    machine.ask(`PUBLISH news ${'x'.repeat(80_000)}`);
    machine.world.pass(3000);
    expect(subscriber.closed).toBe('no');
    machine.world.pass(2000);
    expect(subscriber.closed).toBe('destroyed');
    expect(machine.logs.at(-1)).toMatch(/ closed for overcoming of output buffer limits\.$/);
  });

  it('one reply that is too long closes the connection without a byte of it', () => {
    const machine = new World().start({ config: { 'client-output-buffer-limit': 'normal 100000 0 0' } });
    const client = machine.connect();
    client.ask(`SETRANGE key ${MB} v`);
    expect(client.ask('GET key', 'SET after x')).toBe('');
    expect(client.closed).toBe('destroyed');
    expect(machine.ask('EXISTS after')).toBe(':0\r\n');
  });

  it.each(['HRANDFIELD hash', 'SRANDMEMBER set', 'ZRANDMEMBER zset'])(
    '%s with an endless count closes the connection at once',
    (command) => {
      const machine = new World().start();
      const client = machine.connect();
      client.ask('HSET hash a b', 'SADD set a', 'ZADD zset 1 a');
      expect(client.ask(`${command} -9223372036854775`)).toBe('');
      expect(client.closed).toBe('destroyed');
      expect(machine.ask('PING')).toBe('+PONG\r\n');
    },
  );

  it('a transaction is carried out even if nobody learns of it', () => {
    const machine = new World().start({ config: { 'client-output-buffer-limit': 'normal 100000 0 0' } });
    machine.ask(`SETRANGE key ${MB} v`);
    const client = machine.connect();
    client.ask('MULTI', 'SET one 1', 'GET key', 'SET two 2', 'EXEC');
    expect(client.closed).toBe('destroyed');
    expect(machine.ask('MGET one two')).toBe('*2\r\n$1\r\n1\r\n$1\r\n2\r\n');
  });

  it('closes a replica whose link takes nothing, and never below the size of the backlog', () => {
    const world = new World();
    const master = world.start({
      config: { 'client-output-buffer-limit': 'replica 100000 0 0', 'repl-backlog-size': '1mb' },
    });
    const replica = world.start();
    replica.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
    world.pass(10_000);
    let holds = true;
    world.network.addRule((frame) =>
      holds && frame.from.endsWith(String(master.port)) && frame.step === 'data' ? 'hold' : 'pass',
    );
    master.ask(`SETRANGE key ${MB / 2} v`);
    world.pass(1000);
    expect(master.node.replication.replicas.length).toBe(1);
    expect(Number(info(master, 'mem_clients_slaves'))).toBeGreaterThan(0);
    master.ask(`SETRANGE other 10 ${'x'.repeat(700_000)}`, `SETRANGE other 10 ${'x'.repeat(700_000)}`);
    world.pass(1000);
    expect(master.node.replication.replicas.length).toBe(0);
    expect(master.logs.some((line) => / flags=S .*overcoming of output buffer limits/.test(line))).toBe(true);
    holds = false;
  });
});

describe('client-query-buffer-limit', () => {
  it('closes a client whose request does not end', () => {
    const machine = new World().start({ config: { 'client-query-buffer-limit': '1mb' } });
    const client = machine.connect();
    client.sendBytes(`*2\r\n$3\r\nGET\r\n$${3 * MB}\r\n`);
    client.sendBytes('x'.repeat(MB + 100));
    expect(client.closed).toBe('destroyed');
    expect(machine.logs.at(-1)).toMatch(
      /^warning: Closing client that reached max query buffer length: id=.* \(qbuf initial bytes: "x+"\)$/,
    );
  });
});

describe('maxmemory-clients', () => {
  it('closes the greatest client first, until the others fit', () => {
    const machine = new World().start({ config: { 'maxmemory-clients': '3mb' } });
    const sizes = [200_000, 1_500_000, 600_000];
    const clients = sizes.map((size) => {
      const client = machine.connect();
      client.sendBytes(`*1\r\n$${size}\r\n${'x'.repeat(size)}`);
      return client;
    });
    expect(clients.map(({ closed }) => closed)).toEqual(['no', 'no', 'no']);
    const last = machine.connect();
    last.sendBytes(`*1\r\n$900000\r\n${'x'.repeat(900_000)}`);
    expect(clients.map(({ closed }) => closed)).toEqual(['no', 'destroyed', 'no']);
    expect(last.closed).toBe('no');
    expect(info(machine, 'evicted_clients')).toBe('1');
    expect(machine.logs.at(-1)).toMatch(/^notice: Evicting client: id=\d+ /);
  });

  it('spares those who asked for it, and counts them all the same', () => {
    const machine = new World().start({ config: { 'maxmemory-clients': '1mb' } });
    const spared = machine.connect();
    spared.ask('CLIENT NO-EVICT ON');
    spared.sendBytes(`*1\r\n$2000000\r\n${'x'.repeat(2_000_000)}`);
    expect(spared.closed).toBe('no');
    machine.world.pass(200);
    expect(Number(info(machine, 'mem_clients_normal')) || 0).toBe(0);
    expect(machine.logs.at(-1)).toBe('warning: Over client maxmemory after evicting all evictable clients');
  });

  it.each([
    ['a long argument', (client: Client) => client.sendBytes(`*1\r\n$600000\r\n${'x'.repeat(600_000)}`)],
    [
      'arguments of a request that does not end',
      (client: Client) => {
        client.sendBytes('*1000\r\n');
        for (let count = 0; count < 600; count++) client.sendBytes(`$1000\r\n${'x'.repeat(1000)}\r\n`);
      },
    ],
    [
      'a transaction',
      (client: Client) => {
        client.send('MULTI');
        for (let count = 0; count < 10; count++) client.send(`SET key ${'x'.repeat(60_000)}`);
      },
    ],
    [
      'watched keys',
      (client: Client) => {
        for (let count = 0; count < 700; count++)
          client.send(`WATCH ${Array.from({ length: 10 }, (_, index) => `key:${count}:${index}`).join(' ')}`);
      },
    ],
    [
      'subscriptions',
      (client: Client) => {
        for (let count = 0; count < 1700; count++)
          client.send(
            `SUBSCRIBE ${Array.from({ length: 10 }, (_, index) => `channel:${count}:${index}`).join(' ')}`,
          );
      },
    ],
    [
      'replies that it does not read',
      (client: Client) => {
        client.reads = false;
        for (let count = 0; count < 20; count++) client.send(`ECHO ${'x'.repeat(30_000)}`);
      },
    ],
  ])('counts %s', (_what, use) => {
    const machine = new World().start({ config: { 'maxmemory-clients': '500000' } });
    const client = machine.connect();
    use(client);
    expect(client.closed).toBe('destroyed');
  });

  it('may be a part of maxmemory, and is at least 128 KB', () => {
    const machine = new World().start({ config: { maxmemory: '20mb', 'maxmemory-clients': '5%' } });
    const client = machine.connect();
    client.sendBytes(`*1\r\n$700000\r\n${'x'.repeat(700_000)}`);
    expect(client.closed).toBe('no');
    machine.ask('CONFIG SET maxmemory-clients 1');
    expect(client.closed).toBe('destroyed');
    expect(machine.ask('PING')).toBe('+PONG\r\n');
  });
});

describe('the buffers of a client', () => {
  it('shrink with time', () => {
    const machine = new World().start();
    const client = machine.connect();
    client.ask('PING');
    expect([field(machine, client, 'qbuf-free'), field(machine, client, 'rbs')]).toEqual(['16386', '16392']);
    machine.world.pass(300);
    expect([field(machine, client, 'qbuf-free'), field(machine, client, 'rbs')]).toEqual(['16386', '1032']);
    machine.world.pass(4000);
    expect([field(machine, client, 'qbuf-free'), field(machine, client, 'tot-mem')]).toEqual(['0', '1832']);
    expect(Number(info(machine, 'reply_buffer_shrinks'))).toBeGreaterThan(0);
  });

  it('hold what was not read, and are told of by INFO', () => {
    const machine = new World().start();
    const client = machine.connect();
    client.reads = false;
    client.send(`ECHO ${'x'.repeat(100_000)}`);
    expect(Number(field(machine, client, 'omem'))).toBeGreaterThan(80_000);
    expect(Number(field(machine, client, 'oll'))).toBeGreaterThan(3);
    expect(field(machine, client, 'events')).toBe('rw');
    machine.world.pass(200);
    expect(Number(info(machine, 'mem_clients_normal'))).toBeGreaterThan(100_000);
    expect(Number(info(machine, 'client_recent_max_output_buffer'))).toBeGreaterThan(80_000);
    client.take();
    machine.world.pass(10_000);
    expect(info(machine, 'client_recent_max_output_buffer')).toBe('0');
  });
});

describe('timeout', () => {
  it('closes who said nothing for that many seconds', () => {
    const machine = new World().start({ config: { timeout: 5, loglevel: 'verbose' } });
    const [idle, blocked, subscriber] = [machine.connect(), machine.connect(), machine.connect()];
    idle.ask('PING');
    blocked.send('BLPOP list 0');
    subscriber.ask('SUBSCRIBE news');
    machine.world.pass(5000);
    expect(idle.closed).toBe('no');
    machine.world.pass(3000);
    expect([idle, blocked, subscriber].map(({ closed }) => closed)).toEqual(['destroyed', 'no', 'no']);
    expect(machine.logs).toContain('verbose: Closing idle client');
  });
});

describe('a replica that sends commands which are answered', () => {
  it.each(['PING', 'XINFO HELP', 'NOSUCH'])('is disconnected: %s', (command) => {
    const machine = new World().start({ config: { 'repl-diskless-sync-delay': 0 } });
    const replica = machine.connect();
    replica.ask('PSYNC ? -1');
    replica.ask('REPLCONF ACK 0');
    expect(replica.closed).toBe('no');
    const answer = replica.ask(command);
    expect(answer).not.toMatch(/^[+*-]/);
    expect(replica.closed).not.toBe('no');
    expect(
      machine.logs.some((line) => line.startsWith('warning: Replica generated a reply to command')),
    ).toBe(true);
  });
});
