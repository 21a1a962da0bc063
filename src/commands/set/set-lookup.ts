/** Finds the set that a set command works on. */
import { type SetLimits, SetValue } from '../../keyspace/values/set-value.js';
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import type { ByteString } from '../../resp/byte-string.js';
import { WRONG_TYPE } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';
import { setLimitsOf } from '../value-limits.js';

/** The set, null where there is no key, or the error for a key of another type. */
export function setForRead(context: CommandContext, key: ByteString): SetValue | null | ErrorReply {
  return asSet(context.db.lookupRead(key));
}

export function setForWrite(context: CommandContext, key: ByteString): SetValue | null | ErrorReply {
  return asSet(context.db.lookupWrite(key));
}

export function asSet(value: StoredValue | undefined): SetValue | null | ErrorReply {
  if (value === undefined) return null;
  return value instanceof SetValue ? value : WRONG_TYPE;
}

export function setLimits({ node }: CommandContext): SetLimits {
  return setLimitsOf(node.config, node.version);
}
