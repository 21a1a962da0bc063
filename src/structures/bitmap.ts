/** Counts and finds bits; bit 0 is the highest one of byte 0 (bitops.c). */

const BITS_OF_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** Bits that are set from `first` to `last`, both included. */
export function countBits(bytes: Uint8Array, first: number, last: number): number {
  if (first > last) return 0;
  const firstByte = Math.floor(first / 8);
  const lastByte = Math.floor(last / 8);
  let count = 0;
  for (let index = firstByte; index <= lastByte; index++)
    count += BITS_OF_BYTE[bytes[index] as number] as number;
  count -= BITS_OF_BYTE[(bytes[firstByte] as number) & before(first)] as number;
  return count - (BITS_OF_BYTE[(bytes[lastByte] as number) & behind(last)] as number);
}

/** The first bit with that value from `first` to `last`, both included, or -1. */
export function findBit(bytes: Uint8Array, value: 0 | 1, first: number, last: number): number {
  const without = value === 1 ? 0 : 255;
  const firstByte = Math.floor(first / 8);
  const lastByte = Math.floor(last / 8);
  for (let index = firstByte; index <= lastByte; index++) {
    let byte = (bytes[index] as number) ^ without;
    if (byte === 0) continue;
    if (index === firstByte) byte &= ~before(first);
    if (index === lastByte) byte &= ~behind(last);
    if (byte !== 0) return index * 8 + Math.clz32(byte) - 24;
  }
  return -1;
}

/** The bits of a byte that come before that bit. */
function before(bit: number): number {
  return 255 & ~(255 >> (bit % 8));
}

function behind(bit: number): number {
  return 255 >> ((bit % 8) + 1);
}

/** Up to 64 bits as an unsigned number; what is behind the end is 0. @param byteAt 0 behind the end. */
export function readBits(byteAt: (index: number) => number, offset: number, bits: number): bigint {
  const firstByte = Math.floor(offset / 8);
  const lastByte = Math.floor((offset + bits - 1) / 8);
  let value = 0n;
  for (let index = firstByte; index <= lastByte; index++) value = (value << 8n) | BigInt(byteAt(index));
  return BigInt.asUintN(bits, value >> BigInt(lastByte * 8 + 7 - (offset + bits - 1)));
}

/** @param value its lowest `bits` bits count. */
export function writeBits(
  byteAt: (index: number) => number,
  setByte: (index: number, byte: number) => void,
  offset: number,
  bits: number,
  value: bigint,
): void {
  const firstByte = Math.floor(offset / 8);
  const lastByte = Math.floor((offset + bits - 1) / 8);
  const shift = BigInt(lastByte * 8 + 7 - (offset + bits - 1));
  let rest = BigInt.asUintN(bits, value) << shift;
  let mask = (2n ** BigInt(bits) - 1n) << shift;
  for (let index = lastByte; index >= firstByte; index--) {
    const byteMask = Number(mask & 255n);
    setByte(index, (byteAt(index) & ~byteMask) | Number(rest & 255n));
    rest >>= 8n;
    mask >>= 8n;
  }
}
