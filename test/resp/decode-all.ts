/** Runs bytes through a request decoder in one or more chunks. */
import { RequestDecoder } from '../../src/resp/request-decoder.js';

export interface Decoded {
  readonly requests: string[][];
  readonly error: string | null;
  readonly consumedBytes: number;
  readonly bufferedBytes: number;
}

export type Limits = Partial<
  Pick<RequestDecoder, 'authenticated' | 'fromMaster' | 'maxBulkLength' | 'queryBufferLimit'>
>;

export function decodeAll(chunks: readonly string[], limits: Limits = {}): Decoded {
  const decoder = Object.assign(new RequestDecoder(), limits);
  const requests: string[][] = [];
  for (const chunk of chunks) {
    decoder.push(Buffer.from(chunk, 'latin1'));
    for (let argv = decoder.next(); argv !== null; argv = decoder.next()) requests.push(argv);
  }
  return {
    requests,
    error: decoder.protocolError?.text ?? null,
    consumedBytes: decoder.consumedBytes,
    bufferedBytes: decoder.bufferedBytes,
  };
}

/** `bytes` in pieces of `size`. */
export function inPieces(bytes: string, size: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += size) pieces.push(bytes.slice(start, start + size));
  return pieces;
}
