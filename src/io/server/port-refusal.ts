/** What speaks against ports and addresses that CONFIG SET gives (changeListener and its like in config.c). */
import type { RefusedChange } from '../../config/config.js';
import { systemWords } from '../system-words.js';
import { FAMILY_MISSING } from './listeners.js';
import { type PortTarget, tryPorts } from './port-trial.js';

export interface Ports {
  /** 0 = none. */
  readonly port: number;
  /** 0 = none. */
  readonly tlsPort: number;
  /** Words of `bind`. */
  readonly bind: readonly string[];
}

interface Trial extends PortTarget {
  readonly name: 'port' | 'tls-port' | 'bind';
  readonly mayBeMissing: boolean;
}

/** @returns null: they are to be had. */
export function portRefusal(
  working: Ports,
  wanted: Ports,
): (RefusedChange & { readonly log: string }) | null {
  const trials = [
    ...trialsOf('port', wanted.port, working.port, working, wanted),
    ...trialsOf('tls-port', wanted.tlsPort, working.tlsPort, working, wanted),
  ];
  if (trials.length === 0) return null;
  const codes = tryPorts(trials);
  for (const [index, { name, address, port, mayBeMissing }] of trials.entries()) {
    const code = codes[index] ?? null;
    if (code === null || FAMILY_MISSING.includes(code)) continue;
    if (mayBeMissing && code === 'EADDRNOTAVAIL') continue;
    // On a port that it has the server itself is in the way, and makes room.
    if (name === 'bind' && code === 'EADDRINUSE') continue;
    const words = systemWords(Object.assign(new Error(code), { code }));
    return {
      name,
      refused:
        name === 'bind'
          ? 'Failed to bind to specified addresses.'
          : 'Unable to listen on this port. Check server logs.',
      log: `Warning: Could not create server TCP listening socket ${address}:${port}: bind: ${words}`,
    };
  }
  return null;
}

function trialsOf(
  name: 'port' | 'tls-port',
  port: number,
  before: number,
  working: Ports,
  wanted: Ports,
): Trial[] {
  if (port === 0) return [];
  const isNew = port !== before;
  return wanted.bind
    .filter((word) => isNew || !working.bind.includes(word))
    .map((word) => ({
      name: isNew ? name : 'bind',
      address: word.replace(/^-/, ''),
      port,
      mayBeMissing: word.startsWith('-'),
    }));
}
