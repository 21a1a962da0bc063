// Errors of the geo commands: geo.c.
import { asCString, type ByteString } from '../byte-string.js';
import { formatFixed } from '../number-format.js';
import { ErrorReply } from '../reply.js';

export const UNSUPPORTED_UNIT = new ErrorReply('ERR unsupported unit provided. please use M, KM, FT, MI');
export const RADIUS_NOT_NUMERIC = new ErrorReply('ERR need numeric radius');
export const RADIUS_NEGATIVE = new ErrorReply('ERR radius cannot be negative');
export const WIDTH_NOT_NUMERIC = new ErrorReply('ERR need numeric width');
export const HEIGHT_NOT_NUMERIC = new ErrorReply('ERR need numeric height');
export const BOX_NEGATIVE = new ErrorReply('ERR height or width cannot be negative');
export const MEMBER_NOT_DECODED = new ErrorReply('ERR could not decode requested zset member');
export const GEO_COUNT_NOT_POSITIVE = new ErrorReply('ERR COUNT must be > 0');
export const ANY_WITHOUT_COUNT = new ErrorReply('ERR the ANY argument requires COUNT argument');
export const GEORADIUS_STORE_WITH_DETAILS = new ErrorReply(
  'ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
);
export const GEOSEARCHSTORE_WITH_DETAILS = new ErrorReply(
  'ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
);

export function invalidPosition(longitude: number, latitude: number): ErrorReply {
  return new ErrorReply(
    `ERR invalid longitude,latitude pair ${formatFixed(longitude, 6)},${formatFixed(latitude, 6)}`,
  );
}

/** `command` as the client spelled it. */
export function noSearchCenter(command: ByteString): ErrorReply {
  return new ErrorReply(
    `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${asCString(command)}`,
  );
}

/** `command` as the client spelled it. */
export function noSearchShape(command: ByteString): ErrorReply {
  return new ErrorReply(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${asCString(command)}`);
}
