/** IDs of stream entries: two unsigned 64-bit numbers, kept as one bigint, the milliseconds in its upper half. */

/** Compares and counts as the number it is: the next ID is one more. */
export type StreamId = bigint;

export const MIN_STREAM_ID: StreamId = 0n;
export const MAX_STREAM_ID: StreamId = 2n ** 128n - 1n;
export const MAX_SEQUENCE = 2n ** 64n - 1n;

export function streamId(ms: bigint, sequence: bigint): StreamId {
  return (ms << 64n) | sequence;
}

export function millisecondsOf(id: StreamId): bigint {
  return id >> 64n;
}

export function sequenceOf(id: StreamId): bigint {
  return id & MAX_SEQUENCE;
}

/** `<ms>-<sequence>` */
export function formatStreamId(id: StreamId): string {
  return `${id >> 64n}-${id & MAX_SEQUENCE}`;
}
