// Errors of the bitmap commands: bitops.c.
import { ErrorReply } from '../reply.js';

export const BIT_OFFSET_OUT_OF_RANGE = new ErrorReply('ERR bit offset is not an integer or out of range');
export const BIT_OUT_OF_RANGE = new ErrorReply('ERR bit is not an integer or out of range');
export const BIT_NOT_ZERO_OR_ONE = new ErrorReply('ERR The bit argument must be 1 or 0.');
export const BITOP_NOT_NEEDS_ONE_KEY = new ErrorReply(
  'ERR BITOP NOT must be called with a single source key.',
);
export const INVALID_BITFIELD_TYPE = new ErrorReply(
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
);
export const INVALID_OVERFLOW_TYPE = new ErrorReply('ERR Invalid OVERFLOW type specified');
export const BITFIELD_RO_ONLY_GETS = new ErrorReply('ERR BITFIELD_RO only supports the GET subcommand');
