import { describe, expect, it } from 'vitest';
import { StreamValue } from '../../src/keyspace/values/stream-value.js';
import { RdbFormatError } from '../../src/rdb/rdb-format-error.js';
import { RdbReader } from '../../src/rdb/rdb-reader.js';
import { RdbWriter } from '../../src/rdb/rdb-writer.js';
import { encodeStreamNode } from '../../src/rdb/stream-node-codec.js';
import { readValue, writableValue } from '../../src/rdb/value-codecs.js';
import { MAX_STREAM_ID, streamId } from '../../src/structures/stream-id.js';
import { StreamNode } from '../../src/structures/stream-node.js';
import { Random } from '../../src/time/random.js';
import { LIMITS } from './rdb-fixtures.js';

const NODE_LIMITS = { nodeMaxBytes: 4096, nodeMaxEntries: 3 };

function sample(): StreamValue {
  const stream = new StreamValue();
  for (let index = 1; index <= 10; index++) {
    stream.append(
      streamId(BigInt(index), 7n),
      index === 4 ? ['a', 'b'] : ['f'],
      index === 4 ? ['1', '2'] : [`v${index}`],
      NODE_LIMITS,
    );
  }
  stream.append(MAX_STREAM_ID, ['f'], ['last'], NODE_LIMITS);
  stream.delete([streamId(2n, 7n), streamId(5n, 7n)]);
  stream.entriesAdded = 2n ** 64n - 1n;
  const group = stream.addGroup('g', streamId(3n, 7n), -1n)!;
  const alice = group.addConsumer('alice', 1000);
  group.addConsumer('42', 2000);
  alice.activeAtMs = 1500;
  group.assign(streamId(1n, 7n), { consumer: null, deliveredAtMs: 1500, deliveries: 3 }, alice);
  group.assign(streamId(3n, 7n), { consumer: null, deliveredAtMs: 1500, deliveries: 2n ** 63n - 1n }, alice);
  return stream;
}

function encode(stream: StreamValue, rdbVersion: number): { type: number; bytes: Uint8Array } {
  const writer = new RdbWriter();
  const writable = writableValue(stream, rdbVersion);
  writable.write(writer);
  return { type: writable.type, bytes: writer.finish() };
}

function decode(type: number, bytes: Uint8Array): StreamValue {
  return readValue(type, new RdbReader(bytes), LIMITS) as StreamValue;
}

/** All there is to know, as data that can be compared. */
function plain(stream: StreamValue): unknown {
  const { lastId, firstId, maxDeletedId, entriesAdded, length } = stream;
  return {
    counters: [lastId, firstId, maxDeletedId, entriesAdded, length],
    nodes: stream.entries.nodes
      .toArray()
      .map((node) => [node.masterId, node.live, node.deleted, node.bytes, node.entries]),
    groups: stream.sortedGroups().map((group) => ({
      group: [group.name, group.lastId, group.entriesRead],
      pending: [...group.pending.from(0n)].map(([id, entry]) => [
        id,
        entry.consumer?.name,
        entry.deliveredAtMs,
        BigInt(entry.deliveries),
      ]),
      consumers: group
        .sortedConsumers()
        .map((each) => [each.name, each.seenAtMs, each.activeAtMs, [...each.pending.ids()]]),
    })),
  };
}

describe('streams in RDB data', () => {
  it('come back as they were', () => {
    const { type, bytes } = encode(sample(), 11);
    expect(type).toBe(21);
    expect(plain(decode(type, bytes))).toEqual(plain(sample()));
    expect(plain(sample().copy())).toEqual(plain(sample()));
  });

  it('of 7.0 have no active times: the seen times stand for them', () => {
    const { type, bytes } = encode(sample(), 10);
    expect(type).toBe(19);
    const expected = sample();
    for (const consumer of expected.groups.get('g')!.consumers.values())
      consumer.activeAtMs = consumer.seenAtMs;
    expect(plain(decode(type, bytes))).toEqual(plain(expected));
  });

  it('of 6 have no counters: those follow from the entries', () => {
    const node = new StreamNode(streamId(5n, 1n), ['f']);
    for (const ms of [5n, 6n, 7n]) node.append(streamId(ms, 1n), ['f'], ['v']);
    node.markDeleted(node.entries[0]!);
    const writer = new RdbWriter();
    writer.len(1);
    writer.len(16);
    writer.bytes(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1));
    writer.blob(encodeStreamNode(node));
    for (const number of [2, 7, 1]) writer.len(number);
    writer.len(1);
    writer.string('g');
    for (const number of [6, 1, 0, 0]) writer.len(number);
    const stream = decode(15, writer.finish());
    expect([stream.firstId, stream.maxDeletedId, stream.entriesAdded]).toEqual([streamId(6n, 1n), 0n, 2n]);
    expect(stream.groups.get('g')?.entriesRead).toBe(1n);
  });

  it('that are damaged are refused, and nothing worse', () => {
    const random = new Random(4);
    const { type, bytes } = encode(sample(), 11);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = Uint8Array.from(bytes);
      if (random.below(3) === 0) damaged.fill(0, random.below(damaged.length));
      for (let change = 0; change < 1 + random.below(3); change++)
        damaged[random.below(damaged.length)] = random.below(256);
      try {
        decode(type, damaged.subarray(0, random.below(4) === 0 ? random.below(damaged.length) : undefined));
      } catch (error) {
        expect(error).toBeInstanceOf(RdbFormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
