/** Who has a shared cluster: one alone, or several who promised not to disturb each other. First come, first served. */

/** `exclusive`: nobody else meanwhile. `shared`: others who asked for `shared` too. */
export type LeaseKind = 'exclusive' | 'shared';

interface Claim {
  readonly holder: object;
  readonly name: string;
  readonly kind: LeaseKind;
  grant(): void;
}

export class Leases {
  #held: Claim[] = [];
  #waiting: Claim[] = [];

  /** Resolves when the holder has it. @param name of the holder, for those who wait. */
  acquire(holder: object, name: string, kind: LeaseKind): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ holder, name, kind, grant: resolve });
      this.#grant();
    });
  }

  /** Gives up all that it has and waits for. */
  release(holder: object): void {
    this.#held = this.#held.filter((claim) => claim.holder !== holder);
    this.#waiting = this.#waiting.filter((claim) => claim.holder !== holder);
    this.#grant();
  }

  holds(holder: object): boolean {
    return this.#held.some((claim) => claim.holder === holder);
  }

  /** Whoever has it to the exclusion of this one; null = nobody. */
  obstacleFor(holder: object): string | null {
    if (this.holds(holder)) return null;
    return this.#held.find(({ kind }) => kind === 'exclusive')?.name ?? null;
  }

  #grant(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const isFree =
        this.#held.length === 0 ||
        (next.kind === 'shared' && this.#held.every(({ kind }) => kind === 'shared'));
      if (!isFree) return;
      this.#waiting.shift();
      this.#held.push(next);
      next.grant();
    }
  }
}
