/** Handlers of bus links that keep what happened, in order, for tests to wait for. */
import type { BusMessage } from '../../src/cluster/message.js';
import type { DroppedPacket } from '../../src/cluster/wire/decode-message.js';
import type { BusTcpHandlers, BusTcpLink, LinkClosure } from '../../src/io/bus-tcp-link.js';

export type BusEvent =
  | { readonly kind: 'connected'; readonly link: BusTcpLink }
  | { readonly kind: 'message'; readonly link: BusTcpLink; readonly message: BusMessage }
  | { readonly kind: 'dropped'; readonly link: BusTcpLink; readonly packet: DroppedPacket }
  | { readonly kind: 'closed'; readonly link: BusTcpLink; readonly closure: LinkClosure };

type Kind = BusEvent['kind'];
type EventOf<K extends Kind> = Extract<BusEvent, { kind: K }>;

export class BusRecorder implements BusTcpHandlers {
  /** Events that nobody waited for yet. */
  readonly pending: BusEvent[] = [];
  /** Runs at each event, before it is recorded. */
  onEvent: (event: BusEvent) => void = () => {};
  readonly #waiting: ((event: BusEvent) => void)[] = [];

  onConnected(link: BusTcpLink): void {
    this.#record({ kind: 'connected', link });
  }

  onMessage(link: BusTcpLink, message: BusMessage): void {
    this.#record({ kind: 'message', link, message });
  }

  onDropped(link: BusTcpLink, packet: DroppedPacket): void {
    this.#record({ kind: 'dropped', link, packet });
  }

  onClosed(link: BusTcpLink, closure: LinkClosure): void {
    this.#record({ kind: 'closed', link, closure });
  }

  /** The next event, which has to be of that kind. */
  async next<K extends Kind>(kind: K): Promise<EventOf<K>> {
    const event =
      this.pending.shift() ?? (await new Promise<BusEvent>((resolve) => this.#waiting.push(resolve)));
    if (event.kind !== kind) throw new Error(`'${event.kind}' came instead of '${kind}'`);
    return event as EventOf<K>;
  }

  #record(event: BusEvent): void {
    this.onEvent(event);
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.pending.push(event);
    else resolve(event);
  }
}
