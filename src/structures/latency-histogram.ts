/** Durations counted by size, exact to two digits, as an HDR histogram of 1 ns to 1 s: what LATENCY HISTOGRAM and INFO latencystats tell. */

const MAX_NS = 1_000_000_000;
/** Values below are told apart exactly, above by their first 8 bits. */
const EXACT_BITS = 8;
/** The first step of the cumulative counts; each further one is twice the one before. */
const FIRST_STEP_NS = 1024;
const GREATEST_STEP_NS = 2 ** 30;

export class LatencyHistogram {
  #total = 0;
  /** Of durations of no time at all, which most are on a clock that stands while a command runs. */
  #fastest = 0;
  /** By the highest value that counts as the same. */
  #counts: Map<number, number> | null = null;

  get total(): number {
    return this.#total;
  }

  record(nanoseconds: number): void {
    this.#total++;
    if (nanoseconds <= 1) {
      this.#fastest++;
      return;
    }
    this.#counts ??= new Map();
    const value = highestEquivalent(Math.min(nanoseconds, MAX_NS));
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  /** The duration that so many percent do not exceed, ns. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.floor((Math.min(percent, 100) / 100) * this.#total + 0.5));
    let seen = 0;
    for (const [value, count] of this.#ascending()) {
      seen += count;
      if (seen >= wanted) return value;
    }
    return 0;
  }

  /** How many took at most so long, for each power of two that adds some. */
  cumulative(): (readonly [nanoseconds: number, count: number])[] {
    const steps: (readonly [number, number])[] = [];
    const counts = this.#ascending();
    let seen = 0;
    let next = 0;
    for (let step = FIRST_STEP_NS; seen < this.#total; step *= 2) {
      const limit = Math.min(highestEquivalent(step), GREATEST_STEP_NS - 1);
      const before = seen;
      for (; next < counts.length && counts[next]![0] <= limit; next++) seen += counts[next]![1];
      if (seen > before) steps.push([limit, seen]);
    }
    return steps;
  }

  #ascending(): [value: number, count: number][] {
    const counts = [...(this.#counts ?? [])].sort(([one], [other]) => one - other);
    return this.#fastest === 0 ? counts : [[1, this.#fastest], ...counts];
  }
}

/** The greatest value that the histogram does not tell from this one. */
function highestEquivalent(value: number): number {
  const bits = Math.floor(Math.log2(value)) + 1 - EXACT_BITS;
  if (bits <= 0) return value;
  const width = 2 ** bits;
  return Math.floor(value / width) * width + width - 1;
}
