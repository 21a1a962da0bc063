// Errors of the list commands: t_list.c.
import { ErrorReply } from '../reply.js';

export const RANK_ZERO = new ErrorReply(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
export const COUNT_NEGATIVE = new ErrorReply("ERR COUNT can't be negative");
export const MAXLEN_NEGATIVE = new ErrorReply("ERR MAXLEN can't be negative");
export const NUMKEYS_NOT_POSITIVE = new ErrorReply('ERR numkeys should be greater than 0');
export const COUNT_NOT_POSITIVE = new ErrorReply('ERR count should be greater than 0');
