/** CLIENT PAUSE, and the pause of a manual failover beside it. */
import { describe, expect, it } from 'vitest';
import { type Machine, World } from './world.js';

const start = (config: Record<string, string> = {}): Machine => new World().start({ config });

describe('CLIENT PAUSE', () => {
  it('WRITE holds back what may be replicated, and nothing else', () => {
    const machine = start();
    machine.ask('SET key 1', 'CLIENT PAUSE 1000 WRITE');
    const reader = machine.connect();
    expect(reader.ask('GET key', 'PING', 'CONFIG GET hz', 'MULTI', 'GET key', 'EXEC')).toContain(
      '$1\r\n1\r\n+PONG\r\n',
    );
    for (const command of [
      'SET key 2',
      'DEL key',
      'PUBLISH channel text',
      'FLUSHALL',
      'PFCOUNT key',
      'EVAL return 0',
    ]) {
      const writer = machine.connect();
      writer.send(command);
      if (machine.node.commands.get(command.split(' ')[0] as string) === undefined) continue;
      expect([command, writer.take()]).toEqual([command, '']);
      writer.leave();
    }
    expect(machine.ask('GET key')).toBe('$1\r\n1\r\n');
  });

  it('ALL holds back everything, CLIENT UNPAUSE too', () => {
    const machine = start();
    const client = machine.connect();
    expect(client.ask('CLIENT PAUSE 1000')).toBe('+OK\r\n');
    expect(machine.ask('PING')).toBe('');
    expect(client.ask('CLIENT UNPAUSE')).toBe('');
    machine.world.pass(1000);
    expect(client.take()).toBe('+OK\r\n');
  });

  it('ends by itself, at its time', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 1000 WRITE');
    const client = machine.connect();
    client.send('SET key 1');
    machine.world.pass(999);
    expect(client.take()).toBe('');
    machine.world.pass(1);
    expect(client.take()).toBe('+OK\r\n');
  });

  it('keeps the later of two ends and the stricter of two modes', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 1000 WRITE', 'CLIENT PAUSE 500 WRITE');
    const client = machine.connect();
    client.send('SET key 1');
    machine.world.pass(999);
    expect(client.take()).toBe('');
    machine.world.pass(1);
    expect(client.take()).toBe('+OK\r\n');
    const pausing = machine.connect();
    expect(pausing.ask('CLIENT PAUSE 500 WRITE', 'CLIENT PAUSE 100 ALL')).toBe('+OK\r\n+OK\r\n');
    expect(client.ask('PING')).toBe('');
    machine.world.pass(499);
    expect(client.take()).toBe('');
    machine.world.pass(1);
    expect(client.take()).toBe('+PONG\r\n');
  });

  it('holds back a transaction that writes, at the first write and at EXEC', () => {
    const machine = start();
    const early = machine.connect();
    early.ask('MULTI', 'SET a 1', 'GET a');
    machine.ask('CLIENT PAUSE 1000 WRITE');
    const late = machine.connect();
    expect(late.ask('MULTI', 'GET a', 'SET a 2', 'EXEC')).toBe('+OK\r\n+QUEUED\r\n');
    expect(early.ask('EXEC')).toBe('');
    machine.world.pass(1000);
    // The one that had to wait first goes first, with all that it sent.
    expect(late.take()).toBe('+QUEUED\r\n*2\r\n$-1\r\n+OK\r\n');
    expect(early.take()).toBe('*2\r\n+OK\r\n$1\r\n1\r\n');
  });

  it('lets the waiting commands run in their order, after the client that ended it', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 1000 WRITE');
    const clients = ['b', 'c', 'd'].map((letter) => {
      const client = machine.connect();
      client.send(`APPEND key ${letter}`, 'PING');
      return client;
    });
    expect(machine.ask('CLIENT UNPAUSE', 'APPEND key a')).toBe('+OK\r\n:1\r\n');
    expect(clients.map((client) => client.take())).toEqual([
      ':2\r\n+PONG\r\n',
      ':3\r\n+PONG\r\n',
      ':4\r\n+PONG\r\n',
    ]);
    expect(machine.ask('GET key')).toBe('$4\r\nabcd\r\n');
  });

  it('holds them back again when one of them pauses anew', () => {
    const machine = start();
    const pausing = machine.connect();
    pausing.ask('CLIENT PAUSE 1000 ALL');
    pausing.send('CLIENT PAUSE 1000 WRITE');
    const writer = machine.connect();
    writer.send('SET key 1');
    machine.world.pass(1000);
    expect(pausing.take()).toBe('+OK\r\n');
    expect(writer.take()).toBe('');
    machine.world.pass(1000);
    expect(writer.take()).toBe('+OK\r\n');
  });

  it('checks a command again when it goes on', () => {
    const machine = start({ 'min-replicas-to-write': '0' });
    machine.ask('CLIENT PAUSE 1000 WRITE');
    const client = machine.connect();
    client.send('SET key 1');
    machine.ask('CONFIG SET min-replicas-to-write 1');
    machine.world.pass(1000);
    expect(client.take()).toBe('-NOREPLICAS Not enough good replicas to write.\r\n');
  });

  it('forgets a client that leaves meanwhile', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 1000 WRITE');
    const client = machine.connect();
    client.send('SET key 1');
    client.leave();
    machine.world.pass(1000);
    expect(machine.ask('GET key')).toBe('$-1\r\n');
  });

  it('holds back expiry: what expires stays, and is hidden', () => {
    const machine = start();
    const stream = machine.watchStream();
    machine.ask('SET key value PX 100', 'CLIENT PAUSE 1000 WRITE');
    stream.length = 0;
    machine.world.pass(900);
    expect(machine.ask('GET key', 'DBSIZE')).toBe('$-1\r\n:1\r\n');
    expect(stream).toEqual([]);
    machine.world.pass(300);
    expect(stream).toEqual(['0 DEL key']);
  });

  it('does not end with the pause of a manual failover, nor the other way round', () => {
    const machine = start();
    const { pause } = machine.node;
    machine.ask('CLIENT PAUSE 1000 WRITE');
    machine.process.deliver(() => pause.pause('failover', 'write', machine.world.clock.nowMs() + 5000));
    const client = machine.connect();
    client.send('SET key 1');
    machine.ask('CLIENT UNPAUSE');
    expect(client.take()).toBe('');
    machine.world.pass(1000);
    expect(client.take()).toBe('');
    machine.process.deliver(() => pause.unpause('failover'));
    expect(client.take()).toBe('+OK\r\n');
    machine.process.deliver(() => pause.unpause('failover'));
  });

  it('counts postponed clients as blocked', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 1000 WRITE');
    machine.connect().send('SET key 1');
    expect(machine.ask('INFO clients')).toContain('blocked_clients:1');
    machine.world.pass(1000);
    expect(machine.ask('INFO clients')).toContain('blocked_clients:0');
  });

  it('of 0 ms pauses nothing', () => {
    const machine = start();
    expect(machine.ask('CLIENT PAUSE 0 ALL', 'SET key 1')).toBe('+OK\r\n+OK\r\n');
  });
});
