/** kill(), restart(), pause(), resume(), and the commands by which a node ends, restarts or sleeps by itself. */
import { describe, expect, it } from 'vitest';
import { type Cluster, type CommandReply, keyForNode, keyForSlot, type TestNode } from '../../src/index.js';
import {
  closed,
  failure,
  isListening,
  openSocket,
  read,
  START_TIME,
  startFor,
  startStill,
  takePort,
} from './testkit.js';

async function startOne(config: Record<string, string> = {}): Promise<{ cluster: Cluster; node: TestNode }> {
  const cluster = await startStill({
    masters: 1,
    replicas: 0,
    config: { 'enable-debug-command': 'yes', ...config },
  });
  return { cluster, node: cluster.nodes[0]! };
}

/** True once the promise is settled; asks after every turn of the event loop, for a while. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  for (let turn = 0; turn < 20 && !settled; turn++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('kill()', () => {
  it('closes the ports and breaks every connection', async () => {
    const { node } = await startOne();
    const idle = await openSocket(node.port);
    const waiting = await openSocket(node.port);
    waiting.write('WAIT 1 0\r\n');
    await node.kill();
    await Promise.all([closed(idle), closed(waiting)]);
    expect(await isListening(node.port)).toBe(false);
    expect(await isListening(node.busPort)).toBe(false);
    expect(node.connectionCount).toBe(0);
    expect([node.state, node.isRunning]).toEqual(['stopped', false]);
  });

  it('loses the data and keeps nodes.conf', async () => {
    const { node } = await startOne();
    const { id } = node;
    await node.command('SET', 'key', 'value');
    await node.kill();
    await node.restart();
    expect(await node.command('DBSIZE')).toBe(0);
    expect(node.id).toBe(id);
    expect(node.slots).toEqual([[0, 16383]]);
  });

  it('does nothing to a node that is stopped', async () => {
    const { cluster, node } = await startOne();
    await node.kill();
    const { length } = cluster.events;
    await Promise.all([node.kill(), node.kill()]);
    await node.kill();
    expect(cluster.events).toHaveLength(length);
  });

  it('takes no virtual time, nor does restart()', async () => {
    const { cluster, node } = await startOne();
    await node.kill();
    await node.restart();
    expect(cluster.now()).toBe(START_TIME);
  });

  it('ends a paused node too', async () => {
    const { node } = await startOne();
    node.pause();
    const waiting = node.command('PING');
    await Promise.all([expect(waiting).rejects.toMatchObject(failure('COMMAND_FAILED')), node.kill()]);
    expect(node.state).toBe('stopped');
    await node.restart();
    expect(node.state).toBe('running');
    expect(await node.command('PING')).toBe('PONG');
  });

  it('may happen to all nodes, which come back as one cluster', async () => {
    const cluster = await startStill();
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await cluster.advance('1h');
    expect(cluster.masters).toEqual([]);
    await Promise.all(cluster.nodes.map((node) => node.restart()));
    await cluster.waitFor('ok');
    expect(cluster.masters).toEqual(cluster.nodes.slice(0, 3));
  });
});

describe('restart()', () => {
  it('starts the node on the same ports, also when it runs', async () => {
    const { node } = await startOne();
    const { port, busPort } = node;
    await node.command('SET', 'key', 'value');
    await node.restart();
    expect([node.port, node.busPort]).toEqual([port, busPort]);
    expect(await isListening(port)).toBe(true);
    expect(await isListening(busPort)).toBe(true);
    expect(await node.command('DBSIZE')).toBe(0);
  });

  it('gives the node new connections, a new run id and the counters of a new process', async () => {
    const { node } = await startOne();
    const runId = async (): Promise<string | undefined> =>
      /run_id:(\w+)/.exec(String(await node.command('INFO', 'server')))?.[1];
    const before = await runId();
    for (let call = 0; call < 5; call++) await node.command('PING');
    await node.restart();
    expect(await runId()).not.toBe(before);
    expect(await node.command('INFO', 'commandstats')).not.toContain('cmdstat_ping');
  });

  it('can be asked for twice at the same time', async () => {
    const { node } = await startOne();
    await Promise.all([node.restart(), node.restart()]);
    expect(await node.command('PING')).toBe('PONG');
    expect(await isListening(node.port)).toBe(true);
  });

  it.each(['port', 'busPort'] as const)(
    'says so when another process took its %s meanwhile',
    async (which) => {
      const { node } = await startOne();
      await node.kill();
      await takePort(node[which]);
      await expect(node.restart()).rejects.toMatchObject(failure('PORT_IN_USE', `127.0.0.1:${node.port}`));
      expect(node.state).toBe('stopped');
      expect(await isListening(which === 'port' ? node.busPort : node.port)).toBe(false);
    },
  );
});

describe('pause() and resume()', () => {
  it('keep connections open and answer everything afterwards, in order', async () => {
    const { cluster, node } = await startOne();
    const socket = await openSocket(node.port);
    node.pause();
    expect([node.state, node.isRunning]).toEqual(['paused', true]);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write('SET key 1\r\nINCR key\r\n');
    await cluster.advance('1m');
    socket.write('GET key\r\n');
    await cluster.advance('1m');
    expect(text).toBe('');
    node.resume();
    await cluster.advance(0);
    expect(text).toBe('+OK\r\n:2\r\n$1\r\n2\r\n');
    expect(node.state).toBe('running');
  });

  it('accept connections meanwhile, as the system does for a stopped process', async () => {
    const { cluster, node } = await startOne();
    node.pause();
    const socket = await openSocket(node.port);
    socket.write('PING\r\n');
    await cluster.advance('5s');
    node.resume();
    expect(await read(socket, 7)).toBe('+PONG\r\n');
  });

  it('let a failover happen: the others take a paused master for failing', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    victim.pause();
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== victim);
    // It knows nothing of that, until it goes on.
    expect(victim.role).toBe('master');
    victim.resume();
    await cluster.waitFor('ok');
    expect(victim.role).toBe('replica');
  });

  it('do nothing when there is nothing to do', async () => {
    const { node } = await startOne();
    node.resume();
    expect(node.state).toBe('running');
    node.pause();
    node.pause();
    expect(node.state).toBe('paused');
    node.resume();
    node.resume();
    expect(node.state).toBe('running');
    await node.kill();
    node.pause();
    expect(node.state).toBe('stopped');
    node.resume();
    expect(node.state).toBe('stopped');
  });

  it('hold back the timers of the node, not the time it reads', async () => {
    const { cluster, node } = await startOne();
    await node.command('SET', 'key', 'value', 'PX', 1000);
    node.pause();
    await cluster.advance('10s');
    const [size, time] = [node.command('GET', 'key'), node.command('TIME')];
    node.resume();
    expect(await size).toBeNull();
    expect((await time) as string[]).toEqual([String(START_TIME / 1000 + 10), expect.any(String)]);
  });
});

describe('a node that ends by itself', () => {
  it.each([
    ['SHUTDOWN', ['SHUTDOWN', 'NOSAVE']],
    ['DEBUG SEGFAULT', ['DEBUG', 'SEGFAULT']],
    ['DEBUG PANIC', ['DEBUG', 'PANIC']],
  ])('at %s takes its ports along and answers nothing more', async (_what, command) => {
    const { cluster, node } = await startOne();
    const socket = await openSocket(node.port);
    const other = await openSocket(node.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(`PING\r\n${command.join(' ')}\r\nPING\r\n`);
    await Promise.all([closed(socket), closed(other)]);
    expect(text).toBe('');
    expect(node.state).toBe('stopped');
    await cluster.advance(0);
    expect(await isListening(node.port)).toBe(false);
    expect(await isListening(node.busPort)).toBe(false);
    await node.restart();
    expect(await node.command('PING')).toBe('PONG');
  });

  it('answers nothing to command() either', async () => {
    const { node } = await startOne();
    const calls = [node.command('SHUTDOWN', 'NOSAVE'), node.command('PING')];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^(COMMAND_FAILED|STOPPED)$/) });
    }
    expect(node.state).toBe('stopped');
  });

  it('is failed over by the others', async () => {
    const cluster = await startStill();
    const victim = cluster.nodeForSlot(0);
    await victim.command('SHUTDOWN', 'NOSAVE', 'NOW').catch(() => undefined);
    await cluster.waitFor('ok');
    expect(cluster.nodeForSlot(0)).not.toBe(victim);
  });

  it('is back at once after DEBUG RESTART, without its data', async () => {
    const { cluster, node } = await startOne();
    await node.command('SET', 'key', 'value');
    await expect(node.command('DEBUG', 'RESTART')).rejects.toMatchObject(failure('COMMAND_FAILED'));
    await cluster.advance(0);
    expect(node.state).toBe('running');
    expect(await node.command('DBSIZE')).toBe(0);
    const socket = await openSocket(node.port);
    socket.write('PING\r\n');
    expect(await read(socket, 7)).toBe('+PONG\r\n');
  });

  it('is away for as long as DEBUG RESTART says, in virtual time', async () => {
    const { cluster, node } = await startOne();
    await node.command('DEBUG', 'RESTART', 2000).catch(() => undefined);
    await cluster.advance(1999);
    expect(node.state).toBe('stopped');
    expect(await isListening(node.port)).toBe(false);
    await cluster.advance(1);
    expect(node.state).toBe('running');
    await cluster.advance(0);
    expect(await isListening(node.port)).toBe(true);
    expect(await isListening(node.busPort)).toBe(true);
  });

  it('does not come back from DEBUG RESTART once it is killed', async () => {
    const { cluster, node } = await startOne();
    await node.command('DEBUG', 'RESTART', 2000).catch(() => undefined);
    await node.kill();
    await cluster.advance('1m');
    expect(node.state).toBe('stopped');
    expect(await isListening(node.port)).toBe(false);
  });

  it('and is started before DEBUG RESTART would have done it runs on undisturbed', async () => {
    const { cluster, node } = await startOne();
    await node.command('DEBUG', 'RESTART', 2000).catch(() => undefined);
    await node.restart();
    await cluster.waitFor('ok');
    await node.command('SET', 'key', 'value');
    await cluster.advance('1m');
    expect(await node.command('GET', 'key')).toBe('value');
  });

  it('makes the pending commands of other clients fail, not hang', async () => {
    const cluster = await startFor({ masters: 1, replicas: 0, config: { 'enable-debug-command': 'yes' } });
    const [node] = cluster.nodes;
    const waiting = node!.command('WAIT', 1, 0);
    const socket = await openSocket(node!.port);
    socket.write('DEBUG SEGFAULT\r\n');
    await expect(waiting).rejects.toMatchObject(failure('COMMAND_FAILED', 'the node closed the connection'));
  });
});

describe('DEBUG SLEEP', () => {
  it('answers when the sleep is over, and so does everything behind it', async () => {
    const { cluster, node } = await startOne();
    const socket = await openSocket(node.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write('ECHO before\r\nDEBUG SLEEP 5\r\nTIME\r\n');
    await cluster.advance(4999);
    expect(text).toBe('');
    await cluster.advance(1);
    expect(text).toMatch(
      new RegExp(`^\\$6\r\nbefore\r\n\\+OK\r\n\\*2\r\n\\$10\r\n${START_TIME / 1000 + 5}\r\n`),
    );
  });

  it('makes other clients wait as well, in the order in which they came', async () => {
    const { cluster, node } = await startOne();
    const socket = await openSocket(node.port);
    const sleep: Promise<CommandReply> = node.command('DEBUG', 'SLEEP', '1.5');
    const behind = node.command('RPUSH', 'list', 'a').catch(String);
    socket.write('INCR counter\r\n');
    await cluster.advance(1499);
    expect(await settles(sleep)).toBe(false);
    expect(await settles(behind)).toBe(false);
    const reply = read(socket, 4);
    await cluster.advance(1);
    expect(await sleep).toBe('OK');
    expect(await settles(behind)).toBe(true);
    expect(await reply).toBe(':1\r\n');
  });

  it('adds up inside a transaction', async () => {
    const { cluster, node } = await startOne();
    await node.command('MULTI');
    await node.command('DEBUG', 'SLEEP', 1);
    await node.command('DEBUG', 'SLEEP', 2);
    const exec = node.command('EXEC');
    await cluster.advance(2999);
    expect(await settles(exec)).toBe(false);
    await cluster.advance(1);
    expect(await exec).toEqual(['OK', 'OK']);
  });

  it('freezes the bus too: a sleep beyond the node timeout is a failure', async () => {
    const cluster = await startStill({ config: { 'enable-debug-command': 'yes' } });
    const victim = cluster.nodeForSlot(0);
    const sleep = victim.command('DEBUG', 'SLEEP', 30);
    await cluster.waitFor(() => cluster.nodeForSlot(0) !== victim);
    expect(cluster.now() - START_TIME).toBeLessThan(30_000);
    await cluster.advance('30s');
    expect(await sleep).toBe('OK');
    await cluster.waitFor('ok');
    expect(victim.role).toBe('replica');
  });

  it('that is shorter goes unnoticed', async () => {
    const cluster = await startStill({ config: { 'enable-debug-command': 'yes' } });
    const victim = cluster.nodeForSlot(0);
    const sleep = victim.command('DEBUG', 'SLEEP', 5);
    await cluster.advance('1m');
    expect(await sleep).toBe('OK');
    expect(cluster.nodeForSlot(0)).toBe(victim);
    expect(cluster.events.filter(({ event }) => event.kind === 'fail')).toEqual([]);
  });

  it('does not keep the node from being paused or killed', async () => {
    const { cluster, node } = await startOne();
    const sleep = node.command('DEBUG', 'SLEEP', 1);
    node.pause();
    await cluster.advance('5s');
    expect(await settles(sleep)).toBe(false);
    node.resume();
    expect(await sleep).toBe('OK');
    const again = node.command('DEBUG', 'SLEEP', 1);
    await Promise.all([expect(again).rejects.toMatchObject(failure('COMMAND_FAILED')), node.kill()]);
    await node.restart();
    expect(await node.command('PING')).toBe('PONG');
  });

  it('holds back what the node replicates', async () => {
    const cluster = await startStill({ config: { 'enable-debug-command': 'yes' } });
    const master = cluster.nodeForSlot(0);
    const [replica] = master.replicas;
    const key = keyForSlot(0);
    await replica!.command('READONLY');
    const socket = await openSocket(master.port);
    socket.write(`SET ${key} value\r\nDEBUG SLEEP 2\r\n`);
    await cluster.advance(1999);
    expect(await replica!.command('GET', key)).toBeNull();
    await cluster.advance(1);
    expect(await replica!.command('GET', key)).toBe('value');
    expect(keyForNode(master)).toBeTypeOf('string');
  });
});
