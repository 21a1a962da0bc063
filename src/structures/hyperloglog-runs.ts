/**
 * The sparse form of a HyperLogLog: runs of registers with the same value. `00llllll` are up to 64 zeros, `01llllll
 * llllllll` up to 16384, `1vvvvvll` up to four registers with a value up to 32 (hyperloglog.c).
 */

export interface Run {
  readonly value: number;
  readonly length: number;
  /** Bytes of its code. */
  readonly bytes: number;
}

const MAX_SHORT_ZEROS = 64;
const MAX_VALUE_RUN = 4;
/** Codes that are looked at for a merge of neighbours. */
const MERGE_SCAN = 5;

function runAt(bytes: Uint8Array, at: number): Run {
  const first = bytes[at] as number;
  if ((first & 0x80) !== 0) return { value: ((first >> 2) & 31) + 1, length: (first & 3) + 1, bytes: 1 };
  if ((first & 0x40) === 0) return { value: 0, length: (first & 63) + 1, bytes: 1 };
  return { value: 0, length: (((first & 63) << 8) | (bytes[at + 1] ?? 0)) + 1, bytes: 2 };
}

export function decodeRuns(bytes: Uint8Array, start: number): Run[] {
  const runs: Run[] = [];
  for (let at = start; at < bytes.length; ) {
    const run = runAt(bytes, at);
    runs.push(run);
    at += run.bytes;
  }
  return runs;
}

/**
 * Raises one register, as far as possible as Redis does it, so that the bytes are the same (hllSparseSet).
 * @returns the changed bytes, or why there are none.
 */
export function setInRuns(
  bytes: Uint8Array,
  start: number,
  index: number,
  value: number,
  maxBytes: number,
): Uint8Array | 'unchanged' | 'too-long' | 'corrupted' {
  let at = start;
  let previousAt = start;
  let first = 0;
  let run: Run | null = null;
  while (at < bytes.length) {
    run = runAt(bytes, at);
    if (index < first + run.length) break;
    previousAt = at;
    at += run.bytes;
    first += run.length;
  }
  // A run of zeros may lack its second byte at the very end.
  if (run === null || at + run.bytes > bytes.length) return 'corrupted';
  if (run.value >= value) return 'unchanged';
  const codes = [
    ...codeOf(run.value, index - first),
    ...codeOf(value, 1),
    ...codeOf(run.value, first + run.length - 1 - index),
  ];
  const growth = codes.length - run.bytes;
  if (growth > 0 && bytes.length + growth > maxBytes) return 'too-long';
  let changed: Uint8Array = bytes;
  if (growth !== 0) {
    changed = new Uint8Array(bytes.length + growth);
    changed.set(bytes.subarray(0, at));
    changed.set(bytes.subarray(at + run.bytes), at + codes.length);
  }
  changed.set(codes, at);
  return mergeNeighbours(changed, previousAt);
}

function codeOf(value: number, length: number): number[] {
  if (length === 0) return [];
  if (value > 0) return [valueCode(value, length)];
  if (length <= MAX_SHORT_ZEROS) return [length - 1];
  return [((length - 1) >> 8) | 0x40, (length - 1) & 255];
}

function valueCode(value: number, length: number): number {
  return ((value - 1) << 2) | (length - 1) | 0x80;
}

function mergeNeighbours(bytes: Uint8Array, from: number): Uint8Array {
  let end = bytes.length;
  let at = from;
  for (let scan = MERGE_SCAN; at < end && scan > 0; scan--) {
    const run = runAt(bytes, at);
    const next = run.value > 0 && at + 1 < end ? runAt(bytes, at + 1) : null;
    const length = run.length + (next?.length ?? 0);
    if (next !== null && next.value === run.value && length <= MAX_VALUE_RUN) {
      bytes[at + 1] = valueCode(run.value, length);
      bytes.copyWithin(at, at + 1, end);
      end--;
    } else {
      at += run.bytes;
    }
  }
  return end === bytes.length ? bytes : bytes.slice(0, end);
}
