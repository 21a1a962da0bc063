/** startCluster(): from options to a cluster that is ready. */

import { RedisTestClusterError } from '../../fixtures/error.js';
import { Config, type ConfigValue } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { createCertificate, type Identity } from '../io/certificate.js';
import { scriptingHostOf } from '../io/lua-interpreter.js';
import { currentNowMs, realNowMs } from '../io/natives.js';
import { TcpConnector } from '../io/outside-connector.js';
import { RealTimePump } from '../io/real-time-pump.js';
import { type TlsSettings, tlsSettingsOf } from '../io/tls-settings.js';
import { MemoryStorage } from '../network/memory-storage.js';
import { Network } from '../network/network.js';
import { NodeProcess, type ProcessObserver } from '../network/node-process.js';
import { Random } from '../time/random.js';
import { VirtualClock } from '../time/virtual-clock.js';
import { Cluster } from './cluster.js';
import type { ProcessWithPorts } from './cluster-nodes.js';
import {
  type ClusterOptions,
  EARLIEST_START_MS,
  joinArguments,
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-options.js';
import { EventLog } from './event-log.js';
import { assertSocketsCanWork } from './fake-timers.js';
import { nodesConfsOf, planCluster } from './formation.js';
import { announceReplicas, awaitListing, FORMATION_LIMIT_MS } from './formation-wait.js';
import { logListenerOfEnvironment } from './logging.js';
import { NodePorts } from './node-ports.js';
import { TestNode } from './test-node.js';

/** A node that was killed comes back empty and is filled by its master, unless the options ask for more. */
const NOTHING_SAVED = { save: '', 'rdb-del-sync-files': true };
/** Client port of the first node of a cluster without sockets. */
const FIRST_PORT_IN_MEMORY = 7000;

/**
 * Starts a Redis Cluster inside this process: real nodes on real ports, on virtual time.
 *
 * Resolves when every node says `cluster_state:ok`, every slot is served and every replica is in sync. Registers no
 * hooks: call `stop()` when you are done (or use `await using`). Its sockets and timers keep no process alive.
 *
 * @param masters number of masters, default 3; or one object with all options.
 * @param replicasPerMaster replicas of each master, default 1.
 * @param options see ClusterOptions.
 * @throws RedisTestClusterError INVALID_ARGUMENT (what to change is in the message), PORT_IN_USE, START_FAILED,
 *   FAKED_TIMERS when process.nextTick is faked.
 * @example
 * const cluster = await startCluster(3, 1);
 * const redis = new Redis.Cluster(cluster.seeds);
 * await redis.set(keyForSlot(42), 'value');
 * await cluster.stop();
 */
export function startCluster(
  masters?: number,
  replicasPerMaster?: number,
  options?: ClusterOptions,
): Promise<Cluster>;
export function startCluster(options: ClusterOptions): Promise<Cluster>;
export async function startCluster(
  mastersOrOptions?: number | ClusterOptions,
  replicasPerMaster?: number,
  options?: ClusterOptions,
): Promise<Cluster> {
  return await start(joinArguments(mastersOrOptions, replicasPerMaster, options), true);
}

/** A cluster without sockets, for this process alone: its nodes have the same addresses each time. For the test kit's own parts. */
export function startClusterInMemory(options: ClusterOptions): Promise<Cluster> {
  return start(options, false);
}

async function start(options: ClusterOptions, hasSockets: boolean): Promise<Cluster> {
  assertSocketsCanWork('startCluster()');
  const resolved = resolveClusterOptions(options, randomSeed);
  const builder = new ClusterBuilder(resolved, hasSockets);
  try {
    return await builder.build();
  } catch (error) {
    await builder.abandon();
    throw explained(error, resolved.seed);
  }
}

class ClusterBuilder {
  readonly #options: ResolvedClusterOptions;
  readonly #hasSockets: boolean;
  readonly #clock: VirtualClock;
  readonly #pump: RealTimePump;
  readonly #network: Network;
  readonly #random: Random;
  readonly #identity: Identity | null;
  readonly #tls: TlsSettings | null;
  readonly #connector: TcpConnector;
  readonly #log = new EventLog();
  readonly #ports: NodePorts[] = [];
  /** Of the nodes that form the cluster. */
  readonly #disks: MemoryStorage[] = [];

  constructor(options: ResolvedClusterOptions, hasSockets: boolean) {
    this.#options = options;
    this.#hasSockets = hasSockets;
    this.#clock = new VirtualClock(this.#startTimeMs - formationMs(options.config));
    this.#pump = new RealTimePump(this.#clock, 'manual');
    this.#network = new Network(this.#clock);
    this.#random = new Random(options.seed);
    this.#identity = options.tls ? createCertificate([options.host, 'localhost'], realNowMs()) : null;
    this.#tls = this.#identity === null ? null : tlsSettings(options, this.#identity);
    this.#connector = new TcpConnector(this.#pump, options.version, options.bus === 'tcp', this.#tls);
  }

  async build(): Promise<Cluster> {
    await this.#openPorts();
    const processes = this.#createProcesses();
    const cluster = new Cluster(
      {
        seed: this.#options.seed,
        pump: this.#pump,
        network: this.#network,
        connector: this.#connector,
        log: this.#log,
        ports: this.#ports,
        identity: this.#identity,
        addProcess: (disk) => this.#addProcess(disk),
      },
      (owner) =>
        processes.map((process, index) => new TestNode(owner, process, this.#ports[index] as NodePorts)),
    );
    this.#pump.input(() => {
      for (const process of processes) process.start();
    });
    if (this.#options.formed) {
      await announceReplicas(this.#pump, cluster.nodes);
      await cluster.waitFor('ok', { timeout: FORMATION_LIMIT_MS });
      await awaitListing(this.#pump, cluster.nodes, this.#startTimeMs - this.#clock.nowMs());
    }
    if (this.#clock.nowMs() < this.#startTimeMs)
      await cluster.advance(this.#startTimeMs - this.#clock.nowMs());
    for (const disk of this.#disks) disk.writeAtOnce();
    cluster.rememberBaseline();
    cluster.beginTimeline();
    if (this.#options.clock === 'flowing') this.#flow();
    else if (this.#options.clock === 'follow') this.#pump.setMode('follow');
    return cluster;
  }

  /** On the time of the day to the millisecond: clients count the deadlines of EXPIREAT from their own Date.now(). */
  #flow(): void {
    if (this.#options.startTimeMs === null) this.#pump.flowWithRealTime();
    else this.#pump.setMode('flowing');
  }

  /** A cluster on the time of the day is ready now, however long the forming took. */
  get #startTimeMs(): number {
    const { startTimeMs, clock } = this.#options;
    if (startTimeMs !== null) return startTimeMs;
    return Math.max(EARLIEST_START_MS, Math.floor(clock === 'follow' ? currentNowMs() : realNowMs()));
  }

  /** Gives back what a failed start had taken. */
  async abandon(): Promise<void> {
    this.#pump.stop();
    await this.#connector.closeStreams();
    await Promise.all(this.#ports.map((ports) => ports.giveBack()));
  }

  async #openPorts(): Promise<void> {
    const { masters, replicas, host, port } = this.#options;
    const count = masters * (1 + replicas);
    if (!this.#hasSockets) {
      for (let index = 0; index < count; index++) {
        const inMemory = NodePorts.inMemory(this.#pump, this.#connector, host, FIRST_PORT_IN_MEMORY + index);
        this.#ports.push(inMemory);
      }
      return;
    }
    const opening = Array.from({ length: count }, (_, index) =>
      NodePorts.open(this.#pump, this.#connector, host, port === null ? null : port + index, this.#tls),
    );
    const opened = await Promise.allSettled(opening);
    for (const result of opened) {
      if (result.status === 'fulfilled') this.#ports.push(result.value);
    }
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#ports.sort((one, other) => one.port - other.port);
  }

  #createProcesses(): NodeProcess[] {
    const { masters, version, config, formed, tls } = this.#options;
    const addresses = this.#ports.map(({ host, port, busPort }) => ({ ip: host, port, busPort }));
    const nodesConf = String(config['cluster-config-file'] ?? 'nodes.conf');
    const plan = formed ? planCluster(addresses, masters, this.#random) : null;
    const contents = plan === null ? null : nodesConfsOf(plan, { version, tls });
    return this.#ports.map((ports, index) => {
      const storage = this.#newDisk();
      this.#disks.push(storage);
      const content = contents?.[index];
      if (content !== undefined) {
        storage.write(nodesConf, Buffer.from(content, 'latin1'), false);
        storage.takesLateContent = true;
      }
      return this.#createProcess(ports, storage);
    });
  }

  #newDisk(): MemoryStorage {
    const { config, files } = this.#options;
    const storage = new MemoryStorage();
    if (config['dir'] !== undefined) storage.changeDirectory(String(config['dir']));
    for (const [file, content] of Object.entries(files)) storage.write(file, content, true);
    return storage;
  }

  /** One more process on ports of its own, for a node that joins or that changes its address. */
  async #addProcess(disk?: MemoryStorage): Promise<ProcessWithPorts> {
    const { host, port } = this.#options;
    const wanted = port === null ? null : port + this.#ports.length;
    const ports = await NodePorts.open(this.#pump, this.#connector, host, wanted, this.#tls);
    this.#ports.push(ports);
    return { ports, process: this.#createProcess(ports, disk ?? this.#newDisk()) };
  }

  #createProcess(ports: NodePorts, storage: MemoryStorage): NodeProcess {
    const { version, config, tls } = this.#options;
    const { host, port, busPort } = ports;
    const name = `${host}:${port}`;
    this.#network.reserve(host, port, name);
    this.#network.reserve(host, busPort, name);
    const process = new NodeProcess(
      this.#network,
      this.#random,
      {
        name,
        ip: host,
        port,
        busPort,
        version,
        storage,
        scripting: scriptingHostOf(this.#pump),
        config: {
          ...NOTHING_SAVED,
          ...(tls ? tlsDirectives(config, port) : { ...config, port }),
          'cluster-enabled': true,
          'cluster-port': busPort,
          bind: host,
        },
      },
      this.#observer(ports),
    );
    process.outside = this.#connector;
    ports.attach(process);
    return process;
  }

  #observer(ports: NodePorts): ProcessObserver {
    const onLog = this.#options.onLog ?? logListenerOfEnvironment();
    return {
      onEvent: ({ name }, event) => this.#log.record({ atMs: this.#clock.nowMs(), node: name, event }),
      onLog: ({ name }, level, text) => onLog?.({ atMs: this.#clock.nowMs(), node: name, level, text }),
      onStateChanged: (process) => {
        // A process that ends or starts by itself (SHUTDOWN, DEBUG RESTART) takes its ports with it.
        if (process.isRunning) keepPorts(process);
        const work = process.isRunning ? ports.reopen() : ports.close();
        work.catch((error: unknown) =>
          onLog?.({ atMs: this.#clock.nowMs(), node: process.name, level: 'warning', text: String(error) }),
        );
      },
    };
  }
}

const PORT_DIRECTIVES = ['port', 'tls-port', 'bind'] as const;

/** CONFIG SET port of a node of a test cluster is answered as where the port is not to be had. */
function keepPorts({ node }: NodeProcess): void {
  node.config.onChange((names) => {
    const name = PORT_DIRECTIVES.find((each) => names.has(each));
    if (name === undefined) return undefined;
    node.log('warning', `The test holds this node by its ports: cluster.changeAddress() gives it others`);
    const refused =
      name === 'bind'
        ? 'Failed to bind to specified addresses.'
        : 'Unable to listen on this port. Check server logs.';
    return { name, refused };
  });
}

/**
 * How far before its start time a cluster begins to live. Forming takes virtual time: a replica gets its copy after
 * repl-diskless-sync-delay and an offset with the next ping of its master; it ends where the start time is.
 */
function formationMs(config: ResolvedClusterOptions['config']): number {
  const seconds = (directive: string, otherwise: number): number => {
    const given = Object.entries(config).find(([name]) => name.toLowerCase() === directive)?.[1];
    return given === undefined || Number.isNaN(Number(given)) ? otherwise : Number(given);
  };
  return (
    1000 * (1 + Math.max(seconds('repl-ping-replica-period', 10), seconds('repl-diskless-sync-delay', 5)))
  );
}

/** A client needs no certificate of its own, unless the test says so. */
function tlsDirectives(config: ResolvedClusterOptions['config'], port: number): Record<string, ConfigValue> {
  return {
    'tls-auth-clients': 'no',
    ...config,
    port: 0,
    'tls-port': port,
    'tls-cluster': true,
    'tls-replication': true,
  };
}

function tlsSettings({ config, version }: ResolvedClusterOptions, identity: Identity): TlsSettings {
  try {
    return tlsSettingsOf(new Config(tlsDirectives(config, 0), version).values, identity);
  } catch (error) {
    throw configProblem(error);
  }
}

function randomSeed(): number {
  const mixed = realNowMs() * 1000 + process.pid * 7919;
  return new Random(Math.floor(mixed % 0x1_0000_0000)).nextUint32();
}

function explained(error: unknown, seed: number): unknown {
  if (error instanceof ConfigError) return configProblem(error);
  if (error instanceof RedisTestClusterError && error.code === 'TIMEOUT') {
    return new RedisTestClusterError(
      'START_FAILED',
      `the cluster did not form (seed ${seed}): ${error.message}`,
      { cause: error },
    );
  }
  return error;
}

function configProblem(cause: unknown): RedisTestClusterError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new RedisTestClusterError('INVALID_ARGUMENT', `startCluster(): config: ${text}`, { cause });
}
