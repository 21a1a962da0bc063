/**
 * A HyperLogLog within the bytes of a string: a header with the cached count, then 16384 registers, either densely with
 * six bits each or sparsely as runs (hyperloglog.c). https://redis.io/docs/latest/develop/data-types/probabilistic/hyperloglogs/
 */
import { estimateCount } from './hyperloglog-count.js';
import { decodeRuns, type Run, setInRuns } from './hyperloglog-runs.js';
import { murmurHash64 } from './murmur-hash.js';

export const REGISTERS = 16_384;

const HEADER_BYTES = 16;
const ENCODING_AT = 4;
const COUNT_AT = 8;
/** Its highest bit says that the cached count is no longer right. */
const STALE_AT = 15;
const STALE = 128;
const DENSE = 0;
const SPARSE = 1;
const REGISTER_BITS = 6;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
const INDEX_BITS = 14n;
const HASH_BITS = 50n;
const SEED = 0xadc83b19n;
/** A greater value needs the dense form. */
const MAX_SPARSE_VALUE = 32;
const MAGIC = [72, 89, 76, 76];

/** The bytes are not what their header promises. */
export class CorruptedHyperLogLog extends Error {}

export class HyperLogLog {
  #bytes: Uint8Array;
  #behind: number;
  readonly #sparseMaxBytes: number;
  readonly #isStrict: boolean;

  /**
   * @param bytes `isHyperLogLog`; changed in place where possible. @param sparseMaxBytes hll-sparse-max-bytes
   * @param behind the byte behind the last one, see SparseBytes
   * @param isStrict whether values behind the last register are damage; else most commands do not see them.
   */
  constructor(bytes: Uint8Array, sparseMaxBytes: number, behind = 0, isStrict = false) {
    this.#bytes = bytes;
    this.#behind = behind;
    this.#sparseMaxBytes = sparseMaxBytes;
    this.#isStrict = isStrict;
  }

  /** One without elements, in its sparse form. */
  static empty(sparseMaxBytes: number): HyperLogLog {
    const bytes = new Uint8Array(HEADER_BYTES + 2);
    bytes.set(MAGIC);
    bytes[ENCODING_AT] = SPARSE;
    bytes.set([0x7f, 0xff], HEADER_BYTES);
    return new HyperLogLog(bytes, sparseMaxBytes);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The byte behind the last one, see SparseBytes. */
  get behind(): number {
    return this.#behind;
  }

  get isSparse(): boolean {
    return this.#bytes[ENCODING_AT] === SPARSE;
  }

  /** @returns whether a register changed. Throws CorruptedHyperLogLog. */
  add(element: Uint8Array): boolean {
    const hash = murmurHash64(element, SEED);
    return this.setAtLeast(Number(BigInt.asUintN(Number(INDEX_BITS), hash)), runOfZeros(hash));
  }

  /** Raises a register to that value. @returns whether it was lower. Throws CorruptedHyperLogLog. */
  setAtLeast(index: number, value: number): boolean {
    if (!this.isSparse) return this.#setDense(index, value);
    if (value <= MAX_SPARSE_VALUE) {
      const set = setInRuns(this, HEADER_BYTES, index, value, this.#sparseMaxBytes);
      if (set === 'corrupted') throw new CorruptedHyperLogLog();
      if (set === 'unchanged') return false;
      if (set !== 'too-long') {
        this.#bytes = set.bytes;
        this.#behind = set.behind;
        this.forgetCount();
        return true;
      }
    }
    this.makeDense();
    return this.#setDense(index, value);
  }

  /** Throws CorruptedHyperLogLog. */
  makeDense(): void {
    if (!this.isSparse) return;
    const dense = new Uint8Array(DENSE_BYTES);
    dense.set(this.#bytes.subarray(0, HEADER_BYTES));
    dense[ENCODING_AT] = DENSE;
    const runs = this.runs();
    this.#bytes = dense;
    this.#behind = 0;
    let index = 0;
    for (const { value, length } of runs) {
      if (value === 0) index += length;
      else for (let left = length; left > 0; left--) this.#setDense(index++, value);
    }
  }

  /** Raises each of these registers to what it is here. Throws CorruptedHyperLogLog. */
  mergeInto(registers: Uint8Array): void {
    if (!this.isSparse) {
      for (let index = 0; index < REGISTERS; index++) {
        const value = this.register(index);
        if (value > (registers[index] as number)) registers[index] = value;
      }
      return;
    }
    let index = 0;
    for (const { value, length } of this.runs()) {
      for (const end = index + length; index < end; index++) {
        if (value > (registers[index] as number)) registers[index] = value;
      }
    }
  }

  /** Of the dense form. */
  register(index: number): number {
    const bit = index * REGISTER_BITS;
    const at = HEADER_BYTES + (bit >> 3);
    const pair = (this.#bytes[at] as number) | ((this.#bytes[at + 1] ?? 0) << 8);
    return (pair >> (bit & 7)) & 63;
  }

  /**
   * Of the sparse form, up to a value behind the last register. Throws CorruptedHyperLogLog when they are not exactly
   * all registers.
   */
  runs(isStrict = this.#isStrict): readonly Run[] {
    const runs = decodeRuns(this, HEADER_BYTES);
    let registers = 0;
    let count = 0;
    for (const { value, length } of runs) {
      if (!isStrict && value > 0 && registers + length > REGISTERS) break;
      registers += length;
      count++;
    }
    if (registers !== REGISTERS) throw new CorruptedHyperLogLog();
    return count === runs.length ? runs : runs.slice(0, count);
  }

  /** Null when it has to be counted anew. */
  get cachedCount(): bigint | null {
    if (((this.#bytes[STALE_AT] as number) & STALE) !== 0) return null;
    return this.#view().getBigUint64(COUNT_AT, true);
  }

  /** Counts, and keeps the count. Throws CorruptedHyperLogLog. */
  count(): bigint {
    // Here every release looks at all of them.
    if (this.isSparse) this.runs(true);
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    const count = countOf(registers);
    this.#view().setBigUint64(COUNT_AT, count, true);
    return count;
  }

  forgetCount(): void {
    this.#bytes[STALE_AT]! |= STALE;
  }

  #setDense(index: number, value: number): boolean {
    if (value <= this.register(index)) return false;
    const bit = index * REGISTER_BITS;
    const at = HEADER_BYTES + (bit >> 3);
    const shift = bit & 7;
    this.#bytes[at] = ((this.#bytes[at] as number) & ~(63 << shift)) | (value << shift);
    if (shift > 2) {
      const left = 8 - shift;
      this.#bytes[at + 1] = ((this.#bytes[at + 1] as number) & ~(63 >> left)) | (value >> left);
    }
    return true;
  }

  #view(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }
}

/** The header is that of a HyperLogLog, and the length fits. */
export function isHyperLogLog(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, index) => bytes[index] !== byte)) return false;
  const encoding = bytes[ENCODING_AT];
  return encoding === SPARSE || (encoding === DENSE && bytes.length === DENSE_BYTES);
}

/** The count of registers with these values. */
export function countOf(registers: Uint8Array): bigint {
  const histogram = new Uint32Array(64);
  for (const value of registers) histogram[value]!++;
  const count = estimateCount(histogram);
  return Number.isFinite(count) ? BigInt.asUintN(64, BigInt(count)) : 2n ** 63n;
}

/** How many bits up to the first one that is set, behind the bits of the index. */
function runOfZeros(hash: bigint): number {
  const bits = (hash >> INDEX_BITS) | (1n << HASH_BITS);
  const low = Number(bits & 0xffff_ffffn);
  if (low !== 0) return 32 - Math.clz32(low & -low);
  const high = Number(bits >> 32n);
  return 64 - Math.clz32(high & -high);
}
