/**
 * What a command handler returns: a value that does not know yet whether it is written as RESP2 or RESP3.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import type { ByteString } from './byte-string.js';

/**
 * A reply. string = bulk string, number and bigint = integer, null = null bulk (RESP3: null), array = array;
 * the other types of the protocol are the classes below. Every string is a byte string.
 */
export type Reply =
  | string
  | number
  | bigint
  | null
  | Reply[]
  | SimpleString
  | ErrorReply
  | MapReply
  | SetReply
  | DoubleReply
  | BooleanReply
  | BigNumberReply
  | VerbatimReply
  | PushReply
  | PushSequence
  | AttributeReply
  | NullArray
  | RawReply
  | NoReply;

/** A status such as `+OK`. As in Redis, nothing guards against CR or LF in `text`. */
export class SimpleString {
  readonly kind = 'simple';
  readonly text: ByteString;

  constructor(text: ByteString) {
    this.text = text;
  }
}

const LONGEST_CODE = 30;

/** An error: `text` begins with the error code and has no leading '-', as in `ERR syntax error`. */
export class ErrorReply {
  readonly kind = 'error';
  readonly text: ByteString;
  /** INFO errorstats knows of it already: it arose inside of a script. */
  readonly isCounted: boolean;

  /** CR and LF become spaces, one each: error texts quote what the client sent. */
  constructor(text: ByteString, isCounted = false) {
    this.isCounted = isCounted;
    this.text = LINE_BREAK.test(text) ? text.replace(LINE_BREAKS, ' ') : text;
  }

  /** The first word, as counted by INFO errorstats: `ERR`, `WRONGTYPE`, `MOVED`. A text without one counts as ERR (afterErrorReply of networking.c). */
  get code(): ByteString {
    const space = this.text.indexOf(' ');
    return space < 0 || space > LONGEST_CODE ? 'ERR' : this.text.slice(0, space);
  }
}

/** Pairs of key and value, RESP2: one flat array. */
export class MapReply {
  readonly kind = 'map';
  /** key 1, value 1, key 2, value 2, ... */
  readonly flat: readonly Reply[];

  constructor(flat: readonly Reply[]) {
    this.flat = flat;
  }

  static of(entries: Iterable<readonly [Reply, Reply]> | Readonly<Record<ByteString, Reply>>): MapReply {
    return new MapReply(isIterable(entries) ? [...entries].flat(1) : Object.entries(entries).flat(1));
  }
}

/** An unordered collection, RESP2: array. */
export class SetReply {
  readonly kind = 'set';
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** A floating point number, RESP2: bulk string. */
export class DoubleReply {
  readonly kind = 'double';
  readonly value: number;
  /** Set where Redis does not print with its usual double format, as for coordinates (see long-double.ts). */
  readonly text: ByteString | null;

  constructor(value: number, text: ByteString | null = null) {
    this.value = value;
    this.text = text;
  }
}

/** RESP2: integer 1 or 0. Few commands use it, as most Redis commands answer integers in RESP3 too. */
export class BooleanReply {
  readonly kind = 'boolean';
  readonly value: boolean;

  constructor(value: boolean) {
    this.value = value;
  }
}

/** An integer of any size in decimal, RESP2: bulk string. */
export class BigNumberReply {
  readonly kind = 'big-number';
  readonly text: ByteString;

  constructor(text: ByteString) {
    this.text = text;
  }
}

/** A text with a format of three chars (`txt`, `mkd`), RESP2: bulk string without the format. */
export class VerbatimReply {
  readonly kind = 'verbatim';
  readonly format: ByteString;
  readonly text: ByteString;

  constructor(format: ByteString, text: ByteString) {
    this.format = format;
    this.text = text;
  }
}

/** Out-of-band data (pub/sub, invalidation), RESP2: array. */
export class PushReply {
  readonly kind = 'push';
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/**
 * Several messages in a row where a command has one reply: SUBSCRIBE answers with one for each channel. They come
 * through though CLIENT REPLY has silenced the client, and inside of EXEC they make more items than were announced.
 */
export class PushSequence {
  readonly kind = 'push-sequence';
  readonly pushes: readonly PushReply[];

  constructor(pushes: readonly PushReply[]) {
    this.pushes = pushes;
  }
}

/** Attributes before a reply; RESP2: only the reply. */
export class AttributeReply {
  readonly kind = 'attribute';
  /** key 1, value 1, key 2, value 2, ... */
  readonly flat: readonly Reply[];
  readonly reply: Reply;

  constructor(flat: readonly Reply[], reply: Reply) {
    this.flat = flat;
    this.reply = reply;
  }
}

/** Type of `NULL_ARRAY`. */
export class NullArray {
  readonly kind = 'null-array';
}

/** Bytes that are written as they are. */
export class RawReply {
  readonly kind = 'raw';
  readonly bytes: ByteString;

  constructor(bytes: ByteString) {
    this.bytes = bytes;
  }
}

/** Type of `NO_REPLY`. */
export class NoReply {
  readonly kind = 'none';
}

/** `*-1` in RESP2 (EXEC of a broken WATCH, timed-out BLPOP), the common null in RESP3. */
export const NULL_ARRAY = new NullArray();

/** Nothing is written, as after CLIENT REPLY OFF or for REPLCONF ACK. */
export const NO_REPLY = new NoReply();

export const OK = new SimpleString('OK');
export const QUEUED = new SimpleString('QUEUED');
export const PONG = new SimpleString('PONG');
export const TRUE = new BooleanReply(true);
export const FALSE = new BooleanReply(false);

const LINE_BREAK = /[\r\n]/;
const LINE_BREAKS = /[\r\n]/g;

function isIterable(entries: object): entries is Iterable<readonly [Reply, Reply]> {
  return Symbol.iterator in entries;
}
