/** What a key may hold. A new type is a file in this folder, a member of this union and a folder in commands/. */
import type { HashValue } from './hash-value.js';
import { copyOfString, type StringValue, stringEncodingOf } from './string-value.js';

export type StoredValue = StringValue | HashValue;

/** As the TYPE command names them. */
export type ValueType = 'string' | 'hash';

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
