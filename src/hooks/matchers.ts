/** Assertions about clusters for `expect.extend()` of vitest and Jest. */
import { Cluster, RemoteCluster, type RemoteNode, slotForKey, type TestNode } from '../index.js';

/** One of this process, or of a cluster that another one shares. */
type AnyNode = TestNode | RemoteNode;

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A matcher as vitest and Jest call it. */
type Matcher<Arguments extends readonly unknown[]> = (
  this: unknown,
  received: unknown,
  ...expected: Arguments
) => MatcherResult | Promise<MatcherResult>;

/** What the matchers add to `expect()`. */
export interface ClusterMatchers<Result = void> {
  /** The node runs, and serves the slot by its own view. */
  toOwnSlot(slot: number): Result;
  /** The node serves the key's slot. */
  toOwnKey(key: string): Result;
  toBeMaster(): Result;
  /** The node is a replica of that master by its own view. */
  toBeReplicaOf(master: TestNode | RemoteNode): Result;
  /**
   * All running nodes of the cluster agree on who serves what, on epochs and on failures, and see each other. Of a shared
   * cluster it has to be awaited.
   */
  toHaveOneView(): Result;
}

/**
 * @example
 * expect.extend(clusterMatchers);
 * expect(cluster.masters[0]).toOwnSlot(0);
 * expect(cluster).toHaveOneView();
 */
export const clusterMatchers: {
  readonly toOwnSlot: Matcher<[number]>;
  readonly toOwnKey: Matcher<[string]>;
  readonly toBeMaster: Matcher<[]>;
  readonly toBeReplicaOf: Matcher<[AnyNode]>;
  readonly toHaveOneView: Matcher<[]>;
} = {
  toOwnSlot: (received, slot) => ownership(nodeOf(received, 'toOwnSlot'), slot, `slot ${slot}`),
  toOwnKey: (received, key) =>
    ownership(nodeOf(received, 'toOwnKey'), slotForKey(key), `the slot of '${key}', ${slotForKey(key)}`),
  toBeMaster: (received) => {
    const node = nodeOf(received, 'toBeMaster');
    return verdict(node.isRunning && node.role === 'master', node.name, 'to be a master', describeRole(node));
  },
  toBeReplicaOf: (received, master) => {
    const node = nodeOf(received, 'toBeReplicaOf');
    const pass = node.isRunning && node.role === 'replica' && node.master === master;
    return verdict(pass, node.name, `to be a replica of ${master.name}`, describeRole(node));
  },
  toHaveOneView: (received) => {
    if (received instanceof RemoteCluster) return received.problem('converged').then(oneView);
    if (received instanceof Cluster) return oneView(received.problem('converged'));
    throw new TypeError('toHaveOneView() is about a cluster of startCluster() or of connectCluster()');
  },
};

function oneView(problem: string | null): MatcherResult {
  return verdict(problem === null, 'the cluster', 'to have one view', problem ?? 'all running nodes agree');
}

function ownership(node: AnyNode, slot: number, what: string): MatcherResult {
  const pass = node.isRunning && node.slots.some(([first, last]) => first <= slot && slot <= last);
  const ranges = node.slots.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const serves = ranges.length === 0 ? 'it serves none' : `it serves ${ranges.join(' ')}`;
  return verdict(pass, node.name, `to serve ${what}`, node.isRunning ? serves : 'it does not run');
}

function describeRole(node: AnyNode): string {
  if (!node.isRunning) return 'it does not run';
  return node.role === 'master'
    ? 'it is a master'
    : `it is a replica of ${node.master?.name ?? 'an unknown node'}`;
}

function verdict(pass: boolean, subject: string, expectation: string, fact: string): MatcherResult {
  const not = pass ? 'not ' : '';
  return { pass, message: () => `expected ${subject} ${not}${expectation}, but ${fact}` };
}

function nodeOf(received: unknown, matcher: string): AnyNode {
  const node = received as Partial<AnyNode> | null;
  if (typeof node?.command !== 'function' || !Array.isArray(node.slots))
    throw new TypeError(`${matcher}() is about a node of a cluster, such as cluster.masters[0]`);
  return node as AnyNode;
}
