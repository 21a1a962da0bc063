/** How big a node of a list may become: list-max-listpack-size, a number of elements or, below zero, a size (quicklist.c). */

const SIZES = [4096, 8192, 16_384, 32_768, 65_536] as const;
/** A limit on the number of elements comes with this one on the bytes. */
const SAFETY_BYTES = 8192;

export interface NodeLimit {
  readonly bytes: number;
  readonly count: number;
}

export function nodeLimit(fill: number): NodeLimit {
  if (fill >= 0) return { bytes: Number.POSITIVE_INFINITY, count: Math.max(fill, 1) };
  return { bytes: bytesLimit(fill), count: Number.POSITIVE_INFINITY };
}

/** @param bytes what the node would have. */
export function exceedsNodeLimit(fill: number, bytes: number, count: number): boolean {
  if (fill < 0) return bytes > bytesLimit(fill);
  return bytes > SAFETY_BYTES || count > Math.max(fill, 1);
}

function bytesLimit(fill: number): number {
  return SIZES[Math.min(-fill, SIZES.length) - 1] as number;
}
