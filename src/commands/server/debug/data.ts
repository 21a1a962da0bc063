/** DEBUG OBJECT, SDSLEN, POPULATE, DIGEST and DIGEST-VALUE: looking into the data, and making some. */
import { ListValue } from '../../../keyspace/values/list-value.js';
import { encodingOfValue, isStringValue, type StoredValue } from '../../../keyspace/values/stored-value.js';
import { textValue } from '../../../keyspace/values/string-value.js';
import { createDumpPayload } from '../../../rdb/dump-payload.js';
import { asCString, type ByteString } from '../../../resp/byte-string.js';
import { MUST_BE_POSITIVE, NO_SUCH_KEY, NOT_AN_SDS } from '../../../resp/errors/index.js';
import { parseSafeInteger } from '../../../resp/integer.js';
import { formatFixed } from '../../../resp/number-format.js';
import { ErrorReply, OK, type Reply, SimpleString } from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';
import { digestOfDataset, digestOfValue } from './digest.js';

const RDB_VERSIONS = { '7.0': 10, '7.2': 11 } as const;
/** Around the value in a dump payload: its type before, version and checksum after. */
const PAYLOAD_FRAME_BYTES = 11;
/** A C server prints where in memory the value is. */
const SOME_ADDRESS = '0x7f0000000000';
const LRU_CLOCK_RANGE = 2 ** 24;

export function describeObject({ node, db, nowMs }: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[2]!;
  const value = db.peekStored(key);
  if (value === undefined) return NO_SUCH_KEY;
  const compress = node.config.values.rdbcompression;
  const length = createDumpPayload(value, RDB_VERSIONS[node.version], compress).length - PAYLOAD_FRAME_BYTES;
  const idleSeconds = db.idleSeconds(key);
  const lru = (Math.floor(nowMs / 1000) - idleSeconds) % LRU_CLOCK_RANGE;
  return new SimpleString(
    `Value at:${SOME_ADDRESS} refcount:1 encoding:${encodingOfValue(value)} serializedlength:${length} lru:${lru} lru_seconds_idle:${idleSeconds}${nodesOf(value)}`,
  );
}

/** What DEBUG OBJECT tells of the nodes of a quicklist. */
function nodesOf(value: StoredValue): string {
  if (!(value instanceof ListValue) || value.encoding !== 'quicklist') return '';
  let bytes = 0;
  for (let index = 0; index < value.nodeCount; index++) bytes += value.node(index).bytes;
  const average = formatFixed(value.size / value.nodeCount, 2);
  return ` ql_nodes:${value.nodeCount} ql_avg_node:${average} ql_listpack_max:${value.fill} ql_compressed:${value.compressDepth > 0 ? 1 : 0} ql_uncompressed_size:${bytes}`;
}

/** Sizes of the texts of key and value; nothing is kept in reserve here. */
export function describeText({ db }: CommandContext, argv: readonly ByteString[]): Reply {
  const key = argv[2]!;
  const value = db.peekStored(key);
  if (value === undefined) return NO_SUCH_KEY;
  if (!isStringValue(value) || encodingOfValue(value) === 'int') return NOT_AN_SDS;
  const { length } = String(value);
  return new SimpleString(
    `key_sds_len:${key.length}, key_sds_avail:0, key_zmalloc: ${key.length + 2}, val_sds_len:${length}, val_sds_avail:0, val_zmalloc: ${length + 2}`,
  );
}

export function populate({ db }: CommandContext, argv: readonly ByteString[]): Reply {
  const count = positiveInteger(argv[2]!);
  if (count instanceof ErrorReply) return count;
  const size = argv.length === 5 ? positiveInteger(argv[4]!) : 0;
  if (size instanceof ErrorReply) return size;
  const prefix = argv.length === 3 ? 'key' : asCString(argv[3]!);
  for (let number = 0; number < count; number++) {
    const key = `${prefix}:${number}`;
    if (db.lookupWrite(key) !== undefined) continue;
    const text = `value:${number}`;
    db.set(key, textValue(size === 0 ? text : text.slice(0, size).padEnd(size, '\0')));
    // No changes are counted, so nothing is replicated.
    db.signalModified(key, 0);
  }
  return OK;
}

export function digest({ node }: CommandContext): Reply {
  return new SimpleString(digestOfDataset(node.keyspace, node.version).toString());
}

export function digestValues({ db, node }: CommandContext, argv: readonly ByteString[]): Reply {
  return argv.slice(2).map((key) => new SimpleString(digestOfValue(db, key, node.version).toString()));
}

function positiveInteger(argument: ByteString): number | ErrorReply {
  const value = parseSafeInteger(argument);
  return value === null || value < 0 ? MUST_BE_POSITIVE : value;
}
