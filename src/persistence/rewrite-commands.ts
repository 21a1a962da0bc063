/** The shortest list of commands that makes a dataset: the base of an AOF with aof-use-rdb-preamble no (rewriteAppendOnlyFileRio of aof.c). */
import { HashValue } from '../keyspace/values/hash-value.js';
import { ListValue } from '../keyspace/values/list-value.js';
import { SetValue } from '../keyspace/values/set-value.js';
import { SortedSetValue } from '../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../keyspace/values/stored-value.js';
import { StreamValue } from '../keyspace/values/stream-value.js';
import type { WritableDatabase } from '../rdb/write-rdb.js';
import type { ByteString } from '../resp/byte-string.js';
import { type DoubleStyle, formatDouble } from '../resp/number-format.js';
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID } from '../structures/stream-id.js';

/** Elements that one command adds at most. */
const ELEMENTS_PER_COMMAND = 64;

export function* rewriteCommands(
  databases: Iterable<WritableDatabase>,
  doubles: DoubleStyle,
  functions: Iterable<ByteString> = [],
): Generator<readonly ByteString[]> {
  for (const code of functions) yield ['FUNCTION', 'LOAD', code];
  for (const database of databases) {
    if (database.size === 0) continue;
    yield ['SELECT', String(database.index)];
    for (const [key, value] of database.entries()) {
      yield* commandsOf(key, value, doubles);
      const expiresAtMs = database.exactExpiry(key);
      if (expiresAtMs !== null) yield ['PEXPIREAT', key, String(expiresAtMs)];
    }
  }
}

function commandsOf(
  key: ByteString,
  value: StoredValue,
  doubles: DoubleStyle,
): Iterable<readonly ByteString[]> {
  if (value instanceof ListValue) return inBatches(['RPUSH', key], elementsOf(value));
  if (value instanceof SetValue) return inBatches(['SADD', key], value.members());
  if (value instanceof SortedSetValue) return inBatches(['ZADD', key], scoresOf(value, doubles), 2);
  if (value instanceof HashValue) return inBatches(['HMSET', key], flattened(value.entries()), 2);
  if (value instanceof StreamValue) return streamCommands(key, value);
  return [['SET', key, String(value)]];
}

/** @param width arguments of one element. */
function* inBatches(
  head: readonly ByteString[],
  parts: Iterable<ByteString>,
  width = 1,
): Generator<readonly ByteString[]> {
  let argv = [...head];
  for (const part of parts) {
    argv.push(part);
    if (argv.length < head.length + ELEMENTS_PER_COMMAND * width) continue;
    yield argv;
    argv = [...head];
  }
  if (argv.length > head.length) yield argv;
}

function elementsOf(list: ListValue): readonly ByteString[] {
  return list.slice(0, list.size);
}

function* scoresOf(set: SortedSetValue, doubles: DoubleStyle): Generator<ByteString> {
  for (const { score, member } of set.entries()) {
    yield formatDouble(score, doubles);
    yield member;
  }
}

function* flattened(pairs: Iterable<readonly [ByteString, ByteString]>): Generator<ByteString> {
  for (const [field, value] of pairs) {
    yield field;
    yield value;
  }
}

function* streamCommands(key: ByteString, stream: StreamValue): Generator<readonly ByteString[]> {
  // An empty stream comes of an entry that is dropped at once.
  if (stream.length === 0) yield ['XADD', key, 'MAXLEN', '0', '0-1', 'x', 'y'];
  for (const { id, fields, values } of stream.range(MIN_STREAM_ID, MAX_STREAM_ID)) {
    yield ['XADD', key, formatStreamId(id), ...fields.flatMap((field, index) => [field, values[index]!])];
  }
  const counters = ['ENTRIESADDED', String(stream.entriesAdded)];
  yield [
    ...['XSETID', key, formatStreamId(stream.lastId), ...counters],
    ...['MAXDELETEDID', formatStreamId(stream.maxDeletedId)],
  ];
  for (const group of stream.sortedGroups()) {
    const lastId = formatStreamId(group.lastId);
    yield ['XGROUP', 'CREATE', key, group.name, lastId, 'ENTRIESREAD', String(group.entriesRead)];
    for (const consumer of group.sortedConsumers()) {
      let hasPending = false;
      for (const [id, entry] of consumer.pending.from(MIN_STREAM_ID)) {
        hasPending = true;
        yield [
          ...['XCLAIM', key, group.name, consumer.name, '0', formatStreamId(id)],
          ...['TIME', String(entry.deliveredAtMs), 'RETRYCOUNT', String(entry.deliveries)],
          ...['JUSTID', 'FORCE'],
        ];
      }
      if (!hasPending) yield ['XGROUP', 'CREATECONSUMER', key, group.name, consumer.name];
    }
  }
}
