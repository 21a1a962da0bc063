/** The options of startCluster, checked and completed. */
import { isIP } from 'node:net';
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
   * `follow`: it goes with the Date and the timers that the test sees, so that fake timers move the cluster as well.
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
  /**
   * The nodes speak TLS instead of plain TCP, to clients, over the bus and to their replicas (tls-port, tls-cluster,
   * tls-replication). They use a certificate made for the cluster, see `cluster.tls`, unless `config` names files
   * (tls-cert-file, tls-key-file, tls-ca-cert-file). Clients need none of their own unless `config` says
   * `'tls-auth-clients': 'yes'`. Default false.
   */
  readonly tls?: boolean;
  /** The release the nodes behave as. Default 7.2. */
  readonly version?: RedisVersion;
  /** Any directives of redis.conf, for all nodes. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** What lies on the disk of every node when it first starts, by name: an ACL file, for example. Texts are UTF-8. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
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
  readonly tls: boolean;
  readonly version: RedisVersion;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly onLog: LogListener | null;
}

/** The two forms of startCluster's arguments as one object. */
export function joinArguments(
  mastersOrOptions: unknown,
  replicas: number | undefined,
  options: ClusterOptions | undefined,
): ClusterOptions {
  if (mastersOrOptions !== undefined && typeof mastersOrOptions !== 'number') {
    if (!isOptionsObject(mastersOrOptions))
      fail(`give a number of masters or an options object, got ${show(mastersOrOptions)}`);
    if (replicas !== undefined || options !== undefined)
      fail('an options object is the only argument; put masters and replicas into it');
    return mastersOrOptions;
  }
  if (isOptionsObject(replicas))
    fail('the options come third, after masters and replicas, or as the only argument');
  if (options !== undefined && !isOptionsObject(options))
    fail(`the third argument must be an options object, got ${show(options)}`);
  return {
    ...options,
    ...(mastersOrOptions === undefined ? {} : { masters: mastersOrOptions }),
    ...(replicas === undefined ? {} : { replicas }),
  };
}

function isOptionsObject(value: unknown): value is ClusterOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MOST_NODES = 2000;
/** The second day of 1970: to Redis a time of 0 means never, and the cluster forms before its start time. */
export const EARLIEST_START_MS = 86_400_000;
/** The year 9999: room for expiry times behind it. */
const LATEST_START_MS = Date.UTC(9999, 11, 31);
/** Directives of redis.conf that follow from other options. */
const OWN_DIRECTIVES = new Set([
  'port',
  'cluster-port',
  'cluster-enabled',
  'bind',
  'tls-port',
  'tls-cluster',
  'tls-replication',
]);
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
  'tls',
  'version',
  'config',
  'files',
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
  if (typeof host !== 'string' || isIP(host) === 0)
    fail(`host must be an IP address of this machine, such as '127.0.0.1', got ${show(host)}`);
  if (isUnspecified(host))
    fail(`host is announced to the clients, so it must be one address of this machine, not ${show(host)}`);
  const onLog = options.onLog ?? null;
  if (onLog !== null && typeof onLog !== 'function') fail(`onLog must be a function, got ${show(onLog)}`);
  const config = directivesOf(options);
  const formed = boolean('formed', options.formed ?? true);
  if (formed && replicas > 0) checkPasswords(config);
  return {
    masters,
    replicas,
    host,
    port,
    clock: oneOf('clock', options.clock ?? 'flowing', ['flowing', 'manual', 'follow']),
    startTimeMs: options.startTime === undefined ? null : startTimeOf(options.startTime),
    seed: integer('seed', options.seed ?? randomSeed(), 0, Number.MAX_SAFE_INTEGER),
    bus: oneOf('bus', options.bus ?? 'memory', ['memory', 'tcp']),
    formed,
    tls: boolean('tls', options.tls ?? false),
    version: oneOf('version', options.version ?? '7.2', ['7.0', '7.2']),
    config,
    files: filesOf(options.files),
    onLog,
  };
}

function directivesOf(options: ClusterOptions): Readonly<Record<string, ConfigValue>> {
  if (options.config !== undefined && !isOptionsObject(options.config))
    fail(`config must be an object such as { 'appendonly': 'yes' }, got ${show(options.config)}`);
  const config: Record<string, ConfigValue> = { ...options.config };
  if (options.nodeTimeout !== undefined) {
    config['cluster-node-timeout'] = toMilliseconds(options.nodeTimeout, 'nodeTimeout');
  }
  for (const directive of Object.keys(config)) {
    if (OWN_DIRECTIVES.has(directive.toLowerCase()))
      fail(`config may not set ${directive}: startCluster does (see the options port, host, tls)`);
  }
  return config;
}

function filesOf(files: ClusterOptions['files'] = {}): Readonly<Record<string, Uint8Array>> {
  if (!isOptionsObject(files))
    fail(`files must be an object such as { 'users.acl': '...' }, got ${show(files)}`);
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => {
      if (typeof content === 'string') return [name, Buffer.from(content, 'utf8')];
      if (content instanceof Uint8Array) return [name, content];
      return fail(`files: ${name} must be a text or bytes, got ${show(content)}`);
    }),
  );
}

/** Replicas that may not log in to their masters try for ever, and the cluster never forms. */
function checkPasswords(config: Readonly<Record<string, ConfigValue>>): void {
  const text = (directive: string): string => {
    const given = Object.entries(config).find(([name]) => name.toLowerCase() === directive);
    return given === undefined ? '' : String(given[1]);
  };
  if (text('requirepass') === '' || text('masteruser') !== '') return;
  if (text('masterauth') !== text('requirepass'))
    fail('config must give masterauth the value of requirepass: replicas log in to their masters with it');
}

function startTimeOf(startTime: number | Date): number {
  if (typeof startTime !== 'number' && !(startTime instanceof Date))
    fail(`startTime must be Unix milliseconds or a Date, got ${show(startTime)}`);
  return integer('startTime', Number(startTime), EARLIEST_START_MS, LATEST_START_MS);
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  return fail(`${name} must be an integer from ${min} to ${max}, got ${show(value)}`);
}

function boolean(name: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : fail(`${name} must be true or false, got ${show(value)}`);
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  return fail(`${name} must be ${allowed.map((word) => `'${word}'`).join(' or ')}, got ${show(value)}`);
}

function isUnspecified(ip: string): boolean {
  return ip === '0.0.0.0' || /^[0:]+$/.test(ip);
}

/** A wrong value as one would write it. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function fail(message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `startCluster(): ${message}`);
}
