/** The settings of one cjson module (cjson.new makes more of them); they live in a userdata, so Lua frees them. */
import type { LuaEngine } from '../engine.js';

export const INVALID_NUMBERS = { refused: 0, accepted: 1, asNull: 2 } as const;

/** Where each setting lies in the userdata, as an index of 32-bit integers. */
export const SETTING = {
  sparseConvert: 0,
  sparseRatio: 1,
  sparseSafe: 2,
  encodeMaxDepth: 3,
  decodeMaxDepth: 4,
  encodeInvalidNumbers: 5,
  decodeInvalidNumbers: 6,
  encodeNumberPrecision: 7,
  encodeKeepBuffer: 8,
} as const;

export type Setting = (typeof SETTING)[keyof typeof SETTING];

const DEFAULTS: Readonly<Record<keyof typeof SETTING, number>> = {
  sparseConvert: 0,
  sparseRatio: 2,
  sparseSafe: 10,
  encodeMaxDepth: 1000,
  decodeMaxDepth: 1000,
  encodeInvalidNumbers: INVALID_NUMBERS.refused,
  decodeInvalidNumbers: INVALID_NUMBERS.accepted,
  encodeNumberPrecision: 14,
  encodeKeepBuffer: 1,
};

const INTEGER_SIZE = 4;
export const SETTINGS_SIZE = INTEGER_SIZE * Object.keys(SETTING).length;

export class CjsonSettings {
  readonly #engine: LuaEngine;
  readonly #pointer: number;

  constructor(engine: LuaEngine, pointer: number) {
    this.#engine = engine;
    this.#pointer = pointer;
  }

  reset(): void {
    for (const [name, place] of Object.entries(SETTING)) {
      this.set(place, DEFAULTS[name as keyof typeof SETTING]);
    }
  }

  get(setting: Setting): number {
    return this.#engine.buffer.readInt32LE(this.#pointer + INTEGER_SIZE * setting);
  }

  set(setting: Setting, value: number): void {
    this.#engine.buffer.writeInt32LE(value, this.#pointer + INTEGER_SIZE * setting);
  }
}
