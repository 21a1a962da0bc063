import { describe, expect, it } from 'vitest';
import { type RankedEntry, RankedTree } from '../../src/structures/ranked-tree.js';
import { Random } from '../../src/time/random.js';

/** The same, kept in order by sorting. */
class SortedArray {
  readonly entries: RankedEntry[] = [];

  insert(entry: RankedEntry): void {
    this.entries.push(entry);
    this.entries.sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1));
  }

  remove(member: string): void {
    const index = this.entries.findIndex((entry) => entry.member === member);
    this.entries.splice(index, 1);
  }
}

function expectSame(tree: RankedTree, model: SortedArray): void {
  const { entries } = model;
  expect(tree.size).toBe(entries.length);
  expect([...tree.entries()]).toEqual(entries);
  expect(tree.slice(0, tree.size)).toEqual(entries);
  for (let rank = 0; rank < entries.length; rank += 7) {
    const entry = entries[rank]!;
    expect(tree.at(rank)).toBe(entry);
    expect(tree.rankOf(entry.score, entry.member)).toBe(rank);
    expect(tree.slice(rank, rank + 150)).toEqual(entries.slice(rank, rank + 150));
    const firstOfScore = entries.findIndex(({ score }) => score >= entry.score);
    expect(tree.rankOfFirst(({ score }) => score >= entry.score)).toBe(firstOfScore);
  }
  expect(tree.rankOfFirst(() => false)).toBe(entries.length);
  expect(tree.rankOfFirst(() => true)).toBe(0);
}

describe('RankedTree', () => {
  it('is empty at first', () => {
    const tree = new RankedTree();
    expect(tree.size).toBe(0);
    expect(tree.slice(0, 1)).toEqual([]);
    expect(tree.rankOf(1, 'a')).toBe(0);
    expect(tree.remove(1, 'a')).toBe(false);
  });

  it.each([1, 2, 3])('agrees with a sorted array while it grows and shrinks, seed %d', (seed) => {
    const random = new Random(seed);
    const tree = new RankedTree();
    const model = new SortedArray();
    let next = 0;
    for (let round = 0; round < 40; round++) {
      // It grows for some rounds, shrinks for others.
      const isGrowing = round % 10 < 6;
      for (let step = 0; step < 120; step++) {
        if (isGrowing || model.entries.length === 0) {
          const entry = { member: `m${next++}`, score: random.below(50) };
          tree.insert(entry);
          model.insert(entry);
        } else {
          const { score, member } = model.entries[random.below(model.entries.length)]!;
          expect(tree.remove(score, member)).toBe(true);
          expect(tree.remove(score, member)).toBe(false);
          model.remove(member);
        }
      }
      expectSame(tree, model);
    }
    for (const { score, member } of [...model.entries]) tree.remove(score, member);
    expect(tree.size).toBe(0);
  });

  it('orders members by their bytes where scores are equal, and zeros of both signs are equal', () => {
    const tree = new RankedTree();
    for (const member of ['b', 'a', '\xff', '', 'B', 'aa']) tree.insert({ member, score: 0 });
    tree.insert({ member: 'ab', score: -0 });
    expect(tree.slice(0, 9).map(({ member }) => member)).toEqual(['', 'B', 'a', 'aa', 'ab', 'b', '\xff']);
    expect(tree.remove(-0, 'aa')).toBe(true);
  });

  it.each(['ascending', 'descending', 'scattered'])(
    'takes a hundred thousand %s entries in no time',
    (order) => {
      const tree = new RankedTree();
      const count = 100_000;
      const scoreOf = (index: number): number => {
        if (order === 'ascending') return index;
        return order === 'descending' ? -index : (index * 48_271) % 2_147_483_647;
      };
      for (let index = 0; index < count; index++)
        tree.insert({ member: String(index), score: scoreOf(index) });
      expect(tree.size).toBe(count);
      for (let index = 0; index < count; index += 2) {
        const score = scoreOf(index);
        const rank = tree.rankOf(score, String(index));
        expect(tree.at(rank).score === score).toBe(true);
        tree.remove(score, String(index));
      }
      expect(tree.size).toBe(count / 2);
    },
  );
});
