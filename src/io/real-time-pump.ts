/** Drives the virtual clock: by real time when it flows, or only by what a test says. Everything that comes in from outside passes through here. */
import type { VirtualClock } from '../time/virtual-clock.js';
import {
  currentNowMs,
  currentTimers,
  nextLoopTurn,
  type RealTimer,
  realNowMs,
  startCurrentTimer,
  startRealTimer,
} from './natives.js';

/** What the runtime's timers can wait; it takes more for nothing at all. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** How often, in real time, a clock that follows looks whether the Date and the timers are others now. */
const LOOK_MS = 50;

/** `follow`: as the Date and the timers that the program sees at the moment, faked or not. */
export type ClockMode = 'flowing' | 'manual' | 'follow';

export class RealTimePump {
  readonly clock: VirtualClock;
  #mode: ClockMode;
  /** Virtual time minus real time while the clock flows. */
  #offsetMs: number;
  /** Wakes at the earliest virtual timer while the clock flows. */
  #timer: RealTimer | null = null;
  /** The virtual time that #timer wakes at; infinite = it is not armed. */
  #armedForMs = Number.POSITIVE_INFINITY;
  /** The timers, faked or not, that #timer is one of. */
  #armedWith: unknown = null;
  /** The clock jumped, and #timer has not been set anew yet. */
  #rearming = false;
  #running = false;
  #stopped = false;
  /** Counts what came in and what went out over real sockets: advance() waits until it stands still. */
  traffic = 0;
  /**
   * The node is a process of its own: after it stood still (SIGSTOP, a long computation), time has jumped for it, as for
   * any process. In a cluster of one process all nodes stood still, and every instant is lived through.
   */
  skipsLostTime = false;
  /** Called when an input or a stretch of time has been handled. */
  afterWork: () => void = () => undefined;

  constructor(clock: VirtualClock, mode: ClockMode) {
    this.clock = clock;
    this.#mode = mode;
    this.#offsetMs = clock.nowMs() - realNowMs();
    clock.onEarlierTimer((dueAtMs) => {
      if (!this.#running && dueAtMs < this.#armedForMs) this.#arm();
    });
  }

  get mode(): ClockMode {
    return this.#mode;
  }

  /** Switches between flowing and manual; the time goes on from where it stands. */
  setMode(mode: ClockMode): void {
    this.#catchUp();
    this.#mode = mode;
    this.#offsetMs = this.clock.nowMs() - this.#sourceMs();
    this.#disarm();
    this.#arm();
    if (mode === 'follow') this.#lookAgain();
  }

  /** Lets the clock flow as real time itself; or ahead of it, where it is ahead already. */
  flowWithRealTime(): void {
    this.setMode('flowing');
    if (this.#offsetMs >= 0) return;
    this.#offsetMs = 0;
    this.sync();
  }

  /** Handles something from outside at the right virtual time, then everything that it made due. */
  input(run: () => void): void {
    this.traffic++;
    this.#handle(run);
  }

  #handle(run: () => void): void {
    if (this.#stopped) return;
    if (this.#running) {
      run();
      return;
    }
    this.#running = true;
    try {
      this.#catchUp();
      run();
      this.clock.runDue();
    } finally {
      this.#running = false;
      this.#arm();
      this.afterWork();
    }
  }

  /** Runs the earliest timer due at or before `limitMs`, and all others of its time. @returns false when there is none. */
  runNextInstant(limitMs: number): boolean {
    const dueAtMs = this.clock.nextDueAtMs();
    if (this.#stopped || dueAtMs === null || dueAtMs > limitMs) return false;
    this.#jump(() => this.clock.advanceTo(Math.max(dueAtMs, this.clock.nowMs())));
    return true;
  }

  /** Moves the clock there without passing over a timer. */
  jumpTo(targetMs: number): void {
    this.#jump(() => this.clock.advanceTo(targetMs));
  }

  /** Leaves a stretch of time out in which nothing but heartbeats is due. @param pass tells the nodes. */
  leaveOut(durationMs: number, pass: () => void): void {
    this.#jump(() => {
      this.clock.leaveOut(durationMs);
      pass();
    });
  }

  /** Brings a flowing clock to the present; a manual one only runs what is due. */
  sync(): void {
    this.#handle(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
    this.clock.clear();
  }

  #jump(move: () => void): void {
    if (this.#stopped) return;
    this.#running = true;
    try {
      move();
    } finally {
      this.#running = false;
      if (this.#mode !== 'manual') {
        this.#offsetMs = Math.max(this.#offsetMs, this.clock.nowMs() - this.#sourceMs());
        this.#armLater();
      }
      this.afterWork();
    }
  }

  #catchUp(): void {
    if (this.#mode === 'manual') return;
    const nowMs = Math.floor(this.#sourceMs() + this.#offsetMs);
    // A Date that was set back, or is the real one again: time goes on from where it stands.
    if (this.#mode === 'follow' && nowMs < this.clock.nowMs()) this.#offsetMs += this.clock.nowMs() - nowMs;
    if (this.skipsLostTime) {
      this.clock.moveTo(nowMs);
      this.clock.runDue();
    } else {
      this.clock.advanceTo(nowMs);
    }
  }

  /** What the clock goes by. */
  #sourceMs(): number {
    return this.#mode === 'follow' ? currentNowMs() : realNowMs();
  }

  /** After a jump: many of them follow each other, and no timer could run in between. */
  #armLater(): void {
    if (this.#rearming) return;
    this.#rearming = true;
    this.#disarm();
    void nextLoopTurn().then(() => {
      this.#rearming = false;
      this.#arm();
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  /** Most inputs leave the earliest timer as it was, and with it the real one. */
  #arm(): void {
    if (this.#stopped || this.#rearming || this.#mode === 'manual') return;
    // Timers that were taken away with a test's fakes never fire.
    if (this.#mode === 'follow' && this.#armedWith !== currentTimers()) this.#disarm();
    const dueAtMs = this.clock.nextDueAtMs();
    if (dueAtMs === this.#armedForMs) return;
    this.#disarm();
    if (dueAtMs === null) return;
    this.#armedForMs = dueAtMs;
    if (this.#mode === 'follow') this.#armedWith = currentTimers();
    const delayMs = Math.max(0, dueAtMs - (this.#sourceMs() + this.#offsetMs));
    const start = this.#mode === 'follow' ? startCurrentTimer : startRealTimer;
    this.#timer = start(Math.min(delayMs, LONGEST_DELAY_MS), () => this.#onTimer());
  }

  /** Nobody tells when a test puts fakes in place or takes them away. */
  #lookAgain(): void {
    startRealTimer(LOOK_MS, () => {
      if (this.#stopped || this.#mode !== 'follow') return;
      this.sync();
      this.#lookAgain();
    });
  }

  #onTimer(): void {
    this.#timer = null;
    this.#armedForMs = Number.POSITIVE_INFINITY;
    if (this.#stopped || this.#running) return;
    this.#running = true;
    try {
      this.#catchUp();
    } finally {
      this.#running = false;
      this.#arm();
      this.afterWork();
    }
  }
}
