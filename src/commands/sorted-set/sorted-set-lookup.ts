/** Finds the sorted set that a command works on, and what most of them do with one. */
import { type SortedSetLimits, SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { WRONG_TYPE } from '../../resp/errors/index.js';
import { DoubleReply, type ErrorReply, type Reply } from '../../resp/reply.js';
import type { RankedEntry } from '../../structures/ranked-tree.js';
import type { CommandContext } from '../context.js';

/** The sorted set, null where there is no key, or the error for a key of another type. */
export function sortedSetForRead(
  context: CommandContext,
  key: ByteString,
): SortedSetValue | null | ErrorReply {
  return asSortedSet(context.db.lookupRead(key));
}

export function sortedSetForWrite(
  context: CommandContext,
  key: ByteString,
): SortedSetValue | null | ErrorReply {
  return asSortedSet(context.db.lookupWrite(key));
}

export function sortedSetLimits(context: CommandContext): SortedSetLimits {
  const { values } = context.node.config;
  return {
    maxListpackEntries: values['zset-max-listpack-entries'],
    maxListpackValue: values['zset-max-listpack-value'],
  };
}

/** Members, or members with scores: pairs in RESP3, one flat list in RESP2. */
export function entriesReply(
  context: CommandContext,
  entries: readonly RankedEntry[],
  withScores: boolean,
): Reply[] {
  if (!withScores) return entries.map(({ member }) => member);
  const nested = context.session.protocol === 3;
  const reply: Reply[] = [];
  for (const { member, score } of entries) {
    if (nested) reply.push([member, new DoubleReply(score)]);
    else reply.push(member, new DoubleReply(score));
  }
  return reply;
}

/** Stores what a command has made as a whole; nothing at all deletes the key. @returns how many members it has. */
export function storeResult(
  context: CommandContext,
  key: ByteString,
  result: SortedSetValue,
  event: string,
  changes = 1,
): number {
  if (result.size === 0) {
    deleteResult(context, key);
    return 0;
  }
  context.db.set(key, result);
  context.db.signalModified(key, changes);
  context.notify('z', event, key);
  return result.size;
}

/** The command that was to store something has found nothing. */
export function deleteResult(context: CommandContext, key: ByteString): void {
  if (!context.db.delete(key)) return;
  context.db.signalModified(key);
  context.notify('g', 'del', key);
}

function asSortedSet(value: StoredValue | undefined): SortedSetValue | null | ErrorReply {
  if (value === undefined) return null;
  return value instanceof SortedSetValue ? value : WRONG_TYPE;
}
