/** Real redis-servers for comparison: one cluster-enabled server, or six of them made a cluster by redis-cli. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { pollUntil } from './measure.js';

const LOOPBACK = '127.0.0.1';
const START_TIMEOUT_MS = 10_000;
const CLUSTER_TIMEOUT_MS = 60_000;
/** Between the ports that nodes of ours take by themselves and those of outgoing connections; the bus port 10000 above as well. */
const FIRST_PORT = 18_000;
const PORT_CHOICES = 2000;

/**
 * Runs the servers, each in a directory of its own, and ends them when its standard input closes, which the end of this
 * process does in every case. It has a process group of its own, so that Ctrl-C does not end it too early.
 */
const GUARD = `
  trap '' PIPE INT TERM
  directory=$1; server=$2; ports=$3; shift 3
  pids=''
  for port in $ports; do
    mkdir "$directory/$port"
    "$server" --port "$port" --dir "$directory/$port" "$@" > /dev/null 2>&1 < /dev/null &
    pids="$pids $!"
  done
  read -r _
  kill -9 $pids 2> /dev/null
  wait
  rm -rf "$directory"
`;

const run = promisify(execFile);

/** A program of Redis on the PATH, or null. REDIS_SERVER names another redis-server. */
export function findProgram(name: 'redis-server' | 'redis-cli' | 'redis-benchmark'): string | null {
  const named = name === 'redis-server' ? process.env['REDIS_SERVER'] : undefined;
  if (named !== undefined && named !== '') return named;
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory.
    }
  }
  return null;
}

export interface RealNode {
  readonly port: number;
  readonly client: Redis;
  readonly processId: number;
}

/** Running servers. Not formed to a cluster yet. */
export class RealServers {
  readonly nodes: readonly RealNode[];
  readonly #guard: ChildProcess;

  private constructor(guard: ChildProcess, nodes: readonly RealNode[]) {
    this.#guard = guard;
    this.nodes = nodes;
  }

  static async start(count: number, options: readonly string[] = []): Promise<RealServers> {
    const server = findProgram('redis-server');
    if (server === null) throw new Error('redis-server is not installed');
    const ports = await freePorts(count);
    const directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-bench-'));
    const fixed = ['--bind', LOOPBACK, '--cluster-enabled', 'yes', '--save', '', '--appendonly', 'no'];
    const args = ['-c', GUARD, 'sh', directory, server, ports.join(' '), ...fixed, ...options];
    const guard = spawn('sh', args, { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
    const clients = ports.map(connect);
    try {
      await pollUntil(
        'real servers',
        async () => (await Promise.all(clients.map(answers))).every(Boolean),
        START_TIMEOUT_MS,
      );
      const nodes = await Promise.all(
        clients.map(async (client, index): Promise<RealNode> => {
          const info = await client.info('server');
          const processId = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
          return { port: ports[index] ?? 0, client, processId };
        }),
      );
      return new RealServers(guard, nodes);
    } catch (error) {
      for (const client of clients) client.disconnect();
      await endOf(guard);
      throw error;
    }
  }

  /** Ends the servers and removes their directories. */
  async stop(): Promise<void> {
    for (const { client } of this.nodes) client.disconnect();
    await endOf(this.#guard);
  }

  /** Makes them a cluster, half of them masters with one replica each; done when all say ok and the replicas are in sync. */
  async formCluster(): Promise<void> {
    const addresses = this.nodes.map(({ port }) => `${LOOPBACK}:${port}`);
    const options = ['--cluster-replicas', '1', '--cluster-yes'];
    await run(findProgram('redis-cli') ?? 'redis-cli', ['--cluster', 'create', ...addresses, ...options]);
    await pollUntil(
      'a real cluster',
      async () => (await Promise.all(this.nodes.map(isReady))).every(Boolean),
      CLUSTER_TIMEOUT_MS,
    );
  }

  /** Gives all slots to the only server. */
  async formAlone(): Promise<RealNode> {
    const [node] = this.nodes;
    if (node === undefined) throw new Error('there is no server');
    await node.client.cluster('ADDSLOTSRANGE', 0, 16383);
    await pollUntil('a real node', () => isReady(node), CLUSTER_TIMEOUT_MS);
    return node;
  }

  async masterWithReplica(): Promise<{ readonly master: RealNode; readonly replica: RealNode }> {
    for (const replica of this.nodes) {
      const replication = await replica.client.info('replication');
      const masterPort = Number(/^master_port:(\d+)/m.exec(replication)?.[1]);
      const master = this.nodes.find(({ port }) => port === masterPort);
      if (master !== undefined) return { master, replica };
    }
    throw new Error('no server is a replica');
  }
}

/** CPU time of a process so far, all threads, ms. Linux only. */
export function cpuMsOf(processId: number): number {
  const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
  // The second field is the name, which may hold anything; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

function connect(port: number): Redis {
  const client = new Redis(port, LOOPBACK, {
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => 10,
  });
  client.on('error', () => undefined);
  return client;
}

async function answers(client: Redis): Promise<boolean> {
  return (await client.ping().catch(() => '')) === 'PONG';
}

async function isReady({ client }: RealNode): Promise<boolean> {
  const [cluster, replication] = await Promise.all([client.cluster('INFO'), client.info('replication')]);
  const isInSync = replication.includes('role:master') || replication.includes('master_link_status:up');
  return String(cluster).includes('cluster_state:ok') && isInSync;
}

function endOf(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    guard.once('exit', () => resolve());
    guard.stdin?.end();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_CHOICES);
    if (ports.some((other) => other === port || Math.abs(other - port) === 10_000)) continue;
    if ((await isFree(port)) && (await isFree(port + 10_000))) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK }, () => probe.close(() => resolve(true)));
  });
}
