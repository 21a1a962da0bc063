/**
 * Finds the keys of a command. Routing and client tracking do it as Redis did before it had key specs (getKeysFromCommand in
 * db.c); ACL rules and COMMAND GETKEYS look at the key specs first, see key-references.ts.
 */
import type { ByteString } from '../resp/byte-string.js';
import { parseInteger } from '../resp/integer.js';
import type { Command, KeySpec } from './command.js';

const NONE: readonly number[] = [];

/** Positions of keys and of shard channels in argv. None at all when the arguments cannot be right. */
export function keyPositionsOf(command: Command, argv: readonly ByteString[]): readonly number[] {
  if (command.keyPositions !== undefined) return command.keyPositions(argv);
  if (command.channelPositions !== undefined) return command.channelPositions(argv);
  const specs = command.keySpecs ?? [];
  return specs.some(isCounted) ? countedKeyPositions(specs, argv) : positionsInRange(keyRangeOf(specs), argv);
}

function isCounted({ findKeys }: KeySpec): boolean {
  return typeof findKeys !== 'string' && 'keyNumIndex' in findKeys;
}

/** Keys whose number is told: one that begins with digits counts here, whatever follows them (genericGetKeys). */
export function countedKeyPositions(
  specs: readonly KeySpec[],
  argv: readonly ByteString[],
): readonly number[] {
  const counted = specs.find(isCounted);
  if (counted === undefined || typeof counted.beginSearch === 'string' || !('index' in counted.beginSearch))
    return NONE;
  const countPosition = counted.beginSearch.index;
  const count = Number.parseInt(argv[countPosition] ?? '', 10);
  const first = countPosition + 1;
  if (!(count >= 1) || count > argv.length - first) return NONE;
  const positions: number[] = [];
  for (let position = first; position < first + count; position++) positions.push(position);
  // The destination of ZUNIONSTORE and the like.
  if (specs.length > 1) positions.push(1);
  return positions;
}

function positionsInRange({ first, last, step }: KeyRange, argv: readonly ByteString[]): readonly number[] {
  if (first === 0) return NONE;
  const end = last < 0 ? argv.length + last : last;
  if (end >= argv.length) return NONE;
  const positions: number[] = [];
  for (let position = first; position <= end; position += step) positions.push(position);
  return positions;
}

export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** The range does not tell everything. */
  readonly isMovable: boolean;
}

const NO_KEYS: KeyRange = { first: 0, last: 0, step: 0, isMovable: false };

/** First key, last key and step as they were before key specs came (populateCommandLegacyRangeSpec in server.c). */
export function keyRangeOf(specs: readonly KeySpec[]): KeyRange {
  const [only, ...others] = specs;
  if (only === undefined) return NO_KEYS;
  const onlyRange = others.length === 0 ? rangeOf(only) : null;
  if (onlyRange !== null) {
    return { ...onlyRange, isMovable: only.flags.includes('incomplete') };
  }
  let first = 0;
  let last = 0;
  let isMovable = false;
  for (const spec of specs) {
    const range = rangeOf(spec);
    if (range === null || range.step !== 1 || (last !== 0 && last !== range.first - 1)) {
      isMovable = true;
      continue;
    }
    if (spec.flags.includes('incomplete')) isMovable = true;
    first = first === 0 ? range.first : Math.min(first, range.first);
    // Compared as unsigned: "from the end" is further than every position.
    last = range.last >>> 0 > last >>> 0 ? range.last : last;
  }
  return first === 0 ? { ...NO_KEYS, isMovable } : { first, last, step: 1, isMovable };
}

function rangeOf({ beginSearch, findKeys }: KeySpec): { first: number; last: number; step: number } | null {
  if (typeof beginSearch === 'string' || !('index' in beginSearch)) return null;
  if (typeof findKeys === 'string' || !('lastKey' in findKeys)) return null;
  const { lastKey, step } = findKeys;
  return { first: beginSearch.index, last: lastKey < 0 ? lastKey : beginSearch.index + lastKey, step };
}

/** Positions of the keys that one spec finds; null when it does not fit the arguments. */
export function positionsOfSpec(spec: KeySpec, argv: readonly ByteString[]): readonly number[] | null {
  const positions: number[] = [];
  return addPositions(spec, argv, positions) ? positions : null;
}

/** @returns false when the spec does not fit; a word that is not there only finds nothing. */
function addPositions(spec: KeySpec, argv: readonly ByteString[], positions: number[]): boolean {
  const first = firstPosition(spec, argv);
  if (first <= 0) return spec.beginSearch !== 'unknown';
  if (first >= argv.length || spec.findKeys === 'unknown') return false;
  if ('lastKey' in spec.findKeys) {
    const { lastKey, step, limit } = spec.findKeys;
    let last: number;
    if (lastKey >= 0) {
      last = first + lastKey;
    } else if (limit === 0) {
      last = argv.length + lastKey;
    } else {
      // A limit of n means: the keys fill the first n-th part of what is left (XREAD ... STREAMS keys ids).
      last = first + (Math.floor((argv.length - first) / limit) + lastKey);
    }
    if (last >= argv.length || last < first) return false;
    for (let position = first; position <= last; position += step) positions.push(position);
    return true;
  }
  const { keyNumIndex, firstKey, step } = spec.findKeys;
  const count = Number(parseInteger(argv[first + keyNumIndex] ?? ''));
  if (count < 1) return false;
  const start = first + firstKey;
  if (start + (count - 1) * step >= argv.length) return false;
  for (let key = 0; key < count; key++) positions.push(start + key * step);
  return true;
}

function firstPosition(spec: KeySpec, argv: readonly ByteString[]): number {
  if (spec.beginSearch === 'unknown') return -1;
  if ('index' in spec.beginSearch) return spec.beginSearch.index;
  const { keyword, startFrom } = spec.beginSearch;
  const wanted = keyword.toLowerCase();
  if (startFrom > 0) {
    for (let position = startFrom; position < argv.length; position++) {
      if ((argv[position] as ByteString).toLowerCase() === wanted) return position + 1;
    }
    return -1;
  }
  for (let position = argv.length + startFrom; position > 0; position--) {
    if ((argv[position] as ByteString | undefined)?.toLowerCase() === wanted) return position + 1;
  }
  return -1;
}
