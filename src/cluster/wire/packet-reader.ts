/** Cuts the byte stream of a bus link into packets, as the reader of Redis does: eight bytes tell the length, then the rest follows. */
import { asBuffer, type SliceableBuffer } from '../../resp/byte-string.js';
import { HEADER_LENGTH, HeaderOffset, PACKET_PREFIX_LENGTH, SIGNATURE } from './packet-layout.js';

const NOTHING = asBuffer(new Uint8Array(0));

export class PacketReader {
  /** The pending bytes are #buffer[#start .. #end]. */
  #buffer: SliceableBuffer = NOTHING;
  #start = 0;
  #end = 0;
  /** False while #buffer is a chunk of the caller's. */
  #owned = false;
  #broken = false;

  /** True once the stream turned out to be no bus traffic: the link has to be freed. Nothing more is read then. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Bytes that wait for the rest of their packet. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Adds what was received. The chunk must not be changed afterwards: packets may be views on it. */
  push(chunk: Uint8Array): void {
    if (this.#broken || chunk.length === 0) return;
    if (this.pendingBytes === 0) {
      this.#take(asBuffer(chunk), chunk.length, false);
      return;
    }
    if (!this.#owned || this.#end + chunk.length > this.#buffer.length) {
      this.#take(this.#withRoomFor(chunk.length), this.pendingBytes, true);
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole packet, or null when more has to be received first (or the stream is broken). */
  next(): Uint8Array | null {
    if (this.pendingBytes < PACKET_PREFIX_LENGTH) return null;
    const length = this.#claimedLength();
    const signature = this.#buffer.latin1Slice(this.#start, this.#start + SIGNATURE.length);
    if (signature !== SIGNATURE || length < HEADER_LENGTH) {
      this.#broken = true;
      this.#take(NOTHING, 0, false);
      return null;
    }
    if (length > this.pendingBytes) return null;
    const packet = this.#buffer.subarray(this.#start, this.#start + length);
    this.#start += length;
    if (this.#start === this.#end) this.#take(NOTHING, 0, false);
    return packet;
  }

  #claimedLength(): number {
    return this.#buffer.readUInt32BE(this.#start + HeaderOffset.TOTAL_LENGTH);
  }

  /**
   * A copy of the pending bytes with room for `extra` more: up to twice of what is needed, so that many small chunks cost
   * little, but no more than the packet asks for. The length a packet claims is never allocated before its bytes are there.
   */
  #withRoomFor(extra: number): SliceableBuffer {
    const needed = this.pendingBytes + extra;
    const claimed = this.pendingBytes < PACKET_PREFIX_LENGTH ? HEADER_LENGTH : this.#claimedLength();
    // Of its own memory, not of Buffer's pool: packets are views on it.
    const copy = asBuffer(Buffer.allocUnsafeSlow(Math.max(needed, Math.min(claimed, needed * 2))));
    this.#buffer.copy(copy, 0, this.#start, this.#end);
    return copy;
  }

  #take(buffer: SliceableBuffer, length: number, owned: boolean): void {
    this.#buffer = buffer;
    this.#start = 0;
    this.#end = length;
    this.#owned = owned;
  }
}
