// Errors of Redis Cluster: redirections, the CLUSTER commands and calls from scripts. cluster.c and script.c.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const CLUSTER_DISABLED = new ErrorReply('ERR This instance has cluster support disabled');

// Routing
export const CROSS_SLOT = new ErrorReply("CROSSSLOT Keys in request don't hash to the same slot");
export const TRY_AGAIN = new ErrorReply('TRYAGAIN Multiple keys request during rehashing of slot');
export const CLUSTER_DOWN = new ErrorReply('CLUSTERDOWN The cluster is down');
export const CLUSTER_DOWN_READS_ONLY = new ErrorReply(
  'CLUSTERDOWN The cluster is down and only accepts read commands',
);
export const HASH_SLOT_NOT_SERVED = new ErrorReply('CLUSTERDOWN Hash slot not served');

/** `endpoint` is written as it is: empty for an unknown one, without brackets around an IPv6 address. */
export function moved(slot: number, endpoint: ByteString, port: number): ErrorReply {
  return new ErrorReply(`MOVED ${slot} ${endpoint}:${port}`);
}

/** As `moved`, for this request only. */
export function ask(slot: number, endpoint: ByteString, port: number): ErrorReply {
  return new ErrorReply(`ASK ${slot} ${endpoint}:${port}`);
}

/** A client that is blocked on keys or in WAIT while its node turns into a replica; its connection is closed. */
export const FORCED_UNBLOCK = new ErrorReply(
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
);

// Slots
export const INVALID_SLOT = new ErrorReply('ERR Invalid slot');
export const INVALID_OR_OUT_OF_RANGE_SLOT = new ErrorReply('ERR Invalid or out of range slot');
export const INVALID_SLOT_OR_KEY_COUNT = new ErrorReply('ERR Invalid slot or number of keys');
export const FLUSHSLOTS_WITH_KEYS = new ErrorReply('ERR DB must be empty to perform CLUSTER FLUSHSLOTS.');
export const SETSLOT_ON_REPLICA = new ErrorReply('ERR Please use SETSLOT only with masters.');
export const SETSLOT_INVALID_ACTION = new ErrorReply(
  'ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP',
);
export const TARGET_NOT_A_MASTER = new ErrorReply('ERR Target node is not a master');

export function slotIsBusy(slot: number): ErrorReply {
  return new ErrorReply(`ERR Slot ${slot} is already busy`);
}

export function slotIsUnassigned(slot: number): ErrorReply {
  return new ErrorReply(`ERR Slot ${slot} is already unassigned`);
}

export function slotGivenTwice(slot: number): ErrorReply {
  return new ErrorReply(`ERR Slot ${slot} specified multiple times`);
}

export function slotRangeReversed(start: number, end: number): ErrorReply {
  return new ErrorReply(`ERR start slot number ${start} is greater than end slot number ${end}`);
}

export function notTheSlotOwner(slot: number): ErrorReply {
  return new ErrorReply(`ERR I'm not the owner of hash slot ${slot}`);
}

export function alreadyTheSlotOwner(slot: number): ErrorReply {
  return new ErrorReply(`ERR I'm already the owner of hash slot ${slot}`);
}

export function slotHoldsKeys(slot: number): ErrorReply {
  return new ErrorReply(
    `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`,
  );
}

// Nodes
export const CANNOT_FORGET_MYSELF = new ErrorReply("ERR I tried hard but I can't forget myself...");
export const CANNOT_FORGET_MY_MASTER = new ErrorReply("ERR Can't forget my master!");
export const CANNOT_REPLICATE_MYSELF = new ErrorReply("ERR Can't replicate myself");
export const CANNOT_REPLICATE_REPLICA = new ErrorReply('ERR I can only replicate a master, not a replica.');
export const REPLICATE_NOT_EMPTY = new ErrorReply(
  'ERR To set a master the node must be empty and without assigned slots.',
);
export const NODE_NOT_A_MASTER = new ErrorReply('ERR The specified node is not a master');
export const FAILOVER_ON_MASTER = new ErrorReply('ERR You should send CLUSTER FAILOVER to a replica');
export const FAILOVER_MASTER_UNKNOWN = new ErrorReply("ERR I'm a replica but my master is unknown to me");
export const FAILOVER_MASTER_DOWN = new ErrorReply(
  'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE',
);
export const RESET_WITH_KEYS = new ErrorReply(
  "ERR CLUSTER RESET can't be called with master nodes containing keys",
);
export const CONFIG_EPOCH_NOT_ALONE = new ErrorReply(
  'ERR The user can assign a config epoch only when the node does not know any other node.',
);
export const CONFIG_EPOCH_NOT_ZERO = new ErrorReply('ERR Node config epoch is already non-zero');

/** What SETSLOT MIGRATING and IMPORTING call a node they do not find. */
export function nodeNotKnown(id: ByteString): ErrorReply {
  return new ErrorReply(`ERR I don't know about node ${asCString(id)}`);
}

export function unknownNode(id: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown node ${asCString(id)}`);
}

export function invalidConfigEpoch(epoch: number | bigint): ErrorReply {
  return new ErrorReply(`ERR Invalid config epoch specified: ${epoch}`);
}

/** `address` and `port` as the client gave them. */
export function invalidNodeAddress(address: ByteString, port: ByteString): ErrorReply {
  return new ErrorReply(`ERR Invalid node address specified: ${asCString(address)}:${asCString(port)}`);
}

/** Redis 7.0 says which transport it means, 7.2 does not. */
export function invalidMeetPort(which: 'base' | 'bus', port: ByteString, version: '7.0' | '7.2'): ErrorReply {
  const transport = version === '7.0' ? 'TCP ' : '';
  return new ErrorReply(`ERR Invalid ${transport}${which} port specified: ${asCString(port)}`);
}

/** `reason` is what the operating system says. */
export function cannotSaveClusterConfig(reason: ByteString): ErrorReply {
  return new ErrorReply(`ERR error saving the cluster node config: ${asCString(reason)}`);
}
