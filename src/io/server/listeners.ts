/** The ports of a server: TCP on every address of `bind`, a unix socket, and the cluster bus (initListeners of server.c). */
import { chmodSync, unlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { BUS_PORT_OFFSET } from '../../cluster/constants.js';
import type { ConfigValues } from '../../config/config.js';
import type { NodeProcess } from '../../network/node-process.js';
import { ClientListener } from '../client-listener.js';
import type { TcpConnector } from '../outside-connector.js';
import type { RealTimePump } from '../real-time-pump.js';
import { systemWords } from '../system-words.js';
import type { TlsSettings } from '../tls-settings.js';
import type { ServerLog } from './server-log.js';
import { wildcard } from './wildcard.js';

/** Not to be had on this machine: other addresses may do. */
export const FAMILY_MISSING: readonly string[] = ['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ENOPROTOOPT'];

const DENIED =
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. 3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. 4) Setup a an authentication password for the default user. NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.\r\n";

/** A port is not to be had. The message is the last line of the log. */
export class ListenError extends Error {}

export class ServerListeners {
  readonly #pump: RealTimePump;
  readonly #connector: TcpConnector;
  readonly #log: ServerLog;
  readonly #process: NodeProcess;
  readonly #tls: TlsSettings | null;
  /** By what they listen on. */
  readonly #clients = new Map<string, ClientListener>();
  /** They listen no more; their clients stay. */
  #former: ClientListener[] = [];
  #bus: { readonly host: string; readonly port: number }[] = [];

  constructor(
    pump: RealTimePump,
    connector: TcpConnector,
    log: ServerLog,
    process: NodeProcess,
    tls: TlsSettings | null,
  ) {
    this.#pump = pump;
    this.#tls = tls;
    this.#connector = connector;
    this.#log = log;
    this.#process = process;
  }

  get isOpen(): boolean {
    return this.#clients.size > 0;
  }

  /** Nobody is served before serve(). @throws ListenError */
  async open(values: ConfigValues): Promise<void> {
    await this.#openAll(values);
    if (this.#clients.size === 0) throw new ListenError('Configured to not listen anywhere, exiting.');
    if (values['cluster-enabled']) await this.#openBus(values);
  }

  /**
   * CONFIG SET port and bind: other ports from now on; who is connected stays, and so does a port that is wanted still.
   * @throws ListenError; not all that is wanted listens then.
   */
  async change(values: ConfigValues): Promise<void> {
    const wanted = new Set(
      [values.port, values['tls-port']].flatMap((port) => values.bind.map((word) => placeOf(word, port))),
    );
    wanted.add(values.unixsocket);
    for (const [place, listener] of this.#clients) {
      if (wanted.has(place)) continue;
      listener.refuse();
      this.#former.push(listener);
      this.#clients.delete(place);
    }
    await this.#openAll(values);
    this.serve();
  }

  async #openAll(values: ConfigValues): Promise<void> {
    const { port, 'tls-port': tlsPort, unixsocket } = values;
    if (port !== 0) {
      const label = this.#process.options.version === '7.0' ? 'TCP' : 'tcp';
      await this.#openClients(values, port, label, null);
    }
    if (tlsPort !== 0) await this.#openClients(values, tlsPort, 'tls', this.#tls);
    if (unixsocket !== '') await this.#openUnixSocket(unixsocket, values.unixsocketperm);
  }

  /** Clients of the ports are the process's from now on. */
  serve(): void {
    for (const listener of this.#clients.values()) listener.process = this.#process;
    for (const { host, port } of this.#bus) this.#connector.attach(host, port, this.#process);
  }

  async close(): Promise<void> {
    const { unixsocket } = this.#values ?? { unixsocket: '' };
    const clients = [...this.#clients.values(), ...this.#former];
    const bus = this.#bus;
    this.#clients.clear();
    this.#former = [];
    this.#bus = [];
    await Promise.all([
      ...clients.map((listener) => listener.close()),
      ...bus.map(({ host, port }) => this.#connector.closeBus(host, port)),
    ]);
    if (unixsocket !== '') removeSocket(unixsocket);
  }

  get #values(): ConfigValues | null {
    return this.#process.isRunning ? this.#process.node.config.values : null;
  }

  async #openClients(
    values: ConfigValues,
    port: number,
    label: string,
    tls: TlsSettings | null,
  ): Promise<void> {
    await this.#onEach(values, port, label, async (host) => {
      const place = placeOf(host, port);
      if (this.#clients.has(place)) return;
      const listener = this.#newListener();
      const backlog = values['tcp-backlog'];
      await listener.listenOn({ host, port, backlog, ipv6Only: host.includes(':') }, tls);
      this.#clients.set(place, listener);
    });
  }

  #newListener(): ClientListener {
    return new ClientListener(this.#pump, (socket) => this.#refusalOf(socket));
  }

  async #openBus(values: ConfigValues): Promise<void> {
    const port = busPortOf(values);
    await this.#onEach(values, port, 'cluster', async (host) => {
      await this.#connector.listen(host, port, values['tls-cluster'], host.includes(':'));
      this.#bus.push({ host, port });
    });
  }

  async #openUnixSocket(path: string, mode: number): Promise<void> {
    if (this.#clients.has(path)) return;
    removeSocket(path);
    const listener = this.#newListener();
    try {
      await listener.listenOn({ path });
    } catch (error) {
      this.#log.write('warning', `Failed opening Unix socket: bind: ${systemWords(error)}`);
      throw new ListenError('Failed listening on port 0 (unix), aborting.', { cause: error });
    }
    if (mode !== 0) chmodSync(path, mode);
    this.#clients.set(path, listener);
  }

  /** On every address of `bind`; those with a '-' before them may be missing. */
  async #onEach(
    { bind }: ConfigValues,
    port: number,
    label: string,
    listen: (host: string) => Promise<void>,
  ): Promise<void> {
    for (const address of bind) {
      const isOptional = address.startsWith('-');
      const host = hostOf(address);
      try {
        await listen(host);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        this.#log.write(
          'warning',
          `Warning: Could not create server TCP listening socket ${address.replace(/^-/, '')}:${port}: bind: ${systemWords(error)}`,
        );
        if ((isOptional && code === 'EADDRNOTAVAIL') || FAMILY_MISSING.includes(code)) continue;
        throw new ListenError(`Failed listening on port ${port} (${label}), aborting.`, { cause: error });
      }
    }
  }

  /** protected-mode: without a password, only clients of this machine are served. */
  #refusalOf(socket: Socket): string | null {
    const values = this.#values;
    if (values === null || !values['protected-mode'] || values.requirepass !== '') return null;
    const { remoteAddress = '' } = socket;
    const isLocal = remoteAddress === '' || /^(::ffff:)?127\.|^::1$/.test(remoteAddress);
    return isLocal ? null : DENIED;
  }
}

export function busPortOf(values: ConfigValues): number {
  if (values['cluster-port'] !== 0) return values['cluster-port'];
  return (values['tls-cluster'] ? values['tls-port'] : values.port) + BUS_PORT_OFFSET;
}

/** @param word of `bind`. */
function hostOf(word: string): string {
  return wildcard(word.replace(/^-/, ''));
}

function placeOf(word: string, port: number): string {
  return `${hostOf(word)} ${port}`;
}

function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There is none.
  }
}
