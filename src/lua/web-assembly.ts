/** The part of the WebAssembly namespace that is used here. Every runtime has it; the type declarations of Node do not. */

export interface WasmMemory {
  /** Another one after each growth. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmTable {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  grow(count: number): number;
}

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: unknown };
}

declare const WebAssembly: WebAssemblyNamespace;

/** Compiles and links a module, synchronously. @returns its exports. */
export function instantiate<T>(bytes: Uint8Array, imports: Record<string, Record<string, unknown>>): T {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as T;
}
