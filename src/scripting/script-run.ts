/** What a running script reaches of its node. */
import type { ByteString } from '../resp/byte-string.js';
import type { Reply } from '../resp/reply.js';

/** Bits of redis.set_repl(): to the append only file, to the replicas. */
export const ReplicationFlag = { none: 0, aof: 1, replicas: 2, all: 3 } as const;

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/** Levels of redis.log(), by their numbers. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];

/** A command that may not run here; the text is what the script sees, and it was counted as an error already. */
export interface CallRefusal {
  readonly refusal: ByteString;
}

export interface ScriptRun {
  /** redis.setresp() */
  protocol: 2 | 3;
  /** redis.set_repl() */
  replicationFlags: number;
  /** Runs a command with every check. */
  call(argv: readonly ByteString[]): Reply | CallRefusal;
  /** Whether the user of the script may run this; null: there is no such command. */
  mayRun(argv: readonly ByteString[]): boolean | null;
  log(level: LogLevel, text: ByteString): void;
  /** Called from time to time while the script runs. @returns true: it has to stop for now. */
  isInterrupted(): boolean;
  /** It has run for so long without giving way that it is not going to. */
  isStuck(): boolean;
  /** SCRIPT KILL was called. */
  readonly isKilled: boolean;
}
