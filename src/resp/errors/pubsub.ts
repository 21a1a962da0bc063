// Errors of pub/sub and MONITOR: pubsub.c and processCommand in server.c.
import type { ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const MONITOR_MAY_NOT_BLOCK = new ErrorReply("ERR MONITOR isn't allowed for DENY BLOCKING client");

/** `name` in upper case: SSUBSCRIBE. */
export function notForDenyBlocking(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR ${name} isn't allowed for a DENY BLOCKING client`);
}

/** A subscriber of RESP2 may do little else. `fullName` in lower case, with a bar before a subcommand. */
export function notForSubscribers(fullName: ByteString): ErrorReply {
  return new ErrorReply(
    `ERR Can't execute '${fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}
