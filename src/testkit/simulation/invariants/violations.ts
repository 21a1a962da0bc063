/** Broken invariants, one of each kind, with the virtual time at which it was seen. */

/** An invariant that did not hold. */
export interface Violation {
  /** Its name: `S1`...`S18` for what always holds, `L1`...`L8` for what holds in the end. */
  readonly invariant: string;
  /** Virtual time since the run began, ms. */
  readonly atMs: number;
  readonly text: string;
}

/** To be told of what is wrong. */
export type Report = (invariant: string, text: string) => void;

export class Violations {
  readonly #sinceStartMs: () => number;
  readonly #found = new Map<string, Violation>();

  constructor(sinceStartMs: () => number) {
    this.#sinceStartMs = sinceStartMs;
  }

  readonly report: Report = (invariant, text) => {
    if (!this.#found.has(invariant))
      this.#found.set(invariant, { invariant, atMs: this.#sinceStartMs(), text });
  };

  /** In the order in which they were found. */
  get list(): readonly Violation[] {
    return [...this.#found.values()];
  }
}
