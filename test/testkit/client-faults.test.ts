/** Faults on the connections of clients, over plain sockets: what is executed, what arrives, and what the handles tell. */
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, keyForSlot, startCluster, type TestNode } from '../../src/index.js';
import { closed, failure, openSocket, read, START_TIME } from './testkit.js';

let cluster: Cluster;
let node: TestNode;
const key = keyForSlot(0);

beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 0, clock: 'manual', seed: 1, startTime: START_TIME });
  node = cluster.nodeForSlot(0);
});
afterEach(async () => {
  cluster.heal();
  await cluster.flush();
});
afterAll(() => cluster.stop());

async function connect(to: TestNode = node): Promise<Socket> {
  return await openSocket(to.port);
}

/** Sends inline commands and reads so many characters of answers. */
async function ask(socket: Socket, commands: string, length: number): Promise<string> {
  const answer = read(socket, length);
  socket.write(commands);
  return await answer;
}

describe('an error', () => {
  it.each([
    ['LOADING', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['TRYAGAIN', '-TRYAGAIN Multiple keys request during rehashing of slot\r\n'],
    ['CLUSTERDOWN', '-CLUSTERDOWN The cluster is down\r\n'],
    ['MASTERDOWN', "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n"],
    ['READONLY', "-READONLY You can't write against a read only replica.\r\n"],
    ['BUSY', '-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n'],
    ['OOM', "-OOM command not allowed when used memory > 'maxmemory'.\r\n"],
    ['NOAUTH', '-NOAUTH Authentication required.\r\n'],
    ['ERR anything', '-ERR anything\r\n'],
  ])('%s is answered instead of the command', async (error, text) => {
    const socket = await connect();
    const fault = node.inject({ error }, { command: 'set', times: 1 });
    expect(await ask(socket, `SET ${key} 1\r\nGET ${key}\r\n`, text.length + 5)).toBe(`${text}$-1\r\n`);
    expect(fault.hits).toBe(1);
    expect(fault.log).toMatchObject([
      { node, command: 'SET', args: [key, '1'], keys: [key], slot: 0, atMs: cluster.now() },
    ]);
  });

  it('is for one key, one slot, one client', async () => {
    const [socket, other] = [await connect(), await connect()];
    const other0 = keyForSlot(0, { prefix: 'x' });
    node.inject({ error: 'ERR key' }, { key });
    node.inject({ error: 'ERR slot' }, { slot: [1, 5] });
    node.inject({ error: 'ERR client' }, { client: { name: 'me' }, command: 'PING' });
    expect(await ask(socket, `GET ${other0}\r\nGET ${key}\r\nGET ${keyForSlot(3)}\r\n`, 5 + 10 + 11)).toBe(
      '$-1\r\n-ERR key\r\n-ERR slot\r\n',
    );
    expect(await ask(socket, 'CLIENT SETNAME me\r\nPING\r\n', 5 + 13)).toBe('+OK\r\n-ERR client\r\n');
    expect(await ask(other, 'PING\r\n', 7)).toBe('+PONG\r\n');
  });

  it('comes after so many, and so many times', async () => {
    const socket = await connect();
    cluster.inject({ error: 'ERR no' }, { command: 'PING', after: 1, times: 2 });
    expect(await ask(socket, 'PING\r\n'.repeat(4), 7 + 9 + 9 + 7)).toBe(
      '+PONG\r\n-ERR no\r\n-ERR no\r\n+PONG\r\n',
    );
  });

  it('spoils a transaction as an error of Redis does', async () => {
    const socket = await connect();
    node.inject({ error: 'OOM' }, { command: 'SET', times: 1 });
    const answer = await ask(socket, `MULTI\r\nSET ${key} 1\r\nEXEC\r\n`, 5 + 54 + 66);
    expect(answer).toContain('-EXECABORT Transaction discarded because of previous errors.\r\n');
    node.inject({ error: 'LOADING' }, { command: 'EXEC', times: 1 });
    const text =
      '-EXECABORT Transaction discarded because of: LOADING Redis is loading the dataset in memory\r\n';
    expect(await ask(socket, `MULTI\r\nSET ${key} 1\r\nEXEC\r\nGET ${key}\r\n`, 14 + text.length + 5)).toBe(
      `+OK\r\n+QUEUED\r\n${text}$-1\r\n`,
    );
  });

  it('MOVED and ASK lead to any place, and are counted', async () => {
    const socket = await connect();
    const [other] = cluster.nodes.filter((candidate) => candidate !== node);
    const before = node.counters.redirects;
    node.inject({ moved: other! }, { command: 'GET' });
    node.inject({ ask: '10.0.0.9:1234', slot: 7 }, { command: 'PING' });
    const moved = `-MOVED 0 ${other!.name}\r\n`;
    expect(await ask(socket, `GET ${key}\r\nPING\r\n`, moved.length + 22)).toBe(
      `${moved}-ASK 7 10.0.0.9:1234\r\n`,
    );
    expect(node.counters.redirects).toEqual({ moved: before.moved + 1, ask: before.ask + 1 });
  });
});

describe('a delay', () => {
  it('of a reply goes by virtual time and holds up what follows; the command is executed at once', async () => {
    const socket = await connect();
    node.inject({ delay: '2s' }, { command: 'INCR' });
    const answer = ask(socket, `INCR ${key}\r\nPING\r\n`, 11);
    await cluster.advance(1999);
    expect(socket.bytesRead).toBe(0);
    expect(await node.command('GET', key)).toBe('1');
    await cluster.advance(1);
    expect(await answer).toBe(':1\r\n+PONG\r\n');
  });

  it('of a command lets it be executed later', async () => {
    const socket = await connect();
    const fault = node.inject({ delay: { min: 1000, max: 1000 }, at: 'command' }, { command: 'INCR' });
    const answer = ask(socket, `INCR ${key}\r\n`, 4);
    await cluster.advance(999);
    expect(await node.command('GET', key)).toBeNull();
    expect(fault.held).toHaveLength(1);
    await cluster.advance(1);
    expect(await answer).toBe(':1\r\n');
    expect(fault.hits).toBe(1);
  });

  it('by real time needs no advance()', async () => {
    const socket = await connect();
    node.inject({ delay: 20, clock: 'real' }, { command: 'PING' });
    const startedAt = performance.now();
    expect(await ask(socket, 'PING\r\n', 7)).toBe('+PONG\r\n');
    expect(performance.now() - startedAt).toBeGreaterThan(15);
  });

  it('ends with its fault', async () => {
    const socket = await connect();
    const fault = node.inject({ delay: '1h' }, { command: 'PING' });
    const answer = ask(socket, 'PING\r\n', 7);
    await fault.whenHit();
    fault.dispose();
    expect(await answer).toBe('+PONG\r\n');
  });
});

describe('a hold', () => {
  it('of replies is released one by one, in the order of the connection', async () => {
    const socket = await connect();
    const fault = node.inject({ hold: 'reply' }, { command: 'INCR' });
    const answers = read(socket, 8);
    socket.write(`INCR ${key}\r\nINCR ${key}\r\n`);
    await fault.whenHit(2);
    expect(await node.command('GET', key)).toBe('2');
    fault.held[1]!.release();
    await cluster.settle();
    expect(socket.bytesRead).toBe(0);
    fault.held[0]!.release();
    expect(await answers).toBe(':1\r\n:2\r\n');
  });

  it('of a command keeps it from being executed', async () => {
    const socket = await connect();
    const fault = node.inject({ hold: 'command' }, { command: 'INCR' });
    const answer = ask(socket, `INCR ${key}\r\nPING\r\n`, 11);
    await fault.whenHit();
    expect(await node.command('GET', key)).toBeNull();
    expect(fault.held.map(({ call }) => call.command)).toEqual(['INCR']);
    fault.release();
    expect(await answer).toBe(':1\r\n+PONG\r\n');
  });

  it('of the reply of a command that waits for a key', async () => {
    const socket = await connect();
    const fault = node.inject({ hold: 'reply' }, { command: 'BLPOP' });
    const answer = ask(socket, `BLPOP ${key} 0\r\n`, 10);
    expect(await cluster.whenBlocked(key)).toMatchObject([{ node, command: 'BLPOP', keys: [key] }]);
    await node.command('RPUSH', key, 'job');
    expect(await node.command('EXISTS', key)).toBe(0);
    await cluster.settle();
    expect(socket.bytesRead).toBe(0);
    fault.release();
    expect(await answer).toContain('job');
  });
});

describe('the end of a connection', () => {
  it.each(['reset', 'close'] as const)('%s at the command: not executed', async (how) => {
    const socket = await connect();
    node.inject(how === 'reset' ? { reset: 'command' } : { close: 'command' }, { command: 'INCR' });
    const errors: string[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
    socket.write(`INCR ${key}\r\n`);
    await closed(socket);
    expect(errors).toEqual(how === 'reset' ? ['ECONNRESET'] : []);
    expect(await node.command('GET', key)).toBeNull();
  });

  it.each(['reset', 'close'] as const)('%s at the reply: executed, and nobody learns', async (how) => {
    const socket = await connect();
    node.inject(how === 'reset' ? { reset: 'reply' } : { close: 'reply' }, { command: 'INCR' });
    socket.write(`INCR ${key}\r\n`);
    await closed(socket);
    expect(socket.bytesRead).toBe(0);
    expect(await node.command('GET', key)).toBe('1');
  });

  it.each(['command', 'reply'] as const)('stall at the %s: open, and silent from there on', async (at) => {
    const socket = await connect();
    const fault = node.inject({ stall: at }, { command: 'INCR' });
    socket.write(`INCR ${key}\r\nPING\r\n`);
    await fault.whenHit();
    await cluster.advance('1m');
    expect(socket.bytesRead).toBe(0);
    expect(socket.readyState).toBe('open');
    expect(await node.command('GET', key)).toBe(at === 'command' ? null : '1');
  });

  it('in the middle of a reply', async () => {
    const socket = await connect();
    await node.command('SET', key, 'a long value');
    node.inject({ truncate: 7, ending: 'close' }, { command: 'GET' });
    const answer = read(socket, 7 + 7);
    socket.write(`PING\r\nGET ${key}\r\n`);
    expect(await answer).toBe('+PONG\r\n$12\r\na ');
    await closed(socket);
  });

  it('after so many replies, on each connection', async () => {
    const fault = node.inject({ closeAfterReplies: 2 });
    for (const socket of [await connect(), await connect()]) {
      socket.write('PING\r\n'.repeat(5));
      expect(await read(socket, 14)).toBe('+PONG\r\n+PONG\r\n');
      await closed(socket);
      expect(socket.bytesRead).toBe(14);
    }
    expect(fault.hits).toBe(2);
  });
});

describe('a handler', () => {
  it('answers, or lets pass', async () => {
    const socket = await connect();
    node.inject(
      {
        handler: ({ command, args }) => {
          if (command === 'GET') return undefined;
          if (args[0] === 'error') return new Error('ERR by hand');
          return command === 'ECHO' ? [args[0]!, 7, null, { status: 'OK' }, 5n, 1.5] : null;
        },
      },
      { command: ['ECHO', 'GET', 'PING'] },
    );
    expect(await ask(socket, `GET ${key}\r\n`, 5)).toBe('$-1\r\n');
    expect(await ask(socket, 'ECHO é\r\n', 37)).toBe(
      '*6\r\n$2\r\né\r\n:7\r\n$-1\r\n+OK\r\n:5\r\n$3\r\n1.5\r\n'.replace('é', 'Ã©'),
    );
    expect(await ask(socket, 'ECHO error\r\nPING\r\n', 14 + 5)).toBe('-ERR by hand\r\n$-1\r\n');
  });
});

describe('connections', () => {
  it('are refused by a closed port, while open ones stay', async () => {
    const socket = await connect();
    const fault = node.refuseConnections();
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await ask(socket, 'PING\r\n', 7)).toBe('+PONG\r\n');
    fault.dispose();
    await cluster.settle();
    expect(await ask(await connect(), 'PING\r\n', 7)).toBe('+PONG\r\n');
  });

  it('are reset when they are accepted, or never answered', async () => {
    const before = node.counters.connections.refused;
    const fault = node.refuseConnections({ how: 'reset', times: 1 });
    await connect().then(closed, () => undefined);
    expect(await ask(await connect(), 'PING\r\n', 7)).toBe('+PONG\r\n');
    expect(fault.log).toMatchObject([{ node, address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }]);
    node.refuseConnections({ how: 'stall' });
    const silent = await connect();
    silent.write('PING\r\n');
    await cluster.advance('1m');
    expect(silent.bytesRead).toBe(0);
    expect(node.counters.connections.refused).toBe(before + 2);
  });
});

describe('what clients do', () => {
  it('is counted by node and command; what the test kit does itself is not', async () => {
    const socket = await connect();
    const { connections } = node.counters;
    const gets = node.counters.commands('GET');
    await node.command('GET', key);
    await ask(
      socket,
      `GET ${key}\r\nCLUSTER FOO\r\ncluster keyslot a\r\nCLUSTER KEYSLOT a\r\nFOO\r\n`,
      5 + 8 + 10,
    );
    expect(node.counters.commands('get')).toBe(gets + 1);
    expect(cluster.counters.commands('CLUSTER KEYSLOT')).toBe(2);
    expect(cluster.counters.commands('CLUSTER')).toBe(3);
    expect(cluster.counters.byCommand).toMatchObject({ FOO: 1, 'CLUSTER KEYSLOT': 2 });
    expect(cluster.counters.topologyRequests).toBe(0);
    socket.destroy();
    await cluster.when(() => node.counters.connections.closed > connections.closed);
  });

  it('can be waited for', async () => {
    const socket = await connect();
    const seen = cluster.whenCommand('GET', { node, key, times: 2 });
    socket.write(`GET other\r\nGET ${key}\r\nGET ${key}\r\n`);
    expect((await seen).map(({ args }) => args)).toEqual([[key], [key]]);
    await expect(cluster.whenCommand('GET', { timeoutMs: 10 })).rejects.toMatchObject(
      failure(
        'TIMEOUT',
        /^waited 10 ms of real time \(0 ms of virtual time\) for 1 GET, saw 0\nlast events \(seed 1\):/,
      ),
    );
    await expect(cluster.whenBlocked('queue', { timeoutMs: 10 })).rejects.toMatchObject(
      failure('TIMEOUT', 'for a client that waits for queue'),
    );
  });

  it('pauses of nodes are in the timeline', () => {
    const since = cluster.now();
    node.pause();
    node.resume();
    node.resume();
    expect(cluster.eventsWith({ kind: 'process', node, since }).slice(-2)).toMatchObject([
      { event: { step: 'paused' } },
      { event: { step: 'resumed' } },
    ]);
    expect(cluster.timeline({ kind: 'process' })).toContain('process resumed');
  });

  it('goes into the event log on request, as do messages', async () => {
    const socket = await connect();
    const since = cluster.now();
    {
      using _recording = cluster.record({ commands: { command: 'GET' }, messages: { type: 'PING' } });
      await ask(socket, `CLIENT SETNAME app\r\nGET ${key}\r\n`, 10);
      await cluster.advance('1s');
    }
    await ask(socket, `GET ${key}\r\n`, 5);
    expect(cluster.eventsWith({ kind: 'command', since })).toMatchObject([
      { node: node.name, event: { command: 'GET', args: [key], client: 'app' } },
    ]);
    const pings = cluster.eventsWith({ kind: 'message', since });
    expect(pings.length).toBeGreaterThan(0);
    expect(cluster.timeline({ since })).toMatch(
      /PING to 127\.0\.0\.1:\d+: master with \d+ slots, epoch 3, config epoch \d, offset 0, \d gossip entries/,
    );
  });
});

describe('options', () => {
  it.each<[what: string, run: () => unknown, words: string]>([
    ['no fault', () => node.inject({} as never), 'inject(): a fault has exactly one of error, moved, ask,'],
    ['two faults', () => node.inject({ error: 'OOM', hold: 'reply' } as never), 'exactly one of'],
    [
      'something else',
      () => node.inject('LOADING' as never),
      "takes a fault such as { error: 'LOADING' }, got 'LOADING'",
    ],
    ['an empty error', () => node.inject({ error: '' }), 'got an empty text'],
    [
      'an unknown option',
      () => node.inject({ error: 'OOM', at: 'reply' } as never),
      'unknown option at; there are error',
    ],
    [
      'an unknown filter',
      () => node.inject({ error: 'OOM' }, { cmd: 'GET' } as never),
      'unknown option cmd; there are command,',
    ],
    [
      'a place that is none',
      () => node.inject({ moved: 'nowhere' }),
      "moved must be a node or a place such as '127.0.0.1:7000', got 'nowhere'",
    ],
    [
      'an unknown moment',
      () => node.inject({ hold: 'later' as 'reply' }),
      "hold must be 'command' (not executed) or 'reply' (executed)",
    ],
    [
      'an unknown clock',
      () => node.inject({ delay: 1, clock: 'sun' as 'real' }),
      "clock must be 'virtual' or 'real', got 'sun'",
    ],
    [
      'half a byte',
      () => node.inject({ truncate: 0.5 }),
      'truncate must be a whole number from 0 on, got 0.5',
    ],
    [
      'no replies',
      () => node.inject({ closeAfterReplies: 0 }),
      'closeAfterReplies must be a whole number from 1 on',
    ],
    [
      'an unknown end',
      () => node.inject({ truncate: 1, ending: 'die' as 'close' }),
      "ending must be 'close', 'reset' or 'stall'",
    ],
    ['no handler', () => node.inject({ handler: 1 as never }), 'handler must be a function of a call, got 1'],
    [
      'no slot',
      () => node.inject({ error: 'OOM' }, { slot: 16384 }),
      'slot must be a number from 0 to 16383',
    ],
    [
      'no command',
      () => node.inject({ error: 'OOM' }, { command: '' }),
      "command must be a name such as 'GET'",
    ],
    [
      'a key that is none',
      () => node.inject({ error: 'OOM' }, { key: 5 as never }),
      'key must be a text or a regular expression',
    ],
    [
      'an unknown way to refuse',
      () => node.refuseConnections({ how: 'no' as 'reset' }),
      "how must be 'refuse', 'reset' or 'stall'",
    ],
    [
      'a closed port sometimes',
      () => node.refuseConnections({ times: 1 }),
      'a closed port refuses everybody',
    ],
  ])('refuses %s', (_what, run, words) => {
    expect(run).toThrow(expect.objectContaining(failure('INVALID_ARGUMENT', words)));
    expect(cluster.faults).toEqual([]);
  });
});
