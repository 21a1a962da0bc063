// Errors of the string commands: t_string.c.
import { ErrorReply } from '../reply.js';

export const LCS_NEEDS_STRINGS = new ErrorReply('ERR The specified keys must contain string values');
export const LCS_LENGTH_AND_INDEXES = new ErrorReply(
  'ERR If you want both the length and indexes, please just use IDX.',
);
export const LCS_TABLE_TOO_BIG = new ErrorReply(
  'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
);
