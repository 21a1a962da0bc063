import { describe, expect, it } from 'vitest';
import { decodeStreamNode, encodeStreamNode } from '../../src/rdb/stream-node-codec.js';
import { StreamEntries, type TrimTarget } from '../../src/structures/stream-entries.js';
import { MAX_STREAM_ID, streamId } from '../../src/structures/stream-id.js';
import { Random } from '../../src/time/random.js';

const LIMITS = { nodeMaxBytes: 600, nodeMaxEntries: 12 };
const VALUES = ['', '1', '127', '128', '-5000', '70000', '99999999999', 'text', 'v'.repeat(70)];

function filled(random: Random, count: number): { entries: StreamEntries; ids: bigint[] } {
  const entries = new StreamEntries();
  const ids: bigint[] = [];
  let ms = 0n;
  for (let index = 0; index < count; index++) {
    ms += BigInt(random.below(3) === 0 ? random.below(100_000) : 0);
    const id = streamId(ms, BigInt(index + 1));
    const fields = random.below(4) === 0 ? ['other', '12'] : ['field'];
    const values = fields.map(() => VALUES[random.below(VALUES.length)] as string);
    entries.append(id, fields, values, LIMITS);
    ids.push(id);
  }
  return { entries, ids };
}

function expectConsistent(entries: StreamEntries, ids: readonly bigint[]): void {
  expect([...entries.range(0n, MAX_STREAM_ID)].map((entry) => entry.id)).toEqual(ids);
  expect([...entries.reverseRange(0n, MAX_STREAM_ID)].map((entry) => entry.id)).toEqual(ids.toReversed());
  expect(entries.length).toBe(ids.length);
  for (const node of entries.nodes.toArray()) {
    const listpack = encodeStreamNode(node);
    expect(listpack.length).toBe(node.bytes);
    const decoded = decodeStreamNode(node.masterId, listpack);
    expect([decoded.live, decoded.deleted, decoded.bytes]).toEqual([node.live, node.deleted, node.bytes]);
    expect(decoded.entries).toEqual(node.entries);
  }
}

describe('the entries of a stream', () => {
  it('know how many bytes their listpacks take, whatever was deleted', () => {
    const random = new Random(11);
    const { entries, ids } = filled(random, 400);
    expectConsistent(entries, ids);
    while (ids.length > 0) {
      const [id] = ids.splice(random.below(ids.length), 1);
      expect(entries.delete(id as bigint)).toBe(true);
      expect(entries.delete(id as bigint)).toBe(false);
      expect(entries.get(id as bigint)).toBeUndefined();
      if (ids.length % 25 === 0) expectConsistent(entries, ids);
    }
    expect(entries.nodes.length).toBe(0);
  });

  it('are found by ranges of any kind', () => {
    const random = new Random(12);
    const { entries, ids } = filled(random, 300);
    for (let step = 0; step < 200; step++) {
      const [from, to] = [ids[random.below(300)] as bigint, ids[random.below(300)] as bigint];
      const start = from + BigInt(random.below(3) - 1);
      const end = to + BigInt(random.below(3) - 1);
      const expected = ids.filter((id) => id >= start && id <= end);
      expect([...entries.range(start, end)].map((entry) => entry.id)).toEqual(expected);
      expect([...entries.reverseRange(start, end)].map((entry) => entry.id)).toEqual(expected.toReversed());
    }
  });

  it('are trimmed exactly, or by whole nodes', () => {
    const random = new Random(13);
    for (let round = 0; round < 30; round++) {
      const { entries, ids } = filled(random, 150);
      for (let step = 0; step < 8; step++) {
        const keep = random.below(ids.length + 1);
        const target: TrimTarget =
          random.below(2) === 0
            ? { strategy: 'maxlen', length: keep }
            : { strategy: 'minid', id: ids[ids.length - keep] ?? MAX_STREAM_ID };
        const isApproximate = random.below(2) === 0;
        const trimmed = entries.trim(target, isApproximate, 0);
        if (isApproximate) expect(trimmed).toBeLessThanOrEqual(ids.length - keep);
        else expect(trimmed).toBe(ids.length - keep);
        ids.splice(0, trimmed);
        expectConsistent(entries, ids);
      }
    }
  });
});
