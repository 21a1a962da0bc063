/** CLUSTER INFO, LINKS, MYID, MYSHARDID, NODES, SHARDS and SLOTS: the cluster as this node sees it. https://redis.io/docs/latest/commands/cluster-shards/ */
import { describeInfo } from '../../cluster/describe-info.js';
import { describeLinks } from '../../cluster/describe-links.js';
import { describeNodes } from '../../cluster/describe-nodes.js';
import { describeShards } from '../../cluster/describe-shards.js';
import { describeSlots } from '../../cluster/describe-slots.js';
import type { Command } from '../command.js';
import { audienceOf, inClusterMode } from './subcommand.js';

export const describeCommands = [
  {
    name: 'info',
    summary: 'Tells the state of the cluster, epochs and message counts in text form.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['stale'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster) => describeInfo(cluster.state)),
  },
  {
    name: 'links',
    summary: 'Lists the connections of the cluster bus to and from other nodes.',
    since: '7.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of Cluster nodes',
    arity: 2,
    flags: ['stale'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster, _argv, context) => describeLinks(cluster.state, audienceOf(context))),
  },
  {
    name: 'myid',
    summary: 'Tells the id of this node.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['stale'],
    run: inClusterMode((cluster) => cluster.state.myself.id),
  },
  {
    name: 'myshardid',
    summary: 'Tells the id of the shard this node belongs to.',
    since: '7.2.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['stale'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster) => cluster.state.myself.shardId),
  },
  {
    name: 'nodes',
    summary: 'Describes every known node in text form, one a line.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of Cluster nodes',
    arity: 2,
    flags: ['stale'],
    tips: ['nondeterministic_output'],
    run: inClusterMode((cluster, _argv, context) => describeNodes(cluster.state, audienceOf(context))),
  },
  {
    name: 'shards',
    summary: 'Describes the shards: their slots and their nodes.',
    since: '7.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of cluster nodes',
    arity: 2,
    flags: ['loading', 'stale'],
    tips: ['nondeterministic_output'],
    in70: { flags: ['stale'] },
    run: inClusterMode((cluster, _argv, context) => describeShards(cluster.state, audienceOf(context))),
  },
  {
    name: 'slots',
    summary: 'Lists ranges of hash slots with the nodes that serve them.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of Cluster nodes',
    arity: 2,
    flags: ['loading', 'stale'],
    tips: ['nondeterministic_output'],
    deprecated: { since: '7.0.0', replacedBy: '`CLUSTER SHARDS`' },
    history: [
      ['4.0.0', 'Nodes are listed with their ids.'],
      ['7.0.0', 'Nodes are listed with further network metadata.'],
    ],
    in70: { flags: ['stale'] },
    run: inClusterMode((cluster, _argv, context) => describeSlots(cluster.state, audienceOf(context))),
  },
] as const satisfies readonly Command[];
