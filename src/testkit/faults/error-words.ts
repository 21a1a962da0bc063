/** Errors that a test names by their first word, with the text that Redis gives them. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import * as errors from '../../resp/errors/index.js';
import { ErrorReply } from '../../resp/reply.js';

/** Words that stand for Redis's whole text. */
export type ErrorWord =
  | 'LOADING'
  | 'TRYAGAIN'
  | 'CLUSTERDOWN'
  | 'MASTERDOWN'
  | 'READONLY'
  | 'BUSY'
  | 'OOM'
  | 'NOAUTH'
  | 'NOREPLICAS'
  | 'NOSCRIPT'
  | 'CROSSSLOT';

const TEXTS: Readonly<Record<ErrorWord, ErrorReply>> = {
  LOADING: errors.LOADING,
  TRYAGAIN: errors.TRY_AGAIN,
  CLUSTERDOWN: errors.CLUSTER_DOWN,
  MASTERDOWN: errors.MASTER_DOWN,
  READONLY: errors.READONLY_REPLICA,
  BUSY: new ErrorReply(
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  ),
  OOM: errors.OUT_OF_MEMORY,
  NOAUTH: errors.NO_AUTH,
  NOREPLICAS: errors.NO_REPLICAS,
  NOSCRIPT: errors.NO_SCRIPT,
  CROSSSLOT: errors.CROSS_SLOT,
};

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function errorOf(given: unknown): ErrorReply {
  if (typeof given !== 'string' || given.trim() === '') {
    throw new RedisTestClusterError(
      'INVALID_ARGUMENT',
      `inject(): error must be one of ${Object.keys(TEXTS).join(', ')} or a whole text such as 'ERR no', got ${given === '' ? 'an empty text' : String(given)}`,
    );
  }
  return Object.hasOwn(TEXTS, given)
    ? TEXTS[given as ErrorWord]
    : new ErrorReply(Buffer.from(given, 'utf8').toString('latin1'));
}
