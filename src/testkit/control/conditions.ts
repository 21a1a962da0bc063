/** Conditions as values, for those who cannot send a function. */
import type { Cluster } from '../cluster.js';
import type { WaitCondition } from '../cluster-time.js';
import type { EventKind } from '../event-log.js';
import { checkOptions, invalid, show } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';

/**
 * A moment that has a name; exactly one of these.
 *
 * - `{ role: 'master', node }`: the node runs and has that role.
 * - `{ state: 'stopped', node }`
 * - `{ slot: 42, node }`: a running node serves the slot; `node`: that one, left out: any but `not`.
 * - `{ event: 'promoted', node, times }`: from now on so many events of that kind, if given of that node.
 */
export type NamedMoment<Node = TestNode> =
  | { readonly role: 'master' | 'replica'; readonly node: Node }
  | { readonly state: 'running' | 'paused' | 'stopped'; readonly node: Node }
  | { readonly slot: number; readonly node?: Node; readonly not?: Node }
  | { readonly event: EventKind; readonly node?: Node; readonly times?: number };

/** As it came in. */
interface GivenMoment {
  readonly role?: string;
  readonly state?: string;
  readonly slot?: number;
  readonly event?: EventKind;
  readonly node?: TestNode;
  readonly not?: TestNode;
  readonly times?: number;
}

type Named = Exclude<WaitCondition, (...args: never[]) => unknown>;

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function conditionOf(call: string, given: unknown): Named | ((cluster: Cluster) => boolean) {
  if (given === 'ok' || given === 'converged' || given === 'in-sync') return given;
  if (typeof given !== 'object' || given === null)
    invalid(
      call,
      `takes 'ok', 'converged', 'in-sync', { role, node }, { state, node }, { slot, node } or { event }, got ${show(given)}`,
    );
  const { role, state, slot, event, node, not, times = 1 } = given as GivenMoment;
  const what = (names: readonly string[]): void => checkOptions(`${call} condition`, given, names);
  if (role !== undefined) {
    what(['role', 'node']);
    return () => node?.isRunning === true && node.role === role;
  }
  if (state !== undefined) {
    what(['state', 'node']);
    return () => node?.state === state;
  }
  if (slot !== undefined) {
    what(['slot', 'node', 'not']);
    return (cluster) => {
      const owner = cluster.nodeForSlot(slot);
      return (
        owner.isRunning && owner.role === 'master' && owner !== not && (node === undefined || owner === node)
      );
    };
  }
  what(['event', 'node', 'times']);
  if (typeof event !== 'string')
    invalid(call, `event must be a kind of event such as 'promoted', got ${show(event)}`);
  let since: number | null = null;
  return (cluster) => {
    const found = cluster.eventsWith({ kind: event, ...(node === undefined ? {} : { node }) }).length;
    since ??= found;
    return found - since >= times;
  };
}
