/** Requests as a client, a master to its replicas or an AOF writes them: an array of bulk strings. */
import type { ByteString } from './byte-string.js';
import { encodeArrayHeader, encodeBulk } from './reply-encoder.js';

export function encodeRequest(argv: readonly ByteString[]): ByteString {
  let bytes = encodeArrayHeader(argv.length);
  for (const argument of argv) bytes += encodeBulk(argument);
  return bytes;
}
