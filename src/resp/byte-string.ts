/**
 * Byte strings: inside a node every binary value is a JavaScript string with one char (0..255) for each byte.
 * They hash and compare natively as Map keys and cost half the memory of small Buffers.
 */

/** A string whose chars are all in 0..255, one for each byte (latin1). */
export type ByteString = string;

/** The UTF-8 bytes of `text` as a byte string. */
export function toByteString(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that the UTF-8 bytes of `bytes` spell; bytes that are no UTF-8 become U+FFFD. */
export function fromByteString(bytes: ByteString): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A copy of `bytes` as a byte string; it does not keep the memory behind `bytes` alive. */
export function bytesToByteString(bytes: Uint8Array): ByteString {
  return asBuffer(bytes).latin1Slice();
}

/** A new buffer with the bytes of `bytes`. */
export function byteStringToBytes(bytes: ByteString): Buffer {
  return Buffer.from(bytes, 'latin1');
}

/** Buffer has this method, the fastest way to a latin1 string, but its type declarations do not. */
export interface SliceableBuffer extends Buffer {
  latin1Slice(start?: number, end?: number): ByteString;
}

/** A view on the same memory with the methods of Buffer. */
export function asBuffer(bytes: Uint8Array): SliceableBuffer {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer as SliceableBuffer;
}

/** Lower case of A-Z only, as C's tolower does in the "C" locale (JavaScript would also map 0xC0..0xDE). */
export function toLowerAscii(bytes: ByteString): ByteString {
  if (!HAS_UPPER.test(bytes)) return bytes;
  return isAscii(bytes) ? bytes.toLowerCase() : bytes.replace(UPPER_RUN, (run) => run.toLowerCase());
}

/** Upper case of a-z only, as C's toupper does in the "C" locale. */
export function toUpperAscii(bytes: ByteString): ByteString {
  if (!HAS_LOWER.test(bytes)) return bytes;
  return isAscii(bytes) ? bytes.toUpperCase() : bytes.replace(LOWER_RUN, (run) => run.toUpperCase());
}

/** `bytes` as C reads it with "%s": up to the first NUL, and no more than `limit` bytes. */
export function asCString(bytes: ByteString, limit = Number.POSITIVE_INFINITY): ByteString {
  const nul = bytes.indexOf('\0');
  const length = Math.min(nul < 0 ? bytes.length : nul, limit);
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

const HAS_UPPER = /[A-Z]/;
const UPPER_RUN = /[A-Z]+/g;
const HAS_LOWER = /[a-z]/;
const LOWER_RUN = /[a-z]+/g;
const NOT_ASCII = /[^\0-\x7f]/;

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}
