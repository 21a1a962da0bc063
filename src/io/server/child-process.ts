/** A process that does nothing: it stands for the child with which a redis-server saves, for those who look for it or kill it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ChildProcess } from '../../persistence/ports.js';

/** @returns null when no process can be started. */
export function spawnChild(onKilled: (signal: number) => void): ChildProcess | null {
  // It ends with its standard input, and so with this process, however that ends.
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  if (child.pid === undefined) return null;
  let isWanted = true;
  child.on('exit', (_code, signal) => {
    if (isWanted && signal !== null) onKilled(constants.signals[signal]);
  });
  child.unref();
  return {
    pid: child.pid,
    end(): void {
      isWanted = false;
      child.kill('SIGKILL');
    },
  };
}
