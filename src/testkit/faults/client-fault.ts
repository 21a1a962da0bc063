/** Faults on the connections of clients: what they are, and their handles. */
import type { Ending } from '../../node/client-gate.js';
import type { CommandReply } from '../command-client.js';
import type { TestNode } from '../test-node.js';
import type { CommandCall } from './command-call.js';
import type { ErrorWord } from './error-words.js';
import { Fault } from './fault.js';
import type { Delay } from './link-faults.js';

/**
 * Where a fault strikes: `'command'`: the command is not executed (yet); `'reply'`: it was executed, and its reply is
 * what suffers.
 */
export type StrikesAt = 'command' | 'reply';

/** What an injected fault does. Exactly one of these. */
export type ClientFaultSpec =
  /** Not executed; answered with this error: a word for Redis's own text (`'LOADING'`), or any text (`'ERR no'`). */
  | { readonly error: ErrorWord | (string & {}) }
  /** Not executed; answered `MOVED slot place`. `slot`: default that of the first key. */
  | { readonly moved: TestNode | string; readonly slot?: number }
  | { readonly ask: TestNode | string; readonly slot?: number }
  /**
   * Comes so much later, and with it all that follows on the connection. At the reply unless told (executed at once). By
   * virtual time, which advance() moves; `clock: 'real'` = by the clock on the wall, whatever the cluster's time does.
   */
  | { readonly delay: Delay; readonly at?: StrikesAt; readonly clock?: 'virtual' | 'real' }
  /** Waits until it is released, and with it all that follows on the connection. */
  | { readonly hold: StrikesAt }
  /** The connection is reset (RST): before the command is executed, or instead of the reply. */
  | { readonly reset: StrikesAt }
  /** The connection is closed in order (FIN). */
  | { readonly close: StrikesAt }
  /** The connection stays open and nothing is read or answered on it any more: the reply or the command is lost. */
  | { readonly stall: StrikesAt }
  /** Executed; only the first so many bytes of the reply leave, then the connection ends (`ending`: default 'close'). */
  | { readonly truncate: number; readonly ending?: Ending }
  /** The connection ends right after its n-th reply from now on. */
  | { readonly closeAfterReplies: number; readonly ending?: Ending }
  /** Answers itself, or returns undefined to let the command go its way. */
  | { readonly handler: CommandHandler };

/** What a handler answers: see `ClientFaultSpec.handler`. Text is a bulk string; a status is `{ status: 'OK' }`. */
export type HandlerReply =
  | CommandReply
  | bigint
  | Uint8Array
  | Error
  | { readonly status: string }
  | readonly HandlerReply[];

/** Gets a command; what it returns is the reply, undefined lets it pass. It runs in the middle of the node's work: it must not call the cluster. */
export type CommandHandler = (call: CommandCall) => HandlerReply | undefined;

/** A command or a reply that a fault holds. */
export interface HeldCall {
  readonly call: CommandCall;
  /** Lets it go on, after what is held before it on the same connection. */
  release(): void;
}

/** A fault on clients: counts and lists the commands that it hit. */
export class ClientFault extends Fault<CommandCall> {
  /** Set by who makes it. */
  holding: () => readonly HeldCall[] = () => [];

  /** What it holds now, oldest first. */
  get held(): readonly HeldCall[] {
    return this.holding();
  }

  /** Lets go what it holds, and holds nothing more: the same as dispose(). */
  release(): void {
    this.dispose();
  }
}

/** A connection that was not let in. */
export interface RefusedConnection {
  readonly atMs: number;
  readonly node: TestNode;
  /** `ip:port` of the client's end. */
  readonly address: string;
}
