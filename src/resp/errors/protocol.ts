/** Errors about a request that is no RESP; the connection closes after them. processInputBuffer in networking.c. */
import type { ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const TOO_BIG_INLINE_REQUEST = protocolError('too big inline request');
export const UNBALANCED_QUOTES = protocolError('unbalanced quotes in request');
export const TOO_BIG_MULTIBULK_COUNT = protocolError('too big mbulk count string');
export const INVALID_MULTIBULK_LENGTH = protocolError('invalid multibulk length');
export const UNAUTHENTICATED_MULTIBULK_LENGTH = protocolError('unauthenticated multibulk length');
export const TOO_BIG_BULK_COUNT = protocolError('too big bulk count string');
export const INVALID_BULK_LENGTH = protocolError('invalid bulk length');
export const UNAUTHENTICATED_BULK_LENGTH = protocolError('unauthenticated bulk length');

/** Never on the wire, as a master gets no replies: its link is closed. */
export const MASTER_SENT_INLINE = protocolError('Master using the inline protocol. Desync?');

/** `got` is the one char that stands where a bulk has to begin. */
export function expectedDollar(got: ByteString): ErrorReply {
  return protocolError(`expected '$', got '${got}'`);
}

function protocolError(what: ByteString): ErrorReply {
  return new ErrorReply(`ERR Protocol error: ${what}`);
}
