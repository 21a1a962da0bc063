/** The redis.conf of a node: what CONFIG REWRITE writes and the next start reads. It lies in the node's storage. */
import type { ConfigFile } from '../commands/context.js';
import type { NodeStorage } from './ports.js';

/** Absolute: CONFIG SET dir does not move it. */
const FILE = '/redis.conf';

export function configFileOf(storage: NodeStorage): ConfigFile {
  return {
    path: FILE,
    read(): string | null {
      const content = storage.read(FILE);
      return content === null ? null : Buffer.from(content).toString('latin1');
    },
    write: (text) => storage.write(FILE, Buffer.from(text, 'latin1'), true),
  };
}
