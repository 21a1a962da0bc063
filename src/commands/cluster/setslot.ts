/** CLUSTER SETSLOT: opens a slot for migration, closes it again, or gives it to a node. https://redis.io/docs/latest/commands/cluster-setslot/ */
import type { ClusterBrain } from '../../cluster/brain.js';
import type { ClusterNode } from '../../cluster/cluster-node.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  alreadyTheSlotOwner,
  nodeNotKnown,
  notTheSlotOwner,
  SETSLOT_INVALID_ACTION,
  SETSLOT_ON_REPLICA,
  slotHoldsKeys,
  TARGET_NOT_A_MASTER,
  unknownNode,
} from '../../resp/errors/index.js';
import { type ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode, isError, slotOrError } from './subcommand.js';

function setSlot(cluster: ClusterBrain, argv: readonly ByteString[]): Reply {
  if (cluster.state.myself.isReplica) return SETSLOT_ON_REPLICA;
  const slot = slotOrError(argv[2]!);
  if (isError(slot)) return slot;
  const action = argv[3]!.toLowerCase();
  const id = argv[4];
  if (argv.length === 4 && action === 'stable') {
    cluster.setSlotStable(slot);
    return OK;
  }
  if (argv.length === 5 && id !== undefined) {
    if (action === 'migrating') return setMigrating(cluster, slot, id);
    if (action === 'importing') return setImporting(cluster, slot, id);
    if (action === 'node') return setNode(cluster, slot, id);
  }
  return SETSLOT_INVALID_ACTION;
}

function setMigrating(cluster: ClusterBrain, slot: number, id: ByteString): Reply {
  if (!isMine(cluster, slot)) return notTheSlotOwner(slot);
  const target = masterOrError(cluster, id, nodeNotKnown);
  if (isError(target)) return target;
  cluster.setSlotMigrating(slot, target);
  return OK;
}

function setImporting(cluster: ClusterBrain, slot: number, id: ByteString): Reply {
  if (isMine(cluster, slot)) return alreadyTheSlotOwner(slot);
  const source = masterOrError(cluster, id, nodeNotKnown);
  if (isError(source)) return source;
  cluster.setSlotImporting(slot, source);
  return OK;
}

function setNode(cluster: ClusterBrain, slot: number, id: ByteString): Reply {
  const { host, myself } = cluster.state;
  const node = masterOrError(cluster, id, unknownNode);
  if (isError(node)) return node;
  if (isMine(cluster, slot) && node !== myself && host.keys.countKeysInSlot(slot) !== 0) {
    return slotHoldsKeys(slot);
  }
  cluster.setSlotNode(slot, node);
  return OK;
}

function isMine(cluster: ClusterBrain, slot: number): boolean {
  return cluster.state.slots.ownerOf(slot) === cluster.state.myself;
}

/** "Not a replica" is what counts: a node in handshake, which has no role yet, is accepted. */
function masterOrError(
  cluster: ClusterBrain,
  id: ByteString,
  notFound: (id: ByteString) => ErrorReply,
): ClusterNode | ErrorReply {
  const node = cluster.state.nodes.get(id);
  if (node === undefined) return notFound(id);
  return node.isReplica ? TARGET_NOT_A_MASTER : node;
}

export const setSlotCommands = [
  {
    name: 'setslot',
    summary: 'Opens or closes a hash slot for migration, or tells who owns it.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: -4,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode(setSlot),
  },
] as const satisfies readonly Command[];
