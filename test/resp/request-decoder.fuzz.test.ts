/** The request decoder on random and damaged bytes: it never throws, and chunks make no difference. */
import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { Random } from '../../src/time/random.js';
import { decodeAll, inPieces, type Limits } from './decode-all.js';
import { damaged, randomBytes, randomStream } from './random-stream.js';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);
const limitSets: Limits[] = [{}, { authenticated: false }, { fromMaster: true }, { maxBulkLength: 20 }];

function randomChunks(random: Random, bytes: string): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const size = 1 + random.below(random.below(3) === 0 ? 200 : 8);
    chunks.push(bytes.slice(start, start + size));
    start += size;
  }
  return chunks;
}

describe('the request decoder', () => {
  it.each(SEEDS)('decodes valid streams in any chunks (seed %i)', (seed) => {
    const random = new Random(seed);
    const requests = Array.from({ length: 20 }, () =>
      Array.from({ length: 1 + random.below(6) }, () => randomBytes(random, random.below(80))),
    );
    const bytes = requests.map(encodeRequest).join('');
    expect(decodeAll([bytes]).requests).toEqual(requests);
    expect(decodeAll(randomChunks(random, bytes)).requests).toEqual(requests);
  });

  it.each(SEEDS)('gives the same for damaged streams in any chunks (seed %i)', (seed) => {
    const random = new Random(1000 + seed);
    for (let round = 0; round < 20; round++) {
      const bytes = damaged(random, randomStream(random, 1 + random.below(8)));
      const limits = limitSets[random.below(limitSets.length)]!;
      const whole = decodeAll([bytes], limits);
      expect(decodeAll(inPieces(bytes, 1), limits)).toMatchObject({
        requests: whole.requests,
        error: whole.error,
        consumedBytes: whole.consumedBytes,
      });
      expect(decodeAll(randomChunks(random, bytes), limits)).toMatchObject({
        requests: whole.requests,
        error: whole.error,
        consumedBytes: whole.consumedBytes,
      });
    }
  });

  it.each(SEEDS)('gives the same for random bytes in any chunks (seed %i)', (seed) => {
    const random = new Random(2000 + seed);
    for (let round = 0; round < 20; round++) {
      const bytes = randomBytes(random, 1 + random.below(300));
      const whole = decodeAll([bytes]);
      expect(decodeAll(randomChunks(random, bytes))).toMatchObject({
        requests: whole.requests,
        error: whole.error,
        consumedBytes: whole.consumedBytes,
      });
    }
  });
});
