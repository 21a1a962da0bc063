/** Connections to nodes that are not in this process, and of the whole bus when it goes over TCP: real sockets, with the process's inputs driven by the pump. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BusMessage } from '../cluster/message.js';
import type { RedisVersion } from '../commands/command.js';
import type { BlockingConnection } from '../commands/generic/migration-link.js';
import { connectBlocking } from '../network/blocking-connection.js';
import type { FrameInfo, Network } from '../network/network.js';
import type { NodeProcess, OutsideConnector } from '../network/node-process.js';
import { type BusTransport, type BusTransportHandlers, messageBytes } from '../network/process-bus-link.js';
import type { ByteStream, ByteStreamHandlers } from '../replication/ports.js';
import { BlockingSockets } from './blocking-sockets.js';
import { BusListener } from './bus-listener.js';
import type { BusTcpHandlers, BusTcpLink } from './bus-tcp-link.js';
import type { RealTimePump } from './real-time-pump.js';
import { RuleGate } from './rule-gate.js';
import { systemWords } from './system-words.js';
import type { TlsSettings } from './tls-settings.js';

/** Those of every cluster of this process. */
const connectors = new Set<TcpConnector>();

/** Who connects from another cluster, for the rules of this one. */
const OUTSIDE = 'outside';

export class TcpConnector implements OutsideConnector {
  readonly carriesInnerBus: boolean;
  readonly #pump: RealTimePump;
  readonly #version: RedisVersion;
  readonly #tls: TlsSettings | null;
  /** By `host:busPort`. */
  readonly #busListeners = new Map<string, BusListener>();
  readonly #processes = new Map<string, NodeProcess>();
  readonly #busHandlers = new Map<BusTcpLink, BusTransportHandlers>();
  readonly #streams = new Set<Socket>();
  readonly #blockingSockets = new BlockingSockets();
  /** Whose bus port a link belongs to, by link. */
  readonly #receivers = new Map<BusTcpLink, NodeProcess>();
  /** Null until the first process is attached. */
  #gate: RuleGate | null = null;

  /**
   * @param version the form of the messages that are sent.
   * @param tls for nodes whose directives ask for TLS.
   */
  constructor(
    pump: RealTimePump,
    version: RedisVersion,
    carriesInnerBus: boolean,
    tls: TlsSettings | null = null,
  ) {
    this.#pump = pump;
    this.#version = version;
    this.carriesInnerBus = carriesInnerBus;
    this.#tls = tls;
  }

  /**
   * Listens on a bus port; 0 = any. Rejects with the system's error.
   * @param secure with TLS, as tls-cluster says.
   * @param ipv6Only '::' does not take IPv4 as well.
   * @returns the port.
   */
  async listen(host: string, port: number, secure = false, ipv6Only = false): Promise<number> {
    let key = '';
    const listener = await BusListener.listen(
      host,
      port,
      {
        nowMs: () => this.#pump.clock.nowMs(),
        handlers: this.#handlersOf(() => this.#processes.get(key)),
        version: this.#version,
        ...(secure && this.#tls !== null ? { tls: this.#tls } : {}),
      },
      ipv6Only,
    );
    key = `${host}:${listener.port}`;
    this.#busListeners.set(key, listener);
    return listener.port;
  }

  /** Says whose bus port it is. */
  attach(host: string, busPort: number, process: NodeProcess): void {
    connectors.add(this);
    this.#gate ??= new RuleGate({
      network: process.network,
      frameOf: (link, message) => this.#frameOf(link, message),
      deliver: (link, message) => this.#busHandlers.get(link)?.onMessage(message),
    });
    this.#processes.set(`${host}:${busPort}`, process);
  }

  /** Closes a bus port and every link over it. */
  async closeBus(host: string, busPort: number): Promise<void> {
    const key = `${host}:${busPort}`;
    const listener = this.#busListeners.get(key);
    this.#busListeners.delete(key);
    await listener?.close();
  }

  /** Breaks every connection to the outside that is not a bus link. */
  async closeStreams(): Promise<void> {
    for (const socket of this.#streams) socket.destroy();
    this.#streams.clear();
    connectors.delete(this);
    await this.#blockingSockets.stop();
  }

  connectBus(
    process: NodeProcess,
    ip: string,
    busPort: number,
    handlers: BusTransportHandlers,
  ): BusTransport | null {
    const { options } = process;
    const listener =
      this.#busListeners.get(`${options.ip}:${options.busPort}`) ?? this.#listenerFor(process, ip);
    const link = listener?.connect(ip, busPort) ?? null;
    if (link === null) return null;
    this.#pump.traffic++;
    this.#open(link, process, handlers);
    return this.#counted(link);
  }

  connectStream(process: NodeProcess, host: string, port: number, handlers: ByteStreamHandlers): ByteStream {
    const tls = process.node.config.values['tls-replication'] ? this.#tls : null;
    const target = { host, port, ...boundTo(process.options.ip), noDelay: true };
    const socket = tls === null ? connect(target) : connectTls({ ...target, ...tls.client });
    socket.unref();
    this.#streams.add(socket);
    let open = true;
    let failure = 'connection closed';
    const input = (run: () => void): void => {
      this.#pump.input(() =>
        process.deliver(() => {
          if (open) run();
        }),
      );
    };
    socket.on(tls === null ? 'connect' : 'secureConnect', () => input(() => handlers.onConnected()));
    socket.on('data', (chunk: Buffer) => input(() => handlers.onData(chunk)));
    socket.on('error', (error) => {
      failure = systemWords(error);
    });
    socket.on('close', () => {
      this.#streams.delete(socket);
      input(() => {
        open = false;
        handlers.onClose(failure);
      });
    });
    return {
      write(bytes): void {
        if (typeof bytes === 'string') socket.write(bytes, 'latin1');
        else socket.write(bytes);
      },
      close(): void {
        open = false;
        socket.destroy();
      },
    };
  }

  connectBlocking(
    process: NodeProcess,
    host: string,
    port: number,
    timeoutMs: number,
  ): BlockingConnection | 'refused' | 'timeout' {
    const ip = host === 'localhost' ? '127.0.0.1' : host;
    for (const { pump, network } of connectors) {
      if (network?.listenerAt(ip, port) === undefined) continue;
      // A cluster of this process could not answer while this thread waits for a socket.
      const enter = (run: () => void): void => pump.input(run);
      const route = {
        from: OUTSIDE,
        fromIp: process.options.ip,
        ip,
        port,
        network,
        enter,
        spend: () => undefined,
      };
      return connectBlocking(route, timeoutMs);
    }
    const tls = process.node.config.values['tls-cluster'] ? this.#tls : null;
    return this.#blockingSockets.connect({ host, port, localAddress: process.options.ip, timeoutMs, tls });
  }

  get pump(): RealTimePump {
    return this.#pump;
  }

  /** Of the attached processes. */
  get network(): Network | undefined {
    return this.#processes.values().next().value?.network;
  }

  /** Of a process that listens on several addresses: one of the same family, if there is one. */
  #listenerFor(process: NodeProcess, ip: string): BusListener | undefined {
    const own = [...this.#processes].filter(([, owner]) => owner === process).map(([key]) => key);
    const listeners = own.flatMap((key) => this.#busListeners.get(key) ?? []);
    return listeners.find((listener) => isIP(listener.ip) === isIP(ip)) ?? listeners[0];
  }

  /** A link whose messages count as traffic: fast-forwarding waits for them to arrive. */
  #counted(link: BusTcpLink): BusTransport {
    const pump = this.#pump;
    return {
      get peerIp(): string {
        return link.peerIp;
      },
      get localIp(): string {
        return link.localIp;
      },
      get sendBufferBytes(): number {
        return link.sendBufferBytes;
      },
      send(message): void {
        pump.traffic++;
        link.send(message);
      },
      close(): void {
        pump.traffic++;
        link.close();
      },
    };
  }

  #handlersOf(processOf: () => NodeProcess | undefined): BusTcpHandlers {
    return {
      onConnected: (link) => this.#pump.input(() => this.#onConnected(link, processOf())),
      onMessage: (link, message) => this.#pump.input(() => this.#gate?.push(link, message)),
      onDropped: (link, packet) => this.#pump.input(() => this.#busHandlers.get(link)?.onDropped(packet)),
      onClosed: (link, closure) => {
        if (closure.kind === 'bad-packet') processOf()?.log('warning', closure.text);
        this.#pump.input(() => this.#busHandlers.get(link)?.onClosed(closure.text));
      },
    };
  }

  #onConnected(link: BusTcpLink, process: NodeProcess | undefined): void {
    if (!link.inbound) {
      this.#busHandlers.get(link)?.onConnected();
      return;
    }
    const handlers = process?.acceptBus(this.#counted(link)) ?? null;
    if (process === undefined || handlers === null) {
      link.close();
      return;
    }
    this.#open(link, process, handlers);
  }

  #open(link: BusTcpLink, receiver: NodeProcess, handlers: BusTransportHandlers): void {
    this.#busHandlers.set(link, handlers);
    this.#receivers.set(link, receiver);
    link.whenGone(() => {
      this.#busHandlers.delete(link);
      this.#receivers.delete(link);
      this.#gate?.forget(link);
    });
  }

  #frameOf(link: BusTcpLink, message: BusMessage): FrameInfo | null {
    const receiver = this.#receivers.get(link);
    if (receiver === undefined) return null;
    const from = this.#nameOf(message.sender);
    const bytes = messageBytes(message);
    return { from, to: receiver.name, traffic: 'bus', step: 'data', payload: message, bytes };
  }

  /** A node of this process goes by its name, any other by its id. */
  #nameOf(id: string): string {
    for (const process of this.#processes.values()) {
      if (process.isRunning && process.node.cluster?.state.myself.id === id) return process.name;
    }
    return id;
  }
}

/** The address an outgoing socket comes from; '' = the system chooses. */
function boundTo(ip: string): { readonly localAddress?: string } {
  return ip === '' ? {} : { localAddress: ip };
}
