/** What an RDB file is made of besides values: magic, opcodes, and the facts that its AUX fields tell (rdb.h). */

export const MAGIC = 'REDIS';

/** Redis 7.0 writes 10 and Redis 7.2 writes 11; each reads everything up to its own version. */
export const RDB_VERSION_70 = 10;
export const RDB_VERSION_72 = 11;

/** Files from this version on end with a checksum. */
export const FIRST_VERSION_WITH_CHECKSUM = 5;

export const OPCODE = {
  function: 245,
  functionPreview: 246,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resizeDatabase: 251,
  expireTimeMs: 252,
  expireTimeSeconds: 253,
  selectDatabase: 254,
  end: 255,
} as const;

/** The point in the replication stream at which a snapshot was made. */
export interface ReplicationPoint {
  readonly streamDbIndex: number;
  readonly replicationId: string;
  readonly replicationOffset: number;
}
