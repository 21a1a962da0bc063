/** What SAVE, BGSAVE, BGREWRITEAOF and SHUTDOWN answer, and why writes are refused while nothing can be saved. */
import { ErrorReply } from '../reply.js';

/** Redis has no words for it; its log does. */
export const UNKNOWN_FAILURE = new ErrorReply('ERR');
export const BGSAVE_IN_PROGRESS = new ErrorReply('ERR Background save already in progress');
export const BGSAVE_WHILE_REWRITING = new ErrorReply(
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
);
export const REWRITE_IN_PROGRESS = new ErrorReply(
  'ERR Background append only file rewriting already in progress',
);
export const REWRITE_FAILED = new ErrorReply(
  "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
);
export const MISCONF_RDB = new ErrorReply(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);
export const SHUTDOWN_FAILED = new ErrorReply('ERR Errors trying to SHUTDOWN. Check logs.');
export const RESTART_FAILED = new ErrorReply('ERR failed to restart the server. Check server logs.');
export const RELOAD_FAILED = new ErrorReply('ERR Error trying to load the RDB dump, check server logs.');
export const LOADAOF_FAILED = new ErrorReply('ERR Error trying to load the AOF files, check server logs.');
export const RELOAD_OPTIONS = new ErrorReply(
  'ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.',
);

/** `reason`: what the system says. */
export function misconfAof(reason: string): ErrorReply {
  return new ErrorReply(`MISCONF Errors writing to the AOF file: ${reason}`);
}
