/** What commands need of the part of a node that runs scripts. */
import type { ByteString } from '../resp/byte-string.js';
import type { ErrorReply, Reply } from '../resp/reply.js';
import type { CommandFlag } from './command.js';
import type { CommandContext } from './context.js';
import type { ResolvedCommand } from './table.js';

/** What a node asks of a command before it runs it. Of a command that runs a script the script's own flags decide. */
export interface CommandTraits {
  readonly isWrite: boolean;
  readonly isReadonly: boolean;
  readonly mayReplicate: boolean;
  readonly flags: ReadonlySet<CommandFlag>;
}

export interface RunningDescription {
  readonly kind: 'eval' | 'function';
  /** SHA1, or the name of the function. */
  readonly name: ByteString;
  /** The command that runs it. */
  readonly argv: readonly ByteString[];
  readonly elapsedMs: number;
}

export interface ScriptingPort {
  /** EVAL, EVALSHA and their read-only forms. @param bySha argv[1] is a SHA1. */
  evaluate(context: CommandContext, argv: readonly ByteString[], bySha: boolean): Reply;
  /** The command with the flags that the script declares, or null when it declares none. */
  traitsOf(command: ResolvedCommand, argv: readonly ByteString[], bySha: boolean): CommandTraits | null;
  /** SCRIPT LOAD. @returns the SHA1. */
  load(script: ByteString): ByteString | ErrorReply;
  has(sha: ByteString): boolean;
  /** Forgets every script and all that scripts left behind. */
  flush(): void;
  kill(kind: 'eval' | 'function'): Reply;
  /** The script or function that runs now. */
  readonly running: RunningDescription | null;
  /** What commands are refused with while a script runs for too long; null: none does. */
  readonly busyError: ErrorReply | null;
  /** For INFO: the scripts that are cached, bytes of them, and bytes of the interpreter's state. */
  readonly scriptCount: number;
  readonly scriptBytes: number;
  readonly stateBytes: number;
}
