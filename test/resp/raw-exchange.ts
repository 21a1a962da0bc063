/** What a redis-server answers to bytes that need not be commands: everything until it closes the connection. */
import { connect } from 'node:net';

/** Sends `bytes`, then nothing more; resolves with all that came back when the server closed its side too. */
export function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(received).toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // After a protocol error the server may close while bytes are still on their way to it.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.end(Buffer.from(bytes, 'latin1'));
  });
}
