// Errors of the commands that work on keys of any type: expire.c, object.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const NX_WITH_OTHER_CONDITION = new ErrorReply(
  'ERR NX and XX, GT or LT options at the same time are not compatible',
);
export const GT_WITH_LT = new ErrorReply('ERR GT and LT options at the same time are not compatible');

export const IDLE_TIME_NOT_TRACKED = new ErrorReply(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);
export const FREQUENCY_NOT_TRACKED = new ErrorReply(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);

/** `option` as the client spelled it. */
export function unsupportedOption(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unsupported option ${asCString(option)}`);
}
