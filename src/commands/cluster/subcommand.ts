/** What the subcommands of CLUSTER have in common (clusterCommand in cluster.c). */
import type { ClusterBrain } from '../../cluster/brain.js';
import type { ClusterNode } from '../../cluster/cluster-node.js';
import { SLOT_COUNT } from '../../cluster/constants.js';
import type { ClusterAudience } from '../../cluster/endpoint.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  CLUSTER_DISABLED,
  INVALID_OR_OUT_OF_RANGE_SLOT,
  unknownNode,
  unknownSubcommandOrArity,
} from '../../resp/errors/index.js';
import { parseIntegerInRange } from '../../resp/integer.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import type { CommandHandler } from '../command.js';
import type { CommandContext } from '../context.js';

/** A handler that runs in cluster mode only. */
type ClusterHandler = (cluster: ClusterBrain, argv: readonly ByteString[], context: CommandContext) => Reply;

export function inClusterMode(handler: ClusterHandler): CommandHandler {
  return (context, argv) => {
    const { cluster } = context.node;
    return cluster === null ? CLUSTER_DISABLED : handler(cluster, argv, context);
  };
}

/** For whom the cluster is described. */
export function audienceOf({ node, session }: CommandContext): ClusterAudience {
  return { version: node.version, tls: session.tls === true };
}

/** The node with that id, or what CLUSTER answers when there is none. */
export function nodeOrError(cluster: ClusterBrain, id: ByteString): ClusterNode | ErrorReply {
  return cluster.state.nodes.get(id) ?? unknownNode(id);
}

/** The number of a slot, or the error of an argument that is none. */
export function slotOrError(argument: ByteString): number | ErrorReply {
  return parseIntegerInRange(argument, 0, SLOT_COUNT - 1) ?? INVALID_OR_OUT_OF_RANGE_SLOT;
}

/** The subcommand exists and its minimum of arguments is there, but nothing takes that many. */
export function tooManyArguments(argv: readonly ByteString[]): ErrorReply {
  return unknownSubcommandOrArity(argv[0]!, argv[1]!);
}

export function isError(value: unknown): value is ErrorReply {
  return value instanceof ErrorReply;
}
