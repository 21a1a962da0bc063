/** command(): a connection to a node without a socket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Cluster,
  type CommandArgument,
  keyForSlot,
  startCluster,
  type TestNode,
} from '../../src/index.js';
import { failure, openSocket, START_TIME, startStill } from './testkit.js';

describe('command()', () => {
  let cluster: Cluster;
  let node: TestNode;
  let other: TestNode;
  beforeAll(async () => {
    cluster = await startCluster({
      masters: 3,
      replicas: 1,
      clock: 'manual',
      startTime: START_TIME,
      seed: 1,
    });
    node = cluster.nodeForSlot(0);
    other = cluster.nodeForSlot(16_383);
  });
  afterAll(() => cluster.stop());
  const key = keyForSlot(0);

  it('gives simple and bulk strings as text', async () => {
    expect(await node.command('PING')).toBe('PONG');
    expect(await node.command('ECHO', 'text')).toBe('text');
    expect(await node.command('ECHO', '')).toBe('');
  });

  it('gives integers as numbers, nulls, and arrays of them all', async () => {
    expect(await node.command('DEL', key)).toBe(0);
    expect(await node.command('GET', key)).toBeNull();
    expect(await node.command('INCRBY', key, 41)).toBe(41);
    expect(await node.command('MGET', key, `{${key}}2`)).toEqual(['41', null]);
    expect(await node.command('CONFIG', 'GET', 'nothing')).toEqual([]);
    expect(await node.command('COMMAND', 'INFO', 'ping')).toEqual([
      expect.arrayContaining(['ping', -1, ['fast']]),
    ]);
  });

  it('sends text as UTF-8, numbers as digits and bytes as they are', async () => {
    await node.command('SET', key, 'Grüße €');
    expect(await node.command('STRLEN', key)).toBe(11);
    expect(await node.command('GET', key)).toBe('Grüße €');
    await node.command('SET', key, 1.5);
    expect(await node.command('GET', key)).toBe('1.5');
    await node.command('SET', key, 2n ** 63n);
    expect(await node.command('GET', key)).toBe('9223372036854775808');
    await node.command('SET', key, new Uint8Array([0, 13, 10, 255]));
    expect(await node.command('STRLEN', key)).toBe(4);
    expect(await node.command('GETRANGE', key, 0, 2)).toBe('\0\r\n');
    const bytes = Buffer.from('xabcx').subarray(1, 4);
    expect(await node.command('ECHO', bytes)).toBe('abc');
  });

  it('rejects with the words of Redis when the reply is an error', async () => {
    await expect(node.command('NOSUCH', 'a')).rejects.toMatchObject(
      failure('COMMAND_FAILED', /^ERR unknown command 'NOSUCH', with args beginning with: 'a' $/),
    );
    await node.command('SET', key, 'text');
    await expect(node.command('INCR', key)).rejects.toMatchObject(
      failure('COMMAND_FAILED', /^ERR value is not an integer or out of range$/),
    );
    await expect(other.command('GET', key)).rejects.toMatchObject(
      failure('COMMAND_FAILED', `MOVED 0 ${node.name}`),
    );
  });

  it.each<[what: string, args: unknown[]]>([
    ['undefined', ['SET', key, undefined]],
    ['null', ['SET', key, null]],
    ['true', ['SET', key, true]],
    ['[object Object]', ['SET', key, {}]],
  ])('refuses %s as an argument', async (what, args) => {
    await expect(node.command(...(args as CommandArgument[]))).rejects.toMatchObject(
      failure(
        'INVALID_ARGUMENT',
        `the arguments of command() are texts, numbers, bigints or bytes, got ${what}`,
      ),
    );
  });

  it('needs the name of a command', async () => {
    await expect(node.command()).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', "command() needs a command name, as in command('PING')"),
    );
  });

  it('keeps the state of its connection from call to call', async () => {
    await node.command('DEL', key);
    expect(await node.command('MULTI')).toBe('OK');
    expect(await node.command('INCR', key)).toBe('QUEUED');
    expect(await node.command('INCR', key)).toBe('QUEUED');
    expect(await node.command('EXEC')).toEqual([1, 2]);
    await node.command('CLIENT', 'SETNAME', 'me');
    expect(await node.command('CLIENT', 'GETNAME')).toBe('me');
    const id = await node.command('CLIENT', 'ID');
    expect(await node.command('CLIENT', 'ID')).toBe(id);
  });

  it('reads from a replica after READONLY', async () => {
    const [replica] = node.replicas;
    await node.command('SET', key, 'value');
    await expect(replica!.command('GET', key)).rejects.toThrow(`MOVED 0 ${node.name}`);
    await replica!.command('READONLY');
    expect(await replica!.command('GET', key)).toBe('value');
    await replica!.command('READWRITE');
    await expect(replica!.command('GET', key)).rejects.toThrow(`MOVED 0 ${node.name}`);
  });

  it('answers many commands that do not wait for each other in their order', async () => {
    await node.command('DEL', key);
    const counts = await Promise.all(Array.from({ length: 50 }, () => node.command('INCR', key)));
    expect(counts).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('puts an error inside of an array as an error', async () => {
    await node.command('SET', key, 'text');
    await node.command('MULTI');
    await node.command('INCR', key);
    await node.command('STRLEN', key);
    expect(await node.command('EXEC')).toEqual([
      expect.objectContaining({ message: 'ERR value is not an integer or out of range' }),
      4,
    ]);
  });

  it('goes on with a new connection after QUIT', async () => {
    const id = Number(await node.command('CLIENT', 'ID'));
    await node.command('READONLY');
    expect(await node.command('QUIT')).toBe('OK');
    expect(Number(await node.command('CLIENT', 'ID'))).toBeGreaterThan(id);
  });

  it('says so when the node closes the connection instead of answering', async () => {
    const id = await node.command('CLIENT', 'ID');
    const waiting = node.command('WAIT', 5, 0);
    await expect(
      Promise.all([waiting, cluster.nodes[0]!.process.node.sessions.get(Number(id))?.close('test')]),
    ).rejects.toMatchObject(failure('COMMAND_FAILED', 'the node closed the connection'));
    expect(await node.command('PING')).toBe('PONG');
  });

  it('resolves a blocking command when its time is over, on virtual time', async () => {
    const waiting = node.command('WAIT', 5, 1500);
    const behind = node.command('ECHO', 'next');
    let answered = false;
    void waiting.then(() => {
      answered = true;
    });
    await cluster.advance(1499);
    expect(answered).toBe(false);
    await cluster.advance(1);
    expect(await waiting).toBe(1);
    expect(await behind).toBe('next');
  });

  it('carries big values', async () => {
    const value = 'x'.repeat(3_000_000);
    await node.command('SET', key, value);
    expect(await node.command('GET', key)).toBe(value);
  });

  it.each<[call: CommandArgument[], reason: string]>([
    [['HELLO', 3], 'command() speaks RESP2'],
    [['subscribe', 'channel'], 'SUBSCRIBE answers more than once'],
    [['MONITOR'], 'MONITOR answers more than once'],
    [['PSYNC', '?', -1], 'PSYNC answers more than once'],
    [['CLIENT', 'REPLY', 'OFF'], 'command() waits for the reply'],
    [['Client', 'Reply', 'Skip'], 'command() waits for the reply'],
  ])('leaves %j to clients', async (call, reason) => {
    await expect(node.command(...call)).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', `${reason}; connect a client for that`),
    );
    expect(await node.command('HELLO', 2)).toEqual(expect.arrayContaining(['proto', 2]));
    expect(await node.command('CLIENT', 'REPLY', 'ON')).toBe('OK');
  });
});

describe('command() on a node', () => {
  it('that is stopped rejects at once', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.kill();
    await expect(node!.command('PING')).rejects.toMatchObject(
      failure('STOPPED', `${node!.name} is not running; restart() it first`),
    );
    await node!.restart();
    expect(await node!.command('PING')).toBe('PONG');
  });

  it('that is killed meanwhile rejects', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    const waiting = node!.command('WAIT', 1, 0);
    await Promise.all([
      expect(waiting).rejects.toMatchObject(failure('COMMAND_FAILED', 'the node closed the connection')),
      node!.kill(),
    ]);
  });

  it('that is paused waits until it goes on', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    node!.pause();
    let answer: unknown = 'none';
    const waiting = node!.command('PING').then((reply) => {
      answer = reply;
    });
    await cluster.advance('5s');
    expect(answer).toBe('none');
    node!.resume();
    await waiting;
    expect(answer).toBe('PONG');
  });

  it('with a password needs none, unless its connection was reset', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0, config: { requirepass: 'secret' } });
    const [node] = cluster.nodes;
    expect(await node!.command('PING')).toBe('PONG');
    expect(await node!.command('CLIENT', 'ID')).toBeTypeOf('number');
    await node!.command('RESET');
    await expect(node!.command('PING')).rejects.toMatchObject(
      failure('COMMAND_FAILED', 'NOAUTH Authentication required.'),
    );
    await node!.command('AUTH', 'secret');
    expect(await node!.command('PING')).toBe('PONG');
  });

  it('that has as many clients as it may rejects with its words', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await node!.command('CONFIG', 'SET', 'maxclients', 1);
    await node!.command('QUIT');
    const socket = await openSocket(node!.port);
    socket.write('PING\r\n');
    await cluster.advance(0);
    await expect(node!.command('PING')).rejects.toMatchObject(
      failure('COMMAND_FAILED', 'ERR max number of clients + cluster connections reached'),
    );
    socket.destroy();
    await cluster.waitFor(() => node!.connectionCount === 0);
    expect(await node!.command('PING')).toBe('PONG');
  });
});
