/** Finds the string that a bitmap command works on, and reads offsets of bits. */
import { RawString } from '../../keyspace/values/raw-string.js';
import { isStringValue } from '../../keyspace/values/stored-value.js';
import type { StringValue } from '../../keyspace/values/string-value.js';
import { asCString, type ByteString, byteStringToBytes, toLowerAscii } from '../../resp/byte-string.js';
import { BIT_OFFSET_OUT_OF_RANGE, WRONG_TYPE } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';
import { isObeyed } from '../session.js';
import { rawStringAt } from '../string/change-in-place.js';

/** The string, null where there is no key, or the error for a key of another type. */
export function stringForRead(context: CommandContext, key: ByteString): StringValue | null | ErrorReply {
  const value = context.db.lookupRead(key);
  if (value === undefined) return null;
  return isStringValue(value) ? value : WRONG_TYPE;
}

/** The string, made or grown so that it has that bit. */
export function stringWithBit(
  context: CommandContext,
  key: ByteString,
  bit: number,
): { readonly string: RawString; readonly hasGrown: boolean } | ErrorReply {
  const value = context.db.lookupWrite(key);
  const length = Math.floor(bit / 8) + 1;
  if (value === undefined) {
    const string = new RawString('');
    string.grow(length);
    context.db.set(key, string);
    return { string, hasGrown: true };
  }
  if (!isStringValue(value)) return WRONG_TYPE;
  const string = rawStringAt(context, key, value);
  const hasGrown = string.length < length;
  string.grow(length);
  return { string, hasGrown };
}

export function bytesOf(value: StringValue): Uint8Array {
  return value instanceof RawString ? value.bytes() : byteStringToBytes(value.toString());
}

export function byteReader(value: StringValue | null): (index: number) => number {
  if (value === null) return () => 0;
  if (value instanceof RawString) return (index) => value.byteAt(index);
  const text = value.toString();
  return (index) => (index < text.length ? text.charCodeAt(index) : 0);
}

/** An offset that fits proto-max-bulk-len. @param fieldBits BITFIELD: `#n` is the n-th field of that many bits. */
export function parseBitOffset(
  context: CommandContext,
  text: ByteString,
  fieldBits = 0,
): number | ErrorReply {
  const isCounted = fieldBits > 0 && text.startsWith('#');
  const given = parseInteger(isCounted ? text.slice(1) : text);
  if (given === null) return BIT_OFFSET_OUT_OF_RANGE;
  const offset = isCounted ? BigInt.asIntN(64, BigInt(given) * BigInt(fieldBits)) : BigInt(given);
  const { 'proto-max-bulk-len': maxBytes } = context.node.config.values;
  const isTooFar = !isObeyed(context.session) && offset >> 3n >= BigInt(maxBytes);
  return offset < 0n || isTooFar ? BIT_OFFSET_OUT_OF_RANGE : Number(offset);
}

/** BIT or BYTE; null for anything else. */
export function parseUnit(text: ByteString): 'bit' | 'byte' | null {
  const unit = toLowerAscii(asCString(text));
  return unit === 'bit' || unit === 'byte' ? unit : null;
}

/** An index that counts from the end when it is negative; what is before the start becomes the start. */
export function fromEitherEnd(index: bigint | number, length: number): number {
  return Math.max(0, index < 0 ? length + Number(index) : Number(index));
}
