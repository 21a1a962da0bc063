/** Where the fields of a cluster bus packet lie (cluster.h of Redis 7.2). Offsets and sizes in bytes, integers are big-endian. */
import { SLOT_BITMAP_BYTES } from '../constants.js';

export const SIGNATURE = 'RCmb';
export const PROTOCOL_VERSION = 1;
/** Signature and total length: all that is needed to cut a stream into packets. */
export const PACKET_PREFIX_LENGTH = 8;
/** The header is also the shortest packet. */
export const HEADER_LENGTH = 2256;
export const IP_FIELD_LENGTH = 46;

export const HeaderOffset = {
  SIGNATURE: 0,
  TOTAL_LENGTH: 4,
  VERSION: 8,
  PORT: 10,
  TYPE: 12,
  GOSSIP_COUNT: 14,
  CURRENT_EPOCH: 16,
  CONFIG_EPOCH: 24,
  REPLICATION_OFFSET: 32,
  SENDER: 40,
  SLOTS: 80,
  REPLICA_OF: 2128,
  IP: 2168,
  EXTENSION_COUNT: 2214,
  SECONDARY_PORT: 2246,
  BUS_PORT: 2248,
  FLAGS: 2250,
  STATE: 2252,
  MESSAGE_FLAGS: 2253,
} as const;

/** Bits of the first message flags byte; the other two bytes are zero. */
export const MessageFlag = {
  PAUSED: 1,
  FORCE_ACK: 2,
  EXTENSIONS: 4,
} as const;

export const GOSSIP_ENTRY_LENGTH = 104;

/** Relative to the start of a gossip entry. */
export const GossipOffset = {
  ID: 0,
  PING_SENT: 40,
  PONG_RECEIVED: 44,
  IP: 48,
  PORT: 94,
  BUS_PORT: 96,
  FLAGS: 98,
  SECONDARY_PORT: 100,
} as const;

export const FAIL_LENGTH = HEADER_LENGTH + 40;

export const UpdateOffset = {
  CONFIG_EPOCH: HEADER_LENGTH,
  ID: HEADER_LENGTH + 8,
  SLOTS: HEADER_LENGTH + 48,
} as const;
export const UPDATE_LENGTH = UpdateOffset.SLOTS + SLOT_BITMAP_BYTES;

export const PublishOffset = {
  CHANNEL_LENGTH: HEADER_LENGTH,
  PAYLOAD_LENGTH: HEADER_LENGTH + 4,
  CHANNEL: HEADER_LENGTH + 8,
} as const;

export const ModuleOffset = {
  ID: HEADER_LENGTH,
  PAYLOAD_LENGTH: HEADER_LENGTH + 8,
  TYPE: HEADER_LENGTH + 12,
  PAYLOAD: HEADER_LENGTH + 13,
} as const;
