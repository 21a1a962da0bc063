// Errors of the connection commands: AUTH, HELLO, CLIENT, RESET. networking.c, acl.c and tracking.c.
import { asCString, type ByteString } from '../byte-string.js';
import { ErrorReply } from '../reply.js';

export const RESET_NOT_NORMAL = new ErrorReply('ERR can only reset normal client connections');
/** As 7.0 words it; later releases name the protocol version too. */
export const NO_AUTH_HELLO_70 = new ErrorReply(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
);

export const BAD_CLIENT_NAME = new ErrorReply(
  'ERR Client names cannot contain spaces, newlines or special characters.',
);
export const INVALID_CLIENT_ID = new ErrorReply('ERR Invalid client ID');
export const CLIENT_ID_NOT_POSITIVE = new ErrorReply('ERR client-id should be greater than 0');
export const NO_SUCH_CLIENT = new ErrorReply('ERR No such client');
export const BAD_UNBLOCK_REASON = new ErrorReply('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
export const BAD_PAUSE_MODE = new ErrorReply('ERR CLIENT PAUSE mode must be WRITE or ALL');
/** What the unblocked client gets. */
export const UNBLOCKED_BY_CLIENT = new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK');

export const TRACKING_REDIRECTED_TWICE = new ErrorReply(
  'ERR A client can only redirect to a single other client',
);
export const TRACKING_REDIRECT_TO_NOBODY = new ErrorReply(
  'ERR The client ID you want redirect to does not exist',
);
export const TRACKING_PREFIX_WITHOUT_BCAST = new ErrorReply(
  'ERR PREFIX option requires BCAST mode to be enabled',
);
export const TRACKING_BCAST_SWITCHED = new ErrorReply(
  "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
);
export const TRACKING_BCAST_WITH_OPTION = new ErrorReply(
  'ERR OPTIN and OPTOUT are not compatible with BCAST',
);
export const TRACKING_BOTH_OPTIONS = new ErrorReply("ERR You can't specify both OPTIN mode and OPTOUT mode");
export const TRACKING_OPTION_SWITCHED = new ErrorReply(
  "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
);
export const CACHING_WITHOUT_TRACKING = new ErrorReply(
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
);
export const CACHING_YES_WITHOUT_OPTIN = new ErrorReply(
  'ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.',
);
export const CACHING_NO_WITHOUT_OPTOUT = new ErrorReply(
  'ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.',
);

/** Links of the cluster bus count as clients. */
export function maxClientsReached(inClusterMode: boolean): ErrorReply {
  return new ErrorReply(
    inClusterMode
      ? 'ERR max number of clients + cluster connections reached'
      : 'ERR max number of clients reached',
  );
}

export function unknownClientType(type: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unknown client type '${asCString(type)}'`);
}

export function noSuchUser(name: ByteString): ErrorReply {
  return new ErrorReply(`ERR No such user '${asCString(name)}'`);
}

export function unrecognizedClientInfo(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR Unrecognized option '${asCString(option)}'`);
}

export function badClientInfo(option: ByteString): ErrorReply {
  return new ErrorReply(`ERR ${asCString(option)} cannot contain spaces, newlines or special characters.`);
}

export function prefixOverlapsExisting(prefix: ByteString, existing: ByteString): ErrorReply {
  return prefixOverlaps(`'${asCString(prefix)}' overlaps with an existing prefix '${asCString(existing)}'`);
}

export function prefixOverlapsProvided(prefix: ByteString, other: ByteString): ErrorReply {
  return prefixOverlaps(`'${asCString(prefix)}' overlaps with another provided prefix '${asCString(other)}'`);
}

function prefixOverlaps(what: string): ErrorReply {
  return new ErrorReply(`ERR Prefix ${what}. Prefixes for a single client must not overlap.`);
}
