/** The hash slot of a key, remembered for the last key: routing, lookup and store of one command ask for the same key. */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { ByteString } from '../resp/byte-string.js';

let lastKey: ByteString = '';
let lastSlot = 0;

export function slotOfKey(key: ByteString): number {
  if (key === lastKey) return lastSlot;
  lastSlot = hashSlotOfBytes(key);
  lastKey = key;
  return lastSlot;
}
