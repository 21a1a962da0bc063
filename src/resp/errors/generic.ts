// Errors of the commands that work on keys of any type: expire.c, object.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const NX_WITH_OTHER_CONDITION = new ErrorReply(
  'ERR NX and XX, GT or LT options at the same time are not compatible',
);
export const GT_WITH_LT = new ErrorReply('ERR GT and LT options at the same time are not compatible');

export const IDLE_TIME_NOT_TRACKED = new ErrorReply(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);
export const FREQUENCY_NOT_TRACKED = new ErrorReply(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);

// SORT
export const SORT_BY_IN_CLUSTER_MODE = new ErrorReply('ERR BY option of SORT denied in Cluster mode.');
export const SORT_GET_IN_CLUSTER_MODE = new ErrorReply('ERR GET option of SORT denied in Cluster mode.');
export const SORT_SCORES_NOT_NUMBERS = new ErrorReply(
  "ERR One or more scores can't be converted into double",
);

// RESTORE
export const INVALID_RESTORE_IDLE_TIME = new ErrorReply('ERR Invalid IDLETIME value, must be >= 0');
export const INVALID_RESTORE_FREQUENCY = new ErrorReply('ERR Invalid FREQ value, must be >= 0 and <= 255');
export const INVALID_RESTORE_TTL = new ErrorReply('ERR Invalid TTL value, must be >= 0');
export const WRONG_PAYLOAD = new ErrorReply('ERR DUMP payload version or checksum are wrong');
export const BAD_DATA_FORMAT = new ErrorReply('ERR Bad data format');

// MIGRATE
export const MIGRATE_KEY_WITH_KEYS = new ErrorReply(
  'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string',
);
export const MIGRATE_CANNOT_CONNECT = new ErrorReply('IOERR error or timeout connecting to the client');
export const MIGRATE_WRITE_FAILED = new ErrorReply('IOERR error or timeout writing to target instance');
export const MIGRATE_READ_FAILED = new ErrorReply('IOERR error or timeout reading to target instance');

/** @param text what the target answered, without the minus. */
export function migrateTargetError(text: ByteString): ErrorReply {
  return new ErrorReply(`ERR Target instance replied with error: ${text}`);
}

/** `option` as the client spelled it. */
export function unsupportedOption(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unsupported option ${asCString(option)}`);
}
