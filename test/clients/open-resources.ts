/** Counts what this thread has open, by kind: also timers and sockets that keep no process alive. */
import { createHook } from 'node:async_hooks';

/** Handles and timers; requests and promises come and go with them. */
const KINDS = new Set(['Timeout', 'TCPWRAP', 'TCPSERVERWRAP', 'PIPEWRAP', 'PIPESERVERWRAP']);

export interface OpenResources extends Disposable {
  /** What was opened since and is still open, such as `{ TCPSERVERWRAP: 12 }`. */
  count(): Record<string, number>;
  /** The same once nothing is open any more; closing takes some turns of the event loop. Gives up after many of them. */
  countAtEnd(): Promise<Record<string, number>>;
}

const MOST_TURNS = 2_000;

/** Watches from now on. Dispose it to stop. */
export function watchOpenResources(): OpenResources {
  const open = new Map<number, string>();
  const count = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const type of open.values()) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  };
  const hook = createHook({
    init(id, type) {
      if (KINDS.has(type)) open.set(id, type);
    },
    destroy(id) {
      open.delete(id);
    },
  }).enable();
  return {
    count,
    async countAtEnd() {
      for (let turn = 0; open.size > 0 && turn < MOST_TURNS; turn++) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      return count();
    },
    [Symbol.dispose]() {
      hook.disable();
    },
  };
}
