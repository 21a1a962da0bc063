/** Error texts of functions: functions.c. */
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const NO_FUNCTION = new ErrorReply('ERR Function not found');
export const BAD_FUNCTION_KEY_COUNT = new ErrorReply('ERR Bad number of keys provided');
export const NO_LIBRARY = new ErrorReply('ERR Library not found');
export const MISSING_FUNCTION_CODE = new ErrorReply('ERR Function code is missing');
export const MISSING_LIBRARY_NAME = new ErrorReply('ERR library name argument was not given');
export const BAD_FUNCTION_FLUSH = new ErrorReply('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
export const BAD_RESTORE_POLICY = new ErrorReply(
  'ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.',
);

export function unknownLoadOption(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown option given: ${asCString(option)}`);
}

export function unknownListArgument(argument: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown argument ${asCString(argument)}`);
}
