import { describe, expect, it } from 'vitest';
import { ScanIndex } from '../../src/structures/scan-index.js';
import { Random } from '../../src/time/random.js';

const members = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, i) => prefix + i);

/** Walks to the end; `between` runs after each step and may replace the index, as its owner does when it is worn. */
function walk(
  index: ScanIndex,
  count: number,
  has: (member: string) => boolean,
  between?: () => ScanIndex,
): string[] {
  const found: string[] = [];
  let current = index;
  for (let from: number | null = 0; from !== null; ) {
    const step = current.take(from, count, has);
    found.push(...step.members);
    from = step.next;
    current = between?.() ?? current;
  }
  return found;
}

describe('ScanIndex', () => {
  it('gives every member exactly once, in steps of about the count', () => {
    const all = members(1000);
    const index = new ScanIndex(all);
    expect(walk(index, 10, () => true).sort()).toEqual([...all].sort());
    expect(index.take(0, 10, () => true).members).toHaveLength(10);
  });

  it('gives nothing of an empty collection', () => {
    expect(new ScanIndex([]).take(0, 10, () => true)).toEqual({ members: [], next: null });
  });

  it('leaves out members that the collection has no more', () => {
    const index = new ScanIndex(members(100));
    expect(walk(index, 7, (member) => member.endsWith('5')).sort()).toEqual(
      members(100)
        .filter((member) => member.endsWith('5'))
        .sort(),
    );
  });

  it('takes any cursor', () => {
    const index = new ScanIndex(members(10));
    expect(index.take(0xffffffff, 5, () => true).next).toBeNull();
    expect(index.take(2 ** 40, 5, () => true)).toEqual({ members: [], next: null });
  });

  it('says when it should be built anew', () => {
    const index = new ScanIndex(members(80));
    expect(index.isWorn(80)).toBe(false);
    for (const member of members(27, 'new')) index.add(member);
    expect(index.isWorn(107)).toBe(true);
    expect(new ScanIndex(members(200)).isWorn(50)).toBe(true);
  });

  it('gives what is there from beginning to end, while other members come and go', () => {
    const random = new Random(3);
    const lasting = members(300);
    const collection = new Set([...lasting, ...members(300, 'gone')]);
    const index = new ScanIndex(collection);
    let current = index;
    let added = 0;
    const found = walk(
      index,
      10,
      (member) => collection.has(member),
      () => {
        for (let i = 0; i < 5; i++) {
          collection.delete(`gone${random.below(300)}`);
          collection.add(`late${added}`);
          current.add(`late${added}`);
          added++;
        }
        if (current.isWorn(collection.size)) current = new ScanIndex(collection);
        return current;
      },
    );
    expect(lasting.filter((member) => !found.includes(member))).toEqual([]);
    expect(new Set(found).size).toBe(found.length);
  });
});
