// Errors of the replication commands: replication.c.
import type { ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

// PSYNC and SYNC
export const MASTER_LINK_DOWN = new ErrorReply("NOMASTERLINK Can't SYNC while not connected with my master");
export const SYNC_WHILE_FAILING_OVER = new ErrorReply("NOMASTERLINK Can't SYNC while failing over");
export const FILTER_NEEDS_EOF = new ErrorReply('ERR Filtered replica requires EOF capability');
export const SNAPSHOT_FAILED = new ErrorReply("ERR BGSAVE failed, replication can't continue");
export const PSYNC_FAILOVER_TO_MASTER = new ErrorReply("ERR PSYNC FAILOVER can't be sent to a master.");
export const PSYNC_FAILOVER_WRONG_ID = new ErrorReply('ERR PSYNC FAILOVER replid must match my replid.');

// REPLCONF
export const MISSING_RDB_FILTER = new ErrorReply('ERR Missing rdb-filter-only values');

export function unsupportedRdbFilter(filter: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unsupported rdb-filter-only option: ${filter}`);
}

export function unrecognizedReplconfOption(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unrecognized REPLCONF option: ${option}`);
}

/** `length` in bytes. */
export function replicaAddressTooLong(length: number): ErrorReply {
  return new ErrorReply(`ERR REPLCONF ip-address provided by replica instance is too long: ${length} bytes`);
}

// REPLICAOF
export const REPLICAOF_IN_CLUSTER_MODE = new ErrorReply('ERR REPLICAOF not allowed in cluster mode.');
export const REPLICAOF_WHILE_FAILING_OVER = new ErrorReply('ERR REPLICAOF not allowed while failing over.');
export const REPLICAOF_BY_REPLICA = new ErrorReply('ERR Command is not valid when client is a replica.');
export const INVALID_MASTER_PORT = new ErrorReply('ERR Invalid master port');

// FAILOVER
export const FAILOVER_IN_CLUSTER_MODE = new ErrorReply(
  'ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.',
);
export const NO_FAILOVER_IN_PROGRESS = new ErrorReply('ERR No failover in progress.');
export const FAILOVER_IN_PROGRESS = new ErrorReply('ERR FAILOVER already in progress.');
export const FAILOVER_TIMEOUT_NOT_POSITIVE = new ErrorReply('ERR FAILOVER timeout must be greater than 0');
export const FAILOVER_ON_REPLICA = new ErrorReply('ERR FAILOVER is not valid when server is a replica.');
export const FAILOVER_WITHOUT_REPLICAS = new ErrorReply('ERR FAILOVER requires connected replicas.');
export const FAILOVER_FORCE_INCOMPLETE = new ErrorReply(
  'ERR FAILOVER with force option requires both a timeout and target HOST and IP.',
);
export const FAILOVER_TARGET_UNKNOWN = new ErrorReply('ERR FAILOVER target HOST and PORT is not a replica.');
export const FAILOVER_TARGET_NOT_ONLINE = new ErrorReply('ERR FAILOVER target replica is not online.');

// WAIT and WAITAOF
export const WAIT_ON_REPLICA = new ErrorReply(
  'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
);
export const WAITAOF_ON_REPLICA = new ErrorReply(
  'ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.',
);
export const WAITAOF_WITHOUT_AOF = new ErrorReply(
  'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.',
);
