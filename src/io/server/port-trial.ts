/** Whether one could listen, told at once: CONFIG SET answers with it, and Node.js tells it only at a later turn. */
import { spawnSync } from 'node:child_process';
import { wildcard } from './wildcard.js';

export interface PortTarget {
  /** As in `bind`, without the '-' of an address that may be missing. */
  readonly address: string;
  readonly port: number;
}

/** A process of its own tries one after the other, and prints the codes of what fails. */
const TRIAL = `
const { createServer } = require('node:net');
const targets = JSON.parse(process.argv[1]);
const codes = [];
(function next() {
  const target = targets[codes.length];
  if (target === undefined) return process.stdout.write(JSON.stringify(codes));
  const server = createServer();
  const go = (code) => { codes.push(code); server.close(next); };
  server.once('error', ({ code }) => { codes.push(code); next(); });
  server.listen(target, () => go(null));
})();
`;

/** @returns the system's code for each that fails, null for those one can listen on. All null when that cannot be tried. */
export function tryPorts(targets: readonly PortTarget[]): (string | null)[] {
  const list = targets.map(({ address, port }) => {
    const host = wildcard(address);
    return { host, port, ipv6Only: host.includes(':') };
  });
  const { stdout } = spawnSync(process.execPath, ['-e', TRIAL, JSON.stringify(list)], { encoding: 'utf8' });
  try {
    return JSON.parse(stdout) as (string | null)[];
  } catch {
    return targets.map(() => null);
  }
}
