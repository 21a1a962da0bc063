/** The disk of a node that lives in memory: it outlives the process, not the cluster. What was written survives the end of the process, what was made durable the loss of power too. */
import type { NodeStorage } from '../node/ports.js';

interface StoredFile {
  /** Makes the content when it is asked for; null = it is there. */
  late: (() => Uint8Array) | null;
  /** Appended pieces; joined when somebody reads. */
  pieces: Uint8Array[];
  size: number;
  /** Bytes that a loss of power leaves. */
  durableSize: number;
}

export class MemoryStorage implements NodeStorage {
  directory = '/data';
  /** Why nothing can be written now, in the words of a system ("No space left on device"); null: it can. */
  failure: string | null = null;
  /**
   * nodes.conf is written when it is asked for, and not each time it changes. While a cluster forms nobody sees the difference,
   * and in one of a thousand nodes every one of them would write the lines of all again and again.
   */
  takesLateContent = false;
  readonly #files = new Map<string, StoredFile>();
  /** Those that were made. Any directory a node may be told to work in is taken to be there. */
  readonly #directories = new Set<string>();

  changeDirectory(path: string): void {
    this.directory = this.#absolute(path);
  }

  read(file: string): Uint8Array | null {
    const stored = this.#stored(file);
    if (stored === undefined) return null;
    if (stored.pieces.length !== 1) stored.pieces = [Buffer.concat(stored.pieces)];
    return stored.pieces[0]!;
  }

  size(file: string): number | null {
    return this.#stored(file)?.size ?? null;
  }

  write(file: string, content: Uint8Array, fsync: boolean): void {
    this.#check();
    const durableSize = fsync ? content.length : 0;
    this.#files.set(this.#absolute(file), {
      late: null,
      pieces: [content],
      size: content.length,
      durableSize,
    });
  }

  writeLate(file: string, make: () => Uint8Array, fsync: boolean): void {
    this.#check();
    const durableSize = fsync ? Number.POSITIVE_INFINITY : 0;
    this.#files.set(this.#absolute(file), { late: make, pieces: [], size: 0, durableSize });
  }

  /** From now on everything is written at once. */
  writeAtOnce(): void {
    this.takesLateContent = false;
    for (const file of this.files) this.#stored(file);
  }

  append(file: string, bytes: Uint8Array): void {
    this.#check();
    const stored = this.#stored(file);
    if (stored === undefined) {
      this.write(file, bytes, false);
      return;
    }
    stored.pieces.push(bytes);
    stored.size += bytes.length;
  }

  truncate(file: string, length: number): void {
    const content = this.read(file);
    const stored = this.#stored(file);
    if (content === null || stored === undefined) throw new Error('No such file or directory');
    stored.pieces = [content.subarray(0, length)];
    stored.size = length;
    stored.durableSize = Math.min(stored.durableSize, length);
  }

  sync(file: string): void {
    if (this.failure !== null) throw new Error(this.failure);
    const stored = this.#stored(file);
    if (stored !== undefined) stored.durableSize = stored.size;
  }

  syncLater(file: string, done: (failure: string | null) => void): void {
    if (this.failure === null) this.sync(file);
    done(this.failure);
  }

  rename(from: string, to: string): void {
    this.#check();
    const stored = this.#files.get(this.#absolute(from));
    if (stored === undefined) throw new Error('No such file or directory');
    this.#files.delete(this.#absolute(from));
    this.#files.set(this.#absolute(to), stored);
  }

  remove(file: string): void {
    this.#files.delete(this.#absolute(file));
  }

  makeDirectory(directory: string): void {
    if (this.#directories.has(this.#absolute(directory))) return;
    this.#check();
    this.#directories.add(this.#absolute(directory));
  }

  isDirectory(directory: string): boolean {
    return this.#directories.has(this.#absolute(directory));
  }

  /** Every node has a disk of its own. */
  lock(): boolean {
    return true;
  }

  /** Removes one file, or all of them. */
  erase(file?: string): void {
    if (file === undefined) this.#files.clear();
    else this.remove(file);
  }

  /** What a loss of power does, after the process was killed: bytes that no fsync made durable are gone. */
  losePower(): void {
    for (const path of this.#files.keys()) this.truncate(path, this.#stored(path)?.durableSize ?? 0);
  }

  /** Everything that is on it. */
  snapshot(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.files.map((path) => [path, this.read(path) ?? new Uint8Array()]));
  }

  /** As it was then; it works again, if it had failed. */
  restore(snapshot: ReadonlyMap<string, Uint8Array>): void {
    this.failure = null;
    this.#files.clear();
    for (const [path, content] of snapshot) this.write(path, content, true);
  }

  /** Absolute paths. */
  get files(): readonly string[] {
    return [...this.#files.keys()];
  }

  #stored(file: string): StoredFile | undefined {
    const stored = this.#files.get(this.#absolute(file));
    if (stored === undefined || stored.late === null) return stored;
    const content = stored.late();
    stored.late = null;
    stored.pieces = [content];
    stored.size = content.length;
    stored.durableSize = Math.min(stored.durableSize, content.length);
    return stored;
  }

  #absolute(path: string): string {
    return resolvePath(this.directory, path);
  }

  #check(): void {
    if (this.failure !== null) throw new Error(this.failure);
  }
}

/** A path, absolute and without dots. */
function resolvePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
