/** Node flags as they stand in bus headers, gossip, nodes.conf and CLUSTER NODES (cluster.h of Redis 7.2). A number, since the bus carries it as 16 bits. */

export const NodeFlag = {
  MASTER: 1,
  REPLICA: 2,
  PFAIL: 4,
  FAIL: 8,
  MYSELF: 16,
  HANDSHAKE: 32,
  NOADDR: 64,
  MEET: 128,
  MIGRATE_TO: 256,
  NOFAILOVER: 512,
} as const;

/** The flags of a gossip entry that may be stored; the others are local knowledge of the gossiping node. */
export const GOSSIPED_FLAGS =
  NodeFlag.MASTER |
  NodeFlag.REPLICA |
  NodeFlag.PFAIL |
  NodeFlag.FAIL |
  NodeFlag.MIGRATE_TO |
  NodeFlag.NOFAILOVER;
