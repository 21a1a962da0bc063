/** CRC-64 "Jones" as Redis uses it in RDB files and DUMP payloads: reflected polynomial 0x95ac9329ac4bc9b5, start 0, no final xor. */

const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

/** Bytes handled in one step; table n holds the effect of a byte that n more bytes follow. */
const SLICES = 8;

const HIGH: Int32Array[] = [];
const LOW: Int32Array[] = [];
buildTables();

/** A 64-bit checksum in two halves: no BigInt, as whole snapshots go through here. */
export interface Crc64 {
  /** Unsigned upper 32 bits. */
  readonly high: number;
  readonly low: number;
}

export const CRC64_START: Crc64 = { high: 0, low: 0 };

/** Checksum of bytes[start..end), going on from `from`. */
export function crc64(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
  from: Crc64 = CRC64_START,
): Crc64 {
  const [h0, h1, h2, h3, h4, h5, h6, h7] = HIGH as Tables;
  const [l0, l1, l2, l3, l4, l5, l6, l7] = LOW as Tables;
  let high = from.high | 0;
  let low = from.low | 0;
  let index = start;
  for (; index + SLICES <= end; index += SLICES) {
    low ^= bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    high ^=
      bytes[index + 4]! | (bytes[index + 5]! << 8) | (bytes[index + 6]! << 16) | (bytes[index + 7]! << 24);
    const a = low & 255;
    const b = (low >>> 8) & 255;
    const c = (low >>> 16) & 255;
    const d = low >>> 24;
    const e = high & 255;
    const f = (high >>> 8) & 255;
    const g = (high >>> 16) & 255;
    const h = high >>> 24;
    low = l7[a]! ^ l6[b]! ^ l5[c]! ^ l4[d]! ^ l3[e]! ^ l2[f]! ^ l1[g]! ^ l0[h]!;
    high = h7[a]! ^ h6[b]! ^ h5[c]! ^ h4[d]! ^ h3[e]! ^ h2[f]! ^ h1[g]! ^ h0[h]!;
  }
  for (; index < end; index++) {
    const entry = (low ^ bytes[index]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ l0[entry]!;
    high = (high >>> 8) ^ h0[entry]!;
  }
  return { high: high >>> 0, low: low >>> 0 };
}

type Table = Int32Array;
type Tables = [Table, Table, Table, Table, Table, Table, Table, Table];

function buildTables(): void {
  for (let slice = 0; slice < SLICES; slice++) {
    HIGH.push(new Int32Array(256));
    LOW.push(new Int32Array(256));
  }
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    HIGH[0]![byte] = high;
    LOW[0]![byte] = low;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const high = HIGH[slice - 1]![byte]!;
      const low = LOW[slice - 1]![byte]!;
      const entry = low & 255;
      LOW[slice]![byte] = ((low >>> 8) | (high << 24)) ^ LOW[0]![entry]!;
      HIGH[slice]![byte] = (high >>> 8) ^ HIGH[0]![entry]!;
    }
  }
}
