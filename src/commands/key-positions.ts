/** Finds the keys of a command from its key specs (https://redis.io/docs/reference/key-specs/, getKeysUsingKeySpecs in db.c). */
import type { ByteString } from '../resp/byte-string.js';
import type { Command, KeySpec } from './command.js';

const NONE: readonly number[] = [];

/** Positions of keys and of shard channels in argv, ascending within a spec. None at all when one spec does not fit the arguments. */
export function keyPositionsOf(command: Command, argv: readonly ByteString[]): readonly number[] {
  if (command.keyPositions !== undefined) return command.keyPositions(argv);
  if (command.channelPositions !== undefined) return command.channelPositions(argv);
  const specs = command.keySpecs;
  if (specs === undefined || specs.length === 0) return NONE;
  const positions: number[] = [];
  for (const spec of specs) {
    if (!spec.flags.includes('not_key') && !addPositions(spec, argv, positions)) return NONE;
  }
  return positions;
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
  const count = Number(argv[first + keyNumIndex] ?? Number.NaN);
  if (!Number.isInteger(count) || count < 1) return false;
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
