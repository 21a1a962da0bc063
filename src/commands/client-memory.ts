/** What a client takes of memory in a server written in C: its buffers, as CLIENT LIST shows them, and their sum (getClientMemoryUsage of networking.c). */
import { allocated, dictTableBytes } from '../structures/allocation-size.js';
import type { RedisVersion } from './command.js';
import type { Session } from './session.js';

/** The room that both releases begin with, as they print it. */
const SIZES = {
  '7.0': { query: 20456, reply: 16384, smallestReply: 1024, client: 792 },
  '7.2': { query: 16368, reply: 16392, smallestReply: 1032, client: 800 },
} as const satisfies Record<RedisVersion, unknown>;

/** A piece of output beyond the buffer, with the room that its allocation has to spare. */
const PIECE_BYTES = 20_464;
const PIECE_OVERHEAD = 40;
/** Pieces of the replication buffer. */
const STREAM_PIECE_BYTES = 16_384;
const STREAM_PIECE_OVERHEAD = 64;
const POINTER_BYTES = 8;
const MULTI_COMMAND_BYTES = 24;
const DICT_ENTRY_BYTES = 24;
const WATCHED_KEY_BYTES = 24 + 56;

export interface OutputBytes {
  readonly pieces: number;
  readonly bytes: number;
}

const NO_OUTPUT: OutputBytes = { pieces: 0, bytes: 0 };

export function roomOf(version: RedisVersion): (typeof SIZES)[RedisVersion] {
  return SIZES[version];
}

/** Output that does not fit the buffer for small replies; of a replica all of it, for it lies in the replication buffer. */
export function outputBytesOf(session: Session): OutputBytes {
  const pending = session.pendingBytes;
  if (session.isReplica && session.isMonitor !== true) {
    const pieces = Math.ceil(pending / STREAM_PIECE_BYTES);
    return { pieces, bytes: pending + pieces * STREAM_PIECE_OVERHEAD };
  }
  const beyond = pending - session.replyRoom;
  if (beyond <= 0) return NO_OUTPUT;
  const pieces = Math.ceil(beyond / PIECE_BYTES);
  return { pieces, bytes: pieces * (PIECE_BYTES + PIECE_OVERHEAD) };
}

/** All of it, the command in hand apart. */
export function clientMemoryOf(session: Session, version: RedisVersion): number {
  const { transaction, subscriptions, tracking } = session;
  let bytes = SIZES[version].client + session.replyRoom + session.queryRoom + session.argumentBytes;
  bytes += outputBytesOf(session).bytes;
  if (transaction !== null) bytes += transaction.bytes + MULTI_COMMAND_BYTES * transaction.queue.length;
  if (subscriptions) {
    for (const { size } of [subscriptions.channels, subscriptions.patterns, subscriptions.shardChannels]) {
      bytes += DICT_ENTRY_BYTES * size + dictTableBytes(size);
    }
  }
  bytes += WATCHED_KEY_BYTES * session.watchedKeys.size;
  return bytes + (tracking?.prefixes.length ?? 0) * POINTER_BYTES;
}

/** The buffer for requests when so many bytes wait in it. */
export function queryRoomFor(bytes: number, version: RedisVersion): number {
  const { query } = SIZES[version];
  return bytes <= query ? query : allocated(bytes);
}

/** What a command with its arguments takes while it runs or is queued. */
export function argumentBytes(argv: readonly string[]): number {
  let bytes = POINTER_BYTES * argv.length;
  for (const argument of argv) bytes += argument.length;
  return bytes;
}
