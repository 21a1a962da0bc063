// Errors of the server commands: CONFIG, COMMAND, DEBUG, SHUTDOWN, SWAPDB, LATENCY. config.c, server.c, debug.c and db.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const NO_CONFIG_FILE = new ErrorReply('ERR The server is running without a config file');

export const INVALID_COMMAND = new ErrorReply('ERR Invalid command specified');
export const COMMAND_WITHOUT_KEYS = new ErrorReply('ERR The command has no key arguments');
export const BAD_COMMAND_ARITY = new ErrorReply('ERR Invalid number of arguments specified for command');
export const BAD_COMMAND_ARGUMENTS = new ErrorReply('ERR Invalid arguments specified for command');

export const BAD_SLOWLOG_COUNT = new ErrorReply('ERR count should be greater than or equal to -1');

export const BAD_FIRST_DB_INDEX = new ErrorReply('ERR invalid first DB index');
export const BAD_SECOND_DB_INDEX = new ErrorReply('ERR invalid second DB index');

export const NO_SHUTDOWN_IN_PROGRESS = new ErrorReply('ERR No shutdown in progress.');
export const SHUTDOWN_MAY_NOT_BLOCK = new ErrorReply(
  "ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client",
);

export const BAD_PROTOCOL_TYPE = new ErrorReply(
  'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
);
export const RESP2_NOT_SUPPORTED = new ErrorReply('ERR RESP2 is not supported by this command');
export const BAD_PACKED_THRESHOLD = new ErrorReply(
  'ERR argument must be a memory value bigger than 1 and smaller than 4gb',
);
export const MODULE_NOT_LOADED = new ErrorReply(
  'ERR Error loading the extension. Please check the server logs.',
);
export const NO_SUCH_MODULE = new ErrorReply('ERR Error unloading module: no such module with that name');
export const NOT_AN_SDS = new ErrorReply('ERR Not an sds encoded string.');
export const DEBUG_NEEDS_CLUSTER = new ErrorReply(
  'ERR Debug option only available for cluster mode enabled setup!',
);

/** `reason`: what the system says. */
export function configFileNotRewritten(reason: string): ErrorReply {
  return new ErrorReply(`ERR Rewriting config file: ${reason}`);
}

export function configFileNotForced(reason: string): ErrorReply {
  return new ErrorReply(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${reason}`);
}

export const DATABASE_OUT_OF_RANGE = new ErrorReply('ERR Out of range database');
export const NO_HASH_TABLE = new ErrorReply(
  'ERR The value stored at the specified key is not represented using an hash table',
);
export const NOT_A_LISTPACK = new ErrorReply('ERR Not a listpack encoded object.');
export const NOT_A_QUICKLIST = new ErrorReply('ERR Not a quicklist encoded object.');
export const CLIENT_EVICTION_IS_OFF = new ErrorReply('ERR maxmemory-clients is disabled.');

export function noLatencySamples(event: ByteString): ErrorReply {
  return new ErrorReply(`ERR No samples available for event '${asCString(event)}'`);
}

export function unknownLinkDirection(direction: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown direction ${asCString(direction)}`);
}
