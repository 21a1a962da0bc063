/** The commands of replication: PSYNC, SYNC, REPLCONF, ROLE, REPLICAOF, SLAVEOF, FAILOVER. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
import type { ByteString } from '../../resp/byte-string.js';
import * as errors from '../../resp/errors/index.js';
import { parseIntegerInRange } from '../../resp/integer.js';
import { OK, type Reply, SimpleString } from '../../resp/reply.js';
import type { Command, CommandGroupTable } from '../command.js';
import type { CommandContext } from '../context.js';
import { failover } from './failover.js';

const ALREADY_CONNECTED = new SimpleString('OK Already connected to specified master');

function runSync({ node, session }: CommandContext, argv: readonly ByteString[]): Reply {
  return node.replication.onSync(session, argv);
}

function runReplicaof(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { node, session } = context;
  const { replication } = node;
  if (node.cluster !== null) return errors.REPLICAOF_IN_CLUSTER_MODE;
  if (replication.failover.state !== 'no-failover') return errors.REPLICAOF_WHILE_FAILING_OVER;
  const host = argv[1]!;
  const user = `id=${session.id} addr=${session.address}`;
  if (host.toLowerCase() === 'no' && argv[2]!.toLowerCase() === 'one') {
    if (!replication.isReplica) return OK;
    replication.stopReplicating();
    node.log('notice', `MASTER MODE enabled (user request from '${user}')`);
    return OK;
  }
  // It would disconnect all replicas, the one that asks too.
  if (session.isReplica) return errors.REPLICAOF_BY_REPLICA;
  const port = parseIntegerInRange(argv[2]!, 0, 65535);
  if (port === null) return errors.INVALID_MASTER_PORT;
  const master = replication.masterAddress();
  if (master !== null && master.host.toLowerCase() === host.toLowerCase() && master.port === port) {
    node.log(
      'notice',
      'REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.',
    );
    return ALREADY_CONNECTED;
  }
  replication.replicateFrom(host, port);
  node.log('notice', `REPLICAOF ${host}:${port} enabled (user request from '${user}')`);
  return OK;
}

const replicaof = {
  name: 'replicaof',
  summary: 'Makes the node a replica of another one, or (NO ONE) a master.',
  since: '5.0.0',
  group: 'server',
  complexity: 'O(1)',
  arity: 3,
  flags: ['admin', 'noscript', 'stale', 'no_async_loading'],
  run: runReplicaof,
} as const satisfies Command;

export const replicationCommands: CommandGroupTable = [
  {
    name: 'psync',
    summary:
      'Used by replicas: begins to send the replication stream, from where the replica left it if possible.',
    since: '2.8.0',
    group: 'server',
    arity: -3,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    run: runSync,
  },
  {
    name: 'sync',
    summary: 'Used by old replicas: sends a snapshot and then the replication stream.',
    since: '1.0.0',
    group: 'server',
    arity: 1,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    run: runSync,
  },
  {
    name: 'replconf',
    summary: 'Used by replicas and masters: options and acknowledgements of replication.',
    since: '3.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
    isSystemCommand: true,
    run: ({ node, session }, argv) => node.replication.onReplconf(session, argv),
  },
  {
    name: 'role',
    summary: 'Tells whether the node is a master or a replica, of whom, and how far it is.',
    since: '2.8.12',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast'],
    aclCategories: ['admin', 'dangerous'],
    run: ({ node }) => node.replication.role(),
  },
  replicaof,
  {
    ...replicaof,
    name: 'slaveof',
    summary: 'The former name of REPLICAOF.',
    since: '1.0.0',
    deprecated: { since: '5.0.0', replacedBy: '`REPLICAOF`' },
  },
  failover,
];
