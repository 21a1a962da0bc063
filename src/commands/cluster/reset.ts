/** CLUSTER RESET and SAVECONFIG: what this node keeps of the cluster. https://redis.io/docs/latest/commands/cluster-reset/ */
import type { ClusterBrain } from '../../cluster/brain.js';
import { type ByteString, toByteString } from '../../resp/byte-string.js';
import { cannotSaveClusterConfig, RESET_WITH_KEYS, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode, tooManyArguments } from './subcommand.js';

function reset(cluster: ClusterBrain, argv: readonly ByteString[]): Reply {
  if (argv.length > 3) return tooManyArguments(argv);
  const kind = argv[2]?.toLowerCase() ?? 'soft';
  if (kind !== 'hard' && kind !== 'soft') return SYNTAX_ERROR;
  const { host, myself } = cluster.state;
  if (myself.isMaster && host.keys.totalKeys() !== 0) return RESET_WITH_KEYS;
  cluster.reset(kind === 'hard');
  return OK;
}

export const resetCommands = [
  {
    name: 'reset',
    summary: 'Makes this node forget the cluster; with HARD also who it was itself.',
    since: '3.0.0',
    group: 'cluster',
    complexity:
      'O(N) where N is the number of known nodes. The command may execute a FLUSHALL as a side effect.',
    arity: -2,
    flags: ['admin', 'noscript', 'stale'],
    run: inClusterMode(reset),
  },
  {
    name: 'saveconfig',
    summary: 'Writes nodes.conf now.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster) => {
      const failure = cluster.saveConfig(true);
      return failure === null ? OK : cannotSaveClusterConfig(toByteString(failure));
    }),
  },
] as const satisfies readonly Command[];
