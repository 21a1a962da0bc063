import { describe, expect, it } from 'vitest';
import { type SetLimits, SetValue } from '../../src/keyspace/values/set-value.js';
import { compareIntegers, IntSet } from '../../src/structures/int-set.js';
import { Random } from '../../src/time/random.js';

const IN_72: SetLimits = {
  maxIntsetEntries: 512,
  maxListpackEntries: 128,
  maxListpackValue: 64,
  hasListpacks: true,
};
const IN_70: SetLimits = { ...IN_72, maxListpackEntries: 0, hasListpacks: false };

describe('SetValue', () => {
  for (const [version, limits] of [
    ['7.0', IN_70],
    ['7.2', IN_72],
  ] as const) {
    it(`holds in every encoding of ${version} what a set holds`, () => {
      const random = new Random(5);
      for (let round = 0; round < 40; round++) {
        const model = new Set<string>();
        const texts = random.below(2) === 0;
        const first = texts ? 'text' : '0';
        const set = SetValue.for(first, 1, limits);
        for (let step = 0; step < 900; step++) {
          const number = String(random.below(1200) - 600);
          const member = texts && random.below(3) === 0 ? `m${number}` : number;
          if (random.below(4) > 0) {
            expect(set.add(member, limits)).toBe(!model.has(member));
            model.add(member);
          } else {
            expect(set.delete(member)).toBe(model.delete(member));
          }
          expect(set.has(member)).toBe(model.has(member));
          expect(set.size).toBe(model.size);
        }
        expect(set.toArray().sort()).toEqual([...model].sort());
        const copy = set.copy();
        expect(copy.encoding).toBe(set.encoding);
        copy.add('only here', limits);
        expect(set.has('only here')).toBe(false);
      }
    });
  }

  it('walks a hash table in steps and everything else at once', () => {
    const small = SetValue.for('3', 1, IN_72);
    for (const member of ['3', '1', '2']) small.add(member, IN_72);
    expect(small.scan(0, 1)).toEqual({ cursor: 0, members: ['1', '2', '3'] });
    const big = SetValue.withEncoding('hashtable');
    for (let index = 0; index < 1000; index++) big.add(`m${index}`, IN_72);
    const seen = new Set<string>();
    let cursor = 0;
    let steps = 0;
    do {
      const step = big.scan(cursor, 50);
      for (const member of step.members) seen.add(member);
      cursor = step.cursor;
      steps++;
    } while (cursor !== 0);
    expect(seen.size).toBe(1000);
    expect(steps).toBeGreaterThan(10);
  });
});

describe('IntSet', () => {
  it('is sorted by value and remembers its widest member', () => {
    const set = new IntSet();
    for (const member of [
      '5',
      '-1',
      '0',
      '70000',
      '-9223372036854775808',
      '9223372036854775807',
      '-70000',
      '41',
    ])
      set.add(member);
    const sorted = [...set.members()];
    expect(sorted).toEqual(sorted.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    expect(set.width).toBe(8);
    set.delete('9223372036854775807');
    set.delete('-9223372036854775808');
    expect(set.width).toBe(8);
    expect(set.has('-9223372036854775808')).toBe(false);
    expect(compareIntegers('-10', '-9')).toBeLessThan(0);
  });
});
