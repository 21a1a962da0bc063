/** The error texts that many commands share: createSharedObjects and processCommand in server.c, object.c, multi.c. */
import { asCString, type ByteString, toUpperAscii } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

// Arguments
export const SYNTAX_ERROR = new ErrorReply('ERR syntax error');
export const NOT_AN_INTEGER = new ErrorReply('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = new ErrorReply('ERR value is not a valid float');
export const VALUE_OUT_OF_RANGE = new ErrorReply('ERR value is out of range');
export const MUST_BE_POSITIVE = new ErrorReply('ERR value is out of range, must be positive');
export const INVALID_CURSOR = new ErrorReply('ERR invalid cursor');
export const TIMEOUT_NOT_A_FLOAT = new ErrorReply('ERR timeout is not a float or out of range');
export const TIMEOUT_NOT_AN_INTEGER = new ErrorReply('ERR timeout is not an integer or out of range');
export const TIMEOUT_NEGATIVE = new ErrorReply('ERR timeout is negative');
export const TIMEOUT_OUT_OF_RANGE = new ErrorReply('ERR timeout is out of range');

// Keys and values
export const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');
export const NO_SUCH_KEY = new ErrorReply('ERR no such key');
export const SAME_OBJECT = new ErrorReply('ERR source and destination objects are the same');
export const OUT_OF_RANGE = new ErrorReply('ERR index out of range');
export const OFFSET_OUT_OF_RANGE = new ErrorReply('ERR offset is out of range');
export const INCREMENT_OVERFLOW = new ErrorReply('ERR increment or decrement would overflow');
export const DECREMENT_OVERFLOW = new ErrorReply('ERR decrement would overflow');
export const NAN_OR_INFINITY = new ErrorReply('ERR increment would produce NaN or Infinity');
export const STRING_TOO_LONG = new ErrorReply('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const BUSY_KEY = new ErrorReply('BUSYKEY Target key name already exists.');

// Databases
export const DB_INDEX_OUT_OF_RANGE = new ErrorReply('ERR DB index is out of range');
export const SELECT_IN_CLUSTER_MODE = new ErrorReply('ERR SELECT is not allowed in cluster mode');
export const MOVE_IN_CLUSTER_MODE = new ErrorReply('ERR MOVE is not allowed in cluster mode');
export const SWAPDB_IN_CLUSTER_MODE = new ErrorReply('ERR SWAPDB is not allowed in cluster mode');
export const COPY_IN_CLUSTER_MODE = new ErrorReply(
  'ERR Copying to another database is not allowed in cluster mode',
);

// Connections
export const NO_AUTH = new ErrorReply('NOAUTH Authentication required.');
export const NO_AUTH_HELLO = new ErrorReply(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
);
export const WRONG_PASS = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');
export const AUTH_WITHOUT_PASSWORD = new ErrorReply(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);
export const NO_PROTO = new ErrorReply('NOPROTO unsupported protocol version');
export const PROTOCOL_VERSION_NOT_AN_INTEGER = new ErrorReply(
  'ERR Protocol version is not an integer or out of range',
);

// Transactions
export const EXEC_ABORT = new ErrorReply('EXECABORT Transaction discarded because of previous errors.');
export const NESTED_MULTI = new ErrorReply('ERR MULTI calls can not be nested');
export const EXEC_WITHOUT_MULTI = new ErrorReply('ERR EXEC without MULTI');
export const DISCARD_WITHOUT_MULTI = new ErrorReply('ERR DISCARD without MULTI');
export const WATCH_INSIDE_MULTI = new ErrorReply('ERR WATCH inside MULTI is not allowed');
export const NOT_ALLOWED_IN_TRANSACTION = new ErrorReply('ERR Command not allowed inside a transaction');

// States in which a node refuses commands
export const READONLY_REPLICA = new ErrorReply("READONLY You can't write against a read only replica.");
export const MASTER_DOWN = new ErrorReply(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);
export const LOADING = new ErrorReply('LOADING Redis is loading the dataset in memory');
export const NO_REPLICAS = new ErrorReply('NOREPLICAS Not enough good replicas to write.');
export const OUT_OF_MEMORY = new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");
export const REPLICA_KEYSPACE_ACCESS = new ErrorReply("ERR Replica can't interact with the keyspace");

/** Names and arguments that a client sent are quoted up to this many bytes. */
const QUOTE_LIMIT = 128;

/**
 * `name` as the client spelled it and its arguments, cut as Redis does: at a NUL, the name at 128 bytes, and
 * arguments for as long as what is quoted of them stays under 128 bytes.
 */
export function unknownCommand(name: ByteString, args: readonly ByteString[]): ErrorReply {
  let quoted = '';
  for (const arg of args) {
    if (quoted.length >= QUOTE_LIMIT) break;
    quoted += `'${asCString(arg, QUOTE_LIMIT - quoted.length)}' `;
  }
  const quotedName = asCString(name, QUOTE_LIMIT);
  return new ErrorReply(`ERR unknown command '${quotedName}', with args beginning with: ${quoted}`);
}

/** `container` is a command with subcommands, in any case; `subcommand` as the client spelled it. */
export function unknownSubcommand(container: ByteString, subcommand: ByteString): ErrorReply {
  const quoted = asCString(subcommand, QUOTE_LIMIT);
  return new ErrorReply(
    `ERR unknown subcommand '${quoted}'. Try ${toUpperAscii(asCString(container))} HELP.`,
  );
}

/** For a subcommand that exists with another number of arguments and is not in the command table as its own. */
export function unknownSubcommandOrArity(container: ByteString, subcommand: ByteString): ErrorReply {
  const quoted = asCString(subcommand, QUOTE_LIMIT);
  return new ErrorReply(
    `ERR unknown subcommand or wrong number of arguments for '${quoted}'. Try ${toUpperAscii(asCString(container))} HELP.`,
  );
}

/** `fullName` is in lower case, with a bar before a subcommand: `get`, `config|set`. */
export function wrongArity(fullName: ByteString): ErrorReply {
  return new ErrorReply(`ERR wrong number of arguments for '${fullName}' command`);
}

/** As `wrongArity` of `container|subcommand`; both in lower case. */
export function wrongSubcommandArity(container: ByteString, subcommand: ByteString): ErrorReply {
  return wrongArity(`${container}|${subcommand}`);
}

export function invalidExpireTime(fullName: ByteString): ErrorReply {
  return new ErrorReply(`ERR invalid expire time in '${fullName}' command`);
}

/** "must between" without "be" is how Redis spells it. */
export function outOfRangeBetween(min: number | bigint, max: number | bigint): ErrorReply {
  return new ErrorReply(`ERR value is out of range, value must between ${min} and ${max}`);
}

/** EXEC that is itself refused: `reason` keeps its error code only when that is not the plain `ERR`. */
export function execAborted(reason: ErrorReply): ErrorReply {
  const text = reason.code === 'ERR' ? reason.text.slice('ERR '.length) : reason.text;
  return new ErrorReply(`EXECABORT Transaction discarded because of: ${text}`);
}

/** A RESP2 client with subscriptions sent another command. */
export function notAllowedWhileSubscribed(fullName: ByteString): ErrorReply {
  return new ErrorReply(
    `ERR Can't execute '${fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}

export function syntaxErrorInHello(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Syntax error in HELLO option '${asCString(option)}'`);
}

/** DEBUG or MODULE where `enable-debug-command` or `enable-module-command` does not allow it. */
export function protectedCommand(command: 'DEBUG' | 'MODULE'): ErrorReply {
  const option = command === 'DEBUG' ? 'enable-debug-command' : 'enable-module-command';
  return new ErrorReply(
    `ERR ${command} command not allowed. If the ${option} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  );
}
