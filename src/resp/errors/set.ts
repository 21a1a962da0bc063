// Errors of the set commands: t_set.c.
import { ErrorReply } from '../reply.js';

export const LIMIT_NEGATIVE = new ErrorReply("ERR LIMIT can't be negative");
export const MORE_KEYS_THAN_ARGUMENTS = new ErrorReply(
  "ERR Number of keys can't be greater than number of args",
);
