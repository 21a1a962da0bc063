/** The hash slot of a request at first sight, which is enough for most. */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { ByteString } from '../resp/byte-string.js';
import type { ResolvedCommand } from './table.js';

/** The slot of all keys, when they are at fixed places and in one slot; null: the general way has to look. */
export function slotOfFixedKeys(
  { firstKey, lastKey, keyStep }: ResolvedCommand,
  argv: readonly ByteString[],
): number | null {
  if (firstKey === 0 || firstKey >= argv.length) return null;
  const slot = hashSlotOfBytes(argv[firstKey] as ByteString);
  const last = lastKey < 0 ? argv.length + lastKey : Math.min(lastKey, argv.length - 1);
  for (let position = firstKey + keyStep; position <= last; position += keyStep) {
    if (hashSlotOfBytes(argv[position] as ByteString) !== slot) return null;
  }
  return slot;
}
