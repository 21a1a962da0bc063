/** Clusters that speak TLS: clients, the bus, replication and MIGRATE, among nodes of ours and with a real redis-server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster as Ioredis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cluster, type ClusterOptions, keyForSlot, startCluster } from '../../src/index.js';
import { createCertificate } from '../../src/io/certificate.js';
import { freePort, startRealRedis } from '../support/real-redis.js';
import { describeWithRedisCli, runRedisCli } from './redis-cli.js';

/** Files of a certificate, gone after the test. */
function filesOf({ cert, key }: { readonly cert: string; readonly key: string }): {
  readonly certFile: string;
  readonly keyFile: string;
} {
  const directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-tls-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  return { certFile, keyFile };
}

async function startWithTls(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ tls: true, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

describe('a cluster with TLS', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(3, 1, { tls: true });
  });
  afterAll(() => cluster.stop());

  it('serves ioredis, through a failover', async () => {
    const redis = new Ioredis(cluster.seeds, { redisOptions: { tls: { ca: cluster.tls!.ca } } });
    onTestFinished(() => redis.disconnect());
    const key = keyForSlot(42);
    await redis.set(key, 'before');
    await cluster.waitFor('ok');
    const master = cluster.nodeForSlot(42);
    await master.kill();
    await cluster.waitFor(() => cluster.nodeForSlot(42) !== master);
    await cluster.waitFor('ok');
    expect(await redis.get(key)).toBe('before');
    await master.restart();
    await cluster.waitFor('ok');
  });

  it('serves node-redis', async () => {
    const { ca } = cluster.tls!;
    const redis = createCluster({
      rootNodes: cluster.rootNodes,
      defaults: { socket: { tls: true, ca } },
    });
    await redis.connect();
    for (const slot of [1, 8000, 16000]) await redis.set(keyForSlot(slot), String(slot));
    expect(await redis.get(keyForSlot(8000))).toBe('8000');
    redis.destroy();
  });

  it('tells the TLS port as the only one', async () => {
    const [node] = cluster.masters;
    const slots = (await node!.command('CLUSTER', 'SLOTS')) as unknown[][];
    expect((slots[0]![2] as unknown[]).slice(0, 2)).toEqual(['127.0.0.1', cluster.nodeForSlot(0).port]);
    expect(await node!.command('CONFIG', 'GET', 'port')).toEqual(['port', '0']);
    expect(String(await node!.command('INFO', 'server'))).toContain(
      `name=tls,bind=127.0.0.1,port=${node!.port}`,
    );
    const shards = JSON.stringify(await node!.command('CLUSTER', 'SHARDS'));
    expect(shards).toContain(`"tls-port",${node!.port}`);
    expect(shards).not.toContain('"port",');
  });

  it('does not answer a client without TLS, and lives on', async () => {
    const plain = new Ioredis(cluster.seeds, { clusterRetryStrategy: () => null });
    plain.on('error', () => undefined);
    onTestFinished(() => plain.disconnect());
    await expect(plain.get('key')).rejects.toThrow();
    expect(await cluster.nodes[1]!.command('PING')).toBe('PONG');
  });
});

it('forms over the bus ports with TLS', async () => {
  const cluster = await startWithTls({ masters: 3, replicas: 1, bus: 'tcp', clock: 'manual' });
  expect(cluster.replicas).toHaveLength(3);
});

it('asks clients for certificates where tls-auth-clients says so', async () => {
  const cluster = await startWithTls({ masters: 1, replicas: 0, config: { 'tls-auth-clients': 'yes' } });
  const { ca, cert, key } = cluster.tls!;
  const options = { clusterRetryStrategy: () => null };
  const without = new Ioredis(cluster.seeds, { ...options, redisOptions: { tls: { ca } } });
  without.on('error', () => undefined);
  await expect(without.get('key')).rejects.toThrow();
  without.disconnect();
  const known = new Ioredis(cluster.seeds, { ...options, redisOptions: { tls: { ca, cert, key } } });
  expect(await known.get('key')).toBeNull();
  known.disconnect();
});

it('uses certificates of the test where config names them', async () => {
  const identity = createCertificate(['127.0.0.1', '::1', 'localhost'], Date.now());
  const { certFile, keyFile } = filesOf(identity);
  const cluster = await startWithTls({
    masters: 1,
    replicas: 0,
    config: { 'tls-cert-file': certFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': certFile },
  });
  const redis = new Ioredis(cluster.seeds, { redisOptions: { tls: { ca: identity.cert } } });
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
});

it('says which file cannot be read', async () => {
  const config = { 'tls-cert-file': '/nowhere/cert.pem' };
  await expect(startCluster({ tls: true, config })).rejects.toThrow(
    /startCluster\(\): config: .*\/nowhere\/cert\.pem/,
  );
});

describeWithRedisCli('with the tools and servers of Redis', () => {
  it('redis-cli --tls checks the cluster', async () => {
    const cluster = await startWithTls({ masters: 3, replicas: 1 });
    const { certFile } = filesOf(cluster.tls!);
    const tls = ['--tls', '--cacert', certFile];
    const { stdout } = await runRedisCli([...tls, '--cluster', 'check', cluster.nodes[0]!.name]);
    expect(stdout).toContain('[OK] All 16384 slots covered.');
  });

  it('a real redis-server joins, replicates, and takes keys by MIGRATE', { timeout: 60_000 }, async ({
    skip,
  }) => {
    const identity = createCertificate(['127.0.0.1'], Date.now());
    const { certFile, keyFile } = filesOf(identity);
    const files = { 'tls-cert-file': certFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': certFile };
    const cluster = await startWithTls({
      masters: 3,
      replicas: 0,
      nodeTimeout: 2000,
      version: '7.0',
      config: { ...files, 'repl-diskless-sync-delay': 0, 'tls-auth-clients': 'yes' },
    });
    const [first] = cluster.masters;
    const tlsPort = await freePort(); // and the one of the bus 10000 above
    const directives = {
      ...files,
      'tls-port': String(tlsPort),
      'tls-cluster': 'yes',
      'tls-replication': 'yes',
      'cluster-enabled': 'yes',
      'cluster-node-timeout': '2000',
    };
    const args = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]);
    const started = await startRealRedis({ args }).catch((error: unknown) => {
      if (String(error).includes('TLS support')) skip('this redis-server was built without TLS');
      throw error;
    });
    await using real = started;
    const key = keyForSlot(42);
    await first!.command('SET', key, 'secret');
    const id = String(await real.command('CLUSTER', 'MYID'));
    await first!.command('CLUSTER', 'MEET', '127.0.0.1', tlsPort);
    const eventually = (check: () => Promise<void>): Promise<void> =>
      vi.waitFor(check, { timeout: 20_000, interval: 50 });
    await eventually(async () => {
      expect(String(await real.command('CLUSTER', 'INFO'))).toContain('cluster_state:ok');
    });
    // Its keys by MIGRATE over TLS, as a master with one slot.
    await real.command('CLUSTER', 'SETSLOT', 42, 'IMPORTING', first!.id);
    await first!.command('CLUSTER', 'SETSLOT', 42, 'MIGRATING', id);
    expect(await first!.command('MIGRATE', '127.0.0.1', tlsPort, key, 0, 5000)).toBe('OK');
    expect(await first!.command('EXISTS', key).catch(String)).toContain('ASK 42');
    // And back, so that it can become a replica.
    await first!.command('CLUSTER', 'SETSLOT', 42, 'STABLE');
    expect(await real.command('MIGRATE', '127.0.0.1', first!.port, key, 0, 5000)).toBe('OK');
    await real.command('CLUSTER', 'SETSLOT', 42, 'STABLE');
    expect(await first!.command('GET', key)).toBe('secret');
    expect(await real.command('CLUSTER', 'REPLICATE', first!.id)).toBe('OK');
    await eventually(async () => {
      expect(String(await real.command('INFO', 'replication'))).toContain('master_link_status:up');
    });
    await real.command('READONLY');
    expect(await real.command('GET', key)).toBe('secret');
  });
});
