import { describe, expect, it } from 'vitest';
import { StreamIdMap } from '../../src/structures/stream-id-map.js';
import { Random } from '../../src/time/random.js';

function idsFrom(map: StreamIdMap<number>, start: bigint): bigint[] {
  return [...map.from(start)].map(([id]) => id);
}

describe('StreamIdMap', () => {
  it('keeps its items in order, whatever comes and goes', () => {
    const random = new Random(5);
    const map = new StreamIdMap<number>();
    const model = new Map<bigint, number>();
    for (let step = 0; step < 6000; step++) {
      const id = BigInt(random.below(400));
      if (random.below(5) < (step % 1000 < 500 ? 3 : 1)) {
        map.set(id, step);
        model.set(id, step);
      } else {
        expect(map.delete(id)).toBe(model.delete(id));
      }
      if (step % 40 !== 0) continue;
      const ids = [...model.keys()].sort((a, b) => Number(a - b));
      const start = BigInt(random.below(400));
      expect(idsFrom(map, start)).toEqual(ids.filter((each) => each >= start));
      expect([map.size, map.firstId, map.lastId]).toEqual([ids.length, ids[0], ids.at(-1)]);
    }
  });

  it('may lose items while it is walked', () => {
    const map = new StreamIdMap<number>();
    for (let index = 0; index < 500; index++) map.set(BigInt(index), index);
    const seen: number[] = [];
    for (const [id, item] of map.from(0n)) {
      seen.push(item);
      if (item % 5 !== 0) map.delete(id);
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => index));
    expect(map.size).toBe(100);
  });
});
