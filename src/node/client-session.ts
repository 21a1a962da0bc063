/** One client of a node: decodes its requests, queues its replies, and holds its input while it is blocked (client of server.h). */
import type { User } from '../commands/acl/user.js';
import type { RedisVersion } from '../commands/command.js';
import type { ClientType } from '../commands/connection/client-type.js';
import type {
  BlockedState,
  ClientTracking,
  QueuedCommand,
  Session,
  Subscriptions,
  Transaction,
  WatchedKey,
} from '../commands/session.js';
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply, NO_REPLY, PushSequence, type Reply } from '../resp/reply.js';
import { encodeReply } from '../resp/reply-encoder.js';
import { RequestDecoder } from '../resp/request-decoder.js';
import type { Timer } from '../time/clock.js';
import { ClientBuffers } from './client-buffers.js';
import type { Ending, ReplyFate } from './client-gate.js';
import type { RequestLimits } from './config-changes.js';
import type { ClientConnection } from './ports.js';

/** What a session needs of its node. */
export interface SessionOwner {
  readonly version: RedisVersion;
  nowMs(): number;
  /** The client has to log in before it may do anything. */
  authRequired(session: ClientSession): boolean;
  schedule(dueAtMs: number, run: () => void): Timer;
  /** The node sleeps (DEBUG SLEEP) or is about to end: what was sent waits. */
  readonly halted: boolean;
  /** Runs one command; the session's reply() is called with the answer. */
  dispatch(session: ClientSession, argv: readonly ByteString[]): void;
  /** The command that the session waited with got this answer without running again. */
  onUnblocked(session: ClientSession, reply: Reply, by?: 'client-unblock'): void;
  /** The session may go on with its input when the input in hand is done. */
  onInputReady(session: ClientSession): void;
  /** The session has output to write when the input in hand is done. */
  onOutput(session: ClientSession): void;
  /** The client sent an empty line: a replica does so while it loads, to show that it lives. */
  onEmptyLine(session: ClientSession): void;
  /** It sent more than client-query-buffer-limit without an end of the request. */
  onQueryBufferLimit(session: ClientSession): void;
  /** The session ended; called once. */
  onClosed(session: ClientSession): void;
  onErrorReply(session: ClientSession, error: ErrorReply): void;
  countInput(bytes: number): void;
  /** More output waits than the buffer for small replies takes. */
  onOutputGrew(session: ClientSession): void;
  /** Bytes came in or went out: what the client takes of memory changed. */
  onBuffersChanged(session: ClientSession): void;
  /** A replica's connection carries the stream and no replies: it sent a command that has one. */
  onReplicaReply(session: ClientSession): void;
  countOutput(session: ClientSession, bytes: number): void;
}

/** Output of which the connection is told something. */
interface MarkedChunk {
  readonly bytes: ByteString;
  readonly mark: object;
}

type Chunk = ByteString | Uint8Array | MarkedChunk;

export class ClientSession implements Session {
  id: number;
  readonly kind: Session['kind'];
  createdAtMs: number;
  lastInteractionMs: number;
  name = '';
  libName = '';
  libVersion = '';
  protocol: 2 | 3 = 2;
  dbIndex = 0;
  user: User | null = null;
  authenticated = true;
  readonlyMode = false;
  asking = false;
  transaction: Transaction | null = null;
  watchedKeyChanged = false;
  readonly watchedKeys = new Set<WatchedKey>();
  replyMode: Session['replyMode'] = 'on';
  noEvict = false;
  noTouch = false;
  isReplica = false;
  /** Of the replication stream, for a replica that is not ready for it. */
  heldBytes = 0;
  isMonitor = false;
  subscriptions: Subscriptions | null = null;
  tracking: ClientTracking | null = null;
  closeAfterReply = false;
  lastWriteOffset = 0;
  lastCommand = 'NULL';
  waitsWith: QueuedCommand | null = null;
  bytesIn = 0;
  bytesOut = 0;
  /** A command that a pause holds back; it runs again when the pause ends. */
  postponed: readonly ByteString[] | null = null;
  /** What the gate let pass. */
  admitted: readonly ByteString[] | null = null;
  readonly decoder = new RequestDecoder();
  readonly buffers: ClientBuffers;
  /** Unix ms since when its output is over the soft limit; null = it is not. */
  overSoftLimitSinceMs: number | null = null;
  /** What it took of memory when that was last counted, and as what type of client. */
  countedBytes = 0;
  countedType: ClientType = 'normal';
  readonly #owner: SessionOwner;
  readonly #connection: ClientConnection | null;
  #blocked: BlockedState | null = null;
  #blockedTimer: Timer | null = null;
  #text = '';
  #chunks: Chunk[] | null = null;
  #queuedBytes = 0;
  /** Of all output ever: that up to here does not count as buffered. 0 = all counts. */
  #uncountedUntil = 0;
  #isDoomed = false;
  #linkAddress = '127.0.0.1:0';
  #closed = false;
  /** What becomes of the reply to the command in hand, or to the one that waits. */
  #fate: ReplyFate | null = null;
  /** After what is queued: the connection ends in this way. */
  #ending: Ending | null = null;

  constructor(owner: SessionOwner, id: number, kind: Session['kind'], connection: ClientConnection | null) {
    this.#owner = owner;
    this.id = id;
    this.kind = kind;
    this.#connection = connection;
    this.createdAtMs = owner.nowMs();
    this.lastInteractionMs = this.createdAtMs;
    this.buffers = new ClientBuffers(owner.version);
  }

  /** The session of the master's stream has a new connection: it shows as a client of its own. */
  startLink(id: number, address: string): void {
    this.id = id;
    this.#linkAddress = address;
    this.createdAtMs = this.#owner.nowMs();
    this.lastInteractionMs = this.createdAtMs;
    this.buffers.onInput(0);
  }

  get address(): string {
    return this.#connection?.remoteAddress ?? this.#linkAddress;
  }

  get localAddress(): string {
    return this.#connection?.localAddress ?? '127.0.0.1:0';
  }

  get tls(): boolean {
    return this.#connection?.tls === true;
  }

  get blocked(): BlockedState | null {
    return this.#blocked;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A client from outside, whose commands the gate sees. */
  get isGated(): boolean {
    return this.#connection !== null && this.#connection.isOurs !== true;
  }

  /** Bytes queued for output and not yet handed to the connection. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#text.length;
  }

  get pendingBytes(): number {
    const pending = this.queuedBytes + (this.#connection?.pendingBytes ?? 0);
    const counted =
      this.#uncountedUntil === 0 ? pending : Math.min(pending, this.#sentBytes - this.#uncountedUntil);
    return this.heldBytes + counted;
  }

  get queryBytes(): number {
    return this.decoder.queryBufferBytes;
  }

  get argumentBytes(): number {
    return this.decoder.bufferedBytes - this.decoder.queryBufferBytes;
  }

  get queryRoom(): number {
    return this.buffers.queryRoom;
  }

  get replyRoom(): number {
    return this.buffers.replyRoom;
  }

  get replyPeak(): number {
    return this.buffers.replyPeak;
  }

  /** There is a connection behind it. */
  get isConnected(): boolean {
    return this.#connection !== null && !this.#closed;
  }

  /** Bytes that arrived from the client. */
  receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.lastInteractionMs = this.#owner.nowMs();
    this.bytesIn += chunk.length;
    this.#owner.countInput(chunk.length);
    const { emptyLines } = this.decoder;
    this.decoder.push(chunk);
    this.buffers.onInput(this.decoder.queryBufferBytes);
    this.processInput();
    this.buffers.onInput(this.decoder.expectedBytes);
    if (this.decoder.emptyLines !== emptyLines) this.#owner.onEmptyLine(this);
    // Asked when all that is complete has run: what is left is one request that never ends, or input of a blocked client.
    if (this.decoder.exceedsQueryBufferLimit) this.#owner.onQueryBufferLimit(this);
    else this.#owner.onBuffersChanged(this);
  }

  setRequestLimits(limits: RequestLimits): void {
    this.decoder.maxBulkLength = limits.bulk;
    this.decoder.queryBufferLimit = limits.queryBuffer;
  }

  /** Runs the complete requests that wait, until the session blocks or ends. */
  processInput(): void {
    while (this.#blocked === null && !this.#isSilent && !this.closeAfterReply) {
      if (this.#owner.halted) {
        this.#owner.onInputReady(this);
        return;
      }
      this.decoder.authenticated = !this.#owner.authRequired(this);
      const argv = this.postponed ?? this.decoder.next();
      this.postponed = null;
      if (argv === null) break;
      this.#owner.dispatch(this, argv);
    }
    if (
      this.decoder.protocolError !== null &&
      !this.closeAfterReply &&
      !this.#isSilent &&
      this.#blocked === null
    ) {
      this.reply(this.decoder.protocolError);
      this.closeAfterReply = true;
      this.#owner.onOutput(this);
    }
  }

  /** The answer to the command in hand; CLIENT REPLY decides whether the client sees it. */
  reply(reply: Reply): void {
    if (reply instanceof ErrorReply) this.#owner.onErrorReply(this, reply);
    const isSilenced = this.replyMode === 'off' || this.replyMode === 'skip';
    if (isSilenced && !(reply instanceof PushSequence)) return;
    this.send(reply);
  }

  send(reply: Reply): void {
    if (this.#isSilent || reply === NO_REPLY || this.kind === 'master-link') return;
    if (this.isReplica) {
      if (!this.closeAfterReply) this.#owner.onReplicaReply(this);
      return;
    }
    if (this.queuedBytes === 0) this.#owner.onOutput(this);
    this.#text += encodeReply(reply, this.protocol, this.#owner.version);
    if (this.#queuedBytes + this.#text.length > this.buffers.replyRoom) this.#owner.onOutputGrew(this);
  }

  sendRaw(bytes: ByteString | Uint8Array, isBuffered = true): void {
    if (this.#isSilent || bytes.length === 0) return;
    if (this.queuedBytes === 0) this.#owner.onOutput(this);
    if (typeof bytes === 'string') {
      this.#text += bytes;
    } else {
      this.#chunks ??= [];
      if (this.#text !== '') this.#chunks.push(this.#text);
      this.#chunks.push(bytes);
      this.#queuedBytes += this.#text.length + bytes.length;
      this.#text = '';
    }
    if (!isBuffered) this.#uncountedUntil = this.#sentBytes;
    else if (this.queuedBytes > this.buffers.replyRoom) this.#owner.onOutputGrew(this);
  }

  get #sentBytes(): number {
    return this.bytesOut + this.queuedBytes;
  }

  /** Hands the queued output to the connection, in one write where it is only text. */
  flush(): void {
    // What is ready before a script waits for its end, as the client itself does (protectClient of networking.c).
    if (this.isEnding || this.#blocked?.kind === 'script') return;
    const count = this.queuedBytes;
    if (count > 0) {
      this.buffers.onOutput(count);
      this.bytesOut += count;
      this.#owner.countOutput(this, count);
      for (const chunk of this.#chunks ?? []) {
        if (typeof chunk === 'object' && 'mark' in chunk) this.#connection?.write(chunk.bytes, chunk.mark);
        else this.#connection?.write(chunk);
      }
      this.#chunks = null;
      this.#queuedBytes = 0;
      const text = this.#text;
      this.#text = '';
      if (text !== '') this.#connection?.write(text);
      // What the client does not take waits in the connection.
      if ((this.#connection?.pendingBytes ?? 0) > this.buffers.replyRoom) this.#owner.onOutputGrew(this);
      this.#owner.onBuffersChanged(this);
    }
    if (this.closeAfterReply) {
      this.#connection?.end();
      this.#end();
    } else if (this.#ending === 'reset') {
      if (this.#connection?.reset !== undefined) this.#connection.reset();
      else this.#connection?.destroy();
      this.#end();
    }
  }

  /** Runs a command whose reply does not simply leave; the reply may come much later. */
  runUnder(fate: ReplyFate, run: () => void): void {
    this.#fate = fate;
    this.#replyingUnderFate(run);
  }

  /** Nothing more is read or answered; what was answered before still leaves. */
  endWith(how: Ending): void {
    if (how === 'close') this.closeAfterReply = true;
    else this.#ending = how;
    this.#owner.onOutput(this);
  }

  /** Nothing more is read or queued. */
  get #isSilent(): boolean {
    return this.isEnding || this.#ending !== null;
  }

  /** It is closed, or will be before anything else leaves. */
  get isEnding(): boolean {
    return this.#closed || this.#isDoomed;
  }

  /** Closes the connection when the command in hand is done (freeClientAsync): nothing more is run or sent. */
  doom(): void {
    this.#isDoomed = true;
    this.#dropOutput();
  }

  close(_reason: string): void {
    if (this.#closed) return;
    this.#connection?.destroy();
    this.#end();
  }

  /** The client closed its end, or the connection broke. */
  onConnectionClosed(): void {
    if (!this.#closed) this.#end();
  }

  block(blocked: BlockedState): void {
    this.#blocked = blocked;
    if (blocked.timeoutAtMs <= 0) return;
    this.#blockedTimer = this.#owner.schedule(blocked.timeoutAtMs, () => {
      if (this.#blocked === blocked) this.unblock(blocked.onTimeout());
    });
  }

  unblock(reply: Reply, by?: 'client-unblock'): void {
    if (this.#blocked === null) return;
    this.#endBlock();
    this.#owner.onUnblocked(this, reply, by);
    this.#replyingUnderFate(() => this.reply(reply));
    this.endCommand(false);
    this.#owner.onInputReady(this);
  }

  /** Ends the wait for a key that is ready: the command runs again, and may wait again. */
  retry(run: () => void): void {
    this.#endBlock();
    this.#replyingUnderFate(run);
    if (this.#blocked === null && !this.#closed) this.#owner.onInputReady(this);
  }

  /** Ends a pause without an answer: the postponed command runs. */
  resume(): void {
    this.#endBlock();
    this.#owner.onInputReady(this);
  }

  /** What ends with each command: CLIENT REPLY SKIP, ASKING and CLIENT CACHING, which live for one command or one transaction (resetClient of networking.c). */
  endCommand(wasAsking: boolean): void {
    if (this.asking && this.transaction === null && !wasAsking) this.asking = false;
    if (this.tracking !== null) this.#endCaching(this.tracking);
    if (this.replyMode === 'skip') this.replyMode = 'on';
    else if (this.replyMode === 'skip-next') this.replyMode = 'skip';
  }

  /** CLIENT CACHING counts for what comes next, other subcommands of CLIENT apart. */
  #endCaching(tracking: ClientTracking): void {
    if (this.transaction === null && !this.lastCommand.startsWith('client|')) tracking.caching = false;
  }

  /** What `run` puts out is the reply that has a fate, if there is one; a command that waits has put out nothing yet. */
  #replyingUnderFate(run: () => void): void {
    const fate = this.#fate;
    if (fate === null) {
      run();
      return;
    }
    const sealed = this.#seal();
    run();
    if (this.#blocked !== null) return;
    this.#fate = null;
    if (this.#closed) return;
    this.#seal();
    const reply = (this.#chunks ?? []).splice(sealed).map(textOf).join('');
    this.#queuedBytes -= reply.length;
    if (fate.kind === 'mark') {
      this.#put({ bytes: reply, mark: fate.mark }, reply.length);
      return;
    }
    const kept = fate.kind === 'cut' ? reply.slice(0, fate.bytes) : reply;
    this.#put(kept, kept.length);
    this.endWith(fate.ending);
  }

  #put(chunk: Chunk, length: number): void {
    if (length === 0) return;
    if (this.queuedBytes === 0) this.#owner.onOutput(this);
    this.#chunks ??= [];
    this.#chunks.push(chunk);
    this.#queuedBytes += length;
  }

  /** Sets apart what is queued from what follows. @returns how many chunks there are. */
  #seal(): number {
    if (this.#text !== '') {
      this.#chunks ??= [];
      this.#chunks.push(this.#text);
      this.#queuedBytes += this.#text.length;
      this.#text = '';
    }
    return this.#chunks?.length ?? 0;
  }

  #endBlock(): void {
    const blocked = this.#blocked;
    this.#blocked = null;
    this.#blockedTimer?.cancel();
    this.#blockedTimer = null;
    blocked?.release?.();
    if (blocked?.kind === 'script' && this.queuedBytes > 0) this.#owner.onOutput(this);
  }

  #end(): void {
    this.#closed = true;
    this.#endBlock();
    this.#dropOutput();
    this.#owner.onClosed(this);
  }

  #dropOutput(): void {
    this.#text = '';
    this.#chunks = null;
    this.#queuedBytes = 0;
  }
}

function textOf(chunk: Chunk): ByteString {
  if (typeof chunk === 'string') return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString('latin1') : chunk.bytes;
}
