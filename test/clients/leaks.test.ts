/** What a cluster leaves behind (nothing), with clients or without, stopped or forgotten, alone or beside others. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Cluster as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Cluster,
  connectCluster,
  RedisTestClusterError,
  shareCluster,
  startCluster,
} from '../../src/index.js';
import { connectionCount } from './node-counters.js';
import { watchOpenResources } from './open-resources.js';

/** The code of the system's error when nobody listens; undefined when somebody does. */
function refusal(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code));
  });
}

/** A plain socket to a node, connected, with its end as a promise. */
async function openSocket(port: number): Promise<{ socket: Socket; closed: Promise<boolean> }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise((done, failed) => {
    socket.once('connect', done);
    socket.once('error', failed);
  });
  const closed = new Promise<boolean>((done) => {
    socket.once('close', done);
  });
  return { socket, closed };
}

describe('a cluster that was stopped', () => {
  it('leaves no listener, socket or timer, whatever had happened in it', async () => {
    // Whatever the runtime sets up once for all is set up before the count.
    await (await startCluster(1, 0)).stop();
    using open = watchOpenResources();
    const cluster = await startCluster(3, 1);
    // Two for each node, and the guard of the ports.
    expect(open.count()).toMatchObject({ TCPSERVERWRAP: 13 });
    const redis = new IoRedis(cluster.seeds);
    await redis.set('key', 'value', 'EX', 100);
    const [master, other] = cluster.masters;
    await master!.kill();
    other!.pause();
    const cut = cluster.partition([cluster.masters[1]!]);
    await cluster.advance('20s');
    cut.heal();
    await master!.restart();
    other!.resume();
    redis.disconnect();
    await cluster.stop();
    expect(await open.countAtEnd()).toEqual({});
  });

  it('leaves no socket, time and again, with both clients and with a handle over a control connection', async () => {
    const visit = async (clock: 'flowing' | 'manual'): Promise<void> => {
      const cluster = await startCluster({ masters: 3, replicas: 0, clock });
      const { address } = await shareCluster(cluster);
      const shared = await connectCluster(address);
      const redis = new IoRedis(shared.seeds);
      const client = createCluster({ rootNodes: shared.rootNodes });
      await Promise.all([client.connect(), redis.set('key', 'value', 'EX', 100)]);
      await shared.inject({ delay: '1h' }, { command: 'GET' });
      const late = Promise.allSettled([redis.get('key'), client.get('key')]);
      await shared.advance('1s');
      redis.disconnect();
      client.destroy();
      await late;
      await shared.close();
      await cluster.stop();
    };
    await visit('manual');
    using open = watchOpenResources();
    for (let index = 0; index < 5; index++) await visit(index % 2 === 0 ? 'flowing' : 'manual');
    // node-redis lets the time limits of its commands run out: AbortSignal.timeout().
    const { Timeout: _, ...left } = await open.countAtEnd();
    expect(left).toEqual({});
  });

  it('leaves nothing behind when every link of the bus was a socket', async () => {
    await (await startCluster({ masters: 1, replicas: 0, bus: 'tcp' })).stop();
    using open = watchOpenResources();
    const cluster = await startCluster({ masters: 3, replicas: 0, bus: 'tcp' });
    expect(open.count()['TCPWRAP']).toBeGreaterThanOrEqual(12);
    await cluster.stop();
    expect(await open.countAtEnd()).toEqual({});
  });

  it('had no port that keeps a process alive, not even while it ran', async () => {
    const holding = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'));
    const before = holding();
    const cluster = await startCluster(3, 1);
    expect(holding()).toEqual(before);
    await cluster.stop();
    expect(holding()).toEqual(before);
  });

  it('refuses connections on all its ports, those of the bus too', async () => {
    const cluster = await startCluster(3, 1);
    const ports = cluster.nodes.flatMap(({ port, busPort }) => [port, busPort]);
    expect(await Promise.all(ports.map(refusal))).toEqual(ports.map(() => undefined));
    await cluster.stop();
    expect(await Promise.all(ports.map(refusal))).toEqual(ports.map(() => 'ECONNREFUSED'));
  });

  it('has closed the sockets of its clients, idle ones and busy ones', async () => {
    const cluster = await startCluster(1, 0);
    const [node] = cluster.nodes;
    const idle = await openSocket(node!.port);
    const waiting = await openSocket(node!.port);
    waiting.socket.write('WAIT 1 0\r\n');
    const unread = await openSocket(node!.port);
    await node!.command('SET', 'large', 'x'.repeat(5_000_000));
    unread.socket.pause();
    unread.socket.write('GET large\r\n');
    await cluster.advance(0);
    expect(node!.connectionCount).toBe(3);
    await cluster.stop();
    unread.socket.resume();
    await Promise.all([idle.closed, waiting.closed, unread.closed]);
  });

  it('can be stopped twice, and at the same time', async () => {
    const cluster = await startCluster(1, 0);
    await Promise.all([cluster.stop(), cluster.stop()]);
    await cluster.stop();
    await cluster[Symbol.asyncDispose]();
  });

  it('says so to whoever goes on using it', async () => {
    const cluster = await startCluster(1, 0);
    const [node] = cluster.nodes;
    await cluster.stop();
    const stopped = expect.objectContaining({ code: 'STOPPED' }) as RedisTestClusterError;
    await expect(cluster.advance('1s')).rejects.toEqual(stopped);
    await expect(cluster.waitFor('ok')).rejects.toEqual(stopped);
    await expect((async () => node!.command('PING'))()).rejects.toEqual(stopped);
    await expect(node!.restart()).rejects.toEqual(stopped);
  });

  it('stays stopped when a node was about to start again', async () => {
    const cluster = await startCluster(1, 0);
    const [node] = cluster.nodes;
    const restarting = expect(node!.restart()).rejects.toMatchObject({ code: 'STOPPED' });
    await cluster.stop();
    await restarting;
    expect(node!.isRunning).toBe(false);
    expect(await refusal(node!.port)).toBe('ECONNREFUSED');
    expect(await refusal(node!.busPort)).toBe('ECONNREFUSED');
  });

  it('ends a wait and an advance that were under way', async () => {
    const cluster = await startCluster(3, 1);
    const waiting = expect(cluster.waitFor(() => false)).rejects.toMatchObject({ code: 'STOPPED' });
    const advancing = expect(cluster.advance('1d')).rejects.toMatchObject({ code: 'STOPPED' });
    await cluster.stop();
    await Promise.all([waiting, advancing]);
  });

  it('ends what waits for a reply from it', async () => {
    const cluster = await startCluster(1, 0);
    const waiting = expect(cluster.nodes[0]!.command('WAIT', 1, 0)).rejects.toThrow(RedisTestClusterError);
    await cluster.stop();
    await waiting;
  });
});

describe('clusters of one process', () => {
  it('do not disturb each other', async () => {
    const clusters = await Promise.all([startCluster(3, 1), startCluster(3, 1), startCluster(3, 1)]);
    onTestFinished(async () => {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    });
    const [first, second, third] = clusters as [Cluster, Cluster, Cluster];
    const ports = clusters.flatMap(({ nodes }) => nodes.flatMap(({ port, busPort }) => [port, busPort]));
    expect(new Set(ports).size).toBe(ports.length);

    await Promise.all(
      clusters.map((cluster, index) => cluster.nodeForKey('key').command('SET', 'key', index)),
    );
    const timeBefore = second.now();
    const eventsBefore = second.events.length;
    await first.nodeForKey('key').kill();
    await first.waitFor('ok', { what: 'the failover' });
    await third.stop();

    expect(second.events.length).toBe(eventsBefore);
    expect(second.now() - timeBefore).toBeLessThan(10_000);
    expect(second.nodes.every(({ isRunning }) => isRunning)).toBe(true);
    expect(await second.nodeForKey('key').command('GET', 'key')).toBe('1');
    expect(await first.nodeForKey('key').command('GET', 'key')).toBe('0');
    const redis = new IoRedis(second.seeds);
    onTestFinished(() => redis.disconnect());
    expect(await redis.get('key')).toBe('1');
    expect(connectionCount(first)).toBe(0);
  });
});

describe('a process that forgets to stop its cluster', { timeout: 60_000 }, () => {
  const root = resolve(import.meta.dirname, '../..');
  const project = mkdtempSync(join(tmpdir(), 'redis-test-cluster-leaks-'));

  beforeAll(async () => {
    // Built from a copy, so that changes under way in the working tree and this build do not meet.
    for (const name of ['src', 'fixtures', 'tsconfig.base.json', 'tsconfig.build.json']) {
      cpSync(join(root, name), join(project, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'), 'dir');
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    // It emits in spite of type errors, which are the type check's to find.
    await run([
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
      '--emitDeclarationOnly',
      'false',
    ]);
  }, 60_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('ends all the same', async () => {
    const script = `
      const cluster = await startCluster(3, 1);
      console.log(await cluster.nodes[0].command('PING'));
    `;
    expect(await runScript(script)).toEqual({ exitCode: 0, output: 'PONG\n' });
  });

  it('ends when its client has left', async () => {
    const script = `
      import { Cluster as IoRedis } from 'ioredis';
      const cluster = await startCluster(3, 1);
      const redis = new IoRedis(cluster.seeds);
      console.log(await redis.set('key', 'value', 'EX', 3600));
      await cluster.advance('1m');
      await redis.quit();
    `;
    expect(await runScript(script)).toEqual({ exitCode: 0, output: 'OK\n' });
  });

  it('ends in the middle of a failover, with a node paused and the bus over TCP', async () => {
    const script = `
      const cluster = await startCluster({ masters: 3, replicas: 1, bus: 'tcp' });
      await cluster.masters[0].kill();
      cluster.masters[1].pause();
      console.log('killed');
    `;
    expect(await runScript(script)).toEqual({ exitCode: 0, output: 'killed\n' });
  });

  it('goes on for as long as it waits for its cluster', async () => {
    const script = `
      const cluster = await startCluster(3, 1);
      const key = keyForSlot(0);
      await cluster.nodeForSlot(0).command('SET', key, 'value', 'PX', 1000);
      await cluster.advance('1s');
      await cluster.waitFor(async () => (await cluster.nodeForSlot(0).command('EXISTS', key)) === 0);
      await cluster.stop();
      console.log('gone');
    `;
    expect(await runScript(script)).toEqual({ exitCode: 0, output: 'gone\n' });
  });

  let scripts = 0;
  function runScript(script: string): Promise<{ exitCode: number | null; output: string }> {
    const name = `script-${++scripts}.js`;
    writeFileSync(
      join(project, name),
      `import { keyForSlot, startCluster } from './dist/src/index.js';\n${script}`,
    );
    return run([name]);
  }

  /** Runs Node; the time limit is there for a process that does not end by itself. */
  function run(args: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
    const child = spawn(process.execPath, args, { cwd: project, timeout: 30_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    return new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', (exitCode) => done({ exitCode, output }));
    });
  }
});
