/** Streams in RDB data: types 15, 19 (since 7.0: counters) and 21 (since 7.2: active times), all with listpacks. */
import { type Consumer, ConsumerGroup, type PendingEntry } from '../../keyspace/values/consumer-group.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { StreamValue } from '../../keyspace/values/stream-value.js';
import { StreamEntries } from '../../structures/stream-entries.js';
import {
  MIN_STREAM_ID,
  millisecondsOf,
  type StreamId,
  sequenceOf,
  streamId,
} from '../../structures/stream-id.js';
import type { StreamIdMap } from '../../structures/stream-id-map.js';
import type { StreamNode } from '../../structures/stream-node.js';
import { RdbFormatError } from '../rdb-format-error.js';
import type { RdbReader } from '../rdb-reader.js';
import type { RdbWriter } from '../rdb-writer.js';
import { decodeStreamNode, encodeStreamNode } from '../stream-node-codec.js';
import { RDB_TYPE, type RdbValueCodec } from '../value-codec.js';

const ID_BYTES = 16;
/** The RDB version of 7.2. */
const HAS_ACTIVE_TIMES = 11;

export const streamCodec: RdbValueCodec = {
  types: [RDB_TYPE.streamListpacks, RDB_TYPE.streamListpacks2, RDB_TYPE.streamListpacks3],

  handles: (value: StoredValue): boolean => value instanceof StreamValue,

  read(type: number, reader: RdbReader): StoredValue {
    const nodes = readNodes(reader);
    const length = reader.len();
    if (length > 0 && nodes.length === 0)
      throw new RdbFormatError('Stream length inconsistent with rax entries');
    const stream = new StreamValue(new StreamEntries(nodes, length));
    stream.lastId = readId(reader);
    if (type === RDB_TYPE.streamListpacks) {
      stream.entriesAdded = BigInt(length);
      for (const entry of stream.range(MIN_STREAM_ID, stream.lastId)) {
        stream.firstId = entry.id;
        break;
      }
    } else {
      stream.firstId = readId(reader);
      stream.maxDeletedId = readId(reader);
      stream.entriesAdded = reader.length64();
    }
    for (let left = reader.count(1); left > 0; left--) {
      const group = readGroup(type, reader, stream);
      if (stream.groups.has(group.name))
        throw new RdbFormatError(`Duplicated consumer group name ${group.name}`);
      stream.groups.set(group.name, group);
    }
    return stream;
  },

  typeOf: (_value: StoredValue, rdbVersion: number): number =>
    rdbVersion >= HAS_ACTIVE_TIMES ? RDB_TYPE.streamListpacks3 : RDB_TYPE.streamListpacks2,

  write(value: StoredValue, writer: RdbWriter, rdbVersion: number): void {
    const stream = value as StreamValue;
    const { nodes } = stream.entries;
    writer.len(nodes.length);
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes.at(index);
      writer.len(ID_BYTES);
      writeRawId(writer, node.masterId);
      writer.blob(encodeStreamNode(node));
    }
    writer.len(stream.length);
    writeId(writer, stream.lastId);
    writeId(writer, stream.firstId);
    writeId(writer, stream.maxDeletedId);
    writer.length64(stream.entriesAdded);
    writer.len(stream.groups.size);
    for (const group of stream.sortedGroups()) writeGroup(writer, group, rdbVersion >= HAS_ACTIVE_TIMES);
  },
};

function readNodes(reader: RdbReader): StreamNode[] {
  const byId = new Map<StreamId, StreamNode>();
  for (let left = reader.count(2); left > 0; left--) {
    const key = reader.blob();
    if (key.length !== ID_BYTES)
      throw new RdbFormatError('Stream node key entry is not the size of a stream ID');
    const id = rawId(key);
    if (byId.has(id)) throw new RdbFormatError('Listpack re-added with existing key');
    byId.set(id, decodeStreamNode(id, reader.blob()));
  }
  return [...byId.values()].sort((a, b) => (a.masterId < b.masterId ? -1 : 1));
}

function readGroup(type: number, reader: RdbReader, stream: StreamValue): ConsumerGroup {
  const name = reader.string();
  const lastId = readId(reader);
  const entriesRead =
    type === RDB_TYPE.streamListpacks ? stream.entriesUpTo(lastId) : BigInt.asIntN(64, reader.length64());
  const group = new ConsumerGroup(name, lastId, entriesRead);
  const unowned = new Map<StreamId, PendingEntry>();
  for (let left = reader.count(ID_BYTES + 9); left > 0; left--) {
    const id = rawId(reader.bytes(ID_BYTES));
    if (unowned.has(id))
      throw new RdbFormatError('Duplicated global PEL entry loading stream consumer group');
    const deliveredAtMs = Number(reader.int64LE());
    unowned.set(id, { consumer: null, deliveredAtMs, deliveries: reader.length64() });
  }
  for (let left = reader.count(10); left > 0; left--) readConsumer(type, reader, group, unowned);
  for (const id of unowned.keys()) {
    if (!group.pending.has(id)) throw new RdbFormatError('Stream CG PEL entry without consumer');
  }
  return group;
}

function readConsumer(
  type: number,
  reader: RdbReader,
  group: ConsumerGroup,
  unowned: ReadonlyMap<StreamId, PendingEntry>,
): void {
  const name = reader.string();
  if (group.consumers.has(name)) throw new RdbFormatError('Duplicate stream consumer detected.');
  const consumer: Consumer = group.addConsumer(name, Number(reader.int64LE()));
  // What older files do not tell is best guessed so.
  consumer.activeAtMs = type === RDB_TYPE.streamListpacks3 ? Number(reader.int64LE()) : consumer.seenAtMs;
  for (let left = reader.count(ID_BYTES); left > 0; left--) {
    const id = rawId(reader.bytes(ID_BYTES));
    const entry = unowned.get(id);
    if (entry === undefined) throw new RdbFormatError('Consumer entry not found in group global PEL');
    if (consumer.pending.has(id))
      throw new RdbFormatError('Duplicated consumer PEL entry  loading a stream consumer group');
    group.assign(id, entry, consumer);
  }
}

function writeGroup(writer: RdbWriter, group: ConsumerGroup, withActiveTimes: boolean): void {
  writer.string(group.name);
  writeId(writer, group.lastId);
  writer.length64(BigInt.asUintN(64, group.entriesRead));
  writePending(writer, group.pending, true);
  writer.len(group.consumers.size);
  for (const consumer of group.sortedConsumers()) {
    writer.string(consumer.name);
    writer.int64LE(consumer.seenAtMs);
    if (withActiveTimes) writer.int64LE(consumer.activeAtMs);
    writePending(writer, consumer.pending, false);
  }
}

function writePending(writer: RdbWriter, pending: StreamIdMap<PendingEntry>, withDeliveries: boolean): void {
  writer.len(pending.size);
  for (const [id, { deliveredAtMs, deliveries }] of pending.from(0n)) {
    writeRawId(writer, id);
    if (!withDeliveries) continue;
    writer.int64LE(deliveredAtMs);
    writer.length64(BigInt.asUintN(64, BigInt(deliveries)));
  }
}

function readId(reader: RdbReader): StreamId {
  return streamId(reader.length64(), reader.length64());
}

function writeId(writer: RdbWriter, id: StreamId): void {
  writer.length64(millisecondsOf(id));
  writer.length64(sequenceOf(id));
}

function rawId(bytes: Uint8Array): StreamId {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return streamId(view.getBigUint64(0), view.getBigUint64(8));
}

function writeRawId(writer: RdbWriter, id: StreamId): void {
  const bytes = new Uint8Array(ID_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, millisecondsOf(id));
  view.setBigUint64(8, sequenceOf(id));
  writer.bytes(bytes);
}
