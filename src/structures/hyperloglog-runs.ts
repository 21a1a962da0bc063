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

/** The bytes of the sparse form, and what is left in the byte behind them. */
export interface SparseBytes {
  readonly bytes: Uint8Array;
  /**
   * Redis does not look where the value ends: a code may reach into the byte behind it, which ends every string of
   * Redis. That byte is 0 unless such a code was written there.
   */
  readonly behind: number;
}

function runAt({ bytes, behind }: SparseBytes, at: number): Run {
  const first = bytes[at] as number;
  if ((first & 0x80) !== 0) return { value: ((first >> 2) & 31) + 1, length: (first & 3) + 1, bytes: 1 };
  if ((first & 0x40) === 0) return { value: 0, length: (first & 63) + 1, bytes: 1 };
  return { value: 0, length: (((first & 63) << 8) | (bytes[at + 1] ?? behind)) + 1, bytes: 2 };
}

export function decodeRuns(sparse: SparseBytes, start: number): Run[] {
  const runs: Run[] = [];
  for (let at = start; at < sparse.bytes.length; ) {
    const run = runAt(sparse, at);
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
  sparse: SparseBytes,
  start: number,
  index: number,
  value: number,
  maxBytes: number,
): SparseBytes | 'unchanged' | 'too-long' | 'corrupted' {
  const { bytes } = sparse;
  let at = start;
  let previousAt = start;
  let first = 0;
  let run: Run | null = null;
  while (at < bytes.length) {
    run = runAt(sparse, at);
    if (index < first + run.length) break;
    previousAt = at;
    at += run.bytes;
    first += run.length;
  }
  if (run === null || at >= bytes.length) return 'corrupted';
  if (run.value >= value) return 'unchanged';
  const codes = [
    ...codeOf(run.value, index - first),
    ...codeOf(value, 1),
    ...codeOf(run.value, first + run.length - 1 - index),
  ];
  if (codes.length > run.bytes && bytes.length + codes.length - run.bytes > maxBytes) return 'too-long';
  return mergeNeighbours(withCodes(sparse, at, run, codes), previousAt);
}

/** These codes in place of the run; in place where the length stays. */
function withCodes(
  { bytes, behind }: SparseBytes,
  at: number,
  run: Run,
  codes: readonly number[],
): SparseBytes {
  const growth = codes.length - run.bytes;
  let changed = bytes;
  if (growth !== 0) {
    changed = new Uint8Array(bytes.length + growth);
    changed.set(bytes.subarray(0, at));
    if (at + run.bytes < bytes.length) changed.set(bytes.subarray(at + run.bytes), at + codes.length);
  }
  for (const [index, code] of codes.entries()) changed[at + index] = code;
  // The last one may not have a place.
  if (at + codes.length > changed.length) return { bytes: changed, behind: codes.at(-1) as number };
  const isOnlyRewritten = growth === 0 && run.bytes === 1;
  return { bytes: changed, behind: isOnlyRewritten ? behind : 0 };
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

function mergeNeighbours(sparse: SparseBytes, from: number): SparseBytes {
  const { bytes } = sparse;
  let end = bytes.length;
  let at = from;
  for (let scan = MERGE_SCAN; at < end && scan > 0; scan--) {
    const run = runAt(sparse, at);
    const next = run.value > 0 && at + 1 < end ? runAt(sparse, at + 1) : null;
    const length = run.length + (next?.length ?? 0);
    if (next !== null && next.value === run.value && length <= MAX_VALUE_RUN) {
      bytes[at + 1] = valueCode(run.value, length);
      bytes.copyWithin(at, at + 1, end);
      end--;
    } else {
      at += run.bytes;
    }
  }
  return end === bytes.length ? sparse : { bytes: bytes.slice(0, end), behind: 0 };
}
