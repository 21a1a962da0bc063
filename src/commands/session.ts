/** A client connection as commands see it. The node implements it; the io layer or an in-memory pipe carries its bytes. */
import type { ByteString } from '../resp/byte-string.js';
import type { Reply } from '../resp/reply.js';
import type { User } from './acl/user.js';
import type { CommandTraits } from './scripting-port.js';
import type { ResolvedCommand } from './table.js';

export interface QueuedCommand {
  readonly command: ResolvedCommand;
  readonly argv: readonly ByteString[];
  /** What it was when it was queued, if that is not what its flags say. */
  readonly traits?: CommandTraits;
}

/** State between MULTI and EXEC. */
export interface Transaction {
  readonly queue: QueuedCommand[];
  /** A queued command was refused: EXEC answers EXECABORT. */
  aborted: boolean;
  /** What the queued commands and their arguments take. */
  bytes: number;
}

export interface Session {
  readonly id: number;
  /** `ip:port` of the other end, `ip:port` of ours. */
  readonly address: string;
  readonly localAddress: string;
  /** The connection is encrypted: cluster replies name TLS ports. Absent = no. */
  readonly tls?: boolean;
  /** It is a client from outside, whose commands somebody may watch; absent = no. */
  readonly isGated?: boolean;
  readonly createdAtMs: number;
  lastInteractionMs: number;
  name: ByteString;
  libName: ByteString;
  libVersion: ByteString;
  protocol: 2 | 3;
  dbIndex: number;
  /** Whose rights the commands have; null = all rights (the link to our master, who holds the cluster). */
  user: User | null;
  authenticated: boolean;
  /** READONLY was sent: a replica may serve reads of its master's slots. */
  readonlyMode: boolean;
  /** ASKING was sent: holds for the next command. */
  asking: boolean;
  transaction: Transaction | null;
  /** A watched key changed (or expired): EXEC answers null. */
  watchedKeyChanged: boolean;
  readonly watchedKeys: Set<WatchedKey>;
  /** CLIENT REPLY */
  replyMode: 'on' | 'off' | 'skip' | 'skip-next';
  noEvict: boolean;
  noTouch: boolean;
  /** CLIENT TRACKING; null or absent = off. Set by the node's tracking port only. */
  tracking?: ClientTracking | null;
  /** Bytes of output that the client has not taken yet, those in the socket included. */
  readonly pendingBytes: number;
  /** Bytes of requests that have not run yet, and the room for them. */
  readonly queryBytes: number;
  readonly queryRoom: number;
  /** Arguments of a request that is not complete yet, bytes. */
  readonly argumentBytes: number;
  /** Room for small replies, and the most that was in it lately. */
  readonly replyRoom: number;
  readonly replyPeak: number;
  /** What it listens to; null or absent = nothing. Set by the node's pub/sub port only. */
  subscriptions?: Subscriptions | null;
  /** What feeds commands in: a user's connection, the link to our master, an append-only file, a script, or the node itself. */
  readonly kind: 'normal' | 'master-link' | 'aof' | 'script' | 'internal';
  /** The client is a replica of ours (it sent PSYNC or SYNC). */
  isReplica: boolean;
  /** MONITOR was sent. */
  isMonitor?: boolean;
  /** Bytes of replies that wait to be written when the input in hand is done. */
  readonly queuedBytes?: number;
  /** The connection is closed once the replies queued so far are out. */
  closeAfterReply: boolean;
  /** Master replication offset right after the session's last write: what WAIT waits for. */
  lastWriteOffset: number;
  /** The name of the last command, as CLIENT LIST shows it. */
  lastCommand: string;
  /** Counters of CLIENT LIST, bytes. */
  bytesIn: number;
  bytesOut: number;
  /** Queues bytes for the client outside of a command's own reply (push messages, replies to a client that was blocked). */
  send(reply: Reply): void;
  /** Bytes of the replication stream that are kept for it, a replica that is not ready yet. */
  heldBytes: number;
  /** Queues raw bytes (replication stream). @param isBuffered false: they are not subject to the limits of output buffers. */
  sendRaw(bytes: ByteString | Uint8Array, isBuffered?: boolean): void;
  /** Closes the connection now. */
  close(reason: string): void;
  /** Holds the session's further input until unblock() or the timeout. @param timeoutAtMs 0 = none. */
  block(blocked: BlockedState): void;
  /** @param by CLIENT UNBLOCK, where it was not what the session waits for that ended the wait. */
  unblock(reply: Reply, by?: 'client-unblock'): void;
  readonly blocked: BlockedState | null;
  /** The command that it waits with, or waited with last. */
  waitsWith: QueuedCommand | null;
}

/** What our master did, or we ourselves before a restart, is never questioned (mustObeyClient of server.c). */
export function isObeyed({ kind }: Session): boolean {
  return kind === 'master-link' || kind === 'aof';
}

/** What CLIENT TRACKING ON asked for (https://redis.io/docs/latest/develop/reference/client-side-caching/). */
export interface ClientTracking {
  /** The session that gets the invalidation messages; 0 = this one. */
  redirectTo: number;
  /** That session is gone. */
  redirectionBroken: boolean;
  broadcast: boolean;
  optIn: boolean;
  optOut: boolean;
  noLoop: boolean;
  /** CLIENT CACHING was sent: holds for the next command. */
  caching: boolean;
  /** Of the broadcast mode, sorted; '' = every key. */
  prefixes: readonly ByteString[];
}

/** What a session listens to, each in the order of subscription; not empty altogether. */
export interface Subscriptions {
  readonly channels: Set<ByteString>;
  readonly patterns: Set<ByteString>;
  readonly shardChannels: Set<ByteString>;
}

export interface BlockedState {
  readonly kind: 'wait' | 'keys' | 'pause' | 'script' | 'shutdown' | 'module';
  /** Unix ms on the node's clock; 0 = for ever. */
  readonly timeoutAtMs: number;
  /** What the session waits for lies in a hash slot: it is sent away when the node no longer serves that slot. */
  readonly keyed?: { readonly key: ByteString; readonly isWrite: boolean };
  /** The reply of a timeout. */
  onTimeout(): Reply;
  /** Takes the session out of whatever waits for it; called once when it is unblocked or closed. */
  release?(): void;
  /** A script of a transaction that is left in the middle: the rest of the transaction. @returns the reply of EXEC, or NO_REPLY: another script was left */
  proceed?(reply: Reply): Reply;
}

export interface WatchedKey {
  readonly dbIndex: number;
  readonly key: ByteString;
  /** The key had expired already when it was watched. */
  readonly expired: boolean;
}
