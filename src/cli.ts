#!/usr/bin/env node
/** The command line. `start` runs a cluster until it is interrupted. */
import { parseArgs } from 'node:util';
import { RedisTestClusterError } from '../fixtures/error.js';
import { runServer } from './io/server/run-server.js';
import type { ClusterOptions } from './testkit/cluster-options.js';
import { startCluster } from './testkit/start-cluster.js';

const USAGE = `Usage:
  redis-test-cluster start [masters] [replicas]   start a cluster; Ctrl-C ends it
  redis-test-cluster server [redis.conf | -] [--directive value ...]
                                                  one node, with the arguments of a redis-server
                                                  (REDIS_TEST_CLUSTER_VERSION=7.0: of Redis 7.0)

Options of start:
  --port <n>             client port of the first node, the others follow (default: free ports)
  --node-timeout <time>  cluster-node-timeout, such as 5s or 15000 (default: 15s)
  --version <7.0|7.2>    the release the nodes behave as (default: 7.2)
  --seed <n>             seed of everything random
  --config <name=value>  a directive of redis.conf for all nodes; as many as you like
  --help                 this text
`;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'server') return await server(args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      'node-timeout': { type: 'string' },
      version: { type: 'string' },
      seed: { type: 'string' },
      config: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [verb, masters, replicas] = positionals;
  if (values.help === true || verb === undefined) {
    process.stdout.write(USAGE);
    return values.help === true ? 0 : 2;
  }
  if (verb !== 'start' || positionals.length > 3) {
    process.stderr.write(USAGE);
    return 2;
  }
  await start({
    ...(masters === undefined ? {} : { masters: Number(masters) }),
    ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values['node-timeout'] === undefined ? {} : { nodeTimeout: durationOf(values['node-timeout']) }),
    ...(values.version === undefined ? {} : { version: values.version as '7.0' | '7.2' }),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.config === undefined ? {} : { config: directivesOf(values.config) }),
  });
  return 0;
}

/** Never in company: a node that is a process ends it. */
async function server(argv: readonly string[]): Promise<number> {
  const version = process.env['REDIS_TEST_CLUSTER_VERSION'] === '7.0' ? '7.0' : '7.2';
  process.exit(await runServer(argv, version));
}

/** Prints the addresses and runs until a signal comes. */
async function start(options: ClusterOptions): Promise<void> {
  const cluster = await startCluster(options);
  process.stdout.write(`${String(await cluster.nodes[0]?.command('CLUSTER', 'NODES'))}\n`);
  process.stdout.write(`redis-cli -c -p ${cluster.nodes[0]?.port}\nCtrl-C ends the cluster.\n`);
  // The nodes' sockets keep no process alive; here they are the purpose of it.
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  clearInterval(keepAlive);
  await cluster.stop();
}

function directivesOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf('=');
      if (equals > 0) return [setting.slice(0, equals), setting.slice(equals + 1)];
      throw new RedisTestClusterError(
        'INVALID_ARGUMENT',
        `--config takes name=value, such as maxmemory=100mb, got '${setting}'`,
      );
    }),
  );
}

function durationOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isOurs =
      error instanceof RedisTestClusterError ||
      (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${isOurs === true ? (error as Error).message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  },
);
