/** Nodes on virtual time whose processes end and start again on the same disk. */
import { type Machine, type NodeSettings, World } from '../node/world.js';

export function startWith(config: NonNullable<NodeSettings['config']>, version?: '7.0' | '7.2'): Machine {
  return new World().start({ config, ...(version === undefined ? {} : { version }) });
}

/** SIGKILL, and a start with the same files. */
export function killAndRestart(machine: Machine): void {
  machine.process.kill();
  machine.logs.length = 0;
  machine.process.start();
}

/** A field of INFO. */
export function infoOf(machine: Machine, field: string): string {
  return new RegExp(`^${field}:(.*)\\r$`, 'm').exec(machine.ask('INFO everything'))?.[1] ?? '';
}

export function textOf(machine: Machine, file: string): string {
  const content = machine.storage.read(file);
  return content === null ? '' : Buffer.from(content).toString('latin1');
}
