// Errors of the hash commands: t_hash.c.
import { ErrorReply } from '../reply.js';

export const HASH_VALUE_NOT_AN_INTEGER = new ErrorReply('ERR hash value is not an integer');
export const HASH_VALUE_NOT_A_FLOAT = new ErrorReply('ERR hash value is not a float');
export const INCREMENT_NAN_OR_INFINITY = new ErrorReply('ERR value is NaN or Infinity');
