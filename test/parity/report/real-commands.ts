/** Which commands and subcommands a redis-server has, by its own word. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** Starts the redis-server on the PATH (or REDIS_SERVER) for a moment. */
export async function askRealServer(): Promise<{ release: string; names: string[] }> {
  const port = await freePort();
  const path = process.env['REDIS_SERVER'] ?? 'redis-server';
  const server = spawn(path, ['--port', String(port), '--save', '', '--bind', '127.0.0.1'], {
    stdio: 'ignore',
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    const names = (await client.call('COMMAND', 'LIST')) as string[];
    const info = await client.info('server');
    return { release: /^redis_version:(\S+)/m.exec(info)?.[1] ?? '', names: names.sort() };
  } finally {
    client.disconnect();
    server.kill();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
