/** The package redlock, whose type declarations lie where no module resolution finds them. */
import { createRequire } from 'node:module';
import type { Cluster as IoRedis } from 'ioredis';

interface Lock {
  extend(durationMs: number): Promise<Lock>;
  release(): Promise<unknown>;
}

interface Redlock {
  acquire(keys: readonly string[], durationMs: number): Promise<Lock>;
}

/** A Redlock on one cluster, which tries once. */
export function openRedlock(redis: IoRedis): Redlock {
  const { default: Implementation } = createRequire(import.meta.url)('redlock') as {
    default: new (clients: readonly unknown[], settings: object) => Redlock;
  };
  return new Implementation([redis], { retryCount: 0 });
}
