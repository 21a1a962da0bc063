/** What a client of the control server holds: faults, moves, recordings and messages in flight. They end with its connection. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import { ClientFault, type HeldCall } from '../faults/client-fault.js';
import { Fault } from '../faults/fault.js';
import { Hold, type InFlightMessage, Partition } from '../faults/link-faults.js';
import { SlotMove } from '../moves/slot-move.js';

/** How a handle goes over the wire; `type` says which methods it has. */
export interface HandleMessage {
  readonly $handle: {
    readonly id: number;
    readonly type: 'fault' | 'partition' | 'hold' | 'client-fault' | 'move' | 'disposable';
    readonly [detail: string]: unknown;
  };
}

type Held = InFlightMessage | HeldCall;

export class Handles {
  readonly #objects = new Map<number, object>();
  /** Messages that were shown, by the handle of the fault that holds them. */
  readonly #shown = new Map<number | null, Map<number, Held>>();
  #lastId = 0;

  /** What stands for it; undefined when it is nothing to hold. */
  encode(value: object, encodeNode: (node: object) => unknown): HandleMessage | undefined {
    if (value instanceof SlotMove) {
      const { slot, source, target } = value;
      return this.#add(value, 'move', {
        slot,
        source: encodeNode(source),
        target: encodeNode(target),
        ...progressOf(value),
      });
    }
    if (value instanceof Fault) {
      const { description } = value;
      return this.#add(value, typeOf(value), { description });
    }
    if (Symbol.dispose in value) return this.#add(value, 'disposable', {});
    return undefined;
  }

  /** @throws RedisTestClusterError INVALID_ARGUMENT */
  get<T extends object>(call: string, id: unknown, type: abstract new (...args: never[]) => T): T {
    const found = this.#objects.get(id as number);
    if (found instanceof type) return found;
    throw new RedisTestClusterError(
      'INVALID_ARGUMENT',
      `${call}: there is no such handle: ${JSON.stringify(id)}; it was another connection's, or is of another kind`,
    );
  }

  /** Messages (or commands) with numbers, so that the client can name one of them. They take the place of those shown before. */
  encodeMessages(messages: readonly Held[], fault: number | null): readonly object[] {
    const shown = new Map<number, Held>();
    this.#shown.set(fault, shown);
    return messages.map((message) => {
      shown.set(++this.#lastId, message);
      const number = this.#lastId;
      if ('call' in message) return { number, call: message.call };
      const { deliver: _, drop: _drop, ...visible } = message;
      return { number, ...visible };
    });
  }

  message(call: string, number: unknown): Held {
    for (const shown of this.#shown.values()) {
      const found = shown.get(number as number);
      if (found !== undefined) return found;
    }
    throw new RedisTestClusterError(
      'INVALID_ARGUMENT',
      `${call}: there is no message ${JSON.stringify(number)}; ask for what is held anew`,
    );
  }

  forget(id: unknown): void {
    this.#objects.delete(id as number);
    this.#shown.delete(id as number);
  }

  /** The connection is gone: all ends, the latest first. */
  async end(): Promise<void> {
    const objects = [...this.#objects.values()].reverse();
    this.#objects.clear();
    this.#shown.clear();
    for (const object of objects) await endOf(object);
  }

  #add(object: object, type: HandleMessage['$handle']['type'], details: object): HandleMessage {
    const id = ++this.#lastId;
    this.#objects.set(id, object);
    return { $handle: { id, type, ...details } };
  }
}

/** What a client keeps of a move. */
export function progressOf({ state, moved, movedKeys, left }: SlotMove): object {
  return { state, moved, movedKeys, left };
}

/** Ends what can be ended. @throws what a move throws that cannot be taken back. */
export async function endOf(object: object): Promise<void> {
  if (object instanceof SlotMove) await object[Symbol.asyncDispose]();
  else (object as Disposable)[Symbol.dispose]();
}

function typeOf(fault: Fault): HandleMessage['$handle']['type'] {
  if (fault instanceof Hold) return 'hold';
  if (fault instanceof Partition) return 'partition';
  return fault instanceof ClientFault ? 'client-fault' : 'fault';
}
