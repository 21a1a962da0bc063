/** Clients over real sockets: how bytes come in and go out, and how connections end. */
import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, type ClusterOptions, startCluster, type TestNode } from '../../src/index.js';
import { RealConnection } from '../support/real-redis.js';
import { closed, openSocket, read } from '../testkit/testkit.js';

async function startOne(options: ClusterOptions = {}): Promise<{ cluster: Cluster; node: TestNode }> {
  const cluster = await startCluster({ masters: 1, replicas: 0, clock: 'manual', seed: 1, ...options });
  onTestFinished(() => cluster.stop());
  return { cluster, node: cluster.nodes[0]! };
}

/** Everything that the server writes to its clients from now on, a text for each write. */
function watchWrites(port: number): string[] {
  const writes: string[] = [];
  const { write } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (
    this: Socket,
    ...args: Parameters<typeof write>
  ) {
    if (this.localPort === port) writes.push(Buffer.from(args[0] as string, 'latin1').toString('latin1'));
    return write.apply(this, args);
  } as typeof write);
  return writes;
}

/** Sends bytes and gives everything that comes back until the server closes. */
async function untilClosed(port: number, bytes: string): Promise<string> {
  const socket = await openSocket(port);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.write(Buffer.from(bytes, 'latin1'));
  await closed(socket);
  return text;
}

describe('requests', () => {
  it('of one chunk are answered in one write', async () => {
    const { node } = await startOne();
    const writes = watchWrites(node.port);
    const socket = await openSocket(node.port);
    socket.write('PING\r\n'.repeat(1000));
    await read(socket, 7000);
    expect(writes).toEqual(['+PONG\r\n'.repeat(1000)]);
    socket.write('PING\r\nSET key value\r\nNOSUCH\r\nGET key\r\n');
    await read(socket, 60);
    expect(writes).toHaveLength(2);
  });

  it('of a large pipeline are answered in a write for each chunk that was read', async () => {
    const { node } = await startOne();
    const writes = watchWrites(node.port);
    const socket = await openSocket(node.port);
    const inputs = vi.spyOn(node.process, 'deliver');
    const request = `*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$1000\r\n${'x'.repeat(1000)}\r\n`;
    socket.write(request.repeat(1000));
    await read(socket, 5000);
    expect(writes.join('')).toBe('+OK\r\n'.repeat(1000));
    expect(writes.length).toBeLessThanOrEqual(inputs.mock.calls.length);
    expect(writes.length).toBeLessThan(100);
  });

  it('may come in any pieces', async () => {
    const { cluster, node } = await startOne();
    const requests = '*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\na\r\nbc\r\nGET key\r\n*1\r\n$4\r\nPING\r\n';
    for (const size of [1, 2, 3, 7, 20]) {
      const socket = await openSocket(node.port);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      for (let start = 0; start < requests.length; start += size) {
        socket.write(requests.slice(start, start + size));
        await cluster.advance(0);
      }
      expect(text).toBe('+OK\r\n$5\r\na\r\nbc\r\n+PONG\r\n');
      socket.destroy();
    }
  });

  it('of one client do not wait for the half of a request of another one', async () => {
    const { cluster, node } = await startOne();
    const slow = await openSocket(node.port);
    const quick = await openSocket(node.port);
    slow.write('*2\r\n$4\r\nECHO\r\n$5\r\nhel');
    await cluster.advance(0);
    quick.write('PING\r\n');
    expect(await read(quick, 7)).toBe('+PONG\r\n');
    slow.write('lo\r\n');
    expect(await read(slow, 11)).toBe('$5\r\nhello\r\n');
  });

  it('carry values of 20 MB in and out', async () => {
    const { node } = await startOne();
    const connection = await RealConnection.open(node.port);
    onTestFinished(() => connection.close());
    const value = Buffer.alloc(20_000_000, 'abcdefghij');
    expect(await connection.command('SET', 'key', value)).toBe('OK');
    expect(await connection.command('STRLEN', 'key')).toBe(20_000_000);
    const reply = await connection.raw('GET', 'key');
    expect(reply.length).toBe('$20000000\r\n'.length + 20_000_000 + 2);
    expect(reply.subarray(11, -2).equals(value)).toBe(true);
  });

  it('carry every byte as it is', async () => {
    const { node } = await startOne();
    const connection = await RealConnection.open(node.port);
    onTestFinished(() => connection.close());
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await connection.command('SET', bytes, bytes);
    const reply = await connection.raw('GET', bytes);
    expect(reply.equals(Buffer.concat([Buffer.from('$256\r\n'), bytes, Buffer.from('\r\n')]))).toBe(true);
  });
});

describe('a client', () => {
  it('that closes its half after a request still gets the answer', async () => {
    const { node } = await startOne();
    const socket = await openSocket(node.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.end('SET key value\r\nGET key\r\n');
    await closed(socket);
    expect(text).toBe('+OK\r\n$5\r\nvalue\r\n');
  });

  it.each<[how: string, leave: (socket: Socket) => unknown]>([
    ['closes', (socket) => socket.end()],
    ['is destroyed', (socket) => socket.destroy()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
  ])('that %s in the middle of a command leaves nothing behind', async (_how, leave) => {
    const { cluster, node } = await startOne();
    const before = node.process.node.sessions.size;
    const socket = await openSocket(node.port);
    socket.write('SET key value\r\nMULTI\r\nWATCH key\r\n*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100\r\nabc');
    await cluster.advance(0);
    expect(node.process.node.sessions.size).toBe(before + 1);
    expect(node.connectionCount).toBe(1);
    leave(socket);
    await cluster.waitFor(() => node.connectionCount === 0);
    expect(node.process.node.sessions.size).toBe(before);
    expect(await node.command('GET', 'key')).toBe('value');
  });

  it('that leaves while it waits is forgotten', async () => {
    const { cluster, node } = await startOne();
    const socket = await openSocket(node.port);
    socket.write('WAIT 1 0\r\n');
    await cluster.advance(0);
    expect(await node.command('INFO', 'clients')).toContain('blocked_clients:1');
    socket.destroy();
    await cluster.waitFor(() => node.connectionCount === 0);
    expect(await node.command('INFO', 'clients')).toContain('blocked_clients:0');
  });

  it('that leaves while answers are on their way does no harm', async () => {
    const { cluster, node } = await startOne();
    await node.command('SET', 'key', 'x'.repeat(5_000_000));
    const socket = await openSocket(node.port);
    socket.write('GET key\r\n'.repeat(5));
    socket.once('data', () => socket.resetAndDestroy());
    await closed(socket);
    await cluster.waitFor(() => node.connectionCount === 0);
    expect(await node.command('PING')).toBe('PONG');
  });

  it('that does not read does not keep others waiting, and gets everything when it reads', async () => {
    const { cluster, node } = await startOne();
    const value = 'x'.repeat(4_000_000);
    await node.command('SET', 'key', value);
    const slow = await openSocket(node.port);
    slow.pause();
    slow.write('GET key\r\n'.repeat(10));
    await cluster.advance('1s');
    const quick = await openSocket(node.port);
    quick.write('PING\r\n');
    expect(await read(quick, 7)).toBe('+PONG\r\n');
    await cluster.advance('1m');
    const reply = read(slow, 10 * (value.length + 12));
    slow.resume();
    expect((await reply).length).toBe(10 * ('$4000000\r\n'.length + value.length + 2));
  });

  it('is listed with the addresses of both ends', async () => {
    const { node } = await startOne();
    const socket = await openSocket(node.port);
    socket.write('CLIENT INFO\r\n');
    expect(await read(socket, 60)).toContain(
      ` addr=127.0.0.1:${socket.localPort} laddr=127.0.0.1:${node.port} `,
    );
  });

  it('that goes on sending after an error of the protocol notices that nobody reads', async () => {
    const { cluster, node } = await startOne();
    // Half open, as most clients of other languages: the end of what the node sends does not end what they send.
    const socket = new Socket({ allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    let text = '';
    let failure = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? '';
    });
    socket.connect(node.port, '127.0.0.1');
    socket.write('*\0');
    for (let times = 0; times < 2000 && failure === ''; times++) {
      if (!socket.destroyed) socket.write('A'.repeat(1000));
      await cluster.advance(0);
    }
    expect(text).toBe('-ERR Protocol error: too big mbulk count string\r\n');
    expect(['EPIPE', 'ECONNRESET']).toContain(failure);
    expect(node.connectionCount).toBe(0);
  });

  it('that is killed by another one sees its connection close', async () => {
    const { node } = await startOne();
    const socket = await openSocket(node.port);
    socket.write('CLIENT ID\r\n');
    const id = (await read(socket, 4)).slice(1).trim();
    expect(await node.command('CLIENT', 'KILL', 'ID', id)).toBe(1);
    await closed(socket);
  });
});

describe('the end of a connection', () => {
  it.each<[what: string, bytes: string, answer: string]>([
    ['QUIT', 'PING\r\nQUIT\r\nPING\r\n', '+PONG\r\n+OK\r\n'],
    [
      'a protocol error',
      'PING\r\n*x\r\nPING\r\n',
      '+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n',
    ],
    ['a wrong bulk', '*2\r\n$4\r\nECHO\r\n:5\r\n', "-ERR Protocol error: expected '$', got ':'\r\n"],
    [
      'unbalanced quotes',
      'SET key "value\r\nPING\r\n',
      '-ERR Protocol error: unbalanced quotes in request\r\n',
    ],
    ['an HTTP request', 'PING\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n', ''],
  ])('comes after %s, with what was to be said before', async (_what, bytes, answer) => {
    const { node } = await startOne();
    expect(await untilClosed(node.port, bytes)).toBe(answer);
  });

  it('comes when a request outgrows client-query-buffer-limit', async () => {
    const { node } = await startOne({ config: { 'client-query-buffer-limit': '1mb' } });
    const request = `*2\r\n$4\r\nECHO\r\n$2000000\r\n${'x'.repeat(2_000_000)}\r\n`;
    expect(await untilClosed(node.port, request)).toBe('');
    const socket = await openSocket(node.port);
    socket.write(`*2\r\n$4\r\nECHO\r\n$1000000\r\n${'x'.repeat(1_000_000)}\r\n`);
    expect(await read(socket, 1_000_012)).toMatch(/^\$1000000\r\n/);
  });

  it('comes when a client that waits sends too much', async () => {
    const { node } = await startOne({ config: { 'client-query-buffer-limit': '1mb' } });
    expect(await untilClosed(node.port, `WAIT 1 0\r\n${'PING\r\n'.repeat(200_000)}`)).toBe('');
    expect(await node.command('PING')).toBe('PONG');
  });

  it('comes when a client was idle for longer than `timeout`, in virtual time', async () => {
    const { cluster, node } = await startOne({ config: { timeout: 10 } });
    const idle = await openSocket(node.port);
    const active = await openSocket(node.port);
    const waiting = await openSocket(node.port);
    waiting.write('WAIT 1 0\r\n');
    await cluster.advance('8s');
    expect(node.connectionCount).toBe(3);
    active.write('PING\r\n');
    await cluster.advance('5s');
    await closed(idle);
    expect(node.connectionCount).toBe(2);
    expect(active.destroyed).toBe(false);
    await cluster.advance('8s');
    await closed(active);
    await cluster.advance('1h');
    expect(node.connectionCount).toBe(1);
    expect(waiting.destroyed).toBe(false);
  });

  it('does not come when nothing is said about idle clients', async () => {
    const { cluster, node } = await startOne();
    const idle = await openSocket(node.port);
    await cluster.advance('1d');
    idle.write('PING\r\n');
    expect(await read(idle, 7)).toBe('+PONG\r\n');
  });
});

describe('maxclients', () => {
  it('refuses further connections with an error, and lets others in when one leaves', async () => {
    const { cluster, node } = await startOne();
    await node.command('CONFIG', 'SET', 'maxclients', 3);
    const inside = [await openSocket(node.port), await openSocket(node.port)];
    await cluster.advance(0);
    expect(await untilClosed(node.port, '')).toBe(
      '-ERR max number of clients + cluster connections reached\r\n',
    );
    for (const socket of inside) {
      socket.write('PING\r\n');
      expect(await read(socket, 7)).toBe('+PONG\r\n');
    }
    inside[0]!.destroy();
    await cluster.waitFor(() => node.connectionCount === 1);
    const next = await openSocket(node.port);
    next.write('PING\r\n');
    expect(await read(next, 7)).toBe('+PONG\r\n');
  });

  it('counts those it refused, and not as connections', async () => {
    const { cluster, node } = await startOne();
    await node.command('CONFIG', 'SET', 'maxclients', 1);
    await cluster.advance(0);
    const countersOf = async (): Promise<(string | undefined)[]> => {
      const stats = String(await node.command('INFO', 'stats'));
      return ['total_connections_received', 'rejected_connections'].map(
        (name) => new RegExp(`${name}:(\\d+)`).exec(stats)?.[1],
      );
    };
    const before = await countersOf();
    await untilClosed(node.port, '');
    expect(await countersOf()).toEqual([before[0], '1']);
  });

  it('counts the links of the bus as well', async () => {
    const cluster = await startCluster({ masters: 3, replicas: 0, clock: 'manual', seed: 1 });
    onTestFinished(() => cluster.stop());
    const [node] = cluster.nodes;
    // Two links to each of two other nodes, and the connection of command().
    await node!.command('CONFIG', 'SET', 'maxclients', 5);
    expect(await untilClosed(node!.port, '')).toMatch(/^-ERR max number of clients \+ cluster/);
    await node!.command('CONFIG', 'SET', 'maxclients', 6);
    const socket = await openSocket(node!.port);
    socket.write('PING\r\n');
    expect(await read(socket, 7)).toBe('+PONG\r\n');
  });
});

describe('requirepass', () => {
  it('has everybody log in before anything else', async () => {
    const { node } = await startOne({ config: { requirepass: 'secret' } });
    const connection = await RealConnection.open(node.port);
    onTestFinished(() => connection.close());
    const answer = async (...command: string[]): Promise<string> => String(await connection.raw(...command));
    for (const command of [
      ['PING'],
      ['GET', 'key'],
      ['CLUSTER', 'NODES'],
      ['MULTI'],
      ['CLIENT', 'ID'],
      ['COMMAND'],
    ]) {
      expect(await answer(...command)).toBe('-NOAUTH Authentication required.\r\n');
    }
    expect(await answer('NOSUCH')).toMatch(/^-ERR unknown command/);
    expect(await answer('GET')).toMatch(/^-ERR wrong number of arguments/);
    expect(await answer('AUTH', 'wrong')).toMatch(/^-WRONGPASS /);
    expect(await answer('PING')).toMatch(/^-NOAUTH/);
    expect(await answer('HELLO', '3')).toMatch(/^-NOAUTH HELLO must be called/);
    expect(await answer('AUTH', 'secret')).toBe('+OK\r\n');
    expect(await answer('PING')).toBe('+PONG\r\n');
  });

  it('takes HELLO AUTH as well', async () => {
    const { node } = await startOne({ config: { requirepass: 'secret' } });
    const connection = await RealConnection.open(node.port);
    onTestFinished(() => connection.close());
    const hello = (await connection.raw('HELLO', '3', 'AUTH', 'default', 'secret')).toString();
    expect(hello).toMatch(/^%7\r\n\$6\r\nserver\r\n/);
    expect((await connection.raw('GET', 'nothing')).toString()).toBe('_\r\n');
  });

  it('lets in only small requests before', async () => {
    const { node } = await startOne({ config: { requirepass: 'secret' } });
    expect(await untilClosed(node.port, '*11\r\n')).toBe(
      '-ERR Protocol error: unauthenticated multibulk length\r\n',
    );
    expect(await untilClosed(node.port, '*2\r\n$4\r\nAUTH\r\n$20000\r\n')).toBe(
      '-ERR Protocol error: unauthenticated bulk length\r\n',
    );
  });
});
