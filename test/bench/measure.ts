/** Small tools of measuring: CPU time, medians, waiting for something outside of this process. */

/** CPU time of this process so far, all threads, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What the work costs, in real time and in CPU time of this process. */
export async function costOf(work: () => Promise<unknown> | unknown): Promise<Cost> {
  const cpuBefore = cpuMs();
  const startedAt = performance.now();
  await work();
  return { wallMs: performance.now() - startedAt, cpuMs: cpuMs() - cpuBefore };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The median of each of both. */
export function medianCost(costs: readonly Cost[]): Cost {
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map((cost) => cost.cpuMs)),
  };
}

const POLL_EVERY_MS = 10;

/** Asks again and again until the answer is yes. For real servers only, which live on real time. */
export function pollUntil(what: string, condition: () => Promise<boolean>, limitMs: number): Promise<void> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let isAsking = false;
    const timer = setInterval(() => {
      if (isAsking) return;
      isAsking = true;
      condition().then(
        (holds) => {
          isAsking = false;
          if (!holds && performance.now() - startedAt < limitMs) return;
          clearInterval(timer);
          if (holds) resolve();
          else reject(new Error(`${what}: not within ${limitMs} ms`));
        },
        (error: unknown) => {
          clearInterval(timer);
          reject(error);
        },
      );
    }, POLL_EVERY_MS);
  });
}
