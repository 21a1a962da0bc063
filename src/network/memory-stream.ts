/** Byte streams between nodes of one process: a replica's link to its master, carried as the byte strings that TCP would carry. */
import type { ByteStream, ByteStreamHandlers } from '../replication/ports.js';
import type { ByteString } from '../resp/byte-string.js';
import type { ConnectionEnd, ConnectionHandlers } from './connection.js';
import type { NodeProcess } from './node-process.js';

/** The replica's side. */
export function connectStream(
  process: NodeProcess,
  host: string,
  port: number,
  handlers: ByteStreamHandlers,
): ByteStream {
  const { network, options } = process;
  const end: ConnectionEnd = network.connect(process.name, options.ip, host, port, 'replication', {
    onConnected: () => process.deliver(() => handlers.onConnected()),
    onData: (payload) => process.deliver(() => handlers.onData(toBytes(payload as ByteString | Uint8Array))),
    onClosed: () => process.deliver(() => handlers.onClose('Connection refused or closed')),
  });
  return {
    write: (bytes) => end.send(bytes, bytes.length),
    close: () => end.close(),
  };
}

/** The master's side: a client like any other until it sends PSYNC. */
export function acceptStream(process: NodeProcess, end: ConnectionEnd): ConnectionHandlers | null {
  if (!process.isRunning) return null;
  const session = process.acceptClient({
    remoteAddress: `${end.peerIp}:${end.peerPort}`,
    localAddress: `${end.localIp}:${end.localPort}`,
    get pendingBytes() {
      return end.pendingBytes;
    },
    isOurs: true,
    write: (bytes) => end.send(bytes, bytes.length),
    end: () => end.close(),
    destroy: () => end.close(),
  });
  return {
    onData: (payload) => process.deliver(() => session.receive(toBytes(payload as ByteString | Uint8Array))),
    onClosed: () => process.deliver(() => session.onConnectionClosed()),
  };
}

function toBytes(payload: ByteString | Uint8Array): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
}
