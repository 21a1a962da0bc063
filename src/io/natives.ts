/** Timers and clocks of the runtime, taken by value when this file is loaded, so that a test's fake timers do not stop the nodes. */

/** What a fake-timers library (sinon, and with it jest and vitest) hangs on the functions it puts in place of the real ones. */
interface FakeClock {
  readonly _setTimeout?: typeof setTimeout;
  readonly _clearTimeout?: typeof clearTimeout;
  readonly _setImmediate?: typeof setImmediate;
  readonly _nextTick?: typeof process.nextTick;
  readonly _Date?: DateConstructor;
}

type MaybeFaked = { readonly clock?: FakeClock };

/** Set when this file was loaded while fakes were on: it keeps the originals. */
const fake: FakeClock | undefined =
  (globalThis.setTimeout as MaybeFaked).clock ?? (globalThis.Date as unknown as MaybeFaked).clock;

const nativeSetTimeout = fake?._setTimeout ?? globalThis.setTimeout;
const nativeClearTimeout = fake?._clearTimeout ?? globalThis.clearTimeout;
const nativeSetImmediate = fake?._setImmediate ?? globalThis.setImmediate;
const NativeDate = fake?._Date ?? globalThis.Date;
const nativeNextTick =
  (process.nextTick as typeof process.nextTick & MaybeFaked).clock?._nextTick ?? process.nextTick;
const nativeNow = performance.now.bind(performance);
/** Unix milliseconds at the zero of the monotonic clock. */
let originMs = NativeDate.now() - nativeNow();
/** The monotonic clock follows the time of the day as far; what is more is a clock that somebody set. */
const LARGEST_CORRECTION_MS = 100;

/**
 * Real time, Unix milliseconds with fractions, untouched by fakes; monotonic, unless this file was loaded behind fakes.
 * Never behind the time of the day by its slow drift: an EXPIREAT that a client counts from Date.now() must not give a
 * longer life here.
 */
export const realNowMs: () => number = fake === undefined ? monotonicNowMs : () => NativeDate.now();

function monotonicNowMs(): number {
  const sinceOriginMs = nativeNow();
  const behindMs = NativeDate.now() - (originMs + sinceOriginMs);
  if (behindMs > 0 && behindMs < LARGEST_CORRECTION_MS) originMs += behindMs;
  return originMs + sinceOriginMs;
}

export interface RealTimer {
  cancel(): void;
}

/** A real timer that does not keep the process alive. */
export function startRealTimer(delayMs: number, run: () => void): RealTimer {
  const timer = nativeSetTimeout(run, delayMs);
  timer.unref?.();
  return { cancel: () => nativeClearTimeout(timer) };
}

/** The time that the program sees at the moment: faked, when Date is. Unix milliseconds. */
export function currentNowMs(): number {
  return globalThis.Date.now();
}

/** Something that is another one when the timers that the program sees are others. */
export function currentTimers(): unknown {
  return globalThis.setTimeout;
}

/** A timer of those that the program sees at the moment. */
export function startCurrentTimer(delayMs: number, run: () => void): RealTimer {
  const { setTimeout: start, clearTimeout: clear } = globalThis;
  const timer = start(run, delayMs);
  (timer as { unref?(): void }).unref?.();
  return { cancel: () => clear(timer) };
}

/** Resolves after the event loop went round once: what was readable on sockets has been read. */
export function nextLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    nativeSetImmediate(resolve);
  });
}

/** True when setImmediate is not the real one: clients that send by it send nothing until the test lets them. */
export function isSetImmediateFaked(): boolean {
  return globalThis.setImmediate !== nativeSetImmediate;
}

/** True when process.nextTick is not the real one: sockets cannot work then, in this process. */
export function isNextTickFaked(): boolean {
  const current = process.nextTick as typeof process.nextTick & { clock?: unknown };
  return current !== nativeNextTick || current.clock !== undefined;
}
