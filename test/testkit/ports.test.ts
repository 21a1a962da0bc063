/** The ports of a cluster: free ones or fixed ones, taken ones, and those of the bus. */
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../src/index.js';
import {
  failure,
  freePorts,
  isListening,
  openSocket,
  read,
  startFor,
  startStill,
  takePort,
} from './testkit.js';

/** Addresses of CLUSTER NODES, `ip:port@busPort`. */
function addressesOf(nodes: unknown): string[] {
  return String(nodes)
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[1]!.split(',')[0]!)
    .sort();
}

describe('the ports of a cluster', () => {
  it('are free ones, each with a bus port that is 10000 above where that is free', async () => {
    const cluster = await startStill({ masters: 3, replicas: 1 });
    const ports = cluster.nodes.flatMap(({ port, busPort }) => [port, busPort]);
    expect(new Set(ports).size).toBe(12);
    expect(await Promise.all(ports.map((port) => isListening(port)))).not.toContain(false);
    for (const { port, busPort } of cluster.nodes) {
      if (port <= 55_535 && busPort !== port + 10_000) expect(await isListening(port + 10_000)).toBe(true);
    }
  });

  it('begin where `port` says, in the order of the nodes', async () => {
    const first = await freePorts(4);
    const cluster = await startStill({ masters: 2, replicas: 1, port: first });
    expect(cluster.nodes.map(({ port, busPort }) => [port, busPort])).toEqual(
      [0, 1, 2, 3].map((index) => [first + index, first + index + 10_000]),
    );
    expect(cluster.nodes.map(({ role }) => role)).toEqual(['master', 'master', 'replica', 'replica']);
  });

  it('are announced to clients and to other nodes', async () => {
    const cluster = await startStill({ masters: 3, replicas: 1 });
    const announced = cluster.nodes.map(({ host, port, busPort }) => `${host}:${port}@${busPort}`).sort();
    for (const node of cluster.nodes) {
      expect(addressesOf(await node.command('CLUSTER', 'NODES'))).toEqual(announced);
      expect(await node.command('CONFIG', 'GET', 'cluster-port')).toEqual([
        'cluster-port',
        String(node.busPort),
      ]);
      expect(await node.command('CONFIG', 'GET', 'port')).toEqual(['port', String(node.port)]);
    }
  });

  it('answer on a TCP connection', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const socket = await openSocket(cluster.nodes[0]!.port);
    socket.write('PING\r\n');
    expect(await read(socket, 7)).toBe('+PONG\r\n');
  });

  it('are not changed by CONFIG SET, which is told so', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const [node] = cluster.nodes;
    await expect(
      node!.command('CONFIG', 'SET', 'maxmemory', 1, 'port', node!.port + 1),
    ).rejects.toMatchObject(failure('COMMAND_FAILED', 'Unable to listen on this port. Check server logs.'));
    expect(await node!.command('CONFIG', 'SET', 'port', node!.port)).toBe('OK');
    expect(await node!.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '0']);
  });

  it('are not shared: a taken one is refused, and what was opened before is closed again', async () => {
    const first = await freePorts(6);
    await takePort(first + 4);
    await expect(startCluster({ port: first })).rejects.toMatchObject(
      failure('PORT_IN_USE', `127.0.0.1:${first + 4} (or its bus port) is in use by another process`),
    );
    const ports = [0, 1, 2, 3, 5].flatMap((index) => [first + index, first + index + 10_000]);
    expect(await Promise.all(ports.map((port) => isListening(port)))).not.toContain(true);
  });

  it('are refused while another cluster has them, and free once it is stopped', async () => {
    const port = await freePorts(1);
    const cluster = await startFor({ masters: 1, replicas: 0, port });
    await expect(startCluster({ masters: 1, replicas: 0, port })).rejects.toMatchObject(
      failure('PORT_IN_USE'),
    );
    await cluster.stop();
    const next = await startFor({ masters: 1, replicas: 0, port });
    expect(next.nodes[0]!.port).toBe(port);
  });

  it('are refused where the system does not let us listen', async () => {
    // 192.0.2.0/24 is reserved for documentation: no machine has such an address.
    await expect(startCluster({ masters: 1, replicas: 0, host: '192.0.2.1' })).rejects.toMatchObject(
      failure('START_FAILED', 'cannot listen on 192.0.2.1:'),
    );
  });
});

describe('the bus port', () => {
  it('is another one where port + 10000 is taken, and announced as such', async () => {
    const first = await freePorts(3);
    await takePort(first + 1 + 10_000);
    const cluster = await startStill({ masters: 3, replicas: 0, port: first });
    const [, node] = cluster.nodes;
    expect(node!.port).toBe(first + 1);
    expect(node!.busPort).not.toBe(first + 1 + 10_000);
    expect(await isListening(node!.busPort)).toBe(true);
    for (const viewer of cluster.nodes) {
      expect(addressesOf(await viewer.command('CLUSTER', 'NODES'))).toContain(
        `127.0.0.1:${first + 1}@${node!.busPort}`,
      );
    }
  });

  it('is another one where port + 10000 does not exist', async () => {
    const port = 65_000 + Math.floor(Math.random() * 500);
    const cluster = await startStill({ masters: 1, replicas: 0, port });
    expect(cluster.nodes[0]!.busPort).toBeGreaterThan(0);
    expect(await isListening(cluster.nodes[0]!.busPort)).toBe(true);
  });

  it('carries the failover of nodes whose bus ports are unusual', async () => {
    const first = await freePorts(6);
    for (const index of [0, 2, 4]) await takePort(first + index + 10_000);
    const cluster = await startStill({ port: first });
    const [victim] = cluster.masters;
    await victim!.kill();
    await cluster.waitFor('ok');
    expect(cluster.nodeForSlot(0)).not.toBe(victim);
  });
});

describe('the host of a cluster', () => {
  const ipv6 = Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === '::1');

  it('can be another address of this machine', async () => {
    const cluster = await startStill({ masters: 3, replicas: 1, host: '127.0.0.2' });
    expect(cluster.seeds.every(({ host }) => host === '127.0.0.2')).toBe(true);
    const [node] = cluster.nodes;
    expect(await isListening(node!.port, '127.0.0.2')).toBe(true);
    expect(String(await node!.command('CLUSTER', 'NODES'))).toContain(
      `127.0.0.2:${node!.port}@${node!.busPort}`,
    );
    await node!.kill();
    await cluster.waitFor('ok');
  });

  it.runIf(ipv6)('can be an IPv6 address', async () => {
    const cluster = await startStill({ masters: 3, replicas: 1, host: '::1' });
    const [node] = cluster.nodes;
    expect(node!.uri).toBe(`redis://[::1]:${node!.port}`);
    expect(cluster.rootNodes[0]).toEqual({ url: node!.uri });
    const socket = await openSocket(node!.port, '::1');
    socket.write('CLIENT INFO\r\n');
    expect(await read(socket, 50)).toContain(` addr=[::1]:${socket.localPort} laddr=[::1]:${node!.port} `);
    await node!.kill();
    await cluster.waitFor('ok');
  });
});
