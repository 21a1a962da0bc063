/** String values: bare byte strings where Redis would choose the encoding by the content, objects where it would not. */
import type { ByteString } from '../../resp/byte-string.js';
import { parseInteger } from '../../resp/integer.js';
import type { RawString } from './raw-string.js';

/** Longest string that Redis keeps in one piece with its header (OBJ_ENCODING_EMBSTR_SIZE_LIMIT). */
const EMBSTR_LIMIT = 44;

/** Longest text of a 64-bit integer. */
const INTEGER_LENGTH_LIMIT = 20;

/** Integers below this are shared objects (OBJ_SHARED_INTEGERS). */
const SHARED_INTEGERS = 10_000;

/**
 * A text that reads as an integer but is not held as Redis would hold it when set: INCRBYFLOAT leaves text behind
 * (embstr), and COPY of a shared integer an object of its own (int).
 */
export class BoxedString {
  readonly type = 'string';
  readonly encoding: 'int' | 'embstr';
  readonly #text: ByteString;

  constructor(text: ByteString, encoding: 'int' | 'embstr') {
    this.#text = text;
    this.encoding = encoding;
  }

  get length(): number {
    return this.#text.length;
  }

  toString(): ByteString {
    return this.#text;
  }

  copy(): BoxedString {
    return this;
  }
}

export type StringValue = ByteString | BoxedString | RawString;

export type StringEncoding = 'int' | 'embstr' | 'raw';

/** The encoding that Redis gives a string value when it is stored as a whole (tryObjectEncoding). */
export function naturalEncodingOf(text: ByteString): StringEncoding {
  if (isEncodedAsInteger(text)) return 'int';
  return text.length <= EMBSTR_LIMIT ? 'embstr' : 'raw';
}

export function stringEncodingOf(value: StringValue): StringEncoding {
  return typeof value === 'string' ? naturalEncodingOf(value) : value.encoding;
}

/** The value stored as text by a command that never makes an integer of it (INCRBYFLOAT). */
export function textValue(text: ByteString): StringValue {
  return isEncodedAsInteger(text) ? new BoxedString(text, 'embstr') : text;
}

/** A value of its own with the same content and encoding. */
export function copyOfString(value: StringValue): StringValue {
  if (typeof value !== 'string') return value.copy();
  return isSharedInteger(value) ? new BoxedString(value, 'int') : value;
}

/** True for values that all keys share one object of, as long as no eviction policy needs per-key access times. */
export function isSharedInteger(value: StringValue): boolean {
  if (typeof value !== 'string' || !isEncodedAsInteger(value)) return false;
  const number = Number(value);
  return number >= 0 && number < SHARED_INTEGERS;
}

function isEncodedAsInteger(text: ByteString): boolean {
  return text.length <= INTEGER_LENGTH_LIMIT && parseInteger(text) !== null;
}
