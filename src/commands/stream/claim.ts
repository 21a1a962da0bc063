/** XCLAIM and XAUTOCLAIM: pending entries change hands. https://redis.io/docs/latest/commands/xclaim/ */
import type { Consumer, PendingEntry } from '../../keyspace/values/consumer-group.js';
import type { ByteString } from '../../resp/byte-string.js';
import { ErrorReply, type Reply } from '../../resp/reply.js';
import { addInt64, type Int64 } from '../../structures/int64.js';
import { formatStreamId, MIN_STREAM_ID, type StreamId } from '../../structures/stream-id.js';
import type { StreamEntry } from '../../structures/stream-node.js';
import type { CommandContext } from '../context.js';
import { parseAutoclaimArguments, parseClaimArguments } from './claim-arguments.js';
import { consumerOf, type GroupPlace, propagateClaim, propagateLastId } from './deliver.js';
import { countChange, entryReply, groupForRead } from './stream-lookup.js';

/** Looked at for each entry that XAUTOCLAIM may answer. */
const ATTEMPTS_PER_ENTRY = 10;

interface Claim {
  readonly deliveredAtMs: number;
  /** Null: one more than before. */
  readonly deliveries: Int64 | null;
  readonly justId: boolean;
}

export function runXclaim(context: CommandContext, argv: readonly ByteString[]): Reply {
  const found = groupForRead(context, argv[1]!, argv[2]!);
  if (found instanceof ErrorReply) return found;
  const options = parseClaimArguments(context, argv);
  if (options instanceof ErrorReply) return options;
  const place: GroupPlace = { key: argv[1]!, ...found };
  const { stream, group } = found;
  const { minIdleMs } = options;
  const claimant = new Claimant(context, place, argv[3]!);
  let lastIdIsNew = false;
  if (options.lastId > group.lastId) {
    group.lastId = options.lastId;
    lastIdIsNew = true;
  }
  const replies: Reply[] = [];
  for (const { id, text } of options.ids) {
    let pending = group.pending.get(id);
    const entry = stream.entries.get(id);
    if (entry === undefined) {
      if (pending === undefined) continue;
      dropDeleted(context, place, id, text, pending);
    } else {
      if (pending === undefined && options.force) pending = newPending(context);
      if (pending === undefined || (pending.consumer !== null && isTooFresh(context, pending, minIdleMs)))
        continue;
      replies.push(claimant.claim(entry, text, pending, options));
    }
    // Each of those is replicated with the last ID.
    lastIdIsNew = false;
  }
  if (lastIdIsNew) {
    propagateLastId(context, place);
    countChange(context);
  }
  context.preventPropagation();
  return replies;
}

export function runXautoclaim(context: CommandContext, argv: readonly ByteString[]): Reply {
  // The key is looked up first, a miss is notified whatever the options are; but what is wrong with those is told first.
  const found = groupForRead(context, argv[1]!, argv[2]!);
  const options = parseAutoclaimArguments(argv);
  if (options instanceof ErrorReply) return options;
  if (found instanceof ErrorReply) return found;
  const place: GroupPlace = { key: argv[1]!, ...found };
  const { stream, group } = found;
  const claimant = new Claimant(context, place, argv[3]!);
  const claim: Claim = { deliveredAtMs: context.nowMs, deliveries: null, justId: options.justId };
  const replies: Reply[] = [];
  const deletedIds: Reply[] = [];
  let attempts = options.count * ATTEMPTS_PER_ENTRY;
  let left = options.count;
  let next = MIN_STREAM_ID;
  for (const [id, pending] of group.pending.from(options.start)) {
    if (attempts-- === 0 || left === 0) {
      next = id;
      break;
    }
    const entry = stream.entries.get(id);
    const text = formatStreamId(id);
    if (entry === undefined) {
      dropDeleted(context, place, id, text, pending);
      deletedIds.push(text);
      left--;
    } else if (!isTooFresh(context, pending, options.minIdleMs)) {
      replies.push(claimant.claim(entry, text, pending, claim));
      left--;
    }
  }
  context.preventPropagation();
  return [formatStreamId(next), replies, deletedIds];
}

/** The one who claims: it comes to be at once, or in 7.0 with the first entry that it gets. */
class Claimant {
  readonly #context: CommandContext;
  readonly #place: GroupPlace;
  readonly #name: ByteString;
  #consumer: Consumer | null = null;

  constructor(context: CommandContext, place: GroupPlace, name: ByteString) {
    this.#context = context;
    this.#place = place;
    this.#name = name;
    if (context.node.version !== '7.0') this.#consumer = consumerOf(context, place, name);
  }

  /** Takes the entry. @returns what to answer for it. */
  claim(entry: StreamEntry, text: ByteString, pending: PendingEntry, claim: Claim): Reply {
    const context = this.#context;
    this.#consumer ??= consumerOf(context, this.#place, this.#name);
    this.#place.group.assign(entry.id, pending, this.#consumer);
    pending.deliveredAtMs = claim.deliveredAtMs;
    if (claim.deliveries !== null) pending.deliveries = claim.deliveries;
    else if (!claim.justId) pending.deliveries = addInt64(pending.deliveries, 1) ?? pending.deliveries;
    this.#consumer.activeAtMs = context.nowMs;
    propagateClaim(context, this.#place, text, pending);
    countChange(context);
    return claim.justId ? formatStreamId(entry.id) : entryReply(entry);
  }
}

/** An entry that is pending but was deleted: nobody has it any more. */
function dropDeleted(
  context: CommandContext,
  place: GroupPlace,
  id: StreamId,
  text: ByteString,
  pending: PendingEntry,
): void {
  propagateClaim(context, place, text, pending);
  countChange(context);
  place.group.acknowledge(id);
}

function newPending({ nowMs }: CommandContext): PendingEntry {
  return { consumer: null, deliveredAtMs: nowMs, deliveries: 1 };
}

function isTooFresh({ nowMs }: CommandContext, pending: PendingEntry, minIdleMs: bigint | number): boolean {
  return minIdleMs !== 0 && nowMs - pending.deliveredAtMs < minIdleMs;
}
