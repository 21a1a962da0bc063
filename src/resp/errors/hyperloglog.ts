// Errors of the HyperLogLog commands: hyperloglog.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const NOT_A_HYPERLOGLOG = new ErrorReply('WRONGTYPE Key is not a valid HyperLogLog string value.');
export const CORRUPTED_HYPERLOGLOG = new ErrorReply('INVALIDOBJ Corrupted HLL object detected');
export const HYPERLOGLOG_NOT_SPARSE = new ErrorReply('ERR HLL encoding is not sparse');
export const PFDEBUG_NO_KEY = new ErrorReply('ERR The specified key does not exist');
export const PFSELFTEST_FAILED = new ErrorReply('ERR TESTFAILED dense/sparse disagree');

export function unknownPfdebug(subcommand: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown PFDEBUG subcommand '${asCString(subcommand)}'`);
}
