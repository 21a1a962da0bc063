/**
 * CLUSTER ADDSLOTS, ADDSLOTSRANGE, DELSLOTS, DELSLOTSRANGE and FLUSHSLOTS: which slots this node believes to be whose.
 * https://redis.io/docs/latest/commands/cluster-addslots/
 */
import type { ClusterBrain } from '../../cluster/brain.js';
import type { ByteString } from '../../resp/byte-string.js';
import {
  FLUSHSLOTS_WITH_KEYS,
  slotGivenTwice,
  slotIsBusy,
  slotIsUnassigned,
  slotRangeReversed,
  wrongArity,
} from '../../resp/errors/index.js';
import { type ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode, isError, slotOrError } from './subcommand.js';

type Change = 'add' | 'delete';

/** Every argument has to be a slot before the first one is looked at. */
function changeSlots(cluster: ClusterBrain, argv: readonly ByteString[], change: Change): Reply {
  const slots: number[] = [];
  for (let index = 2; index < argv.length; index++) {
    const slot = slotOrError(argv[index]!);
    if (isError(slot)) return slot;
    slots.push(slot);
  }
  const chosen = new Set<number>();
  for (const slot of slots) {
    const refusal = choose(cluster, slot, change, chosen);
    if (refusal !== null) return refusal;
  }
  return apply(cluster, chosen, change);
}

/** Other than above, each range is checked in full before the next one is read. */
function changeSlotRanges(cluster: ClusterBrain, argv: readonly ByteString[], change: Change): Reply {
  if (argv.length % 2 === 1)
    return wrongArity(change === 'add' ? 'cluster|addslotsrange' : 'cluster|delslotsrange');
  const chosen = new Set<number>();
  for (let index = 2; index < argv.length; index += 2) {
    const start = slotOrError(argv[index]!);
    if (isError(start)) return start;
    const end = slotOrError(argv[index + 1]!);
    if (isError(end)) return end;
    if (start > end) return slotRangeReversed(start, end);
    for (let slot = start; slot <= end; slot++) {
      const refusal = choose(cluster, slot, change, chosen);
      if (refusal !== null) return refusal;
    }
  }
  return apply(cluster, chosen, change);
}

function choose(cluster: ClusterBrain, slot: number, change: Change, chosen: Set<number>): ErrorReply | null {
  const isAssigned = cluster.state.slots.ownerOf(slot) !== null;
  if (change === 'delete' && !isAssigned) return slotIsUnassigned(slot);
  if (change === 'add' && isAssigned) return slotIsBusy(slot);
  if (chosen.has(slot)) return slotGivenTwice(slot);
  chosen.add(slot);
  return null;
}

/** In ascending order, as Redis walks through its table of slots. */
function apply(cluster: ClusterBrain, chosen: ReadonlySet<number>, change: Change): Reply {
  const slots = [...chosen].sort((first, second) => first - second);
  if (change === 'add') cluster.addSlots(slots);
  else cluster.deleteSlots(slots);
  return OK;
}

export const slotCommands = [
  {
    name: 'addslots',
    summary: 'Makes this node the owner of hash slots that have none.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of hash slot arguments',
    arity: -3,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster, argv) => changeSlots(cluster, argv, 'add')),
  },
  {
    name: 'addslotsrange',
    summary: 'Makes this node the owner of ranges of hash slots that have none.',
    since: '7.0.0',
    group: 'cluster',
    complexity:
      'O(N) where N is the total number of the slots between the start slot and end slot arguments.',
    arity: -4,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster, argv) => changeSlotRanges(cluster, argv, 'add')),
  },
  {
    name: 'delslots',
    summary: 'Makes this node forget who owns the given hash slots.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the total number of hash slot arguments',
    arity: -3,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster, argv) => changeSlots(cluster, argv, 'delete')),
  },
  {
    name: 'delslotsrange',
    summary: 'Makes this node forget who owns ranges of hash slots.',
    since: '7.0.0',
    group: 'cluster',
    complexity:
      'O(N) where N is the total number of the slots between the start slot and end slot arguments.',
    arity: -4,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster, argv) => changeSlotRanges(cluster, argv, 'delete')),
  },
  {
    name: 'flushslots',
    summary: 'Gives up every hash slot of this node.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 2,
    flags: ['admin', 'stale', 'no_async_loading'],
    run: inClusterMode((cluster) => {
      if (cluster.state.host.keys.totalKeys() !== 0) return FLUSHSLOTS_WITH_KEYS;
      cluster.flushSlots();
      return OK;
    }),
  },
] as const satisfies readonly Command[];
