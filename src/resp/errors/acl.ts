// Errors of access control lists: ACL, and what a user may not do. acl.c, multi.c, sort.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const BAD_USER_NAME = new ErrorReply("ERR Usernames can't contain spaces or null characters");
export const DEFAULT_USER_STAYS = new ErrorReply("ERR The 'default' user cannot be removed");
export const NO_ACL_FILE = new ErrorReply(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
);
export const ACL_FILE_NOT_SAVED = new ErrorReply(
  'ERR There was an error trying to save the ACLs. Please check the server logs for more information',
);

export const SORT_BY_DENIED = new ErrorReply(
  'ERR BY option of SORT denied due to insufficient ACL permissions.',
);
export const SORT_GET_DENIED = new ErrorReply(
  'ERR GET option of SORT denied due to insufficient ACL permissions.',
);

export function genpassBits(most: number): ErrorReply {
  return new ErrorReply(
    `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${most}`,
  );
}

export function unmatchedParenthesis(argument: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unmatched parenthesis in acl selector starting at '${asCString(argument)}'.`);
}

export function badRule(rule: ByteString, reason: string): ErrorReply {
  return new ErrorReply(`ERR Error in ACL SETUSER modifier '${asCString(rule)}': ${reason}`);
}

export function unknownCategory(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown category '${asCString(name, 128)}'`);
}

export function userNotFound(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR User '${asCString(name)}' not found`);
}

export function commandNotFound(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR Command '${asCString(name)}' not found`);
}

export function aclFileErrors(reasons: ByteString): ErrorReply {
  return new ErrorReply(`ERR ${reasons}`);
}

export function noPermission(reason: string): ErrorReply {
  return new ErrorReply(`NOPERM ${reason}`);
}

/** A queued command that its user may not run any more when EXEC comes. */
export function noPermissionAtExec(reason: 'command' | 'key' | 'channel'): ErrorReply {
  const reasons = {
    command: 'no permission to execute the command or subcommand',
    key: 'no permission to touch the specified keys',
    channel: 'no permission to access one of the channels used as arguments',
  };
  return noPermission(
    `ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${reasons[reason]}`,
  );
}
