/** Finds the list that a list command works on, and does what follows when elements were taken from it. */
import { type ListEnd, type ListLimits, ListValue } from '../../keyspace/values/list-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { WRONG_TYPE } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';

/** The list, null where there is no key, or the error for a key of another type. */
export function listForRead(context: CommandContext, key: ByteString): ListValue | null | ErrorReply {
  return asList(context.db.lookupRead(key));
}

export function listForWrite(context: CommandContext, key: ByteString): ListValue | null | ErrorReply {
  return asList(context.db.lookupWrite(key));
}

export function listLimits({ node }: CommandContext): ListLimits {
  return {
    maxListpackSize: node.config.values['list-max-listpack-size'],
    compressDepth: node.config.values['list-compress-depth'],
    hasListpacks: node.version !== '7.0',
  };
}

/** After `count` elements were taken from an end: the key goes with the last one (listElementsRemoved of t_list.c). */
export function elementsRemoved(
  context: CommandContext,
  key: ByteString,
  list: ListValue,
  end: ListEnd,
  count: number,
): void {
  context.notify('l', end === 'left' ? 'lpop' : 'rpop', key);
  deleteIfEmpty(context, key, list);
  context.db.signalModified(key, count);
}

export function deleteIfEmpty(context: CommandContext, key: ByteString, list: ListValue): void {
  if (list.size > 0) {
    list.afterShrinking(listLimits(context));
    return;
  }
  context.db.delete(key);
  context.notify('g', 'del', key);
}

/** LEFT or RIGHT in any case, else null. */
export function parseEnd(argument: ByteString): ListEnd | null {
  const word = toLowerAscii(asCString(argument));
  return word === 'left' || word === 'right' ? word : null;
}

function asList(value: StoredValue | undefined): ListValue | null | ErrorReply {
  if (value === undefined) return null;
  return value instanceof ListValue ? value : WRONG_TYPE;
}
