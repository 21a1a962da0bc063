/** The process a node lives in: it can be started, killed, paused and restarted, and keeps its address and its disk meanwhile. */
import type { ClusterBrain } from '../cluster/brain.js';
import type { BusLink } from '../cluster/bus-link.js';
import type { BusMessage } from '../cluster/message.js';
import type { RedisVersion } from '../commands/command.js';
import type { ConfigFile } from '../commands/context.js';
import type { BlockingConnection } from '../commands/generic/migration-link.js';
import { Config, type ConfigLine, type ConfigValue } from '../config/config.js';
import { linesOf, parseConfigFile } from '../config/config-file.js';
import type { ClientGate } from '../node/client-gate.js';
import type { ClientSession } from '../node/client-session.js';
import { configFileOf } from '../node/config-file.js';
import { Node } from '../node/node.js';
import type {
  ClientConnection,
  LogLevel,
  NodeEvent,
  NodeHost,
  NodeStorage,
  ScriptingHost,
} from '../node/ports.js';
import type { ChildProcess } from '../persistence/ports.js';
import type { ByteStream, ByteStreamHandlers } from '../replication/ports.js';
import type { Clock, Timer } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { connectBlocking } from './blocking-connection.js';
import { acceptMemoryBus, connectMemoryBus } from './memory-bus.js';
import { acceptStream, connectStream } from './memory-stream.js';
import type { HostId, Network } from './network.js';
import {
  type BusTransport,
  type BusTransportHandlers,
  type LinkOwner,
  ProcessBusLink,
} from './process-bus-link.js';
import { ProcessClock } from './process-clock.js';

/** How a node reaches addresses that are not in this process. */
export interface OutsideConnector {
  /** True when bus links between nodes of this process go over sockets as well. */
  readonly carriesInnerBus: boolean;
  connectBus(
    process: NodeProcess,
    ip: string,
    busPort: number,
    handlers: BusTransportHandlers,
  ): BusTransport | null;
  connectStream(
    process: NodeProcess,
    host: string,
    port: number,
    handlers: ByteStreamHandlers,
  ): ByteStream | null;
  /** As `connectBlocking` of the node's host; real time passes meanwhile. */
  connectBlocking(
    process: NodeProcess,
    host: string,
    port: number,
    timeoutMs: number,
  ): BlockingConnection | 'refused' | 'timeout';
}

/** A gate that also decides who comes in. */
export interface ClientDoor extends ClientGate {
  /** A client connects from that address. `stall`: it is never answered. */
  onConnect(address: string): 'accept' | 'reset' | 'stall';
}

export interface NodeProcessOptions {
  /** A name that tells the nodes of a cluster apart in logs and rules. */
  readonly name: HostId;
  readonly ip: string;
  readonly port: number;
  readonly busPort: number;
  readonly version: RedisVersion;
  /** Directives given at start; each start begins with these. A function reads all of them anew, those of the file too. */
  readonly config: Readonly<Record<string, ConfigValue | undefined>> | (() => readonly ConfigLine[]);
  /** What CONFIG REWRITE writes; left out: a file in the storage, which the next start reads. */
  readonly configFile?: ConfigFile | null;
  readonly storage: NodeStorage;
  /** Of the operating system, for a node that is a process of its own. */
  readonly processId?: number;
  /** Absent: nodes run no scripts. */
  readonly scripting?: ScriptingHost;
  /** Starts a process that stands for a child which saves. */
  spawnChild?(onKilled: (signal: number) => void): ChildProcess | null;
  /** SHUTDOWN is about to end the process. */
  onShutdown?(): void;
}

export interface ProcessObserver {
  onEvent(process: NodeProcess, event: NodeEvent): void;
  onLog(process: NodeProcess, level: LogLevel, text: string): void;
  /** The process started or ended: its listeners have to follow. */
  onStateChanged?(process: NodeProcess): void;
  /** The process ended by itself. */
  onExit?(process: NodeProcess, code: number): void;
}

/** Something to handle; timers wait while a script keeps the node busy. */
interface Input {
  readonly run: () => void;
  readonly isTimer: boolean;
}

export type ProcessState = 'running' | 'paused' | 'stopped';

export class NodeProcess implements NodeHost {
  readonly options: NodeProcessOptions;
  readonly network: Network;
  readonly random: Random;
  readonly storage: NodeStorage;
  readonly scripting: ScriptingHost | null;
  outside: OutsideConnector | null = null;
  /** What stands between this process and its clients, in all its lives. */
  gate: ClientDoor | null = null;
  /** What becomes of messages of the bus before the node gets them; null = they stay as they are. */
  busFilter: ((message: BusMessage) => BusMessage | null) | null = null;
  readonly #observer: ProcessObserver;
  #clock: ProcessClock;
  #node: Node | null = null;
  /** What the last life left: its memory can still be saved. */
  #ended: Node | null = null;
  #life: ProcessLife | null = null;
  #state: ProcessState = 'stopped';
  /** What arrived while the process was paused. */
  #inbox: Input[] = [];
  /** A script was left in the middle, and goes on with that step: nothing else is handled, or, when it is busy, no timer. */
  #script: { readonly busy: boolean; readonly step: () => void } | null = null;
  /** Timers that wait for the script's end. */
  #afterScript: Input[] = [];
  #linksToFlush: ProcessBusLink[] = [];
  #stopListening: (() => void)[] = [];
  #draining = false;
  #frozenUntilMs = 0;
  #isEnding = false;
  /** Of DEBUG RESTART. */
  #comingBack: Timer | null = null;
  /** What the node was when it last ended; null before. */
  lastIdentity: { readonly id: string; readonly isReplica: boolean } | null = null;

  constructor(network: Network, random: Random, options: NodeProcessOptions, observer: ProcessObserver) {
    this.network = network;
    this.random = random;
    this.options = options;
    this.storage = options.storage;
    this.scripting = options.scripting ?? null;
    this.#observer = observer;
    this.#clock = this.#newClock();
  }

  get name(): HostId {
    return this.options.name;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** The running node. Throws when the process is stopped. */
  get node(): Node {
    if (this.#node === null) throw new Error(`${this.name} is not running`);
    return this.#node;
  }

  get isRunning(): boolean {
    return this.#node !== null;
  }

  /**
   * Starts the process with what its disk holds. Does nothing when it runs.
   * @param loadingMs virtual time that loading takes at least.
   */
  start(loadingMs = 0): void {
    if (this.#node !== null) return;
    this.#clock = this.#newClock();
    const { ip, port, busPort, version } = this.options;
    const config = this.#readConfig();
    this.storage.changeDirectory(config.values.dir);
    const node = new Node(this, { version, config });
    node.load(loadingMs);
    this.#ended = null;
    this.#node = node;
    this.#life = new ProcessLife(this, this.#node.cluster);
    this.#state = 'running';
    this.#stopListening = [
      this.network.listen(ip, busPort, {
        host: this.name,
        traffic: 'bus',
        accept: (end) => acceptMemoryBus(this, end),
      }),
      this.network.listen(ip, port, {
        host: this.name,
        traffic: 'replication',
        accept: (end) => acceptStream(this, end),
      }),
    ];
    this.deliver(() => this.#node?.start());
    this.#observer.onStateChanged?.(this);
  }

  /** The process ends at once, as by SIGKILL: connections break, memory is lost, the disk stays. */
  kill(): void {
    this.#comingBack?.cancel();
    const node = this.#node;
    if (node === null) return;
    const myself = node.cluster?.state.myself;
    if (myself !== undefined) this.lastIdentity = { id: myself.id, isReplica: myself.isReplica };
    this.#node = null;
    this.#ended = node;
    if (this.#life !== null) this.#life.brain = null;
    this.#state = 'stopped';
    this.#inbox = [];
    this.#script = null;
    this.#afterScript = [];
    this.#linksToFlush = [];
    this.#frozenUntilMs = 0;
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    this.#isEnding = true;
    node.stop();
    this.#isEnding = false;
    this.network.dropConnectionsOf(this.name);
    this.#observer.onStateChanged?.(this);
  }

  /** Writes the data that the process has, or had when it ended, to its disk, as if it had just saved them. */
  saveData(): void {
    (this.#node ?? this.#ended)?.persistence.rdb.saveNow();
  }

  /** As SIGSTOP: connections stay open, nothing is handled or answered. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  /** As SIGCONT: what arrived meanwhile is handled in order. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    if (this.#script !== null) this.#stepLater();
    this.#drainInbox();
  }

  /** Handles an input now, or when the process wakes; drops it when the process is stopped. */
  deliver(run: () => void, isTimer = false): void {
    const node = this.#node;
    if (node === null) return;
    if (this.#sleeps || (this.#inbox.length > 0 && !this.#draining)) {
      this.#inbox.push({ run, isTimer });
      return;
    }
    if (isTimer && this.#script !== null) {
      this.#afterScript.push({ run, isTimer });
      return;
    }
    node.handle(run);
    // After DEBUG SLEEP in that input, they leave when the node wakes.
    if (!node.halted) this.flushLinks();
  }

  acceptClient(connection: ClientConnection): ClientSession {
    return this.node.acceptClient(connection);
  }

  /** Another node opened a bus link to this one. @returns what its transport has to call, or null when the process is stopped. */
  acceptBus(transport: BusTransport): BusTransportHandlers | null {
    const link = this.#newLink(true);
    if (link === null) return null;
    link.attach(transport);
    this.deliver(() => this.#node?.cluster?.onInboundLink(link));
    return link;
  }

  // NodeHost

  connectBus(ip: string, busPort: number): BusLink | null {
    const link = this.#newLink(false);
    if (link === null) return null;
    const inner = this.network.isOwn(ip, busPort) && this.outside?.carriesInnerBus !== true;
    const transport =
      inner || this.outside === null
        ? connectMemoryBus(this, ip, busPort, link)
        : this.outside.connectBus(this, ip, busPort, link);
    if (transport === null) return null;
    link.attach(transport);
    return link;
  }

  connectStream(host: string, port: number, handlers: ByteStreamHandlers): ByteStream | null {
    if (this.outside === null || this.network.isOwn(host, port))
      return connectStream(this, host, port, handlers);
    return this.outside.connectStream(this, host, port, handlers);
  }

  connectBlocking(
    host: string,
    port: number,
    timeoutMs: number,
    spend: (durationMs: number) => void,
  ): BlockingConnection | 'refused' | 'timeout' {
    const { network, name: from, options } = this;
    const ip = host === 'localhost' ? options.ip : host;
    if (this.outside !== null && !network.isOwn(ip, port))
      return this.outside.connectBlocking(this, host, port, timeoutMs);
    return connectBlocking({ from, fromIp: options.ip, ip, port, network, spend }, timeoutMs);
  }

  log(level: LogLevel, text: string): void {
    // What is taken down with a dead process is not told any more.
    if (!this.#isEnding) this.#observer.onLog(this, level, text);
  }

  emit(event: NodeEvent): void {
    this.#observer.onEvent(this, event);
  }

  freeze(durationMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.network.clock.nowMs()) + durationMs;
    // When it wakes, it first goes on with what it was at.
    this.#inbox.unshift({ run: () => undefined, isTimer: false });
    this.network.clock.schedule(this.#frozenUntilMs, () => this.#drainInbox());
  }

  continueScript(step: () => void, busy: boolean): void {
    this.#script = { busy, step };
    this.#stepLater();
  }

  endScript(): void {
    this.#script = null;
  }

  get processId(): number {
    return this.options.processId ?? 1;
  }

  spawnChild(onKilled: (signal: number) => void): ChildProcess | null {
    return this.options.spawnChild?.((signal) => this.deliver(() => onKilled(signal))) ?? null;
  }

  onShutdown(): void {
    this.options.onShutdown?.();
  }

  exit(reason: string, code = 0): void {
    if (reason !== '') this.log('notice', reason);
    this.network.clock.schedule(this.network.clock.nowMs(), () => {
      this.kill();
      this.#observer.onExit?.(this, code);
    });
  }

  restart(delayMs: number): void {
    const { clock } = this.network;
    clock.schedule(clock.nowMs(), () => {
      this.kill();
      this.#comingBack = clock.schedule(clock.nowMs() + delayMs, () => this.start());
    });
  }

  /** The link has messages, which leave when the input in hand is done. */
  flushLater(link: ProcessBusLink): void {
    this.#linksToFlush.push(link);
  }

  flushLinks(): void {
    while (this.#linksToFlush.length > 0) {
      const links = this.#linksToFlush;
      this.#linksToFlush = [];
      for (const link of links) link.flush();
    }
  }

  get configFile(): ConfigFile | null {
    return this.options.configFile === undefined ? configFileOf(this.storage) : this.options.configFile;
  }

  #readConfig(): Config {
    const { config, version } = this.options;
    if (typeof config === 'function') return new Config(config(), version);
    const rewritten = this.configFile?.read() ?? null;
    if (rewritten === null) return new Config(config, version);
    // CONFIG REWRITE has put all users into the file, those that were given at first and are gone now left out.
    const given = linesOf(config).filter(({ name }) => name !== 'user');
    return new Config([...given, ...parseConfigFile(rewritten)], version);
  }

  #drainInbox(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#inbox.length > 0 && !this.#sleeps) {
        const input = this.#inbox.shift();
        if (input !== undefined) this.deliver(input.run, input.isTimer);
      }
    } finally {
      this.#draining = false;
    }
  }

  get #sleeps(): boolean {
    return this.#isStill || this.#script?.busy === false;
  }

  get #isStill(): boolean {
    return this.#state !== 'running' || this.#frozenUntilMs > this.network.clock.nowMs();
  }

  #stepLater(): void {
    const script = this.#script;
    this.scripting?.later?.(() => {
      // It was killed meanwhile, or is paused: then resume() brings it back.
      if (script === null || this.#script !== script || this.#state !== 'running') return;
      this.#step(script.step);
    });
  }

  #step(step: () => void): void {
    const node = this.#node;
    node?.handle(step);
    if (this.#node !== node || node === null || this.#script?.busy === false) return;
    this.flushLinks();
    if (this.#script === null) {
      this.#inbox.unshift(...this.#afterScript);
      this.#afterScript = [];
    }
    this.#drainInbox();
  }

  #newClock(): ProcessClock {
    const clock: ProcessClock = new ProcessClock(this.network.clock, (run) => {
      // Timers of an earlier life of the process are not run.
      if (this.#clock === clock) this.deliver(run, true);
    });
    return clock;
  }

  #newLink(inbound: boolean): ProcessBusLink | null {
    if (this.#life?.brain == null) return null;
    return new ProcessBusLink(this.#life, inbound, this.network.clock.nowMs());
  }
}

/** One life of a process, from its start to its end: its links die with it. */
class ProcessLife implements LinkOwner {
  readonly #process: NodeProcess;
  brain: ClusterBrain | null;

  constructor(process: NodeProcess, brain: ClusterBrain | null) {
    this.#process = process;
    this.brain = brain;
  }

  hear(message: BusMessage): BusMessage | null {
    const { busFilter } = this.#process;
    return busFilter === null ? message : busFilter(message);
  }

  onQueued(link: ProcessBusLink): void {
    this.#process.flushLater(link);
  }

  deliver(input: () => void): void {
    this.#process.deliver(input);
  }
}
