/** Faults, moves and messages of a cluster in another process. */

import type { RefusedConnection } from '../faults/client-fault.js';
import type { CommandCall } from '../faults/command-call.js';
import type { Message } from '../faults/message.js';
import type { SlotMovePoint, SlotMoveState } from '../moves/slot-move.js';
import type { RemoteNode } from './remote-node.js';

/** Something of the other process, where every node is one of here. */
export type Remote<T> = {
  readonly [Name in keyof T as T[Name] extends (...args: never[]) => unknown ? never : Name]: Remotely<
    T[Name]
  >;
};
type Remotely<T> = T extends { readonly role: 'master' | 'replica'; readonly busPort: number }
  ? RemoteNode
  : T extends readonly (infer Item)[]
    ? readonly Remotely<Item>[]
    : T extends object
      ? Remote<T>
      : T;

/** Calls a method of the control protocol; parameters and result are values of here. */
export type Call = <T>(method: string, params?: object) => Promise<T>;

/** Ends with `await dispose()`, with the block of an `await using` declaration, with reset(), and with the connection. */
export class RemoteHandle implements AsyncDisposable {
  protected readonly call: Call;
  protected readonly id: number;

  constructor(call: Call, id: number) {
    this.call = call;
    this.id = id;
  }

  async dispose(): Promise<void> {
    await this.call('dispose', { handle: this.id });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose().catch((error: { code?: string }) => {
      // Then it has ended.
      if (error.code !== 'STOPPED' && error.code !== 'CONNECTION_LOST') throw error;
    });
  }
}

/** A fault in force: as Fault, but what it tells has to be awaited. */
export class RemoteFault<Hit = unknown> extends RemoteHandle {
  /** What it does, in words, as the timeline shows it. */
  readonly description: string;

  constructor(call: Call, id: number, description: string) {
    super(call, id);
    this.description = description;
  }

  /** How often it took effect until now. */
  get hits(): Promise<number> {
    return this.call('fault.hits', { handle: this.id });
  }

  /** What it took effect on, oldest first. */
  get log(): Promise<readonly Remote<Hit>[]> {
    return this.call('fault.log', { handle: this.id });
  }

  /** False once it ended. */
  get isActive(): Promise<boolean> {
    return this.call('fault.isActive', { handle: this.id });
  }

  /** Resolves when it has taken effect that often; see Fault. */
  async whenHit(times = 1, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.call('fault.whenHit', { handle: this.id, times, ...options });
  }
}

/** A cut. */
export class RemotePartition extends RemoteFault<Message> {
  heal(): Promise<void> {
    return this.dispose();
  }
}

/** A message on its way, that can be let go or lost by hand. */
export interface RemoteInFlightMessage extends Remote<Message> {
  readonly sentAtMs: number;
  readonly dueAtMs: number | null;
  deliver(): Promise<void>;
  drop(): Promise<void>;
}

/** Messages that are held on their way. */
export class RemoteHold extends RemoteFault<Message> {
  /** What it holds now, in the order in which it was sent. */
  get held(): Promise<readonly RemoteInFlightMessage[]> {
    return this.call<NumberedMessage[]>('fault.held', { handle: this.id }).then((messages) =>
      messages.map((message) => inFlight(this.call, message)),
    );
  }

  release(): Promise<void> {
    return this.dispose();
  }
}

/** A command, or its reply, that a fault holds. */
export interface RemoteHeldCall {
  readonly call: Remote<CommandCall>;
  release(): Promise<void>;
}

/** A fault on clients. */
export class RemoteClientFault extends RemoteFault<CommandCall> {
  get held(): Promise<readonly RemoteHeldCall[]> {
    return this.call<{ number: number; call: Remote<CommandCall> }[]>('fault.held', { handle: this.id }).then(
      (calls) =>
        calls.map(({ number, call }) => ({
          call,
          release: () => this.call<void>('message.deliver', { number }),
        })),
    );
  }

  release(): Promise<void> {
    return this.dispose();
  }
}

/** Connections that are not let in. */
export type RemoteRefusal = RemoteFault<RefusedConnection>;

export interface NumberedMessage extends Remote<Message> {
  readonly number: number;
  readonly sentAtMs: number;
  readonly dueAtMs: number | null;
}

export function inFlight(call: Call, { number, ...message }: NumberedMessage): RemoteInFlightMessage {
  return {
    ...message,
    deliver: () => call('message.deliver', { number }),
    drop: () => call('message.drop', { number }),
  };
}

/** How far a move was when it was last asked. */
interface Progress {
  readonly state: SlotMoveState;
  readonly moved: number;
  readonly movedKeys: readonly string[];
  readonly left: number;
}

export interface RemoteMoveMessage extends Progress {
  readonly slot: number;
  readonly source: RemoteNode;
  readonly target: RemoteNode;
}

/** A slot that moves: as SlotMove. What it tells is as of its last step. */
export class RemoteSlotMove extends RemoteHandle {
  readonly slot: number;
  readonly source: RemoteNode;
  readonly target: RemoteNode;
  #progress: Progress;

  constructor(call: Call, id: number, { slot, source, target, ...progress }: RemoteMoveMessage) {
    super(call, id);
    this.slot = slot;
    this.source = source;
    this.target = target;
    this.#progress = progress;
  }

  get state(): SlotMoveState {
    return this.#progress.state;
  }

  get isFinished(): boolean {
    return this.state === 'done' || this.state === 'aborted';
  }

  /** How many keys have moved. */
  get moved(): number {
    return this.#progress.moved;
  }

  get movedKeys(): readonly string[] {
    return this.#progress.movedKeys;
  }

  /** How many keys of the slot are still with the source. */
  get left(): number {
    return this.#progress.left;
  }

  async step(): Promise<SlotMoveState> {
    this.#progress = await this.call('move.step', { handle: this.id });
    return this.state;
  }

  async continue(): Promise<void> {
    this.#progress = await this.call('move.continue', { handle: this.id });
  }

  async continueTo(point: SlotMovePoint): Promise<void> {
    this.#progress = await this.call('move.continueTo', { handle: this.id, point });
  }

  async abort(): Promise<void> {
    this.#progress = await this.call('move.abort', { handle: this.id });
  }
}
