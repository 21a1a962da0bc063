// The letters of notify-keyspace-events (https://redis.io/docs/latest/develop/use/keyspace-notifications/, notify.c).
import type { ByteString } from '../resp/byte-string.js';

/** Event classes in the order in which CONFIG GET prints them. `m` (key misses) and `n` (new keys) are not part of `A`... */
const CLASSES = 'g$lshzxetdn';
/** ...`n` is printed among the classes all the same. */
const ALL = 'g$lshzxetd';
/** What is published where, and key misses; printed last. */
const TARGETS = 'KEm';

/** The letters asked for, `A` spelled out. Null: a letter that does not exist. */
export function parseKeyspaceEvents(letters: ByteString): ReadonlySet<string> | null {
  const asked = new Set<string>();
  for (const letter of letters) {
    if (letter === 'A') {
      for (const each of ALL) asked.add(each);
    } else if (CLASSES.includes(letter) || TARGETS.includes(letter)) {
      asked.add(letter);
    } else {
      return null;
    }
  }
  return asked;
}

/** The canonical spelling, as CONFIG GET prints it. */
export function formatKeyspaceEvents(asked: ReadonlySet<string>): string {
  const all = [...ALL].every((letter) => asked.has(letter));
  // With A, n is not printed: Redis forgets it there.
  const classes = all ? 'A' : [...CLASSES].filter((letter) => asked.has(letter)).join('');
  return classes + [...TARGETS].filter((letter) => asked.has(letter)).join('');
}
