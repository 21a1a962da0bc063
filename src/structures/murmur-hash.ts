/** MurmurHash64A, the hash of HyperLogLogs (hyperloglog.c). */

const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SHIFT = 47n;

/** Unsigned 64 bits. */
export function murmurHash64(bytes: Uint8Array, seed: bigint): bigint {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = seed ^ times(BigInt(length));
  const wholeWords = length - (length % 8);
  for (let position = 0; position < wholeWords; position += 8) {
    hash = times(hash ^ times(mixed(times(view.getBigUint64(position, true)))));
  }
  if (wholeWords < length) {
    let rest = 0n;
    for (let position = length - 1; position >= wholeWords; position--) {
      rest = (rest << 8n) | BigInt(bytes[position] as number);
    }
    hash = times(hash ^ rest);
  }
  return mixed(times(mixed(hash)));
}

function times(value: bigint): bigint {
  return BigInt.asUintN(64, value * MULTIPLIER);
}

function mixed(value: bigint): bigint {
  return value ^ (value >> SHIFT);
}
