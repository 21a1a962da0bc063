/** DEBUG DIGEST and DIGEST-VALUE: a signature of the data that is the same wherever the data is the same (xorObjectDigest in debug.c). */
import type { Database } from '../../../keyspace/database.js';
import type { Keyspace } from '../../../keyspace/keyspace.js';
import { ListValue } from '../../../keyspace/values/list-value.js';
import { SetValue } from '../../../keyspace/values/set-value.js';
import { SortedSetValue } from '../../../keyspace/values/sorted-set-value.js';
import { type StoredValue, typeOfValue, type ValueType } from '../../../keyspace/values/stored-value.js';
import { StreamValue } from '../../../keyspace/values/stream-value.js';
import { type ByteString, byteStringToBytes } from '../../../resp/byte-string.js';
import { type DoubleStyle, formatGeneral, formatShortestDigits } from '../../../resp/number-format.js';
import { sha1 } from '../../../structures/sha1.js';
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID } from '../../../structures/stream-id.js';

const DIGEST_BYTES = 20;
const SCORE_DIGITS = 17;

export class Digest {
  #bytes: Uint8Array = new Uint8Array(DIGEST_BYTES);

  /** For members whose order does not count. */
  xor(data: Uint8Array | Digest): void {
    const hash = sha1(data instanceof Digest ? data.#bytes : data);
    for (let index = 0; index < DIGEST_BYTES; index++) this.#bytes[index]! ^= hash[index]!;
  }

  /** For data whose order counts: what came before is hashed once more. */
  mix(data: Uint8Array): void {
    this.xor(data);
    this.#bytes = sha1(this.#bytes);
  }

  mixText(text: ByteString): void {
    this.mix(byteStringToBytes(text));
  }

  toString(): string {
    return Buffer.from(this.#bytes).toString('hex');
  }
}

interface ValueDigest {
  /** The number of the type in Redis (OBJ_STRING...). */
  readonly typeNumber: number;
  /** Adds the content to the digest of the key. */
  add(digest: Digest, value: StoredValue, style: DoubleStyle): void;
}

/** One entry for each type of value. */
const VALUE_DIGESTS: Readonly<Record<ValueType, ValueDigest>> = {
  string: {
    typeNumber: 0,
    add: (digest, value) => digest.mixText(String(value)),
  },
  list: {
    typeNumber: 1,
    add(digest, value) {
      if (!(value instanceof ListValue)) return;
      value.scan(false, (element) => {
        digest.mixText(element);
        return true;
      });
    },
  },
  set: {
    typeNumber: 2,
    add(digest, value) {
      if (!(value instanceof SetValue)) return;
      for (const member of value.members()) digest.xor(byteStringToBytes(member));
    },
  },
  zset: {
    typeNumber: 3,
    add(digest, value, style) {
      if (!(value instanceof SortedSetValue)) return;
      for (const { member, score } of value.entries()) {
        const pair = new Digest();
        pair.mixText(member);
        pair.mixText(style === '7.0' ? formatGeneral(score, SCORE_DIGITS) : formatShortestDigits(score));
        digest.xor(pair);
      }
    },
  },
  hash: {
    typeNumber: 4,
    add(digest, value) {
      if (typeof value === 'string' || value.type !== 'hash') return;
      for (const [field, fieldValue] of value.entries()) {
        const pair = new Digest();
        pair.mixText(field);
        pair.mixText(fieldValue);
        digest.xor(pair);
      }
    },
  },
  stream: {
    typeNumber: 6,
    add(digest, value) {
      if (!(value instanceof StreamValue)) return;
      for (const { id, fields, values } of value.range(MIN_STREAM_ID, MAX_STREAM_ID)) {
        digest.mixText(formatStreamId(id).replace('-', '.'));
        for (let index = 0; index < fields.length; index++) {
          digest.mixText(fields[index] as ByteString);
          digest.mixText(values[index] as ByteString);
        }
      }
    },
  },
};

const HAS_EXPIRY = byteStringToBytes('!!expire!!');

/** Digest of the value of a key, expired or not; all zero when there is none. @param style how scores count. */
export function digestOfValue(database: Database, key: ByteString, style: DoubleStyle): Digest {
  const digest = new Digest();
  const value = database.peekStored(key);
  if (value !== undefined) addValue(digest, database, [key, value], style);
  return digest;
}

export function digestOfDataset(keyspace: Keyspace, style: DoubleStyle): Digest {
  const total = new Digest();
  for (const database of keyspace.databases) {
    if (database.size === 0) continue;
    total.mix(bigEndian(database.index));
    for (const [key, value] of database.entries()) {
      const digest = new Digest();
      digest.mixText(key);
      addValue(digest, database, [key, value], style);
      total.xor(digest);
    }
  }
  return total;
}

function addValue(
  digest: Digest,
  database: Database,
  [key, value]: readonly [ByteString, StoredValue],
  style: DoubleStyle,
): void {
  const { typeNumber, add } = VALUE_DIGESTS[typeOfValue(value)];
  digest.mix(bigEndian(typeNumber));
  add(digest, value, style);
  if (database.expiresAtMs(key) !== null) digest.xor(HAS_EXPIRY);
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
