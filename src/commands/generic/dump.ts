/** DUMP, RESTORE and RESTORE-ASKING: values as bytes, from node to node. https://redis.io/docs/latest/commands/restore/ */
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { createDumpPayload, readDumpPayload, verifyDumpPayload } from '../../rdb/dump-payload.js';
import { RDB_VERSION_70, RDB_VERSION_72 } from '../../rdb/rdb-file.js';
import { RdbFormatError } from '../../rdb/rdb-format-error.js';
import {
  asCString,
  type ByteString,
  byteStringToBytes,
  bytesToByteString,
  toLowerAscii,
} from '../../resp/byte-string.js';
import {
  BAD_DATA_FORMAT,
  BUSY_KEY,
  INVALID_RESTORE_FREQUENCY,
  INVALID_RESTORE_IDLE_TIME,
  INVALID_RESTORE_TTL,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  WRONG_PAYLOAD,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Command, RedisVersion } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { valueLimitsOf } from '../value-limits.js';

interface RestoreOptions {
  readonly replaces: boolean;
  /** The time to live is a Unix time. */
  readonly isAbsolute: boolean;
  readonly use: { readonly idleSeconds?: number; readonly frequency?: number };
}

const MAX_FREQUENCY = 255;
/** The types of values that 7.0 knows end here. */
const LAST_TYPE_OF_70 = 19;

function runDump(context: CommandContext, argv: readonly ByteString[]): Reply {
  const value = context.db.lookupRead(argv[1]!);
  if (value === undefined) return null;
  const { rdbcompression } = context.node.config.values;
  return bytesToByteString(createDumpPayload(value, rdbVersionOf(context.node.version), rdbcompression));
}

function runRestore(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseRestoreOptions(argv);
  if (options instanceof ErrorReply) return options;
  const { db, nowMs } = context;
  const key = argv[1]!;
  if (!options.replaces && db.lookupWrite(key) !== undefined) return BUSY_KEY;
  const timeToLive = parseInteger(argv[2]!);
  if (timeToLive === null) return NOT_AN_INTEGER;
  if (timeToLive < 0) return INVALID_RESTORE_TTL;
  const value = valueOfPayload(context, argv[3]!);
  if (value instanceof ErrorReply) return value;

  const isReplacing = options.replaces && db.delete(key);
  const expires = timeToLive !== 0;
  const isRelative = expires && !options.isAbsolute;
  // Beyond 64 bits the sum wraps around, to long ago.
  const atMs = isRelative ? BigInt.asIntN(64, BigInt(timeToLive) + BigInt(nowMs)) : timeToLive;
  if (expires && atMs <= nowMs && !context.node.keyspace.host.isReplica()) {
    if (isReplacing) noteDeletion(context, key);
    return OK;
  }
  db.set(key, value);
  if (expires) db.setExpiry(key, Number.isSafeInteger(Number(atMs)) ? Number(atMs) : atMs);
  if (isRelative) context.propagateAs([argv[0]!, key, String(atMs), ...argv.slice(3), 'ABSTTL']);
  db.setAccess(key, options.use);
  db.signalModified(key);
  context.notify('g', 'restore', key);
  return OK;
}

function parseRestoreOptions(argv: readonly ByteString[]): RestoreOptions | ErrorReply {
  let replaces = false;
  let isAbsolute = false;
  let idleSeconds: bigint | number | null = null;
  let frequency: bigint | number | null = null;
  for (let position = 4; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const argument = argv[position + 1];
    if (option === 'replace') {
      replaces = true;
    } else if (option === 'absttl') {
      isAbsolute = true;
    } else if (option === 'idletime' && argument !== undefined && frequency === null) {
      idleSeconds = parseInteger(argument);
      if (idleSeconds === null) return NOT_AN_INTEGER;
      if (idleSeconds < 0) return INVALID_RESTORE_IDLE_TIME;
      position++;
    } else if (option === 'freq' && argument !== undefined && idleSeconds === null) {
      frequency = parseInteger(argument);
      if (frequency === null) return NOT_AN_INTEGER;
      if (frequency < 0 || frequency > MAX_FREQUENCY) return INVALID_RESTORE_FREQUENCY;
      position++;
    } else {
      return SYNTAX_ERROR;
    }
  }
  const use = {
    ...(idleSeconds !== null && { idleSeconds: Number(idleSeconds) }),
    ...(frequency !== null && { frequency: Number(frequency) }),
  };
  return { replaces, isAbsolute, use };
}

function valueOfPayload(context: CommandContext, text: ByteString): StoredValue | ErrorReply {
  const payload = byteStringToBytes(text);
  const { debugSwitches } = context.node;
  if (!verifyDumpPayload(payload, rdbVersionOf(context.node.version), debugSwitches?.skipsChecksums))
    return WRONG_PAYLOAD;
  if (context.node.config.values['sanitize-dump-payload'] === 'yes') context.node.stats.sanitizedDumps++;
  const { config, version } = context.node;
  if (version === '7.0' && (payload[0] as number) > LAST_TYPE_OF_70) return BAD_DATA_FORMAT;
  try {
    return readDumpPayload(payload, valueLimitsOf(config, version));
  } catch (error) {
    if (error instanceof RdbFormatError) return BAD_DATA_FORMAT;
    throw error;
  }
}

/** What was restored had expired already: all that is left of the command is that the old value went. */
function noteDeletion(context: CommandContext, key: ByteString): void {
  const { config, version } = context.node;
  const isLazy = config.values['lazyfree-lazy-server-del'] && version !== '7.0';
  context.propagateAs([isLazy ? 'UNLINK' : 'DEL', key]);
  context.db.signalModified(key);
  context.notify('g', 'del', key);
}

export function rdbVersionOf(version: RedisVersion): number {
  return version === '7.0' ? RDB_VERSION_70 : RDB_VERSION_72;
}

export const dump = {
  name: 'dump',
  summary: 'Answers the value of a key as bytes that RESTORE takes.',
  since: '2.6.0',
  group: 'generic',
  complexity:
    'O(1) to find the key and O(N*M) to encode it, N being the number of its elements and M their size.',
  arity: 2,
  flags: ['readonly'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RO', 'access')],
  tips: ['nondeterministic_output'],
  run: runDump,
} as const satisfies Command;

export const restore = {
  name: 'restore',
  summary: 'Makes a key of bytes that DUMP answered.',
  since: '2.6.0',
  group: 'generic',
  complexity:
    'O(1) to make the key and O(N*M) to decode it, N being the number of its elements and M their size; O(N*M*log(N)) for a sorted set.',
  arity: -4,
  flags: ['write', 'denyoom'],
  aclCategories: ['keyspace', 'dangerous'],
  keySpecs: [oneKey(1, 'OW', 'update')],
  history: [
    ['3.0.0', '`REPLACE` came.'],
    ['5.0.0', '`ABSTTL` came.'],
    ['5.0.0', '`IDLETIME` and `FREQ` came.'],
  ],
  run: runRestore,
} as const satisfies Command;

export const restoreAsking = {
  ...restore,
  name: 'restore-asking',
  summary: 'RESTORE as it is sent to a node that imports the slot of the key.',
  since: '3.0.0',
  group: 'server',
  flags: ['write', 'denyoom', 'asking'],
  isSystemCommand: true,
} as const satisfies Command;
