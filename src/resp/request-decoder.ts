/**
 * Requests out of the bytes of a connection, incrementally: readQueryFromClient, processInlineBuffer and
 * processMultibulkBuffer of networking.c with their limits and protocol errors.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
 */
import { asBuffer, type ByteString, byteStringToBytes, type SliceableBuffer } from './byte-string.js';
import {
  expectedDollar,
  INVALID_BULK_LENGTH,
  INVALID_MULTIBULK_LENGTH,
  MASTER_SENT_INLINE,
  TOO_BIG_BULK_COUNT,
  TOO_BIG_INLINE_REQUEST,
  TOO_BIG_MULTIBULK_COUNT,
  UNAUTHENTICATED_BULK_LENGTH,
  UNAUTHENTICATED_MULTIBULK_LENGTH,
  UNBALANCED_QUOTES,
} from './errors/protocol.js';
import { parseInteger } from './integer.js';
import type { ErrorReply } from './reply.js';
import { encodeBulk } from './reply-encoder.js';
import { splitArguments } from './split-arguments.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const DOLLAR = 36;
const ASTERISK = 42;
const ZERO = 48;

/** An inline request or a length may have as many bytes before its line break. */
const MAX_LINE_LENGTH = 64 * 1024;
const MAX_MULTIBULK_COUNT = 0x7fffffff;
const UNAUTHENTICATED_MULTIBULK_COUNT = 10;
const UNAUTHENTICATED_BULK_BYTES = 16384;

/** A JavaScript string is 24 bytes shorter than the 512 MB that Redis allows by default. */
const MAX_STRING_LENGTH = 2 ** 29 - 24;

const DEFAULT_MAX_BULK_LENGTH = 512 * 1024 * 1024;
const DEFAULT_QUERY_BUFFER_LIMIT = 1024 * 1024 * 1024;

/** Digits that `#readLength` adds up without a thought of overflow. */
const FAST_DIGITS = 9;

/** `#readLength` did not get a whole line yet, or set a protocol error. */
const NO_LENGTH = -2;
/** Any length below zero, which is allowed for a multibulk. */
const NEGATIVE_LENGTH = -1;

/** V8 copies slices shorter than 13 chars; longer ones would keep the whole window alive. */
const MAX_COPIED_SLICE = 12;
const WINDOW_BYTES = 16 * 1024;

const NO_BYTES = asBuffer(new Uint8Array(0));

export class RequestDecoder {
  /** While false, only requests of a size that AUTH and HELLO need are accepted. */
  authenticated = true;
  /** The link to a master: no limits on sizes, and no inline commands. */
  fromMaster = false;
  /** proto-max-bulk-len */
  maxBulkLength = DEFAULT_MAX_BULK_LENGTH;
  /** client-query-buffer-limit */
  queryBufferLimit = DEFAULT_QUERY_BUFFER_LIMIT;

  #protocolError: ErrorReply | null = null;
  #consumedBytes = 0;
  #receivedBytes = 0;
  #emptyLines = 0;

  // The bytes to parse are #buffer[#position .. #end]. It is a chunk as it came in or, if #isOwnBuffer, the place
  // where the rest of a chunk and those after it are joined, with room behind #end.
  #buffer: SliceableBuffer = NO_BYTES;
  #position = 0;
  #end = 0;
  #isOwnBuffer = false;
  /** No line break from #position to here. */
  #scannedTo = 0;

  // Text of a part of #buffer: many short arguments are cut out of it faster than one by one out of the bytes.
  #window: ByteString = '';
  #windowStart = 0;

  // The request in hand: its arguments so far, how many are missing, the length of the next one if known.
  #argv: ByteString[] = [];
  #missing = 0;
  #bulkLength = -1;
  #isOverLimit = false;

  readonly #scratch: ByteString[] = ['', '', '', '', '', '', '', '', ''];

  /** Why nothing is parsed any more: reply with it, then close. */
  get protocolError(): ErrorReply | null {
    return this.#protocolError;
  }

  /** Bytes of the requests that `next` returned, with the empty lines and requests before each of them. */
  get consumedBytes(): number {
    return this.#consumedBytes;
  }

  /** Bytes received and not in `consumedBytes`: those of an incomplete request count until it is complete. */
  get bufferedBytes(): number {
    return this.#receivedBytes - this.#consumedBytes;
  }

  /** Bytes not parsed yet, without the arguments already cut out of an incomplete request (`qbuf` of CLIENT LIST). */
  get queryBufferBytes(): number {
    return this.#end - this.#position;
  }

  /** As `queryBufferBytes`, or what there is to be when the argument in hand is complete. */
  get expectedBytes(): number {
    return Math.max(this.queryBufferBytes, this.#bulkLength + 2);
  }

  /** The first bytes of those not parsed yet, at most so many. */
  startOfBuffer(count: number): ByteString {
    return this.#buffer.latin1Slice(this.#position, Math.min(this.#end, this.#position + count));
  }

  /** Empty lines seen so far; a replica sends them to its master as a sign of life. */
  get emptyLines(): number {
    return this.#emptyLines;
  }

  /** Whether to close the client without a reply. Ask when `next` returned null, or where it is not called. */
  get exceedsQueryBufferLimit(): boolean {
    return !this.fromMaster && (this.#isOverLimit || this.#end - this.#position > this.queryBufferLimit);
  }

  /** Takes over `chunk`: it must not change until `next` returned null. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#protocolError !== null) return;
    this.#receivedBytes += chunk.length;
    if (this.#position === this.#end) {
      this.#setBuffer(asBuffer(chunk), chunk.length, false);
    } else {
      this.#append(chunk);
    }
  }

  /** The next complete request, or null: more bytes are needed, or there is a protocol error. */
  next(): ByteString[] | null {
    if (this.#protocolError !== null) return null;
    while (this.#position < this.#end) {
      if (this.#missing === 0 && this.#buffer[this.#position] !== ASTERISK) {
        const argv = this.#readInline();
        if (argv === null) return null;
        if (argv.length > 0) return this.#consumed(argv);
        continue;
      }
      if (this.#missing === 0) {
        const argv = this.#readUsual();
        if (argv !== null) return this.#consumed(argv);
        if (!this.#readMultibulkCount()) return null;
      }
      if (this.#missing > 0) {
        if (!this.#readBulks()) return null;
        const argv = this.#argv;
        this.#argv = [];
        return this.#consumed(argv);
      }
    }
    if (this.#end > 0) this.#setBuffer(NO_BYTES, 0, false);
    return null;
  }

  /**
   * Hands over the bytes of `bufferedBytes`, for a connection that goes on with another decoder. Arguments already
   * cut out of an incomplete request are encoded again; that is what was received, but for line ends if they
   * were odd.
   */
  takeRemaining(): Uint8Array {
    const rest = this.#buffer.subarray(this.#position, this.#end);
    let parsed = '';
    if (this.#missing > 0) {
      parsed = `*${this.#argv.length + this.#missing}\r\n${this.#argv.map(encodeBulk).join('')}`;
      if (this.#bulkLength >= 0) parsed += `$${this.#bulkLength}\r\n`;
    }
    const remaining = Buffer.concat([byteStringToBytes(parsed), rest]);
    this.#receivedBytes = this.#consumedBytes;
    this.#argv = [];
    this.#missing = 0;
    this.#bulkLength = -1;
    this.#setBuffer(NO_BYTES, 0, false);
    return remaining;
  }

  /**
   * The request at the position in one go, when all of it is there and nothing about it is unusual: fewer than ten
   * arguments of less than a thousand bytes. Null: nothing has changed, the steps below have to look at it.
   */
  #readUsual(): ByteString[] | null {
    const buffer = this.#buffer;
    const start = this.#position;
    const count = buffer[start + 1]! - ZERO;
    if (!(count >= 1 && count <= 9) || buffer[start + 2] !== CARRIAGE_RETURN || !this.authenticated)
      return null;
    const longest = Math.min(this.maxBulkLength, this.queryBufferLimit - 2);
    const scratch = this.#scratch;
    let index = start + 4;
    for (let argument = 0; argument < count; argument++) {
      if (buffer[index] !== DOLLAR) return null;
      let length = buffer[index + 1]! - ZERO;
      if (!(length >= 0 && length <= 9)) return null;
      index += 2;
      // A zero in front is unusual.
      for (let digits = 1; buffer[index] !== CARRIAGE_RETURN; digits++) {
        const digit = buffer[index]! - ZERO;
        if (!(digit >= 0 && digit <= 9) || length === 0 || digits === 3) return null;
        length = length * 10 + digit;
        index++;
      }
      index += 2;
      const end = index + length;
      if (end + 2 > this.#end || length > longest) return null;
      if (argument > 0 || !this.#isAt(index, length, scratch[0]!)) scratch[argument] = this.#cut(index, end);
      index = end + 2;
    }
    this.#position = index;
    // Arrays of just that size: one that grows takes room for seventeen.
    switch (count) {
      case 1:
        return [scratch[0]!];
      case 2:
        return [scratch[0]!, scratch[1]!];
      case 3:
        return [scratch[0]!, scratch[1]!, scratch[2]!];
      case 4:
        return [scratch[0]!, scratch[1]!, scratch[2]!, scratch[3]!];
      default:
        return scratch.slice(0, count);
    }
  }

  /** Many requests begin with the same command as the one before: then its name needs no string of its own. */
  #isAt(start: number, length: number, text: ByteString): boolean {
    if (text.length !== length) return false;
    const buffer = this.#buffer;
    for (let index = 0; index < length; index++) {
      if (buffer[start + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #consumed(argv: ByteString[]): ByteString[] {
    this.#consumedBytes = this.#receivedBytes - (this.#end - this.#position);
    return argv;
  }

  /** Always null. */
  #fail(error: ErrorReply): null {
    this.#protocolError = error;
    return null;
  }

  #setBuffer(buffer: SliceableBuffer, length: number, isOwn: boolean): void {
    this.#buffer = buffer;
    this.#position = 0;
    this.#end = length;
    this.#isOwnBuffer = isOwn;
    this.#scannedTo = 0;
    this.#window = '';
    this.#windowStart = 0;
  }

  /** Joins what is left with `chunk`. Each byte is copied a few times at most, however many chunks there are. */
  #append(chunk: Uint8Array): void {
    if (!this.#isOwnBuffer || this.#buffer.length - this.#end < chunk.length) {
      const unread = this.#end - this.#position;
      const scanned = Math.max(0, this.#scannedTo - this.#position);
      const joined = this.#roomFor(unread + chunk.length);
      this.#buffer.copy(joined, 0, this.#position, this.#end);
      this.#setBuffer(joined, unread, true);
      this.#scannedTo = scanned;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #roomFor(needed: number): SliceableBuffer {
    if (!this.#isOwnBuffer) return asBuffer(Buffer.allocUnsafeSlow(needed));
    if (needed * 2 <= this.#buffer.length) return this.#buffer; // most of it is read: move the rest to the front
    const bulkBytes = this.#bulkLength + 2;
    const isWithinBulk = this.#bulkLength >= 0 && needed <= bulkBytes;
    return asBuffer(Buffer.allocUnsafeSlow(isWithinBulk ? Math.min(needed * 2, bulkBytes) : needed * 2));
  }

  /** False if more bytes are needed or the count is wrong. */
  #readMultibulkCount(): boolean {
    const count = this.#readLength(ASTERISK, MAX_MULTIBULK_COUNT);
    if (count === NO_LENGTH) return false;
    if (count > UNAUTHENTICATED_MULTIBULK_COUNT && !this.authenticated) {
      this.#fail(UNAUTHENTICATED_MULTIBULK_LENGTH);
      return false;
    }
    this.#missing = Math.max(0, count);
    return true;
  }

  /** False if more bytes are needed or a bulk is wrong. */
  #readBulks(): boolean {
    while (this.#missing > 0) {
      if (this.#bulkLength < 0 && !this.#readBulkLength()) return false;
      const start = this.#position;
      const end = start + this.#bulkLength;
      // As in Redis nobody looks at the two bytes behind a bulk.
      if (this.#end < end + 2) return false;
      if (this.#bulkLength + 2 > this.queryBufferLimit && !this.fromMaster) {
        this.#isOverLimit = true; // Redis would have to buffer it whole
        return false;
      }
      this.#argv.push(this.#cut(start, end));
      this.#position = end + 2;
      this.#bulkLength = -1;
      this.#missing--;
    }
    return true;
  }

  #readBulkLength(): boolean {
    const length = this.#readLength(DOLLAR, this.#bulkLimit());
    if (length === NO_LENGTH) return false;
    if (length > UNAUTHENTICATED_BULK_BYTES && !this.authenticated) {
      this.#fail(UNAUTHENTICATED_BULK_LENGTH);
      return false;
    }
    this.#bulkLength = length;
    return true;
  }

  #bulkLimit(): number {
    return this.fromMaster || this.maxBulkLength > MAX_STRING_LENGTH ? MAX_STRING_LENGTH : this.maxBulkLength;
  }

  /** The length in the line at the position, which moves behind it; NO_LENGTH if there is none (yet). */
  #readLength(marker: number, max: number): number {
    const buffer = this.#buffer;
    const start = this.#position;
    if (buffer[start] === marker) {
      const stop = Math.min(this.#end - 1, start + FAST_DIGITS + 2);
      let value = 0;
      for (let index = start + 1; index < stop; index++) {
        const digit = buffer[index]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          continue;
        }
        const isCanonical = index === start + 2 || (index > start + 2 && buffer[start + 1] !== ZERO);
        if (digit + ZERO !== CARRIAGE_RETURN || !isCanonical || value > max) break;
        this.#position = index + 2;
        return value;
      }
    }
    return this.#readUnusualLength(marker, max);
  }

  /** Incomplete, long, negative or wrong lengths. */
  #readUnusualLength(marker: number, max: number): number {
    const isCount = marker === ASTERISK;
    const start = this.#position;
    const lineEnd = this.#findLineEnd(
      CARRIAGE_RETURN,
      isCount ? TOO_BIG_MULTIBULK_COUNT : TOO_BIG_BULK_COUNT,
    );
    if (lineEnd < 0 || lineEnd + 1 === this.#end) return NO_LENGTH; // a byte has to follow, but it can be any
    if (this.#buffer[start] !== marker) {
      this.#fail(expectedDollar(this.#buffer.latin1Slice(start, start + 1)));
      return NO_LENGTH;
    }
    const value = parseInteger(this.#buffer.latin1Slice(start + 1, lineEnd));
    if (value === null || value > max || (value < 0 && !isCount)) {
      this.#fail(isCount ? INVALID_MULTIBULK_LENGTH : INVALID_BULK_LENGTH);
      return NO_LENGTH;
    }
    this.#position = lineEnd + 2;
    return value < 0 ? NEGATIVE_LENGTH : Number(value);
  }

  /** None if the line is blank, null if it is not complete or wrong. */
  #readInline(): ByteString[] | null {
    const start = this.#position;
    const lineFeed = this.#findLineEnd(LINE_FEED, TOO_BIG_INLINE_REQUEST);
    if (lineFeed < 0) return null;
    const hasReturn = lineFeed > start && this.#buffer[lineFeed - 1] === CARRIAGE_RETURN;
    const line = this.#buffer.latin1Slice(start, hasReturn ? lineFeed - 1 : lineFeed);
    const argv = splitArguments(line);
    if (argv === null) return this.#fail(UNBALANCED_QUOTES);
    if (line.length === 0) this.#emptyLines++;
    else if (this.fromMaster) return this.#fail(MASTER_SENT_INLINE);
    this.#position = lineFeed + 1;
    return argv;
  }

  /**
   * Where `lineBreak` is, or -1. Redis searches with strchr, so a NUL hides what follows it; and what is too long
   * for Redis depends on the sizes of its reads, here it is as if it read byte by byte.
   */
  #findLineEnd(lineBreak: number, tooLong: ErrorReply): number {
    const buffer = this.#buffer;
    const start = this.#position;
    const stop = Math.min(this.#end, start + MAX_LINE_LENGTH + 1);
    let index = Math.max(start, this.#scannedTo);
    for (; index < stop; index++) {
      const byte = buffer[index];
      if (byte === lineBreak) return index;
      if (byte === 0) break;
    }
    this.#scannedTo = index;
    if (this.#end - start > MAX_LINE_LENGTH) this.#fail(tooLong);
    return -1;
  }

  /** The bytes from `start` to `end` as a string of its own. */
  #cut(start: number, end: number): ByteString {
    if (end - start > MAX_COPIED_SLICE) return this.#buffer.latin1Slice(start, end);
    if (start < this.#windowStart || end > this.#windowStart + this.#window.length) {
      this.#window = this.#buffer.latin1Slice(start, Math.min(this.#end, start + WINDOW_BYTES));
      this.#windowStart = start;
    }
    return this.#window.slice(start - this.#windowStart, end - this.#windowStart);
  }
}
