/** CLUSTER FAILOVER: a replica is told to take over from its master. https://redis.io/docs/latest/commands/cluster-failover/ */
import type { ClusterBrain } from '../../cluster/brain.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  FAILOVER_MASTER_DOWN,
  FAILOVER_MASTER_UNKNOWN,
  FAILOVER_ON_MASTER,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode, tooManyArguments } from './subcommand.js';

function failover(cluster: ClusterBrain, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return tooManyArguments(argv);
  const mode = argv[2]?.toLowerCase() ?? 'default';
  if (mode !== 'force' && mode !== 'takeover' && argv.length === 3) return SYNTAX_ERROR;
  const { myself } = cluster.state;
  const master = myself.replicaOf;
  if (myself.isMaster) return FAILOVER_ON_MASTER;
  if (master === null) return FAILOVER_MASTER_UNKNOWN;
  if (mode === 'force' || mode === 'takeover') {
    cluster.requestFailover(mode);
    return OK;
  }
  if (master.isFailing || master.link === null) return FAILOVER_MASTER_DOWN;
  cluster.requestFailover('default');
  return OK;
}

export const failoverCommands = [
  {
    name: 'failover',
    summary: 'Makes this replica take over from its master, with or without its consent.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: -2,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode(failover),
  },
] as const satisfies readonly Command[];
