/** The last repl-backlog-size bytes of the replication stream, for partial resynchronizations (replBacklog in replication.c). */
import { type ByteString, bytesToByteString } from '../resp/byte-string.js';

/** Smallest block, and by how much bigger ones may be: a sixteenth of the backlog. */
const BLOCK_BYTES = 16 * 1024;
const BLOCKS_IN_BACKLOG = 16;
/** Header of a block in Redis. */
const BLOCK_HEADER_BYTES = 40;
const FIRST_CAPACITY = 1024;
/** So many blocks are dropped at most each time one is added. */
const TRIMMED_AT_ONCE = 64;

interface Block {
  bytes: Buffer;
  used: number;
  /** Bytes the block takes before a new one is begun; `bytes` grows up to it. */
  readonly size: number;
}

/**
 * Like Redis it drops whole blocks, so that it holds somewhat more than the directive asks for: what a replica asks for
 * is found here as long as a real master would find it.
 */
export class ReplicationBacklog {
  readonly #sizeLimit: () => number;
  readonly #neededFrom: () => number;
  readonly #blocks: Block[] = [];
  #firstOffset: number;
  #length = 0;

  /**
   * @param sizeLimit the directive repl-backlog-size.
   * @param nextOffset offset of the first byte to come.
   * @param neededFrom what comes from that offset on is kept beyond all limits: a replica waits for it.
   */
  constructor(
    sizeLimit: () => number,
    nextOffset: number,
    neededFrom: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#sizeLimit = sizeLimit;
    this.#neededFrom = neededFrom;
    this.#firstOffset = nextOffset;
  }

  /** Offset of the first byte that is kept; while nothing is kept, of the byte to come. */
  get firstOffset(): number {
    return this.#firstOffset;
  }

  /** How many bytes are kept (repl_backlog_histlen). */
  get length(): number {
    return this.#length;
  }

  append(bytes: ByteString | Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      let tail = this.#blocks.at(-1);
      const isNew = tail === undefined || tail.used === tail.size;
      if (tail === undefined || isNew) {
        tail = this.#newBlock(bytes.length - from);
        this.#blocks.push(tail);
      }
      const count = Math.min(bytes.length - from, tail.size - tail.used);
      write(tail, bytes, from, count);
      this.#length += count;
      from += count;
      if (isNew) this.#trim();
    }
  }

  /** The directive changed, or a replica needs no more what it needed: drops what is too much now, a part of it each time. */
  trim(): void {
    if (this.#length > this.#sizeLimit()) this.#trim();
  }

  /** True when the stream can be sent from that offset on. */
  covers(offset: number): boolean {
    return offset >= this.#firstOffset && offset <= this.#firstOffset + this.#length;
  }

  /** The bytes from that offset to the end, in pieces. The offset has to be covered. */
  readFrom(offset: number): ByteString[] {
    const pieces: ByteString[] = [];
    let skip = offset - this.#firstOffset;
    for (const block of this.#blocks) {
      if (skip < block.used) pieces.push(bytesToByteString(block.bytes.subarray(skip, block.used)));
      skip = Math.max(0, skip - block.used);
    }
    return pieces;
  }

  #newBlock(wanted: number): Block {
    const limit = Math.max(Math.floor(this.#sizeLimit() / BLOCKS_IN_BACKLOG), BLOCK_BYTES);
    const size = Math.min(Math.max(wanted, BLOCK_BYTES), limit);
    return {
      bytes: Buffer.allocUnsafe(FIRST_CAPACITY),
      used: 0,
      size: allocatedBytes(size + BLOCK_HEADER_BYTES) - BLOCK_HEADER_BYTES,
    };
  }

  #trim(): void {
    const limit = this.#sizeLimit();
    const neededFrom = this.#neededFrom();
    for (let trimmed = 0; trimmed < TRIMMED_AT_ONCE && this.#length > limit; trimmed++) {
      const first = this.#blocks[0];
      // At least one block stays, and never less than the directive asks for.
      if (first === undefined || this.#blocks.length === 1 || this.#length - first.size <= limit) return;
      if (this.#firstOffset + first.used > neededFrom) return;
      this.#blocks.shift();
      this.#length -= first.used;
      this.#firstOffset += first.used;
    }
  }
}

function write(block: Block, bytes: ByteString | Uint8Array, from: number, count: number): void {
  const needed = block.used + count;
  if (needed > block.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.min(block.size, Math.max(needed, block.bytes.length * 2)));
    block.bytes.copy(grown, 0, 0, block.used);
    block.bytes = grown;
  }
  if (typeof bytes === 'string') {
    const piece = from === 0 && count === bytes.length ? bytes : bytes.slice(from, from + count);
    block.bytes.write(piece, block.used, 'latin1');
  } else {
    block.bytes.set(bytes.subarray(from, from + count), block.used);
  }
  block.used = needed;
}

/** What jemalloc gives for a request of that size: Redis uses all of it. Four size classes for each power of two. */
function allocatedBytes(requested: number): number {
  const step = 2 ** (Math.floor(Math.log2(requested - 1)) - 2);
  return Math.ceil(requested / step) * step;
}
