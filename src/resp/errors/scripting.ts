/** Error texts of scripts: eval.c, script.c. */
import { ErrorReply } from '../reply.js';

export const NO_SCRIPT = new ErrorReply('NOSCRIPT No matching script. Please use EVAL.');
export const NOT_BUSY = new ErrorReply('NOTBUSY No scripts in execution right now.');
export const BUSY_SCRIPT = new ErrorReply(
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
);
export const BUSY_FUNCTION = new ErrorReply(
  'BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.',
);
export const UNKILLABLE = new ErrorReply(
  'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.',
);
export const UNKILLABLE_FROM_MASTER = new ErrorReply(
  'UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be killed.',
);

// EVAL
export const TOO_MANY_SCRIPT_KEYS = new ErrorReply("ERR Number of keys can't be greater than number of args");
export const NEGATIVE_SCRIPT_KEYS = new ErrorReply("ERR Number of keys can't be negative");
export const SCRIPT_IN_CLUSTER = new ErrorReply(
  "ERR Can not run script on cluster, 'no-cluster' flag is set.",
);
export const SCRIPT_ON_STALE_REPLICA = new ErrorReply(
  "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.",
);
export const WRITING_SCRIPT_ON_REPLICA = new ErrorReply(
  'READONLY Can not run script with write flag on readonly replica',
);
export const WRITING_SCRIPT_READONLY = new ErrorReply(
  'ERR Can not execute a script with write flag using *_ro command.',
);
export const SCRIPT_OUT_OF_MEMORY = new ErrorReply(
  "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
);

// SCRIPT
export const BAD_SCRIPT_FLUSH = new ErrorReply('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
export const SCRIPT_DEBUG_IN_PIPELINE = new ErrorReply('ERR SCRIPT DEBUG must be called outside a pipeline');
export const BAD_SCRIPT_DEBUG = new ErrorReply('ERR Use SCRIPT DEBUG YES/SYNC/NO');

export function scriptDoesNotCompile(reason: string): ErrorReply {
  return new ErrorReply(`ERR Error compiling script (new function): ${reason}`);
}

/** A script that declares flags and may write, while the disk fails. @param misconf what a command that writes is told. */
export function writingScriptRefused(misconf: ErrorReply): ErrorReply {
  const aofFailure = misconf.text.split('MISCONF Errors writing to the AOF file: ')[1];
  const what = aofFailure === undefined ? 'save RDB snapshots' : 'persist data to AOF';
  const why = aofFailure === undefined ? '' : ` AOF error: ${aofFailure}`;
  return new ErrorReply(
    `MISCONF Redis is configured to ${what}, but it's currently unable to persist to disk. Writable scripts are blocked. Use 'no-writes' flag for read only scripts.${why}`,
  );
}
