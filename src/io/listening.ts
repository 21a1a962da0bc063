/** Starts a server and tells whether that worked. */
import type { Server } from 'node:net';

/** Resolves when the server listens; rejects with the system's error. */
export function onListening(server: Server, host: string, port: number, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog, exclusive: true }, () => {
      server.removeListener('error', reject);
      // A failed accept (too many open files) ends one connection, not the node.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
