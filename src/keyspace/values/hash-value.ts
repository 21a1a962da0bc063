/** A hash: fields and their values in the order in which the fields came. https://redis.io/docs/latest/develop/data-types/hashes/ */
import type { ByteString } from '../../resp/byte-string.js';
import { ScanIndex } from '../../structures/scan-index.js';

/** hash-max-listpack-entries and hash-max-listpack-value: a hash within both is a listpack. */
export interface HashLimits {
  readonly maxListpackEntries: number;
  readonly maxListpackValue: number;
}

export type HashEncoding = 'listpack' | 'hashtable';

export class HashValue {
  readonly type = 'hash';
  // Redis walks a listpack in order of insertion and a hash table in an order that depends on a random seed, so the
  // order of insertion is right for both.
  readonly #fields: Map<ByteString, ByteString>;
  #encoding: HashEncoding;
  /** Of all fields and values. */
  #textLength = 0;
  /** Kept while someone walks a big hash with HSCAN. */
  #scanIndex: ScanIndex | null = null;
  /** The fields by number, kept from one HRANDFIELD to the next while no field comes or goes. */
  #numbered: readonly ByteString[] | null = null;

  constructor(encoding: HashEncoding = 'listpack', fields: Iterable<readonly [ByteString, ByteString]> = []) {
    this.#encoding = encoding;
    this.#fields = new Map(fields);
    for (const [field, value] of this.#fields) this.#textLength += field.length + value.length;
  }

  get size(): number {
    return this.#fields.size;
  }

  get encoding(): HashEncoding {
    return this.#encoding;
  }

  /** Length of all fields and values together. */
  get textLength(): number {
    return this.#textLength;
  }

  get(field: ByteString): ByteString | undefined {
    return this.#fields.get(field);
  }

  has(field: ByteString): boolean {
    return this.#fields.has(field);
  }

  /** Stores a field. @returns true when the hash did not have it. */
  set(field: ByteString, value: ByteString, limits: HashLimits): boolean {
    const previous = this.#fields.get(field);
    this.#fields.set(field, value);
    const isNew = previous === undefined;
    this.#textLength += isNew ? field.length + value.length : value.length - previous.length;
    if (isNew) {
      this.#scanIndex?.add(field);
      this.#numbered = null;
    }
    if (this.#encoding === 'listpack') {
      const { maxListpackEntries, maxListpackValue } = limits;
      const tooMany = this.#fields.size > maxListpackEntries;
      if (tooMany || field.length > maxListpackValue || value.length > maxListpackValue)
        this.convertToHashtable();
    }
    return isNew;
  }

  /** A listpack never comes back, however small the hash becomes. */
  convertToHashtable(): void {
    this.#encoding = 'hashtable';
  }

  delete(field: ByteString): boolean {
    const value = this.#fields.get(field);
    if (value === undefined) return false;
    this.#numbered = null;
    this.#textLength -= field.length + value.length;
    return this.#fields.delete(field);
  }

  /** The fields in their order, as an array; valid until the next change. */
  fieldList(): readonly ByteString[] {
    this.#numbered ??= [...this.#fields.keys()];
    return this.#numbered;
  }

  fields(): IterableIterator<ByteString> {
    return this.#fields.keys();
  }

  values(): IterableIterator<ByteString> {
    return this.#fields.values();
  }

  entries(): IterableIterator<[ByteString, ByteString]> {
    return this.#fields.entries();
  }

  copy(): HashValue {
    return new HashValue(this.#encoding, this.#fields);
  }

  /** One step of HSCAN: fields, and the cursor to go on from (0 = all seen). A listpack is always seen in one step. */
  scan(cursor: number, count: number): { readonly cursor: number; readonly fields: ByteString[] } {
    if (this.#encoding === 'listpack') return { cursor: 0, fields: [...this.#fields.keys()] };
    if (this.#scanIndex === null || this.#scanIndex.isWorn(this.#fields.size)) {
      this.#scanIndex = new ScanIndex(this.#fields.keys());
    }
    const step = this.#scanIndex.take(cursor, count, (field) => this.#fields.has(field));
    if (step.next === null) this.#scanIndex = null;
    return { cursor: step.next ?? 0, fields: step.members };
  }
}
