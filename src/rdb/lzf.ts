/** LZF, the compression of strings in RDB files (Marc Lehmann's liblzf). Compresses with the choices of Redis's build, so that DUMP gives the same bytes. */
import { RdbFormatError } from './rdb-format-error.js';

/** One control byte makes at most this many bytes out of three: what a forged length cannot exceed. */
const MAX_EXPANSION = 264;
const MAX_LITERAL_RUN = 32;
const MAX_OFFSET = 8192;
const MAX_MATCH = 264;
const HASH_SLOTS = 1 << 16;

/** Where each hash of three bytes was seen last, as position + base; what earlier calls left is below the base of the present one. */
const lastSeen = new Int32Array(HASH_SLOTS);
let base = 0;

/** The `length` bytes that `compressed` stands for. Throws RdbFormatError when it is malformed. */
export function lzfDecompress(compressed: Uint8Array, length: number): Uint8Array {
  if (length > compressed.length * MAX_EXPANSION) throw invalid();
  const output = new Uint8Array(length);
  let input = 0;
  let end = 0;
  while (input < compressed.length) {
    const control = compressed[input++]!;
    if (control < MAX_LITERAL_RUN) {
      const run = control + 1;
      if (input + run > compressed.length || end + run > length) throw invalid();
      output.set(compressed.subarray(input, input + run), end);
      input += run;
      end += run;
      continue;
    }
    let run = control >> 5;
    if (run === 7) {
      if (input >= compressed.length) throw invalid();
      run += compressed[input++]!;
    }
    if (input >= compressed.length) throw invalid();
    const from = end - ((control & 31) << 8) - compressed[input++]! - 1;
    run += 2;
    if (from < 0 || end + run > length) throw invalid();
    // Source and target may overlap: that is how runs are expressed.
    for (let byte = 0; byte < run; byte++) output[end + byte] = output[from + byte]!;
    end += run;
  }
  if (end !== length) throw invalid();
  return output;
}

/** The compressed form, or null when it does not fit into `limit` bytes. */
export function lzfCompress(bytes: Uint8Array, limit: number): Uint8Array | null {
  if (bytes.length < 4 || limit <= 0) return null;
  const compressed = compress(bytes, limit);
  base += bytes.length;
  return compressed;
}

function compress(bytes: Uint8Array, limit: number): Uint8Array | null {
  const length = bytes.length;
  const output = new Uint8Array(limit);
  if (base > 0x3fff_ffff - length) {
    lastSeen.fill(0);
    base = 0;
  }
  let input = 0;
  // Room for the control byte of the first literal run.
  let end = 1;
  let literals = 0;
  let hash = (bytes[0]! << 8) | bytes[1]!;
  while (input < length - 2) {
    hash = (hash << 8) | bytes[input + 2]!;
    const slot = hashSlot(hash);
    const reference = lastSeen[slot]! - base;
    lastSeen[slot] = input + base;
    const offset = input - reference - 1;
    if (
      // As in liblzf, a match never begins at the very first byte.
      reference > 0 &&
      offset < MAX_OFFSET &&
      bytes[reference] === bytes[input] &&
      bytes[reference + 1] === bytes[input + 1] &&
      bytes[reference + 2] === bytes[input + 2]
    ) {
      if (end - (literals === 0 ? 1 : 0) + 3 + 1 >= limit) return null;
      if (literals === 0) end--;
      else output[end - literals - 1] = literals - 1;
      const longest = longestMatch(length - input);
      let match = 3;
      while (match < longest && bytes[reference + match] === bytes[input + match]) match++;
      const code = match - 2;
      if (code < 7) {
        output[end++] = (offset >> 8) + (code << 5);
      } else {
        output[end++] = (offset >> 8) + (7 << 5);
        output[end++] = code - 7;
      }
      output[end++] = offset & 255;
      literals = 0;
      end++;
      input += match;
      if (input >= length - 2) break;
      // The last two positions inside the match are remembered as well.
      for (let back = 2; back >= 1; back--) {
        const position = input - back;
        hash = (bytes[position]! << 16) | (bytes[position + 1]! << 8) | bytes[position + 2]!;
        lastSeen[hashSlot(hash)] = position + base;
      }
      hash = (bytes[input]! << 8) | bytes[input + 1]!;
    } else {
      if (end >= limit) return null;
      literals++;
      output[end++] = bytes[input++]!;
      if (literals === MAX_LITERAL_RUN) {
        output[end - literals - 1] = literals - 1;
        literals = 0;
        end++;
      }
    }
  }
  if (end + 3 > limit) return null;
  while (input < length) {
    literals++;
    output[end++] = bytes[input++]!;
    if (literals === MAX_LITERAL_RUN) {
      output[end - literals - 1] = literals - 1;
      literals = 0;
      end++;
    }
  }
  if (literals === 0) end--;
  else output[end - literals - 1] = literals - 1;
  return output.slice(0, end);
}

/** liblzf leaves the last two bytes to literals, but not where its loop is unrolled. */
function longestMatch(remaining: number): number {
  const longest = Math.min(remaining - 2, MAX_MATCH);
  return longest > 16 && longest < 19 ? 19 : longest;
}

function hashSlot(hash: number): number {
  return ((hash >>> 8) - Math.imul(hash, 5)) & (HASH_SLOTS - 1);
}

function invalid(): RdbFormatError {
  return new RdbFormatError('Invalid LZF compressed string');
}
