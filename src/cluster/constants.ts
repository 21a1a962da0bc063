/** The numbers of the Redis Cluster specification and of Redis 7.2's implementation of it. Times in milliseconds. */

export const SLOT_COUNT = 16384;
export const SLOT_BITMAP_BYTES = SLOT_COUNT / 8;
export const NODE_ID_LENGTH = 40;
export const BUS_PORT_OFFSET = 10000;

export const CRON_PERIOD_MS = 100;
/** A failure report counts for this many node timeouts. */
export const FAIL_REPORT_VALIDITY_FACTOR = 2;
/** A master with slots that answers again loses its FAIL flag only after this many node timeouts. */
export const FAIL_UNDO_TIME_FACTOR = 2;
export const MANUAL_FAILOVER_TIMEOUT_MS = 5000;
/** The master's clients stay paused this many manual failover timeouts at most. */
export const MANUAL_FAILOVER_PAUSE_FACTOR = 2;
export const REPLICA_MIGRATION_DELAY_MS = 5000;
export const BLACKLIST_TTL_MS = 60_000;
export const HANDSHAKE_TIMEOUT_MIN_MS = 1000;
/** A master that has just started stays in state fail at least this long. */
export const WRITABLE_DELAY_MS = 2000;
export const REJOIN_DELAY_MIN_MS = 500;
export const REJOIN_DELAY_MAX_MS = 5000;
export const ELECTION_TIMEOUT_MIN_MS = 2000;
export const ELECTION_FIXED_DELAY_MS = 500;
export const ELECTION_RANDOM_DELAY_MS = 500;
export const ELECTION_RANK_DELAY_MS = 1000;

/** Seconds that have to pass before the same reason for not failing over is logged again. */
export const STALLED_RELOG_PERIOD_S = 10;
/** Nothing is logged about a stalled failover before the master has been FAIL for the node timeout and this long. */
export const STALLED_LOG_DELAY_MS = 5000;
