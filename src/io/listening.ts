/** Starts a server and tells whether that worked. */
import type { ListenOptions, Server } from 'node:net';

/** Resolves when the server listens; rejects with the system's error. */
export function onListening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...options, exclusive: true }, () => {
      server.removeListener('error', reject);
      // A failed accept (too many open files) ends one connection, not the node.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
