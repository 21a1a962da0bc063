/** Finds the keys of a command from its key specs (https://redis.io/docs/reference/key-specs/, getKeysUsingKeySpecs in db.c). */
import type { ByteString } from '../resp/byte-string.js';
import type { Command, KeySpec } from './command.js';

const NONE: readonly number[] = [];

/** Positions of keys and of shard channels in argv, ascending within a spec. A spec that does not fit the arguments gives none. */
export function keyPositionsOf(command: Command, argv: readonly ByteString[]): readonly number[] {
  if (command.keyPositions !== undefined) return command.keyPositions(argv);
  if (command.channelPositions !== undefined) return command.channelPositions(argv);
  const specs = command.keySpecs;
  if (specs === undefined || specs.length === 0) return NONE;
  const positions: number[] = [];
  for (const spec of specs) {
    if (!spec.flags.includes('not_key')) addPositions(spec, argv, positions);
  }
  return positions;
}

/** Positions of the keys that one spec finds. */
export function positionsOfSpec(spec: KeySpec, argv: readonly ByteString[]): readonly number[] {
  const positions: number[] = [];
  addPositions(spec, argv, positions);
  return positions;
}

function addPositions(spec: KeySpec, argv: readonly ByteString[], positions: number[]): void {
  const first = firstPosition(spec, argv);
  if (first <= 0 || first >= argv.length || spec.findKeys === 'unknown') return;
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
    for (let position = first; position <= last && position < argv.length; position += step)
      positions.push(position);
    return;
  }
  const { keyNumIndex, firstKey, step } = spec.findKeys;
  const count = Number(argv[first + keyNumIndex] ?? Number.NaN);
  if (!Number.isInteger(count) || count < 0) return;
  const start = first + firstKey;
  if (start + (count - 1) * step >= argv.length) return;
  for (let key = 0; key < count; key++) positions.push(start + key * step);
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
