/** The options of startCluster, checked and completed. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import type { RedisVersion } from '../commands/command.js';
import type { ConfigValue } from '../config/config.js';
import type { ClockMode } from '../io/real-time-pump.js';
import { type Duration, toMilliseconds } from './duration.js';
import type { LogListener } from './logging.js';

/** What a cluster is made of and how it behaves. Every field has a default. */
export interface ClusterOptions {
  /** Number of masters; each gets an equal share of the 16384 slots. Default 3. */
  readonly masters?: number;
  /** Replicas of each master, as in `redis-cli --cluster-replicas`. Default 1. */
  readonly replicas?: number;
  /** Address to listen on and to announce. Default 127.0.0.1. */
  readonly host?: string;
  /** Client port of the first node; the others follow it. Default: free ports. */
  readonly port?: number;
  /** cluster-node-timeout: milliseconds or a text such as '5s'. Default 15000, as in Redis. */
  readonly nodeTimeout?: Duration;
  /**
   * `flowing` (default): virtual time goes with real time and can be fast-forwarded.
   * `manual`: it moves only by advance() and its relatives.
   */
  readonly clock?: ClockMode;
  /** Virtual time at which the cluster is ready, Unix milliseconds. Default: the real time. */
  readonly startTime?: number | Date;
  /** Seed of all randomness in the cluster, an integer. Default: a random one, see `cluster.seed`. */
  readonly seed?: number;
  /** How nodes of this cluster talk to each other: in memory (default), or over TCP on their bus ports. */
  readonly bus?: 'memory' | 'tcp';
  /** False: nodes are started empty and do not know each other, for CLUSTER MEET or redis-cli --cluster create. Default true. */
  readonly formed?: boolean;
  /** The release the nodes behave as. Default 7.2. */
  readonly version?: RedisVersion;
  /** Any directives of redis.conf, for all nodes. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Gets every line the nodes log. Default: nothing is shown, unless REDIS_TEST_CLUSTER_LOG says so. */
  readonly onLog?: LogListener;
}

export interface ResolvedClusterOptions {
  readonly masters: number;
  readonly replicas: number;
  readonly host: string;
  readonly port: number | null;
  readonly clock: ClockMode;
  readonly startTimeMs: number | null;
  readonly seed: number;
  readonly bus: 'memory' | 'tcp';
  readonly formed: boolean;
  readonly version: RedisVersion;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly onLog: LogListener | null;
}

const MOST_NODES = 2000;
const KNOWN_OPTIONS = new Set<string>([
  'masters',
  'replicas',
  'host',
  'port',
  'nodeTimeout',
  'clock',
  'startTime',
  'seed',
  'bus',
  'formed',
  'version',
  'config',
  'onLog',
] satisfies (keyof ClusterOptions)[]);

/** @throws RedisTestClusterError INVALID_ARGUMENT, with what to do. */
export function resolveClusterOptions(
  options: ClusterOptions,
  randomSeed: () => number,
): ResolvedClusterOptions {
  for (const name of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(name)) {
      fail(`unknown option ${name}; directives of redis.conf go into config: { '${name}': ... }`);
    }
  }
  const masters = integer('masters', options.masters ?? 3, 1, MOST_NODES);
  const replicas = integer('replicas', options.replicas ?? 1, 0, MOST_NODES);
  const nodeCount = masters * (1 + replicas);
  if (nodeCount > MOST_NODES)
    fail(
      `${masters} masters with ${replicas} replicas each make ${nodeCount} nodes; the most is ${MOST_NODES}`,
    );
  const port = options.port === undefined ? null : integer('port', options.port, 1, 65536 - nodeCount);
  const host = options.host ?? '127.0.0.1';
  if (typeof host !== 'string' || host === '')
    fail(`host must be an IP address of this machine, got ${JSON.stringify(host)}`);
  return {
    masters,
    replicas,
    host,
    port,
    clock: oneOf('clock', options.clock ?? 'flowing', ['flowing', 'manual']),
    startTimeMs:
      options.startTime === undefined ? null : integer('startTime', Number(options.startTime), 0, 8.64e15),
    seed: integer('seed', options.seed ?? randomSeed(), 0, Number.MAX_SAFE_INTEGER),
    bus: oneOf('bus', options.bus ?? 'memory', ['memory', 'tcp']),
    formed: options.formed ?? true,
    version: oneOf('version', options.version ?? '7.2', ['7.0', '7.2']),
    config: directivesOf(options),
    onLog: options.onLog ?? null,
  };
}

function directivesOf(options: ClusterOptions): Readonly<Record<string, ConfigValue>> {
  const config: Record<string, ConfigValue> = { ...options.config };
  if (options.nodeTimeout !== undefined) {
    config['cluster-node-timeout'] = toMilliseconds(options.nodeTimeout, 'nodeTimeout');
  }
  for (const directive of ['port', 'cluster-port', 'cluster-enabled', 'bind']) {
    if (directive in config)
      fail(`config may not set ${directive}: startCluster does (see the options port, host)`);
  }
  return config;
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  return fail(`${name} must be an integer from ${min} to ${max}, got ${JSON.stringify(value)}`);
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  return fail(
    `${name} must be ${allowed.map((word) => `'${word}'`).join(' or ')}, got ${JSON.stringify(value)}`,
  );
}

function fail(message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `startCluster(): ${message}`);
}
