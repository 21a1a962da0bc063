/** Bus links between nodes of one process, as in-memory connections on which the network's rules sit. */
import type { BusMessage } from '../cluster/message.js';
import type { ConnectionEnd, ConnectionHandlers } from './connection.js';
import type { NodeProcess } from './node-process.js';
import { type BusTransport, type BusTransportHandlers, messageBytes } from './process-bus-link.js';

export function connectMemoryBus(
  process: NodeProcess,
  ip: string,
  busPort: number,
  handlers: BusTransportHandlers,
): BusTransport {
  const transport = new MemoryBusTransport();
  transport.handlers = handlers;
  const { network, name, options } = process;
  transport.end = network.connect(name, options.ip, ip, busPort, 'bus', transport);
  return transport;
}

export function acceptMemoryBus(process: NodeProcess, end: ConnectionEnd): ConnectionHandlers | null {
  const transport = new MemoryBusTransport();
  transport.end = end;
  transport.handlers = process.acceptBus(transport);
  return transport.handlers === null ? null : transport;
}

/** Stands between an end of a connection and the link of a process: one object for each, as there may be a million. */
class MemoryBusTransport implements BusTransport, ConnectionHandlers {
  end: ConnectionEnd | null = null;
  handlers: BusTransportHandlers | null = null;

  get peerIp(): string {
    return this.end?.peerIp ?? '';
  }

  get localIp(): string {
    return this.end?.localIp ?? '';
  }

  get sendBufferBytes(): number {
    return this.end?.pendingBytes ?? 0;
  }

  send(message: BusMessage): void {
    this.end?.send(message, messageBytes(message));
  }

  close(): void {
    this.end?.close();
  }

  onConnected(): void {
    this.handlers?.onConnected();
  }

  onData(payload: unknown): void {
    this.handlers?.onMessage(payload as BusMessage);
  }

  onClosed(): void {
    this.handlers?.onClosed('connection closed');
  }
}
