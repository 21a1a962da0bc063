/** What an allocation takes of memory, as jemalloc rounds it: what estimates of the size of keys and buffers are made of. */

const EXACT_BITS = 31;

/** jemalloc gives out sizes with four steps between one power of two and the next, and multiples of 16 below 128. */
export function allocated(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return (bytes + 15) & ~15;
  if (bytes >= 2 ** (EXACT_BITS - 1)) {
    const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3);
    return Math.ceil(bytes / step) * step;
  }
  const stepBits = 32 - Math.clz32(bytes - 1) - 3;
  return ((bytes + (1 << stepBits) - 1) >> stepBits) << stepBits;
}

/** A string with its header and terminator (sds.h); the header depends on the width of the length. */
export function textBytes(length: number): number {
  if (length < 32) return allocated(length + 2);
  if (length < 256) return allocated(length + 4);
  if (length < 65_536) return allocated(length + 6);
  return allocated(length < 2 ** 32 ? length + 10 : length + 18);
}

/** Slots in the table of a dictionary with so many entries. */
export function dictSlots(size: number): number {
  return size <= 4 ? 4 : 2 ** Math.ceil(Math.log2(size));
}

/** The table of a dictionary with so many entries. */
export function dictTableBytes(size: number): number {
  return size === 0 ? 0 : 8 * dictSlots(size);
}
