/** What a key may hold. A new type is a file in this folder, a member of this union and a folder in commands/. */
import type { HashValue } from './hash-value.js';
import type { ListValue } from './list-value.js';
import type { SetValue } from './set-value.js';
import type { SortedSetValue } from './sorted-set-value.js';
import type { StreamValue } from './stream-value.js';
import { copyOfString, type StringValue, stringEncodingOf } from './string-value.js';

export type StoredValue = StringValue | ListValue | SetValue | HashValue | SortedSetValue | StreamValue;

/** As the TYPE command names them. */
export type ValueType = 'string' | 'list' | 'set' | 'hash' | 'zset' | 'stream';

export function typeOfValue(value: StoredValue): ValueType {
  return typeof value === 'string' ? 'string' : value.type;
}

export function isStringValue(value: StoredValue): value is StringValue {
  return typeof value === 'string' || value.type === 'string';
}

/** As OBJECT ENCODING names it. */
export function encodingOfValue(value: StoredValue): string {
  return isStringValue(value) ? stringEncodingOf(value) : value.encoding;
}

/** A value of its own with the same content and encoding. */
export function copyOfValue(value: StoredValue): StoredValue {
  return isStringValue(value) ? copyOfString(value) : value.copy();
}
