/** The bus port of one node: accepts links from other nodes and opens links to them, from the same address. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BusTcpLink, type BusTcpOptions, connectBusLink } from './bus-tcp-link.js';

export class BusListener {
  readonly #server: Server;
  readonly #options: BusTcpOptions;
  readonly #links = new Set<BusTcpLink>();
  readonly #address: AddressInfo;

  private constructor(server: Server, options: BusTcpOptions) {
    this.#server = server;
    this.#options = options;
    this.#address = server.address() as AddressInfo;
    server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#onConnection(socket),
    );
    // A peer that does not get through the handshake tries again.
    server.on('tlsClientError', () => {});
    // Failures to accept, such as too many open files: the peer tries again, as it does with Redis.
    server.on('error', () => {});
    server.unref();
  }

  /**
   * Listens on `ip` ('0.0.0.0' or '::' for all addresses).
   * @param port 0 = any free port.
   * @param ipv6Only '::' does not take IPv4 as well.
   * @throws the system's error when the port cannot be listened on.
   */
  static listen(ip: string, port: number, options: BusTcpOptions, ipv6Only = false): Promise<BusListener> {
    const server =
      options.tls === undefined
        ? createServer({ noDelay: true })
        : createTlsServer({ ...options.tls.server, noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: ip, port, ipv6Only }, () => {
        server.off('error', reject);
        resolve(new BusListener(server, options));
      });
    });
  }

  get ip(): string {
    return this.#address.address;
  }

  get port(): number {
    return this.#address.port;
  }

  /** Opens a link to another node's bus port; see connectBusLink. It is bound to the address listened on. Null after close. */
  connect(ip: string, busPort: number): BusTcpLink | null {
    if (!this.#server.listening) return null;
    const link = connectBusLink(ip, busPort, this.ip, this.#options);
    if (link !== null) this.#track(link);
    return link;
  }

  /** Stops listening and closes every link, without calling the handlers. Resolves when the port is free again. */
  close(): Promise<void> {
    for (const link of this.#links) link.close();
    return new Promise((resolve) => {
      // The callback gets an error when the server is closed already: all the same.
      this.#server.close(() => resolve());
    });
  }

  #onConnection(socket: Socket): void {
    this.#track(new BusTcpLink(socket, this.#options, null, ''));
  }

  #track(link: BusTcpLink): void {
    this.#links.add(link);
    link.whenGone(() => this.#links.delete(link));
  }
}
