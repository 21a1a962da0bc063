/** What the Lua 5.1 interpreter, compiled to WebAssembly, asks of its host and offers to it. Only what scripts need is served: it gets no files, no environment and no processes. */

import type { LuaApi } from './lua-api.js';
import { type GuardCondition, linkTrampolines } from './trampolines.js';
import { instantiate, type WasmMemory, type WasmTable } from './web-assembly.js';

/** The exports that are used. */
export interface LuaExports extends LuaApi {
  readonly memory: WasmMemory;
}

interface LinkedExports extends LuaExports {
  readonly __indirect_function_table: WasmTable;
  readonly __wasm_call_ctors: () => void;
  readonly emscripten_stack_init: () => void;
  readonly stackSave: () => number;
  readonly stackRestore: (stackPointer: number) => void;
  readonly setThrew: (threw: number, value: number) => void;
}

/** What the interpreter throws through host frames in place of C's longjmp. */
export const LONG_JUMP = Number.POSITIVE_INFINITY;

/** The interpreter gave up: an error outside of every protected call, or a trap. Its states cannot be used any more. */
export class LuaPanic extends Error {
  override readonly name = 'LuaPanic';
}

export interface LuaCallbacks {
  /** A function that was pushed with pushFunction() is called. */
  readonly callHost: (thread: number) => number;
  /** The function of a guard is asked, see LuaState.pushGuarded(). A negative result: the guarded function goes on. */
  readonly callGuard: (thread: number) => number;
  readonly callHook: (thread: number, activation: number) => void;
  /** Just before the interpreter runs `thread` behind a new recovery point (setjmp). */
  readonly onProtectedCall: (thread: number) => void;
  /** Unix milliseconds, for what Lua calls the time. */
  readonly nowMs: () => number;
}

export interface LinkedLua {
  readonly exports: LuaExports;
  /** Function pointers of the callbacks. */
  readonly hostFunction: number;
  readonly hookFunction: number;
  readonly guardFunctions: Readonly<Record<GuardCondition, number>>;
}

const PAGE_BYTES = 65536;
/** errno values of wasi-libc. */
const NOT_SUPPORTED = 52;
const BAD_DESCRIPTOR = 8;

/** Instantiates the interpreter, synchronously. @param memoryLimit bytes that all of its states may take together. */
export function linkLua(wasm: Uint8Array, callbacks: LuaCallbacks, memoryLimit: number): LinkedLua {
  const { instance, imports } = importsOf(callbacks, memoryLimit);
  const exports = instantiate<LinkedExports>(wasm, imports);
  instance.exports = exports;
  const table = exports.__indirect_function_table;
  const trampolines = linkTrampolines(callbacks, exports, table);
  const add = (run: unknown): number => {
    const pointer = table.grow(1);
    table.set(pointer, run);
    return pointer;
  };
  const { guards } = trampolines;
  const guardFunctions = {
    metatable: add(guards.metatable),
    wideNumber: add(guards.wideNumber),
    several: add(guards.several),
    always: add(guards.always),
  };
  exports.emscripten_stack_init();
  exports.__wasm_call_ctors();
  return {
    exports,
    hostFunction: add(trampolines.host),
    hookFunction: add(trampolines.hook),
    guardFunctions,
  };
}

function importsOf(
  callbacks: LuaCallbacks,
  memoryLimit: number,
): {
  instance: { exports: LinkedExports | null };
  imports: Record<string, Record<string, unknown>>;
} {
  const instance: { exports: LinkedExports | null } = { exports: null };
  const linked = (): LinkedExports => instance.exports as LinkedExports;
  const refuse = (): number => -NOT_SUPPORTED;
  const refuseFile = (): number => BAD_DESCRIPTOR;
  const nothing = (): number => 0;
  const env = {
    // Calls behind a recovery point: a long jump ends here, and the caller sees it by the mark.
    invoke_vii: (index: number, thread: number, data: number): void => {
      const { stackSave, stackRestore, setThrew, __indirect_function_table } = linked();
      const stackPointer = stackSave();
      callbacks.onProtectedCall(thread);
      try {
        (__indirect_function_table.get(index) as (thread: number, data: number) => void)(thread, data);
      } catch (error) {
        if (error !== LONG_JUMP) throw error;
        stackRestore(stackPointer);
        setThrew(1, 0);
      }
    },
    _emscripten_throw_longjmp: (): never => {
      // No error but the jump itself, which the interpreter's code passes on as it is.
      throw LONG_JUMP;
    },
    exit: (status: number): never => {
      throw new LuaPanic(`The Lua interpreter ended with status ${status}`);
    },
    emscripten_memcpy_js: (to: number, from: number, length: number): void => {
      new Uint8Array(linked().memory.buffer).copyWithin(to, from, from + length);
    },
    emscripten_resize_heap: (bytes: number): number => {
      const { memory } = linked();
      const wanted = bytes >>> 0;
      if (wanted > memoryLimit) return 0;
      // In large steps, for each replaces the views on the memory.
      const comfortable = Math.min(memoryLimit, Math.max(wanted, memory.buffer.byteLength * 1.5));
      const pages = Math.ceil((comfortable - memory.buffer.byteLength) / PAGE_BYTES);
      try {
        memory.grow(pages);
        return 1;
      } catch {
        return 0;
      }
    },
    emscripten_date_now: callbacks.nowMs,
    _emscripten_get_now_is_monotonic: nothing,
    strftime: nothing,
    _tzset_js: nothing,
    _mktime_js: nothing,
    _localtime_js: nothing,
    _gmtime_js: nothing,
    _emscripten_system: nothing,
    __syscall_openat: refuse,
    __syscall_fcntl64: refuse,
    __syscall_ioctl: refuse,
    __syscall_dup3: refuse,
    __syscall_unlinkat: refuse,
    __syscall_rmdir: refuse,
    __syscall_renameat: refuse,
    __syscall_readlinkat: refuse,
  };
  const wasi = {
    fd_write: refuseFile,
    fd_read: refuseFile,
    fd_close: refuseFile,
    fd_seek: refuseFile,
    environ_sizes_get: (count: number, size: number): number => {
      const view = new DataView(linked().memory.buffer);
      view.setUint32(count, 0, true);
      view.setUint32(size, 0, true);
      return 0;
    },
    environ_get: nothing,
  };
  return { instance, imports: { env, wasi_snapshot_preview1: wasi } };
}
