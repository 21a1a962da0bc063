/** The process around a node: what waits while it is paused or asleep, and in which order it goes on. */
import { describe, expect, it } from 'vitest';
import { World } from './world.js';

describe('what arrives at a process that is paused', () => {
  it('is handled in order when it goes on', () => {
    const machine = new World().start();
    const clients = [machine.connect(), machine.connect()];
    machine.process.pause();
    clients[0]!.send('APPEND key a');
    clients[1]!.send('APPEND key b');
    clients[0]!.send('APPEND key c', 'GET key');
    expect(clients.map((client) => client.take())).toEqual(['', '']);
    machine.process.resume();
    expect(clients[0]!.take()).toBe(':1\r\n:3\r\n$3\r\nabc\r\n');
    expect(clients[1]!.take()).toBe(':2\r\n');
  });

  it('includes the timers that became due', () => {
    const machine = new World().start();
    const client = machine.connect();
    client.send('WAIT 1 100');
    machine.process.pause();
    machine.world.pass(5000);
    expect(client.take()).toBe('');
    machine.process.resume();
    expect(client.take()).toBe(':0\r\n');
  });

  it('is lost when it is killed, and nothing of it happens in its next life', () => {
    const machine = new World().start();
    const client = machine.connect();
    machine.process.pause();
    client.send('SET key value');
    machine.process.kill();
    machine.process.start();
    machine.process.resume();
    machine.world.pass(1000);
    expect(machine.ask('GET key')).toBe('$-1\r\n');
    expect(machine.process.state).toBe('running');
  });

  it('waits on when a command among it puts the node to sleep', () => {
    const machine = new World().start();
    const client = machine.connect();
    const other = machine.connect();
    machine.process.pause();
    client.send('PING', 'DEBUG SLEEP 1', 'ECHO later');
    other.send('PING');
    machine.process.resume();
    expect([client.take(), other.take()]).toEqual(['', '']);
    machine.world.pass(1000);
    expect([client.take(), other.take()]).toEqual(['+PONG\r\n+OK\r\n$5\r\nlater\r\n', '+PONG\r\n']);
  });
});

describe('a process that sleeps', () => {
  it('handles what came first before what comes at the moment it wakes', () => {
    const machine = new World().start();
    const { world } = machine;
    const [client, early, late] = [machine.connect(), machine.connect(), machine.connect()];
    // Comes at the very time of waking up, and is scheduled before the sleep begins.
    world.clock.schedule(world.clock.nowMs() + 1000, () => late.sendBytes('APPEND key b\r\n'));
    client.send('DEBUG SLEEP 1');
    early.send('APPEND key a');
    world.pass(1000);
    expect([client.take(), early.take(), late.take()]).toEqual(['+OK\r\n', ':1\r\n', ':2\r\n']);
  });

  it('runs no timer and no cron meanwhile', () => {
    const machine = new World().start();
    const stream = machine.watchStream();
    machine.ask('SET key value PX 100');
    stream.length = 0;
    machine.connect().send('DEBUG SLEEP 2');
    machine.world.pass(1999);
    expect(stream).toEqual([]);
    machine.world.pass(301);
    expect(stream).toEqual(['0 DEL key']);
  });

  it('does not save or send before it wakes', () => {
    const machine = new World().start({ cluster: true });
    let saves = 0;
    const write = machine.storage.write.bind(machine.storage);
    machine.storage.write = (...args) => {
      saves++;
      write(...args);
    };
    const client = machine.connect();
    client.send('CLUSTER DELSLOTS 1', 'DEBUG SLEEP 1');
    expect([saves, client.take()]).toEqual([0, '']);
    machine.world.pass(1000);
    expect([saves, client.take()]).toEqual([1, '+OK\r\n+OK\r\n']);
  });

  it('that is told to sleep again sleeps again', () => {
    const machine = new World().start();
    const client = machine.connect();
    client.send('DEBUG SLEEP 1', 'DEBUG SLEEP 0.5', 'PING');
    machine.world.pass(1499);
    expect(client.take()).toBe('');
    machine.world.pass(1);
    expect(client.take()).toBe('+OK\r\n+OK\r\n+PONG\r\n');
  });

  it('of 0 seconds, or of what is no number, does not sleep', () => {
    const machine = new World().start();
    expect(machine.ask('DEBUG SLEEP 0', 'DEBUG SLEEP long', 'DEBUG SLEEP -1', 'PING')).toBe(
      '+OK\r\n+OK\r\n+OK\r\n+PONG\r\n',
    );
  });
});

describe('a process that ends by a command', () => {
  it('answers nothing any more, not even what came before', () => {
    const machine = new World().start();
    const [client, other] = [machine.connect(), machine.connect()];
    client.send('SET key value', 'SHUTDOWN NOSAVE', 'PING');
    expect([client.take(), client.closed, other.closed]).toEqual(['', 'destroyed', 'destroyed']);
    expect(machine.process.state).toBe('stopped');
    expect(machine.events.at(-1)).toEqual({ kind: 'stopped' });
  });

  it('runs nothing that follows', () => {
    const machine = new World().start({ cluster: true });
    machine.connect().send('SHUTDOWN NOSAVE', 'CLUSTER DELSLOTS 1');
    machine.process.start();
    machine.world.pass(3000);
    expect(machine.ask('CLUSTER SLOTS')).toContain(':16383\r\n');
  });
});
