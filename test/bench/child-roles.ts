/** What a child process of the benchmark does, by name. Each role is loaded on its own, so that no other one costs it anything. */

const ROLES = {
  'fresh-start': async () => (await import('./children/fresh-start.js')).freshStart,
  failover: async () => (await import('./children/failover.js')).failOver,
  'idle-heap': async () => (await import('./children/idle-heap.js')).idleHeap,
  scale: async () => (await import('./children/scale.js')).scale,
  server: async () => (await import('./children/server.js')).serve,
} as const satisfies Record<string, () => Promise<(args: readonly string[]) => Promise<unknown>>>;

export type ChildRole = keyof typeof ROLES;

/** Runs the role and sends what it gives to the parent; the process ends by itself when nothing is left to do. */
export async function runChildRole([role, ...args]: readonly string[]): Promise<void> {
  if (role === undefined || !(role in ROLES)) throw new Error(`there is no role ${role}`);
  const run = await ROLES[role as ChildRole]();
  const result = await run(args);
  // A server runs until its parent hung up: nobody listens any more.
  if (!process.connected) return;
  process.send?.(result);
  process.disconnect();
}
