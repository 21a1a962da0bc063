/** FUNCTION, FCALL and what libraries may do, on a real server and on ours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import { FUNCTION_CALLS, LIBRARIES } from './function-calls.js';
import type { TypedReply } from './typed-reply.js';

describeParity('functions answer as on redis-server', () => {
  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      let pair: Pair;
      beforeAll(async () => {
        pair = await Pair.start({ protocol });
      });
      afterAll(() => pair.stop());

      for (const [name, calls] of Object.entries(FUNCTION_CALLS)) {
        it(name, async () => {
          await pair.same(['FUNCTION', 'FLUSH']);
          await pair.same(['FLUSHALL']);
          for (const call of calls) await pair.same(call, { normalise: inOrder });
        });
      }
    });
  }

  it('a payload of each side is one for the other', async () => {
    const pair = await Pair.start();
    try {
      for (const code of Object.values(LIBRARIES)) await pair.same(['FUNCTION', 'LOAD', code]);
      const { theirs, ours } = await pair.both(['FUNCTION', 'DUMP']);
      const payloads = [theirs, ours].map(({ value }) => Buffer.from(String(value), 'latin1'));
      expect(payloads[0]?.length).toBe(payloads[1]?.length);
      for (const payload of payloads) {
        const restore: Call = ['FUNCTION', 'RESTORE', payload];
        await pair.same(restore, { normalise: anyLibrary });
        await pair.same([...restore, 'REPLACE']);
        await pair.same([...restore, 'FLUSH']);
        await pair.same(['FUNCTION', 'FLUSH']);
        await pair.same([...restore, 'APPEND']);
        await pair.same(['FUNCTION', 'LIST', 'WITHCODE'], { normalise: inOrder });
        await pair.same(['FCALL', 'get', 1, 'key']);
        const broken = Buffer.from(payload);
        broken[3] = (broken[3] ?? 0) ^ 1;
        await pair.same(['FUNCTION', 'RESTORE', broken]);
        await pair.same(['FUNCTION', 'RESTORE', payload.subarray(0, 5)]);
      }
    } finally {
      await pair.stop();
    }
  });
});

/** Which of several is there already is a matter of their order. */
function anyLibrary(reply: TypedReply): unknown {
  return { ...reply, value: String(reply.value).replace(/Library \w+/, 'Library <name>') };
}

/** Libraries and functions come in any order. */
function inOrder(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = (reply.value as readonly TypedReply[]).map(inOrder);
  return { ...reply, value: items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}
