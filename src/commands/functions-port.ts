/** What commands need of the part of a node that keeps function libraries. */
import type { ByteString } from '../resp/byte-string.js';
import type { ErrorReply, Reply } from '../resp/reply.js';
import type { CommandContext } from './context.js';
import type { CommandTraits } from './scripting-port.js';
import type { ResolvedCommand } from './table.js';

export interface FunctionDescription {
  readonly name: ByteString;
  readonly description: ByteString | null;
  readonly flags: ReadonlySet<string>;
}

export interface LibraryDescription {
  readonly name: ByteString;
  readonly code: ByteString;
  readonly functions: ReadonlyMap<ByteString, FunctionDescription>;
}

export type RestorePolicy = 'flush' | 'append' | 'replace';

export interface FunctionsPort {
  /** FCALL and FCALL_RO. */
  call(context: CommandContext, argv: readonly ByteString[]): Reply;
  /** The command with the flags of the function that it calls; null = there is no such function. */
  traitsOf(command: ResolvedCommand, argv: readonly ByteString[]): CommandTraits | null;
  /** FUNCTION LOAD. @param isObeyed what a master sends, which takes the time that it takes. @returns the library's name. */
  load(code: ByteString, replaces: boolean, isObeyed: boolean): ByteString | ErrorReply;
  /** @returns false: there is no such library. */
  delete(name: ByteString): boolean;
  flush(): void;
  /** The payload of FUNCTION DUMP. */
  dump(): ByteString;
  /** @returns what is wrong with the payload, or null. */
  restore(payload: ByteString, policy: RestorePolicy): ErrorReply | null;
  readonly libraries: Iterable<LibraryDescription>;
  readonly libraryCount: number;
  readonly functionCount: number;
  /** For INFO: bytes of the libraries, and of the interpreter's state. */
  readonly libraryBytes: number;
  readonly stateBytes: number;
}
