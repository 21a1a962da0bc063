/** Finds the HyperLogLog that a command works on: a string value with a certain header. */
import { RawString } from '../../keyspace/values/raw-string.js';
import { isStringValue, type StoredValue } from '../../keyspace/values/stored-value.js';
import { type ByteString, byteStringToBytes } from '../../resp/byte-string.js';
import { CORRUPTED_HYPERLOGLOG, NOT_A_HYPERLOGLOG, WRONG_TYPE } from '../../resp/errors/index.js';
import { ErrorReply } from '../../resp/reply.js';
import { CorruptedHyperLogLog, HyperLogLog, isHyperLogLog } from '../../structures/hyperloglog.js';
import type { CommandContext } from '../context.js';
import { rawStringAt } from '../string/change-in-place.js';

/** To read only; null where there is no key. */
export function hyperLogLogForRead(
  context: CommandContext,
  key: ByteString,
): HyperLogLog | null | ErrorReply {
  return asHyperLogLog(context, context.db.lookupRead(key));
}

export interface StoredHyperLogLog {
  readonly log: HyperLogLog;
  readonly isNew: boolean;
  /** To be called after each change. */
  store(): void;
}

/** The value as a HyperLogLog that can be changed; null where there is none. */
export function changeable(
  context: CommandContext,
  key: ByteString,
  value: StoredValue | undefined,
): StoredHyperLogLog | null | ErrorReply {
  const found = asHyperLogLog(context, value);
  if (found === null || found instanceof ErrorReply) return found;
  if (value === undefined || !isStringValue(value)) return WRONG_TYPE;
  const string = rawStringAt(context, key, value);
  const log = hyperLogLogOf(context, string.bytes(), string.byteBehind);
  return { log, isNew: false, store: () => string.setBytes(log.bytes, log.behind) };
}

/** The HyperLogLog under the key, which is made when there is no key. */
export function hyperLogLogForInsert(
  context: CommandContext,
  key: ByteString,
): StoredHyperLogLog | ErrorReply {
  const found = changeable(context, key, context.db.lookupWrite(key));
  if (found !== null) return found;
  const log = HyperLogLog.empty(sparseMaxBytes(context));
  const string = new RawString('');
  string.setBytes(log.bytes);
  context.db.set(key, string);
  return { log, isNew: true, store: () => string.setBytes(log.bytes, log.behind) };
}

/** What the work answers, or the error that the bytes turn out to be no HyperLogLog after all. */
export function unlessCorrupted<T>(work: () => T): T | ErrorReply {
  try {
    return work();
  } catch (error) {
    if (error instanceof CorruptedHyperLogLog) return CORRUPTED_HYPERLOGLOG;
    throw error;
  }
}

export function sparseMaxBytes({ node }: CommandContext): number {
  return node.config.values['hll-sparse-max-bytes'];
}

function asHyperLogLog(
  context: CommandContext,
  value: StoredValue | undefined,
): HyperLogLog | null | ErrorReply {
  if (value === undefined) return null;
  if (!isStringValue(value)) return WRONG_TYPE;
  const isRaw = value instanceof RawString;
  const bytes = isRaw ? value.bytes() : byteStringToBytes(value.toString());
  if (!isHyperLogLog(bytes)) return NOT_A_HYPERLOGLOG;
  return hyperLogLogOf(context, bytes, isRaw ? value.byteBehind : 0);
}

/** Debian's 7.0.15 has the corrections of later releases, 7.2.4 does not: there values behind the end pass. */
function hyperLogLogOf(context: CommandContext, bytes: Uint8Array, behind: number): HyperLogLog {
  return new HyperLogLog(bytes, sparseMaxBytes(context), behind, context.node.version === '7.0');
}
