/** A binary heap of names by due time: the next one due is found at once, however many wait. Entries are never taken out from the middle. */

export class DueHeap {
  // Two arrays instead of one of pairs: times stay unboxed, and an entry costs no object.
  readonly #times: number[] = [];
  readonly #names: string[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** The earliest due time, or null when nothing waits. */
  get nextDueAtMs(): number | null {
    return this.#times.length === 0 ? null : (this.#times[0] as number);
  }

  /** The name that is due then. */
  get nextName(): string | null {
    return this.#names.length === 0 ? null : (this.#names[0] as string);
  }

  /** @param place 0 .. size-1, in no order. */
  nameAt(place: number): string {
    return this.#names[place] as string;
  }

  /** @param place 0 .. size-1, in no order. */
  timeAt(place: number): number {
    return this.#times[place] as number;
  }

  add(dueAtMs: number, name: string): void {
    const times = this.#times;
    const names = this.#names;
    let index = times.length;
    times.push(dueAtMs);
    names.push(name);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent] as number;
      if (parentTime <= dueAtMs) break;
      times[index] = parentTime;
      names[index] = names[parent] as string;
      index = parent;
    }
    times[index] = dueAtMs;
    names[index] = name;
  }

  /** Removes the earliest entry, if there is one. */
  drop(): void {
    const lastTime = this.#times.pop();
    const lastName = this.#names.pop();
    if (lastTime !== undefined && lastName !== undefined && this.#times.length > 0) {
      this.#sink(lastTime, lastName);
    }
  }

  /** Puts the entry at the top and lets it sink to its place. */
  #sink(time: number, name: string): void {
    const times = this.#times;
    const names = this.#names;
    const size = times.length;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && (times[child + 1] as number) < (times[child] as number)) child++;
      const childTime = times[child] as number;
      if (childTime >= time) break;
      times[index] = childTime;
      names[index] = names[child] as string;
      index = child;
    }
    times[index] = time;
    names[index] = name;
  }
}
