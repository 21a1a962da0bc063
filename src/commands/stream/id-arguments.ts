/** Stream IDs as clients write them (streamGenericParseIDOrReply in t_stream.c). */
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { INVALID_INTERVAL_END, INVALID_INTERVAL_START, INVALID_STREAM_ID } from '../../resp/errors/index.js';
import { parseInteger, parseUnsigned64 } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import {
  MAX_SEQUENCE,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  type StreamId,
  streamId,
} from '../../structures/stream-id.js';

const LONGEST_ID = 127;

/** `<ms>-<sequence>` or `<ms>`. @param missingSequence of an ID without sequence. */
export function parseStreamId(text: ByteString, missingSequence = 0n): StreamId | null {
  if (text.length > LONGEST_ID) return null;
  const id = asCString(text);
  if (id === '-' || id === '+') return null;
  const dash = id.indexOf('-');
  const ms = parseUnsigned64(dash < 0 ? id : id.slice(0, dash));
  const sequence = dash < 0 ? missingSequence : parseUnsigned64(id.slice(dash + 1));
  return ms === null || sequence === null ? null : streamId(ms, sequence);
}

/** As `parseStreamId`; also `-` and `+`, the least and the greatest ID. */
export function parseStreamIdOrEdge(text: ByteString, missingSequence = 0n): StreamId | null {
  const id = asCString(text);
  if (text.length <= LONGEST_ID && id === '-') return MIN_STREAM_ID;
  if (text.length <= LONGEST_ID && id === '+') return MAX_STREAM_ID;
  return parseStreamId(text, missingSequence);
}

export type AddedId =
  | { readonly kind: 'given'; readonly id: StreamId }
  /** `<ms>-*` */
  | { readonly kind: 'sequence'; readonly ms: bigint }
  /** `*` */
  | { readonly kind: 'generated' };

/** The ID of XADD, other than `*`. */
export function parseAddedId(text: ByteString): AddedId | null {
  const id = asCString(text);
  if (text.length <= LONGEST_ID && id.endsWith('-*') && id.indexOf('-') === id.length - 2) {
    const ms = parseUnsigned64(id.slice(0, -2));
    return ms === null ? null : { kind: 'sequence', ms };
  }
  const given = parseStreamId(text);
  return given === null ? null : { kind: 'given', id: given };
}

/** The start of an interval; `(` before an ID leaves that one out. */
export function parseIntervalStart(text: ByteString): StreamId | ErrorReply {
  if (!isExclusive(text)) return parseStreamIdOrEdge(text) ?? INVALID_STREAM_ID;
  const id = parseStreamId(text.slice(1));
  if (id === null) return INVALID_STREAM_ID;
  return id === MAX_STREAM_ID ? INVALID_INTERVAL_START : id + 1n;
}

export function parseIntervalEnd(text: ByteString): StreamId | ErrorReply {
  if (!isExclusive(text)) return parseStreamIdOrEdge(text, MAX_SEQUENCE) ?? INVALID_STREAM_ID;
  const id = parseStreamId(text.slice(1), MAX_SEQUENCE);
  if (id === null) return INVALID_STREAM_ID;
  return id === MIN_STREAM_ID ? INVALID_INTERVAL_END : id - 1n;
}

/** All of the IDs, or the error for the first that is none. */
export function parseStreamIds(texts: readonly ByteString[]): StreamId[] | ErrorReply {
  const ids: StreamId[] = [];
  for (const text of texts) {
    const id = parseStreamId(text);
    if (id === null) return INVALID_STREAM_ID;
    ids.push(id);
  }
  return ids;
}

/** COUNT: what is below 0 counts as 0. Null: not an integer. */
export function parseCount(text: ByteString): bigint | number | null {
  const count = parseInteger(text);
  return count !== null && count < 0 ? 0 : count;
}

function isExclusive(text: ByteString): boolean {
  return text.length > 1 && text.startsWith('(');
}
