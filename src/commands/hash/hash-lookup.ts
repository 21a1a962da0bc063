/** Finds the hash that a hash command works on. */
import { type HashLimits, HashValue } from '../../keyspace/values/hash-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { WRONG_TYPE } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';

/** The hash, null where there is no key, or the error for a key of another type. */
export function hashForRead(context: CommandContext, key: ByteString): HashValue | null | ErrorReply {
  return asHash(context.db.lookupRead(key));
}

export function hashForWrite(context: CommandContext, key: ByteString): HashValue | null | ErrorReply {
  return asHash(context.db.lookupWrite(key));
}

/** The hash, an empty one that is stored just now, or the error for a key of another type. */
export function hashForInsert(context: CommandContext, key: ByteString): HashValue | ErrorReply {
  const found = hashForWrite(context, key);
  if (found !== null) return found;
  const created = new HashValue();
  context.db.set(key, created);
  return created;
}

export function hashLimits(context: CommandContext): HashLimits {
  const { values } = context.node.config;
  return {
    maxListpackEntries: values['hash-max-listpack-entries'],
    maxListpackValue: values['hash-max-listpack-value'],
  };
}

function asHash(value: StoredValue | undefined): HashValue | null | ErrorReply {
  if (value === undefined) return null;
  return value instanceof HashValue ? value : WRONG_TYPE;
}
