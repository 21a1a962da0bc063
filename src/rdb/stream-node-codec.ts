/** A node of a stream as the listpack that Redis keeps it in: a head with the counts and names, then entry after entry (t_stream.c). */
import type { ByteString } from '../resp/byte-string.js';
import { parseInteger } from '../resp/integer.js';
import { millisecondsOf, type StreamId, sequenceOf, streamId } from '../structures/stream-id.js';
import { DELETED, differenceText, elementsOf, SAME_FIELDS, StreamNode } from '../structures/stream-node.js';
import { decodeListpack, encodeListpack } from './listpack.js';
import { RdbFormatError } from './rdb-format-error.js';

export function encodeStreamNode(node: StreamNode): Uint8Array {
  const { masterId, masterFields } = node;
  const masterMs = millisecondsOf(masterId);
  const masterSequence = sequenceOf(masterId);
  const elements: ByteString[] = [String(node.live), String(node.deleted), String(masterFields.length)];
  for (const field of masterFields) elements.push(field);
  elements.push('0');
  for (const { id, fields, values, isDeleted } of node.entries) {
    const isShared = fields === masterFields;
    elements.push(String((isShared ? SAME_FIELDS : 0) | (isDeleted ? DELETED : 0)));
    elements.push(
      differenceText(millisecondsOf(id), masterMs),
      differenceText(sequenceOf(id), masterSequence),
    );
    if (isShared) {
      for (const value of values) elements.push(value);
    } else {
      elements.push(String(fields.length));
      for (let index = 0; index < fields.length; index++) {
        elements.push(fields[index] as ByteString, values[index] as ByteString);
      }
    }
    elements.push(String(elementsOf(values.length, isShared)));
  }
  return encodeListpack(elements);
}

/** Throws RdbFormatError for what is no node of a stream. */
export function decodeStreamNode(masterId: StreamId, bytes: Uint8Array): StreamNode {
  const elements = new Elements(decodeListpack(bytes, 'Stream'));
  const live = elements.count();
  const deleted = elements.count();
  const masterFields = elements.take(elements.count());
  if (elements.integer() !== 0) throw broken();
  const node = new StreamNode(masterId, masterFields, live, deleted);
  for (let left = live + deleted; left > 0; left--) {
    const flags = Number(elements.integer());
    const id = streamId(
      BigInt.asUintN(64, millisecondsOf(masterId) + BigInt(elements.integer())),
      BigInt.asUintN(64, sequenceOf(masterId) + BigInt(elements.integer())),
    );
    const isShared = (flags & SAME_FIELDS) !== 0;
    let fields: readonly ByteString[] = masterFields;
    let values: readonly ByteString[];
    if (isShared) {
      values = elements.take(masterFields.length);
    } else {
      const pairs = elements.take(2 * elements.count());
      fields = pairs.filter((_, index) => index % 2 === 0);
      values = pairs.filter((_, index) => index % 2 === 1);
    }
    if (elements.integer() !== elementsOf(values.length, isShared)) throw broken();
    node.addStored({ id, fields, values, isDeleted: (flags & DELETED) !== 0 });
  }
  if (!elements.isAtEnd) throw broken();
  return node;
}

class Elements {
  readonly #elements: readonly ByteString[];
  #position = 0;

  constructor(elements: readonly ByteString[]) {
    this.#elements = elements;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#elements.length;
  }

  integer(): bigint | number {
    const value = parseInteger(this.#elements[this.#position++] ?? '');
    if (value === null) throw broken();
    return value;
  }

  /** Of elements that have to be there. */
  count(): number {
    const value = this.integer();
    if (value < 0 || value > this.#elements.length) throw broken();
    return Number(value);
  }

  take(count: number): ByteString[] {
    const start = this.#position;
    this.#position += count;
    if (this.#position > this.#elements.length) throw broken();
    return this.#elements.slice(start, this.#position);
  }
}

function broken(): RdbFormatError {
  return new RdbFormatError('Stream listpack integrity check failed.');
}
