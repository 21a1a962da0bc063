/** What the libraries of one interpreter share: views on its memory, a buffer for output, a place to hand it over. */
import { type LuaEngine, LuaError } from '../engine.js';
import type { LuaState } from '../state.js';
import type { ValueMemory } from '../value-memory.js';
import { ByteWriter } from './byte-writer.js';

const HAND_OVER_BYTES = 65536;

export class Workspace {
  readonly out = new ByteWriter();
  readonly #engine: LuaEngine;
  readonly #handOver: number;

  private constructor(engine: LuaEngine) {
    this.#engine = engine;
    this.#handOver = engine.exports.malloc(HAND_OVER_BYTES);
  }

  static of(lua: LuaState): Workspace {
    const { engine } = lua;
    let workspace = WORKSPACES.get(engine);
    if (workspace === undefined) {
      workspace = new Workspace(engine);
      WORKSPACES.set(engine, workspace);
    }
    return workspace;
  }

  /** Good until the interpreter allocates something. */
  get memory(): ValueMemory {
    return this.#engine.memory;
  }

  /** Pushes what was written to `out` as a string. */
  pushOutput(lua: LuaState): void {
    const { written } = this.out;
    const { malloc, free, lua_pushlstring } = this.#engine.exports;
    if (written.length <= HAND_OVER_BYTES) {
      this.memory.bytes.set(written, this.#handOver);
      lua_pushlstring(lua.thread, this.#handOver, written.length);
      return;
    }
    const pointer = malloc(written.length);
    if (pointer === 0) throw new LuaError('not enough memory');
    this.memory.bytes.set(written, pointer);
    try {
      lua_pushlstring(lua.thread, pointer, written.length);
    } finally {
      free(pointer);
    }
  }
}

const WORKSPACES = new WeakMap<LuaEngine, Workspace>();
