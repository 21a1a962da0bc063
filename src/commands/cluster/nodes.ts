/** CLUSTER MEET, FORGET, REPLICATE, REPLICAS, SLAVES and COUNT-FAILURE-REPORTS: commands about other nodes. https://redis.io/docs/latest/commands/cluster-meet/ */
import type { ClusterBrain } from '../../cluster/brain.js';
import { BUS_PORT_OFFSET, NODE_ID_LENGTH } from '../../cluster/constants.js';
import { describeNode } from '../../cluster/describe-nodes.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  CANNOT_FORGET_MY_MASTER,
  CANNOT_FORGET_MYSELF,
  CANNOT_REPLICATE_MYSELF,
  CANNOT_REPLICATE_REPLICA,
  invalidMeetPort,
  invalidNodeAddress,
  NODE_NOT_A_MASTER,
  REPLICATE_NOT_EMPTY,
} from '../../resp/errors/index.js';
import { parseBigInteger } from '../../resp/integer.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { audienceOf, inClusterMode, isError, nodeOrError, tooManyArguments } from './subcommand.js';

function meet(cluster: ClusterBrain, argv: readonly ByteString[], { node }: CommandContext): Reply {
  if (argv.length > 5) return tooManyArguments(argv);
  const [, , ip, portText, busPortText] = argv as [string, string, string, string, string | undefined];
  const port = parseBigInteger(portText);
  if (port === null) return invalidMeetPort('base', portText, node.version);
  const busPort = busPortText === undefined ? port + BigInt(BUS_PORT_OFFSET) : parseBigInteger(busPortText);
  if (busPort === null) return invalidMeetPort('bus', busPortText!, node.version);
  const started = cluster.meet(asCString(ip), asInt32(port), asInt32(busPort));
  return started === 'invalid-address' ? invalidNodeAddress(ip, portText) : OK;
}

/** Redis hands the 64-bit numbers on as 32-bit ones before it checks that they are ports. */
function asInt32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function forget(cluster: ClusterBrain, argv: readonly ByteString[], context: CommandContext): Reply {
  const { myself, nodes } = cluster.state;
  const id = argv[2]!;
  const node = nodeOrError(cluster, id);
  if (isError(node)) {
    // Since 7.2 nodes spread what they forget, so somebody else may have been faster.
    const isForgotten = nodes.isBlacklisted(toLowerAscii(id.slice(0, NODE_ID_LENGTH)));
    return isForgotten && context.node.version !== '7.0' ? OK : node;
  }
  if (node === myself) return CANNOT_FORGET_MYSELF;
  if (myself.isReplica && myself.replicaOf === node) return CANNOT_FORGET_MY_MASTER;
  cluster.forget(node);
  return OK;
}

function replicate(cluster: ClusterBrain, argv: readonly ByteString[]): Reply {
  const { host, myself } = cluster.state;
  const node = nodeOrError(cluster, argv[2]!);
  if (isError(node)) return node;
  if (node === myself) return CANNOT_REPLICATE_MYSELF;
  if (node.isReplica) return CANNOT_REPLICATE_REPLICA;
  if (myself.isMaster && (myself.slots.count !== 0 || host.keys.totalKeys() !== 0))
    return REPLICATE_NOT_EMPTY;
  cluster.replicate(node);
  return OK;
}

function listReplicas(cluster: ClusterBrain, argv: readonly ByteString[], context: CommandContext): Reply {
  const node = nodeOrError(cluster, argv[2]!);
  if (isError(node)) return node;
  if (node.isReplica) return NODE_NOT_A_MASTER;
  const audience = audienceOf(context);
  return node.replicas.map((replica) => describeNode(cluster.state, replica, audience));
}

export const nodeCommands = [
  {
    name: 'count-failure-reports',
    summary: 'Tells how many other masters currently report a node as failing.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the number of failure reports',
    arity: 3,
    flags: ['admin', 'stale'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster, argv) => {
      const node = nodeOrError(cluster, argv[2]!);
      return isError(node) ? node : cluster.countFailureReports(node);
    }),
  },
  {
    name: 'forget',
    summary: 'Takes a node out of the table of known nodes and keeps it out for a minute.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode(forget),
  },
  {
    name: 'meet',
    summary: 'Starts a handshake with another node, so that both become part of one cluster.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: -4,
    flags: ['admin', 'stale', 'no_async_loading'],
    history: [['4.0.0', 'The port of the cluster bus can be given.']],
    run: inClusterMode(meet),
  },
  {
    name: 'replicas',
    summary: 'Describes the replicas of a master.',
    since: '5.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the number of replicas.',
    arity: 3,
    flags: ['admin', 'stale'],
    tips: ['nondeterministic_output'],
    in70: { complexity: 'O(1)' },
    run: inClusterMode(listReplicas),
  },
  {
    name: 'replicate',
    summary: 'Makes this node a replica of a master.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode(replicate),
  },
  {
    name: 'slaves',
    summary: 'The old name of CLUSTER REPLICAS.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the number of replicas.',
    arity: 3,
    flags: ['admin', 'stale'],
    tips: ['nondeterministic_output'],
    deprecated: { since: '5.0.0', replacedBy: '`CLUSTER REPLICAS`' },
    in70: { complexity: 'O(1)' },
    run: inClusterMode(listReplicas),
  },
] as const satisfies readonly Command[];
