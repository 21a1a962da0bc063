/** The disk of a node that lives in memory: it outlives the process, not the cluster. */
import type { NodeStorage } from '../node/ports.js';

export class MemoryStorage implements NodeStorage {
  readonly #files = new Map<string, Uint8Array>();

  read(file: string): Uint8Array | null {
    return this.#files.get(file) ?? null;
  }

  write(file: string, content: Uint8Array, _fsync: boolean): void {
    this.#files.set(file, content);
  }

  /** Removes one file, or all of them. */
  erase(file?: string): void {
    if (file === undefined) this.#files.clear();
    else this.#files.delete(file);
  }

  get files(): readonly string[] {
    return [...this.#files.keys()];
  }
}
