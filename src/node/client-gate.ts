/** What somebody outside of the node may do to its clients: look at each command, and decide what becomes of it and of its reply. Tests put faults in here; without them there is no gate. */
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply, type Reply } from '../resp/reply.js';

/** How a connection ends: in order, at once with a reset, or by saying nothing more while it stays open. */
export type Ending = 'close' | 'reset' | 'stall';

/** What becomes of a reply. */
export type ReplyFate =
  /** It leaves with a mark by which rules on the connection know it. */
  | { readonly kind: 'mark'; readonly mark: object }
  /** Its first bytes leave, then the connection ends. */
  | { readonly kind: 'cut'; readonly bytes: number; readonly ending: Ending }
  /** It leaves, then the connection ends. */
  | { readonly kind: 'last'; readonly ending: Ending };

/** What becomes of a command. */
export type CommandFate =
  /** It is not run; this is the reply. */
  | { readonly kind: 'answer'; readonly reply: Reply }
  /** It is run when `resume` is called, within the node's handle(). */
  | { readonly kind: 'wait'; start(resume: () => void): void }
  /** It is neither run nor answered. */
  | { readonly kind: 'end'; readonly how: Ending }
  | { readonly kind: 'run'; readonly reply: ReplyFate };

export interface ClientGate {
  /** A client sent this; nothing was done with it yet. @returns null = it goes its way. */
  onCommand(session: Session, argv: readonly ByteString[]): CommandFate | null;
  /** A client is answered with an error, whatever the reason. */
  onErrorReply(session: Session, error: ErrorReply): void;
  /** A client's connection ended. */
  onClosed(session: Session): void;
  /** A command changed data, be it from a client or from the test kit. */
  onWrite(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void;
}

/** What the node gives to carry out a fate. */
export interface FateHost {
  run(session: GatedSession, argv: readonly ByteString[]): void;
  refuse(session: GatedSession, argv: readonly ByteString[], error: ErrorReply): void;
}

export interface GatedSession extends Session {
  postponed: readonly ByteString[] | null;
  /** The command that the gate let pass: it may come again after a wait. */
  admitted: readonly ByteString[] | null;
  reply(reply: Reply): void;
  endCommand(wasAsking: boolean): void;
  resume(): void;
  endWith(how: Ending): void;
  runUnder(fate: ReplyFate, run: () => void): void;
}

export function carryOut(
  host: FateHost,
  session: GatedSession,
  argv: readonly ByteString[],
  fate: CommandFate,
): void {
  switch (fate.kind) {
    case 'run':
      session.runUnder(fate.reply, () => host.run(session, argv));
      return;
    case 'end':
      session.endWith(fate.how);
      return;
    case 'wait':
      session.postponed = argv;
      session.block({ kind: 'pause', timeoutAtMs: 0, onTimeout: () => null });
      fate.start(() => {
        if (session.postponed === argv && session.blocked !== null) session.resume();
      });
      return;
    case 'answer':
      if (fate.reply instanceof ErrorReply) {
        host.refuse(session, argv, fate.reply);
        return;
      }
      session.reply(fate.reply);
      session.endCommand(false);
  }
}
