// Errors of the stream commands: t_stream.c, blocked.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

// IDs
export const INVALID_STREAM_ID = new ErrorReply('ERR Invalid stream ID specified as stream command argument');
export const INVALID_INTERVAL_START = new ErrorReply('ERR invalid start ID for the interval');
export const INVALID_INTERVAL_END = new ErrorReply('ERR invalid end ID for the interval');

// XADD and XTRIM
export const STREAM_ID_ZERO = new ErrorReply('ERR The ID specified in XADD must be greater than 0-0');
export const STREAM_ID_TOO_SMALL = new ErrorReply(
  'ERR The ID specified in XADD is equal or smaller than the target stream top item',
);
export const STREAM_IDS_EXHAUSTED = new ErrorReply(
  'ERR The stream has exhausted the last possible ID, unable to add more items',
);
export const STREAM_ELEMENTS_TOO_LARGE = new ErrorReply('ERR Elements are too large to be stored');
export const TWO_TRIM_STRATEGIES = new ErrorReply(
  'ERR syntax error, MAXLEN and MINID options at the same time are not compatible',
);
export const STREAM_MAXLEN_NEGATIVE = new ErrorReply('ERR The MAXLEN argument must be >= 0.');
export const TRIM_LIMIT_NEGATIVE = new ErrorReply('ERR The LIMIT argument must be >= 0.');
export const LIMIT_WITHOUT_STRATEGY = new ErrorReply(
  'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
);
export const LIMIT_WITHOUT_TILDE = new ErrorReply(
  'ERR syntax error, LIMIT cannot be used without the special ~ option',
);
export const XTRIM_WITHOUT_STRATEGY = new ErrorReply(
  'ERR syntax error, XTRIM must be called with a trimming strategy',
);

// XSETID
export const ENTRIES_ADDED_NEGATIVE = new ErrorReply('ERR entries_added must be positive');
export const XSETID_BELOW_GIVEN_DELETED_ID = new ErrorReply(
  'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id',
);
export const XSETID_BELOW_DELETED_ID = new ErrorReply(
  'ERR The ID specified in XSETID is smaller than current max_deleted_entry_id',
);
export const XSETID_BELOW_TOP_ITEM = new ErrorReply(
  'ERR The ID specified in XSETID is smaller than the target stream top item',
);
export const XSETID_BELOW_LENGTH = new ErrorReply(
  'ERR The entries_added specified in XSETID is smaller than the target stream length',
);

// Groups
export const ENTRIES_READ_NEGATIVE = new ErrorReply('ERR value for ENTRIESREAD must be positive or -1');
export const XGROUP_NEEDS_KEY = new ErrorReply(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
);
export const BUSY_GROUP = new ErrorReply('BUSYGROUP Consumer Group name already exists');
export const BLOCKED_GROUP_GONE = new ErrorReply(
  'NOGROUP the consumer group this client was blocked on no longer exists',
);
export const BLOCKED_STREAM_GONE = new ErrorReply('UNBLOCKED the stream key no longer exists');

// XREAD and XREADGROUP
export const XREAD_WITH_GROUP = new ErrorReply(
  'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.',
);
export const XREAD_WITH_NOACK = new ErrorReply(
  'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.',
);
export const XREADGROUP_WITHOUT_GROUP = new ErrorReply('ERR Missing GROUP option for XREADGROUP');
export const DOLLAR_IN_XREADGROUP = new ErrorReply(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
);
export const GREATER_IN_XREAD = new ErrorReply(
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
);
/** 7.0 */
export const UNBALANCED_XREAD = new ErrorReply(
  "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
);

// XCLAIM and XAUTOCLAIM
export const CLAIM_COUNT_NOT_POSITIVE = new ErrorReply('ERR COUNT must be > 0');
export const XCLAIM_INVALID_IDLE = new ErrorReply('ERR Invalid IDLE option argument for XCLAIM');
export const XCLAIM_INVALID_TIME = new ErrorReply('ERR Invalid TIME option argument for XCLAIM');
export const XCLAIM_INVALID_RETRYCOUNT = new ErrorReply('ERR Invalid RETRYCOUNT option argument for XCLAIM');

/** Since 7.2. */
export function unbalancedStreams(command: 'xread' | 'xreadgroup'): ErrorReply {
  const symbol = command === 'xread' ? '$' : '>';
  return new ErrorReply(
    `ERR Unbalanced '${command}' list of streams: for each stream key an ID or '${symbol}' must be specified.`,
  );
}

export function invalidMinIdleTime(command: 'XCLAIM' | 'XAUTOCLAIM'): ErrorReply {
  return new ErrorReply(`ERR Invalid min-idle-time argument for ${command}`);
}

export function unknownClaimOption(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unrecognized XCLAIM option '${asCString(option)}'`);
}

export function noSuchGroup(key: ByteString, group: ByteString): ErrorReply {
  return new ErrorReply(`NOGROUP No such key '${asCString(key)}' or consumer group '${asCString(group)}'`);
}

export function noSuchGroupToRead(key: ByteString, group: ByteString): ErrorReply {
  return new ErrorReply(`${noSuchGroup(key, group).text} in XREADGROUP with GROUP option`);
}

export function noSuchGroupOfKey(key: ByteString, group: ByteString): ErrorReply {
  return new ErrorReply(
    `NOGROUP No such consumer group '${asCString(group)}' for key name '${asCString(key)}'`,
  );
}

/** `command` as the script spelled it. */
export function blockInScript(command: ByteString): ErrorReply {
  return new ErrorReply(`ERR ${asCString(command)} command is not allowed with BLOCK option from scripts`);
}
