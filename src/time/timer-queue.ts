/** Timers ordered by due time, then by the order of scheduling: a binary heap, so that a thousand nodes can share one queue. */
import type { Timer } from './clock.js';

export class QueuedTimer implements Timer {
  dueAtMs: number;
  readonly sequence: number;
  readonly isHeartbeat: boolean;
  /** Null once it ran or was cancelled. */
  run: (() => void) | null;

  constructor(dueAtMs: number, sequence: number, isHeartbeat: boolean, run: () => void) {
    this.dueAtMs = dueAtMs;
    this.sequence = sequence;
    this.isHeartbeat = isHeartbeat;
    this.run = run;
  }

  cancel(): void {
    this.run = null;
  }
}

export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];
  #nextSequence = 0;

  add(dueAtMs: number, run: () => void, isHeartbeat = false): QueuedTimer {
    const timer = new QueuedTimer(dueAtMs, this.#nextSequence++, isHeartbeat, run);
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(timer);
    while (hole > 0) {
      const parentIndex = (hole - 1) >> 1;
      const parent = heap[parentIndex] as QueuedTimer;
      if (!isBefore(timer, parent)) break;
      heap[hole] = parent;
      hole = parentIndex;
    }
    heap[hole] = timer;
    return timer;
  }

  /** The earliest timer that still waits, or null. */
  peek(): QueuedTimer | null {
    const heap = this.#heap;
    while (heap.length > 0) {
      const first = heap[0] as QueuedTimer;
      if (first.run !== null) return first;
      this.#removeFirst();
    }
    return null;
  }

  /** Takes the earliest timer that still waits out of the queue. */
  pop(): QueuedTimer | null {
    const first = this.peek();
    if (first !== null) this.#removeFirst();
    return first;
  }

  /** Due time of the earliest timer that is no heartbeat; infinite when there is none. Looks at all of them. */
  get nextEventMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { run, isHeartbeat, dueAtMs } of this.#heap)
      if (run !== null && !isHeartbeat && dueAtMs < nextMs) nextMs = dueAtMs;
    return nextMs;
  }

  /** All heartbeats come so much later. */
  delayHeartbeats(durationMs: number): void {
    for (const timer of this.#heap) if (timer.isHeartbeat) timer.dueAtMs += durationMs;
    // What is sorted is a heap.
    this.#heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  clear(): void {
    for (const timer of this.#heap) timer.cancel();
    this.#heap.length = 0;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as QueuedTimer;
    const size = heap.length;
    if (size === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1] as QueuedTimer, heap[child] as QueuedTimer)) child++;
      if (!isBefore(heap[child] as QueuedTimer, last)) break;
      heap[hole] = heap[child] as QueuedTimer;
      hole = child;
    }
    heap[hole] = last;
  }
}

function isBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.sequence < b.sequence);
}
