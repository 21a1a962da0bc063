/** Commands and replies that a fault keeps waiting, and what lets them go: a time, or a hand. */
import { startRealTimer } from '../../io/natives.js';
import type { FrameInfo, Network } from '../../network/network.js';
import type { CommandFate } from '../../node/client-gate.js';
import type { HeldCall, StrikesAt } from './client-fault.js';
import type { CommandCall } from './command-call.js';
import type { FaultBook } from './fault-book.js';

/** When a held call goes on by itself. */
export type ReleaseTime = 'by-hand' | { readonly clock: 'virtual' | 'real'; readonly afterMs: number };

interface Waiting extends HeldCall {
  goesOn: boolean;
  /** Of a command: what runs it. */
  resume: (() => void) | null;
}

export class HeldCalls {
  readonly #network: Network;
  readonly #book: FaultBook;
  /** By the mark of its reply; a command is its own mark. */
  readonly #waiting = new Map<object, Waiting>();
  readonly #removeCut: () => void;

  constructor(network: Network, book: FaultBook) {
    this.#network = network;
    this.#book = book;
    this.#removeCut = network.addCut((frame: FrameInfo) =>
      frame.mark !== undefined && this.#waiting.get(frame.mark)?.goesOn === false ? 'hold' : 'pass',
    );
  }

  get list(): readonly HeldCall[] {
    return [...this.#waiting.values()];
  }

  /** @returns the fate of a command that waits itself or whose reply does. */
  hold(call: CommandCall, at: StrikesAt, until: ReleaseTime): CommandFate {
    const mark = {};
    const waiting: Waiting = {
      call,
      goesOn: false,
      resume: null,
      release: () => this.#book.input(() => this.#letGo(mark)),
    };
    this.#waiting.set(mark, waiting);
    if (until !== 'by-hand') this.#letGoLater(mark, until.clock, until.afterMs);
    if (at === 'reply') return { kind: 'run', reply: { kind: 'mark', mark } };
    return {
      kind: 'wait',
      start: (resume) => {
        waiting.resume = () => call.node.process.deliver(resume);
      },
    };
  }

  /** All go on, and nothing is held any more. */
  end(): void {
    for (const mark of [...this.#waiting.keys()]) this.#letGo(mark);
    this.#removeCut();
  }

  #letGoLater(mark: object, clock: 'virtual' | 'real', afterMs: number): void {
    if (clock === 'real') startRealTimer(afterMs, () => this.#book.input(() => this.#letGo(mark)));
    else this.#network.clock.schedule(this.#network.clock.nowMs() + afterMs, () => this.#letGo(mark));
  }

  #letGo(mark: object): void {
    const waiting = this.#waiting.get(mark);
    if (waiting === undefined) return;
    this.#waiting.delete(mark);
    waiting.goesOn = true;
    if (waiting.resume === null) this.#network.rulesChanged();
    else waiting.resume();
  }
}
