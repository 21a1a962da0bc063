/** How two replies to one command compare. */
import { isDeepStrictEqual } from 'node:util';
import { withoutTimes } from '../stream-replies.js';
import type { TypedReply } from '../typed-reply.js';

/**
 * exact: the same bytes; items, pairs: in any order; scan: a cursor, and items in any order; near: numbers that may
 * differ by the time between both servers; times: of streams, without idle times; kind: only the type; dump: a payload of
 * DUMP; anything: not compared; rare: as exact, for what destroys much.
 */
export type Comparison =
  | 'exact'
  | 'items'
  | 'pairs'
  | 'scan'
  | 'near'
  | 'times'
  | 'kind'
  | 'dump'
  | 'anything'
  | 'rare';

/** Seconds or milliseconds that one server may be behind the other, and the seconds that are rounded. */
const NEAR = 20_000;
/** Payloads whose order is that of a hash table or may come from one (sets, hashes), and streams, which hold times. */
const UNSTABLE_PAYLOADS = new Set([2, 4, 15, 19, 20, 21]);

export function alike(comparison: Comparison, theirs: TypedReply, ours: TypedReply): boolean {
  switch (comparison) {
    case 'exact':
    case 'rare':
      return isDeepStrictEqual(ours, theirs);
    case 'items':
      return isDeepStrictEqual(sorted(ours, 1), sorted(theirs, 1));
    case 'pairs':
      return isDeepStrictEqual(sorted(ours, 2), sorted(theirs, 2));
    case 'scan':
      return isDeepStrictEqual(scanned(ours), scanned(theirs));
    case 'times':
      return isDeepStrictEqual(withoutTimes(ours), withoutTimes(theirs));
    case 'kind':
      return ours.type === theirs.type && (ours.type !== '-' || ours.value === theirs.value);
    case 'anything':
      return true;
    case 'near':
      if (isDeepStrictEqual(ours, theirs)) return true;
      if (!isLarge(ours) || !isLarge(theirs)) return false;
      return isVeryLong(ours)
        ? isVeryLong(theirs)
        : Math.abs(Number(ours.value) - Number(theirs.value)) <= NEAR;
    case 'dump':
      if (isDeepStrictEqual(ours, theirs)) return true;
      return payloadType(ours) === payloadType(theirs) && UNSTABLE_PAYLOADS.has(payloadType(ours));
  }
}

/** True for a payload that is the same on both sides whenever it is made. */
export function isStablePayload(reply: TypedReply): boolean {
  return reply.type === '$' && !UNSTABLE_PAYLOADS.has(payloadType(reply));
}

function payloadType(reply: TypedReply): number {
  return reply.type === '$' ? reply.value.charCodeAt(0) : -1;
}

function isLarge({ type, value }: TypedReply): boolean {
  return type === ':' && Math.abs(Number(value)) > 500;
}

/** At the end of 64 bits the reply of Redis depends on the compiler. */
function isVeryLong({ value }: TypedReply): boolean {
  return Math.abs(Number(value)) > 9e15;
}

function sorted(reply: TypedReply, width: number): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = reply.value as readonly TypedReply[];
  const groups: string[] = [];
  for (let index = 0; index < items.length; index += width)
    groups.push(JSON.stringify(items.slice(index, index + width)));
  return { type: reply.type, groups: groups.sort() };
}

/** [cursor, items]; those of a hash and of a sorted set are pairs, and sorting them one by one tells enough. */
function scanned(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const [cursor, items] = reply.value as readonly TypedReply[];
  return { cursor, items: sorted(items as TypedReply, 1) };
}
