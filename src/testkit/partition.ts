/** Cuts between nodes. Clients are not touched: they come over real sockets. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import type { RealTimePump } from '../io/real-time-pump.js';
import type { Network } from '../network/network.js';
import type { TestNode } from './test-node.js';

/** A cut that is in force until it is healed. */
export interface Partition extends Disposable {
  /** Lets traffic through again, first what was held back. Healing twice does nothing. */
  heal(): void;
}

/** @throws RedisTestClusterError INVALID_ARGUMENT unless these are two groups of the cluster's nodes. */
export function checkGroups(nodes: readonly TestNode[], group: unknown, others: unknown): void {
  if (!Array.isArray(group) || !(others === undefined || Array.isArray(others)))
    fail('partition() takes lists of nodes, as in partition([node])');
  const rest: readonly unknown[] = others ?? nodes.filter((node) => !group.includes(node));
  if (group.length === 0 || rest.length === 0) fail('partition() needs at least one node on each side');
  for (const node of [...group, ...rest]) {
    if (!nodes.includes(node)) fail('partition() takes nodes of this cluster, such as cluster.masters[0]');
    if (group.includes(node) && rest.includes(node)) fail(`partition(): ${node.name} is on both sides`);
  }
}

function fail(message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', message);
}

export function partitionNetwork(
  network: Network,
  pump: RealTimePump,
  group: readonly TestNode[],
  others: readonly TestNode[],
): Partition {
  const here = new Set(group.map(({ name }) => name));
  const there = new Set(others.map(({ name }) => name));
  const remove = network.addRule(({ from, to }) =>
    (here.has(from) && there.has(to)) || (there.has(from) && here.has(to)) ? 'hold' : 'pass',
  );
  const heal = (): void => pump.input(remove);
  return { heal, [Symbol.dispose]: heal };
}
