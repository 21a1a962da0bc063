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
  return transportOver(
    process.network.connect(
      process.name,
      process.options.ip,
      ip,
      busPort,
      'bus',
      connectionHandlersOf(handlers),
    ),
  );
}

export function acceptMemoryBus(process: NodeProcess, end: ConnectionEnd): ConnectionHandlers | null {
  const handlers = process.acceptBus(transportOver(end));
  return handlers === null ? null : connectionHandlersOf(handlers);
}

function transportOver(end: ConnectionEnd): BusTransport {
  return {
    peerIp: end.peerIp,
    localIp: end.localIp,
    get sendBufferBytes(): number {
      return end.pendingBytes;
    },
    send: (message) => end.send(message, messageBytes(message)),
    close: () => end.close(),
  };
}

function connectionHandlersOf(handlers: BusTransportHandlers): ConnectionHandlers {
  return {
    onConnected: () => handlers.onConnected(),
    onData: (payload) => handlers.onMessage(payload as BusMessage),
    onClosed: () => handlers.onClosed('connection closed'),
  };
}
