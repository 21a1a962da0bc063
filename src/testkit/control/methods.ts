/** What a control server can be asked about its cluster: the methods of Cluster by their names, options beside the other parameters. */
import { invalid } from '../faults/message-filter.js';
import { conditionOf } from './conditions.js';
import { handleMethods } from './handle-methods.js';
import { acts, type CallContext, type Method, only, type Params, reads } from './method.js';
import { nodeMethods } from './node-methods.js';

const clusterMethods: Readonly<Record<string, Method>> = {
  state: reads(() => null),
  now: reads(({ cluster }) => cluster.now()),
  advance: acts(({ cluster }, params) => {
    const { duration, ...options } = only('advance()', params, ['duration', 'skipIdle']);
    return cluster.advance(duration, options);
  }),
  advanceTo: acts(({ cluster }, params) => {
    const { time, ...options } = only('advanceTo()', params, ['time', 'skipIdle']);
    return cluster.advanceTo(time, options);
  }),
  next: acts(({ cluster }) => cluster.next()),
  pause: acts(({ cluster }) => cluster.pause()),
  resume: acts(({ cluster }) => cluster.resume()),
  problem: reads(({ cluster }, { condition }) => cluster.problem(condition)),
  waitFor: acts(({ cluster }, params) => {
    const { condition, ...options } = only('waitFor()', params, ['condition', 'timeout', 'what']);
    return cluster.waitFor(conditionOf('waitFor()', condition), options);
  }),
  runUntil: acts(({ cluster }, params) => {
    const { condition, ...options } = only('runUntil()', params, ['condition', 'limit']);
    const wanted = conditionOf('runUntil()', condition);
    if (typeof wanted === 'function') return cluster.runUntil(wanted, options);
    return cluster.runUntil(() => cluster.problem(wanted) === null, options);
  }),
  step: acts(step),
  whenNews: reads(({ cluster, hasNews }, params) => {
    const { traffic } = cluster.pump;
    const isNew = (): boolean => hasNews() || cluster.pump.traffic !== traffic;
    return cluster.when(isNew, only('whenNews()', params, ['timeoutMs', 'what']));
  }),
  whenCommand: reads(({ cluster }, { command, ...options }) => cluster.whenCommand(command, options)),
  whenBlocked: reads(({ cluster }, params) => {
    const { key, ...options } = only('whenBlocked()', params, ['key', 'node', 'timeoutMs']);
    return cluster.whenBlocked(key, options);
  }),
  blockedClients: reads(({ cluster }) => cluster.blockedClients),
  faults: reads(({ cluster }) => cluster.faults.map(({ description, hits }) => ({ description, hits }))),
  heal: acts(({ cluster }) => cluster.heal()),
  partition: acts(({ cluster }, { group, others, ...options }) => cluster.partition(group, others, options)),
  isolate: acts(({ cluster }, { node, ...options }) => cluster.isolate(node, options)),
  delayMessages: acts(({ cluster }, { by, ...filter }) => cluster.delayMessages(by, filter)),
  dropMessages: acts(({ cluster }, filter) => cluster.dropMessages(filter)),
  holdMessages: acts(({ cluster }, filter) => cluster.holdMessages(filter)),
  inFlight: reads(({ cluster, handles }, filter) => handles.encodeMessages(cluster.inFlight(filter), null)),
  inject: acts(({ cluster }, { fault, ...filter }) => cluster.inject(fault, filter)),
  migrateSlot: acts(({ cluster }, params) => cluster.migrateSlot(params as never)),
  failover: acts(({ cluster }, { target, ...options }) => cluster.failover(target, options)),
  addNode: acts(({ cluster }, params) => cluster.addNode(params)),
  removeNode: acts(({ cluster }, { node }) => cluster.removeNode(node)),
  reshard: acts(({ cluster }, params) => cluster.reshard(params as never)),
  rebalance: acts(({ cluster }, params) => cluster.rebalance(params)),
  changeAddress: acts(({ cluster }, { node }) => cluster.changeAddress(node)),
  rollingReplace: acts(({ cluster }, params) => cluster.rollingReplace(params)),
  announce: acts(({ cluster }, { nodes, ...how }) => cluster.announce(nodes, how)),
  staleView: acts(({ cluster }, { node }) => cluster.staleView(node)),
  disputeSlot: acts(({ cluster }, { slot, claimants, ...options }) =>
    cluster.disputeSlot(slot, claimants, options),
  ),
  flush: acts(({ cluster }) => cluster.flush()),
  reset: acts(({ cluster }) => cluster.reset()),
  eventsWith: reads(({ cluster }, filter) => cluster.eventsWith(filter)),
  timeline: reads(({ cluster }, filter) => cluster.timeline(filter)),
  record: acts(({ cluster }, params) => cluster.record(only('record()', params, ['commands', 'messages']))),
  lostWrites: reads(({ cluster }) => cluster.lostWrites()),
  counters: reads(({ cluster }, params) => {
    const { node, count, name } = only('counters', params, ['node', 'count', 'name']);
    const counters = node === undefined ? cluster.counters : cluster.countersOf(node);
    if (count === 'commands') return counters.commands(name);
    if (count === 'byCommand') return counters.byCommand;
    if (count === 'topologyRequests') return counters.topologyRequests;
    if (count === 'connections') return counters.connections;
    if (count === 'redirects') return counters.redirects;
    return invalid(
      'counters',
      `count must be 'commands', 'byCommand', 'topologyRequests', 'connections' or 'redirects'`,
    );
  }),
};

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...clusterMethods, ...nodeMethods, ...handleMethods }),
);

/**
 * Goes on to the next instant; or, with `until: 'news'`, to the next one that the caller could notice: the nodes are not
 * what it was last told, or something went over a client's connection.
 * @returns the virtual time that it took, ms.
 */
async function step({ cluster, hasNews }: CallContext, params: Params): Promise<number> {
  const { until, limit } = only('step()', params, ['until', 'limit']);
  const startMs = cluster.now();
  const { traffic } = cluster.pump;
  let isFirst = true;
  await cluster.runUntil(
    () => {
      if (isFirst) {
        isFirst = false;
        return false;
      }
      return until !== 'news' || hasNews() || cluster.pump.traffic !== traffic;
    },
    { limit },
  );
  return cluster.now() - startMs;
}
