/** The SHA1 of a script, its name in the script cache. */
import { type ByteString, byteStringToBytes } from '../resp/byte-string.js';
import { sha1 } from '../structures/sha1.js';

/** 40 hexadecimal digits in lower case. */
export function sha1Hex(bytes: ByteString): string {
  return Buffer.from(sha1(byteStringToBytes(bytes))).toString('hex');
}
