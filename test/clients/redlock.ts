/** The package redlock; its type declarations lie where modern module resolution does not find them. */
import type { Cluster as IoRedis } from 'ioredis';

interface Lock {
  extend(durationMs: number): Promise<Lock>;
  release(): Promise<unknown>;
}

interface Redlock {
  acquire(keys: readonly string[], durationMs: number): Promise<Lock>;
}

type RedlockClass = new (clients: readonly unknown[], settings: object) => Redlock;

/** A Redlock on one cluster, which tries once. */
export async function openRedlock(redis: IoRedis): Promise<Redlock> {
  // @ts-expect-error The package's exports do not name its declarations.
  const { default: Implementation } = (await import('redlock')) as { default: RedlockClass };
  return new Implementation([redis], { retryCount: 0 });
}
