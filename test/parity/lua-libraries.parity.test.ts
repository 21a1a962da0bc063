/** cjson, cmsgpack, struct and bit in scripts of a real server and of ours: results digit for digit, errors word for word. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Pair } from './compare.js';
import { scriptOf } from './lua-cases.js';
import { LIBRARY_CASES } from './lua-library-cases.js';
import { RandomLuaCases } from './random-lua-cases.js';
import { RandomStandardCases } from './random-standard-cases.js';
import type { TypedReply } from './typed-reply.js';

const SEEDS = [1, 2, 3, 4, 5];
const CASES_PER_SEED = 300;

/** Where a value lies. */
const ADDRESS = /(table|function|thread|userdata)(?:: builtin)?: (?:0x)?[0-9a-f]+/g;

describeParity('the libraries of Lua do what they do on redis-server', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start();
  });
  afterAll(() => pair.stop());

  async function compare(expressions: readonly string[]): Promise<void> {
    const { theirs, ours } = await pair.both(['EVAL', scriptOf(expressions), 0]);
    const told = (reply: TypedReply): unknown =>
      reply.type === '*'
        ? expressions.map((expression, index) => `${expression} -> ${textAt(reply, index)}`)
        : reply;
    expect(told(ours)).toEqual(told(theirs));
    expect(theirs.type).toBe('*');
  }

  it.each(Object.entries(LIBRARY_CASES))('%s', async (_name, expressions) => {
    await compare(expressions);
  });

  it.each(SEEDS)("Lua's own functions and operators with random values, seed %i", async (seed) => {
    await compare(new RandomStandardCases(seed).list(CASES_PER_SEED));
  });

  it.each(SEEDS)('random values, formats and bytes, seed %i', async (seed) => {
    await compare(new RandomLuaCases(seed).list(CASES_PER_SEED));
  });
});

function textAt({ value }: TypedReply, index: number): string {
  return String((value as readonly TypedReply[] | null)?.[index]?.value).replace(ADDRESS, '$1: <address>');
}
