/** One direction of a connection on which rules hold or delay something: frames wait here in the order they were sent, as on TCP, where nothing overtakes. */
import type { Timer } from '../time/clock.js';
import type { DelayingRule, FrameInfo, Judgement, Network } from './network.js';

/** A frame that was sent and has not arrived: a rule holds it or what is before it, or it is on a slow way. */
export interface WaitingFrame {
  readonly frame: FrameInfo;
  readonly sentAtMs: number;
  /** Virtual time of its arrival; null while it is held. */
  readonly dueAtMs: number | null;
  /** Lets it arrive now, after all that was sent before it on the same connection. Does nothing when it is not on the way any more. */
  deliver(): void;
  /** Takes it off the way; what is behind it goes on. @returns false when it is not on the way any more. */
  drop(): boolean;
}

export class Lane {
  readonly #network: Network;
  readonly #deliver: (frame: FrameInfo) => void;
  readonly #entries: Entry[] = [];
  #timer: Timer | null = null;
  #draining = false;

  constructor(network: Network, deliver: (frame: FrameInfo) => void) {
    this.#network = network;
    this.#deliver = deliver;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get waiting(): readonly WaitingFrame[] {
    return this.#entries;
  }

  /** Bytes that do not move at all: those of held frames and of what is behind them. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { frame, dueAtMs } of this.#entries) {
      if (dueAtMs === null) bytes += frame.bytes;
    }
    return bytes;
  }

  /**
   * Adds a frame behind the others.
   * @param earliestMs when it arrives if nothing delays it.
   * @param judgement what the rules say, when they were asked already.
   */
  push(frame: FrameInfo, earliestMs: number, judgement: Judgement | null = null): void {
    const before = this.#entries.at(-1);
    const entry = new Entry(this, frame, this.#network.clock.nowMs(), earliestMs);
    if (before === undefined) this.#network.waitingLanes.add(this);
    this.#entries.push(entry);
    // Behind a held frame nothing is asked: the rules may be others when its turn comes.
    if (before === undefined || before.dueAtMs !== null) this.#judge(entry, before, judgement);
    this.#arm();
  }

  /** The rules changed: what they held is judged anew, and delays of rules that are gone are over. */
  release(): void {
    let before: Entry | undefined;
    for (const entry of [...this.#entries]) {
      if (entry.dueAtMs === null) {
        entry.earliestMs = this.#network.clock.nowMs() + entry.latencyMs;
        this.#judge(entry, before, null);
      } else entry.dueAtMs = this.#dueOf(entry, before);
      if (!this.#entries.includes(entry)) continue;
      if (entry.dueAtMs === null) break;
      before = entry;
    }
    this.#arm();
  }

  /** What waits here never arrives. */
  clear(): void {
    this.#entries.length = 0;
    this.#arm();
  }

  /** Lets a frame, and what was sent before it, arrive whatever the rules say. */
  force(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    for (const early of this.#entries.slice(0, index + 1)) {
      early.forced = true;
      early.dueAtMs = this.#network.clock.nowMs();
    }
    this.#arm();
  }

  drop(entry: Entry): boolean {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return false;
    this.#entries.splice(index, 1);
    this.#network.tell(entry.frame, 'dropped');
    this.release();
    return true;
  }

  #judge(entry: Entry, before: Entry | undefined, given: Judgement | null): void {
    const judgement = given ?? this.#network.judge(entry.frame);
    if (judgement === 'drop') {
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      this.#network.tell(entry.frame, 'dropped');
      return;
    }
    if (judgement === 'hold') {
      entry.dueAtMs = null;
      return;
    }
    entry.delays = judgement === 'pass' ? NO_DELAYS : judgement;
    entry.dueAtMs = this.#dueOf(entry, before);
  }

  #dueOf(entry: Entry, before: Entry | undefined): number {
    if (entry.forced) return this.#network.clock.nowMs();
    let dueAtMs = entry.earliestMs;
    for (const { rule, delayMs } of entry.delays) {
      if (this.#network.isInForce(rule)) dueAtMs += delayMs;
    }
    return Math.max(dueAtMs, before?.dueAtMs ?? 0, this.#network.clock.nowMs());
  }

  /** Delivers what is due, unless it was cut off on its way. */
  #drain(): void {
    this.#draining = true;
    const { clock } = this.#network;
    try {
      for (let first = this.#entries[0]; first !== undefined; first = this.#entries[0]) {
        if (first.dueAtMs === null || first.dueAtMs > clock.nowMs()) break;
        if (!first.forced && this.#network.isCut(first.frame)) {
          // What is behind it waits as well.
          for (const entry of this.#entries) if (!entry.forced) entry.dueAtMs = null;
          break;
        }
        this.#entries.shift();
        this.#deliver(first.frame);
      }
    } finally {
      this.#draining = false;
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#draining) return;
    const dueAtMs = this.#entries[0]?.dueAtMs ?? null;
    if (this.#entries.length === 0) this.#network.waitingLanes.delete(this);
    if (this.#timer?.dueAtMs === dueAtMs) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (dueAtMs === null) return;
    this.#timer = this.#network.clock.schedule(dueAtMs, () => {
      this.#timer = null;
      this.#drain();
    });
  }
}

const NO_DELAYS: readonly DelayingRule[] = [];

class Entry implements WaitingFrame {
  readonly frame: FrameInfo;
  readonly sentAtMs: number;
  readonly latencyMs: number;
  /** When it arrives if nothing delays it; counts from the moment at which it was let go. */
  earliestMs: number;
  /** By hand. */
  forced = false;
  delays: readonly DelayingRule[] = NO_DELAYS;
  dueAtMs: number | null = null;
  readonly #lane: Lane;

  constructor(lane: Lane, frame: FrameInfo, sentAtMs: number, earliestMs: number) {
    this.#lane = lane;
    this.frame = frame;
    this.sentAtMs = sentAtMs;
    this.earliestMs = earliestMs;
    this.latencyMs = earliestMs - sentAtMs;
  }

  deliver(): void {
    this.#lane.force(this);
  }

  drop(): boolean {
    return this.#lane.drop(this);
  }
}
