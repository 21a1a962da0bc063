/** The key specs that most commands have, in short. https://redis.io/docs/latest/develop/reference/key-specs/ */
import type { KeySpec, KeySpecFlag } from './command.js';

/** One key. @param index its place, the command name being 0. */
export function oneKey(index: number, ...flags: KeySpecFlag[]): KeySpec {
  return { flags, beginSearch: { index }, findKeys: { lastKey: 0, step: 1, limit: 0 } };
}

/** Every argument, or every `step`-th one, from the first to the last. */
export function allKeys(step: number, ...flags: KeySpecFlag[]): KeySpec {
  return { flags, beginSearch: { index: 1 }, findKeys: { lastKey: -1, step, limit: 0 } };
}

/** Every argument from that place to the last. */
export function keysFrom(index: number, ...flags: KeySpecFlag[]): KeySpec {
  return { flags, beginSearch: { index }, findKeys: { lastKey: -1, step: 1, limit: 0 } };
}

/** As many keys as the argument at that place says, right behind it. */
export function keysByCount(index: number, ...flags: KeySpecFlag[]): KeySpec {
  return { flags, beginSearch: { index }, findKeys: { keyNumIndex: 0, firstKey: 1, step: 1 } };
}
