/** CLUSTER BUMPEPOCH and SET-CONFIG-EPOCH. Redis Cluster specification, "Cluster epochs". https://redis.io/docs/latest/commands/cluster-set-config-epoch/ */
import {
  CONFIG_EPOCH_NOT_ALONE,
  CONFIG_EPOCH_NOT_ZERO,
  invalidConfigEpoch,
  NOT_AN_INTEGER,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { OK, SimpleString } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode } from './subcommand.js';

export const epochCommands = [
  {
    name: 'bumpepoch',
    summary: 'Gives this node the next config epoch unless it has the greatest one.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'stale', 'no_async_loading'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster) => {
      const outcome = cluster.bumpConfigEpoch() ? 'BUMPED' : 'STILL';
      return new SimpleString(`${outcome} ${cluster.state.myself.configEpoch}`);
    }),
  },
  {
    name: 'set-config-epoch',
    summary: 'Gives a new node its first config epoch.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 3,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster, argv) => {
      const { myself, nodes } = cluster.state;
      const epoch = parseInteger(argv[2]!);
      if (epoch === null) return NOT_AN_INTEGER;
      if (epoch < 0) return invalidConfigEpoch(epoch);
      if (nodes.size > 1) return CONFIG_EPOCH_NOT_ALONE;
      if (myself.configEpoch !== 0) return CONFIG_EPOCH_NOT_ZERO;
      cluster.setConfigEpoch(Number(epoch));
      return OK;
    }),
  },
] as const satisfies readonly Command[];
