/** Collects the snapshot that a master sends after FULLRESYNC, in either form (section 9.3; readSyncBulkPayload in replication.c). */
import { asBuffer } from '../resp/byte-string.js';
import { LineBuffer } from './line-buffer.js';

const MARK_LENGTH = 40;
const MAX_HEADER_LENGTH = 1023;

export type SnapshotProgress =
  | { readonly kind: 'more' }
  /** An empty line: the master is busy making the snapshot. */
  | { readonly kind: 'keep-alive' }
  | { readonly kind: 'refused'; readonly text: string }
  /** The header came: the length is known, or that there will be a mark. */
  | { readonly kind: 'started' }
  | { readonly kind: 'complete' };

const MORE: SnapshotProgress = { kind: 'more' };

export class SnapshotReceiver {
  readonly #header = new LineBuffer(MAX_HEADER_LENGTH);
  #chunks: Uint8Array[] = [];
  #rest: Uint8Array = new Uint8Array(0);
  /** What ends the snapshot, when its length is not told. */
  #mark: Buffer | null = null;
  /** Bytes of the snapshot; -1 = the header has not come yet; 0 with a mark. */
  totalBytes = -1;
  receivedBytes = 0;

  /** The snapshot's end is told by a mark. */
  get hasMark(): boolean {
    return this.#mark !== null;
  }

  push(chunk: Uint8Array): void {
    if (this.totalBytes < 0) this.#header.push(chunk);
    else this.#add(chunk);
  }

  /** One step forward; to be called until it answers `more` or an end. */
  next(): SnapshotProgress {
    if (this.totalBytes < 0) {
      const line = this.#header.next();
      return line === null ? MORE : this.#onHeader(line);
    }
    if (this.#mark === null) {
      if (this.receivedBytes < this.totalBytes) return MORE;
      this.#split(this.totalBytes);
      return { kind: 'complete' };
    }
    const end = this.#findMark(this.#mark);
    if (end < 0) return MORE;
    this.#split(end);
    this.#rest = this.#rest.subarray(MARK_LENGTH);
    return { kind: 'complete' };
  }

  /** The snapshot, once complete. */
  takeSnapshot(): Uint8Array {
    const [snapshot = new Uint8Array(0)] = this.#chunks;
    this.#chunks = [];
    return snapshot;
  }

  /** What came after the snapshot. */
  takeRest(): Uint8Array {
    return this.#rest;
  }

  #onHeader(line: string): SnapshotProgress {
    if (line.startsWith('-')) {
      return { kind: 'refused', text: `MASTER aborted replication with an error: ${line.slice(1)}` };
    }
    if (line === '') return { kind: 'keep-alive' };
    if (!line.startsWith('$')) {
      return {
        kind: 'refused',
        text: `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), are you sure the host and port are right?`,
      };
    }
    if (line.startsWith('$EOF:') && line.length >= '$EOF:'.length + MARK_LENGTH) {
      this.#mark = Buffer.from(line.slice('$EOF:'.length, '$EOF:'.length + MARK_LENGTH), 'latin1');
      this.totalBytes = 0;
    } else {
      // As C's strtol: what is no number counts as 0.
      this.totalBytes = Math.max(0, Number.parseInt(line.slice(1), 10) || 0);
    }
    this.#add(this.#header.takeRest());
    return { kind: 'started' };
  }

  #add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.receivedBytes += chunk.length;
  }

  /** Where the mark begins, or -1. Only what is new since the last call is searched, and as much before it as a mark may reach back. */
  #findMark(mark: Buffer): number {
    const last = this.#chunks.at(-1);
    if (last === undefined) return -1;
    const tail = this.#joinTail(last.length + MARK_LENGTH - 1);
    const index = tail.indexOf(mark);
    return index < 0 ? -1 : this.receivedBytes - tail.length + index;
  }

  /** The last `count` bytes, or all. */
  #joinTail(count: number): Buffer {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let index = this.#chunks.length - 1; index >= 0 && length < count; index--) {
      const chunk = this.#chunks[index]!;
      pieces.unshift(chunk);
      length += chunk.length;
    }
    const joined = pieces.length === 1 ? asBuffer(pieces[0]!) : Buffer.concat(pieces);
    return joined.subarray(Math.max(0, joined.length - count));
  }

  #split(end: number): void {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(0, end)];
    this.#rest = all.subarray(end);
  }
}
