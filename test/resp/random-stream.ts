/** Seeded streams of requests for fuzzing, and damage to them. */
import { encodeRequest } from '../../src/resp/request-encoder.js';
import type { Random } from '../../src/time/random.js';

const inlineLines = [
  'PING\r\n',
  'ECHO "a b"\n',
  '\r\n',
  "ECHO 'x\\'y'\r\n",
  '   \n',
  'ECHO "\\x41\\n"\r\n',
  'NOSUCH a b\n',
];
const interesting = ['\r', '\n', '\0', '*', '$', '-', '0', '1', '9', ' ', '"', "'", '\\', '\xff', ':', 'x'];

export function randomBytes(random: Random, length: number): string {
  let bytes = '';
  for (let index = 0; index < length; index++) {
    bytes +=
      random.below(3) === 0
        ? interesting[random.below(interesting.length)]
        : String.fromCharCode(random.below(256));
  }
  return bytes;
}

/** `count` requests of PING, ECHO and unknown commands, inline and multibulk. */
export function randomStream(random: Random, count: number): string {
  let bytes = '';
  for (let index = 0; index < count; index++) {
    switch (random.below(4)) {
      case 0:
        bytes += inlineLines[random.below(inlineLines.length)];
        break;
      case 1:
        bytes += encodeRequest(['PING']);
        break;
      case 2:
        bytes += encodeRequest(['ECHO', randomBytes(random, random.below(30))]);
        break;
      default:
        bytes += encodeRequest(['NOSUCH', randomBytes(random, random.below(5))]);
    }
  }
  return bytes;
}

/** `bytes` with a few bytes changed, added, removed or doubled. */
export function damaged(random: Random, bytes: string): string {
  let result = bytes;
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(result.length + 1);
    const removed = random.below(3);
    const added = random.below(3) === 0 ? '' : interesting[random.below(interesting.length)];
    result = result.slice(0, at) + added + result.slice(at + removed);
  }
  return result;
}
