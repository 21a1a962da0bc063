import { describe, expect, it } from 'vitest';
import { radixTreeNodes } from '../../src/structures/radix-tree-size.js';

describe('the nodes of a radix tree', () => {
  it.each([
    ['no key: the root alone', [], 1],
    ['one key: its bytes in one node, and where it ends', [0x0102n], 2],
    ['two keys that differ in the last byte: what they share, the parting, two ends', [0x0102n, 0x0103n], 4],
    [
      'two keys that differ in the first byte: the parting, what is left of each, two ends',
      [0x0102n, 0x0202n],
      5,
    ],
    ['a parting behind a parting', [0x0102n, 0x0103n, 0x0201n], 6],
  ] as const)('%s', (_name, keys, nodes) => {
    expect(radixTreeNodes(keys, 2)).toBe(nodes);
  });
});
