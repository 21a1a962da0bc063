/** The algebra of sets: SINTER, SUNION, SDIFF, with STORE, and SINTERCARD. https://redis.io/docs/latest/commands/sinter/ */
import { type SetLimits, SetValue } from '../../keyspace/values/set-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, type Reply, SetReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';
import { setForRead, setLimits } from './set-lookup.js';

/** Null stands for a missing key. */
type Operands = readonly (SetValue | null)[];

type Combine = (sets: Operands, limits: SetLimits) => SetValue;

/** The sets in the order of the keys, or the error for a key of another type. */
export function operandsOf(
  context: CommandContext,
  keys: readonly ByteString[],
): (SetValue | null)[] | ErrorReply {
  const sets: (SetValue | null)[] = [];
  for (const key of keys) {
    const set = setForRead(context, key);
    if (set instanceof ErrorReply) return set;
    sets.push(set);
  }
  return sets;
}

export function answerCombined(
  context: CommandContext,
  keys: readonly ByteString[],
  combine: Combine,
): Reply {
  const sets = operandsOf(context, keys);
  if (sets instanceof ErrorReply) return sets;
  return new SetReply(combine(sets, setLimits(context)).toArray());
}

/** An empty result deletes the target. @param event its keyspace event. */
export function storeCombined(
  context: CommandContext,
  argv: readonly ByteString[],
  combine: Combine,
  event: string,
): Reply {
  const { db } = context;
  const target = argv[1]!;
  const sets = operandsOf(context, argv.slice(2));
  if (sets instanceof ErrorReply) return sets;
  const result = combine(sets, setLimits(context));
  if (result.size > 0) {
    db.set(target, result);
    db.signalModified(target);
    context.notify('s', event, target);
    return result.size;
  }
  if (db.delete(target)) {
    db.signalModified(target);
    context.notify('g', 'del', target);
  }
  return 0;
}

/** Calls for each common member until `visit` returns false, in the order of the smallest set. */
export function eachCommon(sets: Operands, visit: (member: ByteString) => boolean): void {
  if (sets.includes(null)) return;
  const [smallest, ...others] = (sets as SetValue[]).toSorted((a, b) => a.size - b.size);
  for (const member of smallest!.members()) {
    if (others.every((set) => set.has(member)) && !visit(member)) return;
  }
}

/** The encoding comes from the smallest set in 7.2; integers alone make an intset in the end. */
export function intersection(sets: Operands, limits: SetLimits): SetValue {
  const smallest = (sets as SetValue[]).reduce(
    (least, set) => (set?.size < least?.size ? set : least),
    sets[0]!,
  );
  const startsAsIntset = !limits.hasListpacks || smallest?.encoding === 'intset';
  const result = SetValue.withEncoding(startsAsIntset ? 'intset' : 'listpack');
  let onlyIntegers = true;
  eachCommon(sets, (member) => {
    onlyIntegers &&= parseInteger(member) !== null;
    result.add(member, limits);
    return true;
  });
  if (onlyIntegers && limits.hasListpacks && result.size > 0) result.tryIntset(limits);
  return result;
}

export function union(sets: Operands, limits: SetLimits): SetValue {
  const result = SetValue.withEncoding('intset');
  for (const set of sets) {
    for (const member of set?.members() ?? []) result.add(member, limits);
  }
  return result;
}

/** Members of the first set that none of the others has; like Redis, the way with less work. */
export function difference(sets: Operands, limits: SetLimits): SetValue {
  const result = SetValue.withEncoding('intset');
  const [first, ...others] = sets;
  if (first === null || first === undefined || others.includes(first)) return result;
  const present = others.filter((set) => set !== null);
  const askingWork = (first.size * (present.length + 1)) / 2;
  const removingWork = present.reduce((work, set) => work + set.size, first.size);
  if (Math.floor(askingWork) <= removingWork) {
    const bySize = present.toSorted((a, b) => b.size - a.size);
    for (const member of first.members()) {
      if (!bySize.some((set) => set.has(member))) result.add(member, limits);
    }
    return result;
  }
  for (const member of first.members()) result.add(member, limits);
  for (const set of present) {
    for (const member of set.members()) result.delete(member);
    if (result.size === 0) break;
  }
  return result;
}
