/** The disk of a node that is a process of its own: files of the system, written so that a crash leaves either the old or the new content. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { NodeStorage } from '../node/ports.js';
import { FileLock } from './file-lock.js';
import { systemWords } from './system-words.js';

export class DirectoryStorage implements NodeStorage {
  #directory: string;
  /** Files that are appended to, by their absolute paths. */
  readonly #open = new Map<string, number>();
  readonly #locks = new Map<string, FileLock>();
  readonly #later: (run: () => void) => void;

  /**
   * @param directory absolute.
   * @param later runs what the system reports, in the order of the node's inputs.
   */
  constructor(directory: string, later: (run: () => void) => void) {
    this.#directory = directory;
    this.#later = later;
  }

  get directory(): string {
    return this.#directory;
  }

  changeDirectory(path: string): void {
    const directory = this.#absolute(path);
    inSystemWords(() => {
      if (!statSync(directory).isDirectory()) throw new Error('Not a directory');
    });
    this.#directory = directory;
  }

  read(file: string): Uint8Array | null {
    return orNull(() => readFileSync(this.#absolute(file)));
  }

  size(file: string): number | null {
    return orNull(() => statSync(this.#absolute(file)).size);
  }

  write(file: string, content: Uint8Array, fsync: boolean): void {
    const path = this.#absolute(file);
    const temporary = `${path}.tmp-${process.pid}`;
    inSystemWords(() => {
      this.#close(path);
      const descriptor = openSync(temporary, 'w', 0o644);
      try {
        writeAll(descriptor, content);
        if (fsync) fsyncSync(descriptor);
      } catch (error) {
        unlinkSync(temporary);
        throw error;
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, path);
      if (fsync) syncDirectory(path);
    });
  }

  append(file: string, bytes: Uint8Array): void {
    inSystemWords(() => writeAll(this.#descriptor(file), bytes));
  }

  truncate(file: string, length: number): void {
    inSystemWords(() => truncateSync(this.#absolute(file), length));
  }

  sync(file: string): void {
    inSystemWords(() => fdatasyncSync(this.#descriptor(file)));
  }

  syncLater(file: string, done: (failure: string | null) => void): void {
    const path = this.#absolute(file);
    let descriptor: number;
    try {
      // Its own: the other may be closed meanwhile.
      descriptor = openSync(path, 'a');
    } catch (error) {
      done(systemWords(error));
      return;
    }
    fdatasync(descriptor, (error) => {
      closeSync(descriptor);
      this.#later(() => done(error === null ? null : systemWords(error)));
    });
  }

  rename(from: string, to: string): void {
    const [source, target] = [this.#absolute(from), this.#absolute(to)];
    inSystemWords(() => {
      renameSync(source, target);
      syncDirectory(target);
    });
    this.#close(target);
    const descriptor = this.#open.get(source);
    if (descriptor === undefined) return;
    this.#open.delete(source);
    this.#open.set(target, descriptor);
  }

  remove(file: string): void {
    const path = this.#absolute(file);
    this.#close(path);
    orNull(() => unlinkSync(path));
  }

  makeDirectory(directory: string): void {
    if (!this.isDirectory(directory)) inSystemWords(() => mkdirSync(this.#absolute(directory), 0o755));
  }

  isDirectory(directory: string): boolean {
    return orNull(() => statSync(this.#absolute(directory)).isDirectory()) ?? false;
  }

  lock(file: string): boolean {
    const path = this.#absolute(file);
    if (this.#locks.has(path)) return true;
    const lock = FileLock.take(path);
    if (lock === null) return false;
    this.#locks.set(path, lock);
    return true;
  }

  /** The process ends: what it held is free again. */
  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
    for (const lock of this.#locks.values()) lock.release();
    this.#locks.clear();
  }

  #absolute(file: string): string {
    return resolve(this.#directory, Buffer.from(file, 'latin1').toString());
  }

  #descriptor(file: string): number {
    const path = this.#absolute(file);
    let descriptor = this.#open.get(path);
    if (descriptor === undefined) {
      descriptor = openSync(path, 'a', 0o644);
      this.#open.set(path, descriptor);
    }
    return descriptor;
  }

  #close(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor === undefined) return;
    this.#open.delete(path);
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, content: Uint8Array): void {
  for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written);
}

/** The name of a file is durable when its directory is. */
function syncDirectory(path: string): void {
  const descriptor = openSync(dirname(path), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Null: there is no such file, or it cannot be had. */
function orNull<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

function inSystemWords(run: () => void): void {
  try {
    run();
  } catch (error) {
    throw new Error(systemWords(error), { cause: error });
  }
}
