/** One client of a node: requests in, replies out, CLIENT REPLY, waits and ends. */
import { describe, expect, it } from 'vitest';
import { type Client, type Machine, World } from './world.js';

const start = (): Machine => new World().start();
const connect = (): Client => start().connect();

describe('replies', () => {
  it('to one chunk leave in one write', () => {
    const client = connect();
    client.send('PING', 'SET key value', 'GET key', 'NOSUCH');
    expect(client.writes).toHaveLength(1);
    expect(client.take()).toMatch(/^\+PONG\r\n\+OK\r\n\$5\r\nvalue\r\n-ERR unknown command/);
  });

  it('leave when the node is done with the chunk, not before', () => {
    const machine = start();
    const client = machine.connect();
    let during = -1;
    machine.process.deliver(() => {
      client.session.receive(Buffer.from('PING\r\n'));
      during = client.writes.length;
    });
    expect(during).toBe(0);
    expect(client.take()).toBe('+PONG\r\n');
  });

  it('are counted in bytes, like requests', () => {
    const machine = start();
    const client = machine.connect();
    client.sendBytes('PING\r\nECHO hello\r\n');
    expect(client.session.bytesIn).toBe(18);
    expect(client.session.bytesOut).toBe(7 + 11);
  });

  it('change their protocol in the middle of a pipeline', () => {
    const client = connect();
    const text = client.ask(
      'HGETALL nothing',
      'HELLO 3',
      'HGETALL nothing',
      'GET nothing',
      'HELLO 2',
      'GET nothing',
    );
    expect(text).toMatch(/^\*0\r\n%7\r\n/);
    expect(text).toContain('%0\r\n_\r\n*14\r\n');
    expect(text).toMatch(/\$-1\r\n$/);
  });
});

describe('CLIENT REPLY', () => {
  it('OFF silences everything until ON', () => {
    const client = connect();
    expect(client.ask('CLIENT REPLY OFF', 'PING', 'NOSUCH', 'GET', 'MULTI', 'SET key 1', 'EXEC')).toBe('');
    expect(client.ask('CLIENT REPLY ON')).toBe('+OK\r\n');
    expect(client.ask('GET key')).toBe('$1\r\n1\r\n');
  });

  it('SKIP silences one command, whatever comes of it', () => {
    for (const command of ['PING', 'NOSUCH', 'GET', 'SET key value']) {
      expect(connect().ask('CLIENT REPLY SKIP', command, 'ECHO heard')).toBe('$5\r\nheard\r\n');
    }
  });

  it('SKIP twice silences each its next command', () => {
    expect(connect().ask('CLIENT REPLY SKIP', 'CLIENT REPLY SKIP', 'PING', 'ECHO heard')).toBe(
      '$5\r\nheard\r\n',
    );
  });

  it('SKIP changes nothing while replies are off', () => {
    const client = connect();
    client.ask('CLIENT REPLY OFF', 'CLIENT REPLY SKIP', 'PING');
    expect(client.ask('PING')).toBe('');
    expect(client.ask('CLIENT REPLY ON', 'PING')).toBe('+OK\r\n+PONG\r\n');
  });

  it('SKIP silences a command that waits, when it answers', () => {
    const machine = start();
    const client = machine.connect();
    expect(client.ask('CLIENT REPLY SKIP', 'WAIT 1 100', 'ECHO heard')).toBe('');
    machine.world.pass(100);
    expect(client.take()).toBe('$5\r\nheard\r\n');
  });

  it('SKIP silences a command that a pause holds back', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 100 WRITE');
    const client = machine.connect();
    expect(client.ask('CLIENT REPLY SKIP', 'SET key 1', 'GET key')).toBe('');
    machine.world.pass(100);
    expect(client.take()).toBe('$1\r\n1\r\n');
  });

  it('OFF silences a protocol error, and the connection closes all the same', () => {
    const client = connect();
    client.ask('CLIENT REPLY OFF');
    client.sendBytes('*x\r\n');
    expect([client.take(), client.closed]).toEqual(['', 'end']);
  });

  it('ends with RESET', () => {
    expect(connect().ask('CLIENT REPLY OFF', 'RESET', 'PING')).toBe('+RESET\r\n+PONG\r\n');
  });
});

describe('a client that waits', () => {
  it('runs what it sent behind the wait when the wait is over', () => {
    const machine = start();
    const client = machine.connect();
    expect(client.ask('PING', 'WAIT 1 100', 'PING', 'WAIT 1 200', 'ECHO end')).toBe('+PONG\r\n');
    client.send('ECHO after');
    machine.world.pass(100);
    expect(client.take()).toBe(':0\r\n+PONG\r\n');
    machine.world.pass(200);
    expect(client.take()).toBe(':0\r\n$3\r\nend\r\n$5\r\nafter\r\n');
  });

  it('finds the protocol error behind the wait only then', () => {
    const machine = start();
    const client = machine.connect();
    client.sendBytes('WAIT 1 100\r\n*x\r\n');
    expect([client.take(), client.closed]).toEqual(['', 'no']);
    machine.world.pass(100);
    expect([client.take(), client.closed]).toEqual([
      ':0\r\n-ERR Protocol error: invalid multibulk length\r\n',
      'end',
    ]);
  });

  it('does not wait inside of a transaction', () => {
    expect(connect().ask('MULTI', 'WAIT 1 0', 'EXEC')).toBe('+OK\r\n+QUEUED\r\n*1\r\n:0\r\n');
  });

  it('is let go with an error when its node becomes a replica', () => {
    const machine = start();
    const client = machine.connect();
    client.send('SET key value', 'WAIT 1 0', 'PING');
    client.take();
    machine.ask('REPLICAOF 127.0.0.1 1');
    expect(client.take()).toBe(
      '-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n',
    );
    expect(client.closed).toBe('end');
  });
});

describe('the end of a client', () => {
  it('comes after the reply to QUIT; what follows is not run', () => {
    const machine = start();
    const client = machine.connect();
    expect(client.ask('SET key 1', 'QUIT', 'SET key 2')).toBe('+OK\r\n+OK\r\n');
    expect(client.closed).toBe('end');
    expect(machine.ask('GET key')).toBe('$1\r\n1\r\n');
  });

  it('takes its watched keys and its transaction along', () => {
    const machine = start();
    const client = machine.connect();
    client.ask('WATCH key', 'MULTI', 'SET key 1');
    const { size } = machine.node.sessions;
    client.leave();
    expect(machine.node.sessions.size).toBe(size - 1);
    expect(machine.ask('SET key 2', 'GET key')).toBe('+OK\r\n$1\r\n2\r\n');
  });

  it('by CLIENT KILL comes at once, and to the one who asks for it after the reply', () => {
    const machine = start();
    const client = machine.connect();
    const other = machine.connect();
    const id = other.ask('CLIENT ID').slice(1).trim();
    expect(client.ask(`CLIENT KILL ID ${id}`)).toBe(':1\r\n');
    expect(other.closed).toBe('destroyed');
    expect(client.ask(`CLIENT KILL ID ${client.session.id} SKIPME no`, 'PING')).toBe(':1\r\n');
    expect(client.closed).toBe('end');
  });

  it('comes with the end of the process', () => {
    const machine = start();
    const clients = [machine.connect(), machine.connect()];
    clients[0]!.send('WAIT 1 0');
    machine.process.kill();
    expect(clients.map(({ closed }) => closed)).toEqual(['destroyed', 'destroyed']);
    expect(() => clients[0]!.ask('PING')).not.toThrow();
    expect(clients[0]!.take()).toBe('');
  });
});
