/**
 * Decides where a request is served (cluster.c, getNodeByQuery and clusterRedirectBlockedClientIfNeeded).
 * Redis Cluster specification, "Redirection and resharding":
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
 */
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { ByteString } from '../resp/byte-string.js';
import {
  ask,
  CLUSTER_DOWN,
  CLUSTER_DOWN_READS_ONLY,
  CROSS_SLOT,
  HASH_SLOT_NOT_SERVED,
  moved,
  TRY_AGAIN,
} from '../resp/errors/index.js';
import type { ErrorReply } from '../resp/reply.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterState } from './cluster-state.js';
import {
  type ClusterAudience,
  clientPort,
  type EndpointConfig,
  PLAIN_CLIENT,
  preferredEndpoint,
} from './endpoint.js';

export interface RoutingRequest {
  /** Keys or shard channels in the order of the arguments; of EXEC those of every queued command. */
  readonly keys: readonly ByteString[];
  /** The command has the write flag, or it is EXEC and a queued command has it. */
  readonly isWrite: boolean;
  /** The request is EXEC. A cluster that is down but allows reads looks at the flags of EXEC itself. */
  readonly isExec?: boolean;
  /** The client sent READONLY. */
  readonly readonlyMode: boolean;
  /** The client sent ASKING, or the command implies it (RESTORE-ASKING). */
  readonly asking: boolean;
  readonly isMigrate: boolean;
  /** SSUBSCRIBE, SUNSUBSCRIBE or SPUBLISH. Not EXEC, whatever was queued. */
  readonly isShardedPubsub: boolean;
}

export type RoutingResult =
  | { readonly kind: 'local' }
  | { readonly kind: 'moved'; readonly slot: number; readonly node: ClusterNode }
  | { readonly kind: 'ask'; readonly slot: number; readonly node: ClusterNode }
  | { readonly kind: 'crossslot' }
  | { readonly kind: 'tryagain' }
  /** The cluster is down. */
  | { readonly kind: 'down' }
  /** The cluster is down and serves reads, but this is a write. */
  | { readonly kind: 'downReadsOnly' }
  /** Nobody owns the slot. */
  | { readonly kind: 'unbound' };

const LOCAL: RoutingResult = { kind: 'local' };

/** The common case without a look at the request: true when this node serves anything that asks for the slot alone. */
export function servesLocally(state: ClusterState, slot: number): boolean {
  const { slots } = state;
  return (
    state.ok &&
    slots.ownerOf(slot) === state.myself &&
    (slots.migratingTo.size === 0 || !slots.migratingTo.has(slot)) &&
    (slots.importingFrom.size === 0 || !slots.importingFrom.has(slot))
  );
}

export function routeRequest(state: ClusterState, request: RoutingRequest): RoutingResult {
  const { keys } = request;
  const firstKey = keys[0];
  if (firstKey === undefined) return LOCAL;

  const { myself } = state;
  const slot = hashSlotOfBytes(firstKey);
  const owner = state.slots.ownerOf(slot);
  if (owner === null) return { kind: 'unbound' };
  const target = owner === myself ? state.slots.migratingTo.get(slot) : undefined;
  const isImporting = target === undefined && state.slots.importingFrom.has(slot);

  let hasOtherKeys = false;
  let missingKeys = 0;
  let existingKeys = 0;
  // Channels are not looked up: the source serves them until the slot is handed over.
  const countsKeys = (target !== undefined || isImporting) && !request.isShardedPubsub;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    if (index > 0 && key !== firstKey) {
      if (hashSlotOfBytes(key) !== slot) return { kind: 'crossslot' };
      hasOtherKeys = true;
    }
    if (!countsKeys) continue;
    if (state.host.keys.keyExists(key)) existingKeys++;
    else missingKeys++;
  }

  const refusal = refuseWhenDown(state, request);
  if (refusal !== null) return refusal;

  // MIGRATE works on the keys that are here: that is how the slot is moved.
  if ((target !== undefined || isImporting) && request.isMigrate) return LOCAL;
  if (target !== undefined && missingKeys > 0) {
    if (existingKeys > 0) return { kind: 'tryagain' };
    // SETSLOT MIGRATING takes the node's own id too; nobody is sent to where it is already.
    return target === myself ? LOCAL : { kind: 'ask', slot, node: target };
  }
  if (isImporting && request.asking) {
    return hasOtherKeys && missingKeys > 0 ? { kind: 'tryagain' } : LOCAL;
  }
  if (
    owner === myself ||
    ((request.readonlyMode || request.isShardedPubsub) && !request.isWrite && isReplicaOf(myself, owner))
  ) {
    return LOCAL;
  }
  return { kind: 'moved', slot, node: owner };
}

function refuseWhenDown(state: ClusterState, request: RoutingRequest): RoutingResult | null {
  if (state.ok) return null;
  const { config } = state.host;
  if (request.isShardedPubsub) {
    return config['cluster-allow-pubsubshard-when-down'] ? null : { kind: 'down' };
  }
  if (!config['cluster-allow-reads-when-down']) return { kind: 'down' };
  return request.isWrite && request.isExec !== true ? { kind: 'downReadsOnly' } : null;
}

function isReplicaOf(myself: ClusterNode, master: ClusterNode): boolean {
  return myself.isReplica && myself.replicaOf === master;
}

/** The error of a request that is not served here. */
export function redirectError(
  config: EndpointConfig,
  result: Exclude<RoutingResult, { readonly kind: 'local' }>,
  audience: ClusterAudience = PLAIN_CLIENT,
): ErrorReply {
  switch (result.kind) {
    case 'moved':
    case 'ask': {
      const error = result.kind === 'moved' ? moved : ask;
      const { slot, node } = result;
      return error(slot, preferredEndpoint(config, node), clientPort(config, node, audience));
    }
    case 'crossslot':
      return CROSS_SLOT;
    case 'tryagain':
      return TRY_AGAIN;
    case 'down':
      return CLUSTER_DOWN;
    case 'downReadsOnly':
      return CLUSTER_DOWN_READS_ONLY;
    case 'unbound':
      return HASH_SLOT_NOT_SERVED;
  }
}

/** A client that waits for keys (BLPOP, BZPOPMIN, XREAD BLOCK...). */
export interface BlockedRequest {
  /** One of the keys it waits for, as all are in one slot. */
  readonly key: ByteString;
  /** The command has the write flag. */
  readonly isWrite: boolean;
  readonly readonlyMode: boolean;
}

/** The error that ends a wait for keys which this node will never get; null when the client may go on waiting. */
export function redirectForBlockedClient(
  state: ClusterState,
  request: BlockedRequest,
  audience: ClusterAudience = PLAIN_CLIENT,
): ErrorReply | null {
  // Also where reads are allowed: the write that would end the wait is not.
  if (!state.ok) return CLUSTER_DOWN;
  const { myself, slots } = state;
  const slot = hashSlotOfBytes(request.key);
  const owner = slots.ownerOf(slot);
  if (owner === myself || slots.importingFrom.has(slot)) return null;
  if (owner === null) return HASH_SLOT_NOT_SERVED;
  if (request.readonlyMode && !request.isWrite && isReplicaOf(myself, owner)) return null;
  return redirectError(state.host.config, { kind: 'moved', slot, node: owner }, audience);
}
