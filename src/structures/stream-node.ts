/**
 * One node of a stream: entries in order, as Redis packs them into one listpack. Deleted entries stay until all of the
 * node is deleted, and the size in bytes decides when a node is full, so both are kept (t_stream.c).
 */
import { LISTPACK_FRAME_BYTES, listpackEntryBytes } from './listpack-size.js';
import { millisecondsOf, type StreamId, sequenceOf } from './stream-id.js';

export interface StreamEntry {
  readonly id: StreamId;
  /** The very list of the node when the names are the same, which takes less room. */
  readonly fields: readonly string[];
  readonly values: readonly string[];
  isDeleted: boolean;
}

/** Entries that share the names of the node, and deleted ones, are flagged. */
export const SAME_FIELDS = 2;
export const DELETED = 1;

export class StreamNode {
  /** ID of the first entry that was added; the others are stored as differences to it. */
  readonly masterId: StreamId;
  readonly masterFields: readonly string[];
  readonly entries: StreamEntry[] = [];
  #live: number;
  #deleted: number;
  #bytes: number;

  constructor(masterId: StreamId, masterFields: readonly string[], live = 0, deleted = 0) {
    this.masterId = masterId;
    this.masterFields = masterFields;
    this.#live = live;
    this.#deleted = deleted;
    // The count of an empty node never exists on its own: it is written as 1 from the start, and takes as much.
    this.#bytes =
      LISTPACK_FRAME_BYTES +
      integerBytes(live) +
      integerBytes(deleted) +
      integerBytes(masterFields.length) +
      2;
    for (const field of masterFields) this.#bytes += listpackEntryBytes(field);
  }

  /** Entries that are not deleted. */
  get live(): number {
    return this.#live;
  }

  get deleted(): number {
    return this.#deleted;
  }

  /** Size of the listpack. */
  get bytes(): number {
    return this.#bytes;
  }

  append(id: StreamId, fields: readonly string[], values: readonly string[]): void {
    this.addStored({ id, fields: this.sharedFields(fields), values, isDeleted: false });
    this.#bytes += integerBytes(this.#live + 1) - integerBytes(this.#live);
    this.#live++;
  }

  /** An entry that the counts tell of already: loading. */
  addStored(entry: StreamEntry): void {
    this.entries.push(entry);
    this.#bytes += this.#entryBytes(entry);
  }

  /** The names as the node has them, when those are the same. */
  sharedFields(fields: readonly string[]): readonly string[] {
    const { masterFields } = this;
    if (fields.length !== masterFields.length) return fields;
    return fields.every((field, index) => field === masterFields[index]) ? masterFields : fields;
  }

  markDeleted(entry: StreamEntry): void {
    entry.isDeleted = true;
    this.#bytes += integerBytes(this.#live - 1) - integerBytes(this.#live);
    this.#bytes += integerBytes(this.#deleted + 1) - integerBytes(this.#deleted);
    this.#live--;
    this.#deleted++;
  }

  /** Index of the first entry whose ID is not smaller. */
  indexFrom(id: StreamId): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle] as StreamEntry).id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  copy(): StreamNode {
    const node = new StreamNode(this.masterId, this.masterFields, this.#live, this.#deleted);
    for (const entry of this.entries) node.entries.push({ ...entry });
    node.#bytes = this.#bytes;
    return node;
  }

  #entryBytes({ id, fields, values }: StreamEntry): number {
    const isShared = fields === this.masterFields;
    // The flags always take two bytes.
    let bytes = 2 + differenceBytes(millisecondsOf(id), millisecondsOf(this.masterId));
    bytes += differenceBytes(sequenceOf(id), sequenceOf(this.masterId));
    for (const value of values) bytes += listpackEntryBytes(value);
    bytes += integerBytes(elementsOf(values.length, isShared));
    if (isShared) return bytes;
    bytes += integerBytes(fields.length);
    for (const field of fields) bytes += listpackEntryBytes(field);
    return bytes;
  }
}

/** Elements of the listpack that make up an entry, without the one that tells this number. */
export function elementsOf(fieldCount: number, isShared: boolean): number {
  return isShared ? fieldCount + 3 : 2 * fieldCount + 4;
}

/** As it is stored: what does not fit 63 bits wraps around. */
export function differenceText(part: bigint, masterPart: bigint): string {
  return String(BigInt.asIntN(64, part - masterPart));
}

function differenceBytes(part: bigint, masterPart: bigint): number {
  const difference = part - masterPart;
  return difference >= 0n && difference <= 127n ? 2 : listpackEntryBytes(differenceText(part, masterPart));
}

function integerBytes(value: number): number {
  return value <= 127 ? 2 : listpackEntryBytes(String(value));
}
