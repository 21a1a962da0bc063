/** The function libraries that a node has, and their functions by name (functionsLibCtx of functions.c). */
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { LibraryError } from './library-error.js';
import type { ScriptFlag } from './shebang.js';

export interface LibraryFunction {
  readonly name: ByteString;
  readonly description: ByteString | null;
  readonly flags: ReadonlySet<ScriptFlag>;
  /** Of the Lua function, in the state that the library was loaded into. */
  readonly reference: number;
}

export interface FunctionLibrary {
  readonly name: ByteString;
  /** As it was loaded, first line included. */
  readonly code: ByteString;
  readonly functions: ReadonlyMap<ByteString, LibraryFunction>;
}

const NAME = /^[A-Za-z0-9_]+$/;
const BAD_NAME =
  'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long';

/** Functions are told the same about their names as libraries. */
export function checkName(name: ByteString): void {
  if (!NAME.test(name)) throw new LibraryError(BAD_NAME);
}

export class FunctionLibraries {
  readonly #libraries = new Map<ByteString, FunctionLibrary>();
  /** Whatever their case: two that differ in it alone cannot be loaded. */
  readonly #functions = new Map<ByteString, LibraryFunction>();

  get size(): number {
    return this.#libraries.size;
  }

  get functionCount(): number {
    return this.#functions.size;
  }

  [Symbol.iterator](): Iterator<FunctionLibrary> {
    return this.#libraries.values();
  }

  get(name: ByteString): FunctionLibrary | undefined {
    return this.#libraries.get(name);
  }

  function(name: ByteString): LibraryFunction | undefined {
    return this.#functions.get(name) ?? this.#functions.get(toLowerAscii(name));
  }

  /** Throws LibraryError when a function of another library has the name of one of these. */
  add(library: FunctionLibrary): void {
    this.#checkFunctions(library);
    this.#link(library);
  }

  remove(library: FunctionLibrary): void {
    this.#libraries.delete(library.name);
    for (const name of library.functions.keys()) this.#functions.delete(toLowerAscii(name));
  }

  /** Puts a library in the place of another of its name. Throws LibraryError as add() does; nothing changes then. */
  replace(old: FunctionLibrary, library: FunctionLibrary): void {
    this.remove(old);
    try {
      this.add(library);
    } catch (error) {
      this.#link(old);
      throw error;
    }
  }

  /**
   * Takes every library of `others`, all or none. Throws LibraryError when a library is there already, unless it is to be
   * replaced, or a function is. @returns those that were replaced
   */
  join(others: FunctionLibraries, replaces: boolean): FunctionLibrary[] {
    const replaced: FunctionLibrary[] = [];
    try {
      for (const { name } of others) {
        const old = this.get(name);
        if (old === undefined) continue;
        if (!replaces) throw new LibraryError(`Library ${asCString(name)} already exists`);
        this.remove(old);
        replaced.push(old);
      }
      for (const library of others) this.#checkFunctions(library);
    } catch (error) {
      for (const library of replaced) this.#link(library);
      throw error;
    }
    for (const library of others) this.#link(library);
    return replaced;
  }

  clear(): void {
    this.#libraries.clear();
    this.#functions.clear();
  }

  #link(library: FunctionLibrary): void {
    this.#libraries.set(library.name, library);
    for (const [name, each] of library.functions) this.#functions.set(toLowerAscii(name), each);
  }

  #checkFunctions(library: FunctionLibrary): void {
    for (const name of library.functions.keys()) {
      if (this.#functions.has(toLowerAscii(name))) {
        throw new LibraryError(`Function ${asCString(name)} already exists`);
      }
    }
  }
}
