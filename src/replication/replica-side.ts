/** The link to our master: connecting, handshake, snapshot, stream, and coming back after a loss (sections 9.1 and 9.9; replication.c, "SLAVE"). */
import { encodeRequest } from '../resp/request-encoder.js';
import { FullSync } from './full-sync.js';
import type { PsyncAnswer } from './handshake.js';
import { HandshakeDialog, type StreamPosition } from './handshake-dialog.js';
import type { ReplicationHistory } from './history.js';
import { MasterStream } from './master-stream.js';
import type { ByteStream, LoadedSnapshot, ReplicationHost } from './ports.js';
import type { PrimarySide } from './primary-side.js';
import { secondsSince } from './unix-seconds.js';

/** As ROLE tells them. */
export type LinkState = 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

interface LiveMaster {
  replicationId: string;
  readonly stream: MasterStream;
  lastInteractionMs: number;
  /** It does not know PSYNC (it took SYNC): no acknowledgements are sent. */
  readonly knowsNoPsync: boolean;
}

/** FAILOVER wants to know how the PSYNC of a planned failover went. */
export interface PlannedFailover {
  readonly isInProgress: boolean;
  onPsyncAccepted(): void;
  onPsyncRefused(): void;
}

export class ReplicaSide {
  readonly #host: ReplicationHost;
  readonly #history: ReplicationHistory;
  readonly #primary: PrimarySide;
  readonly #plannedFailover: PlannedFailover;
  #master: MasterAddress | null = null;
  #state: LinkState = 'none';
  #connection: ByteStream | null = null;
  #handshake: HandshakeDialog | null = null;
  #fullSync: FullSync | null = null;
  /** From FULLRESYNC: where the stream begins after the snapshot. */
  #announced: StreamPosition = { replicationId: '', offset: -1 };
  #live: LiveMaster | null = null;
  #cached: StreamPosition | null = null;
  /** While connecting, in handshake or in sync. */
  #lastTransferMs = 0;
  #downSinceMs = 0;

  constructor(
    host: ReplicationHost,
    history: ReplicationHistory,
    primary: PrimarySide,
    plannedFailover: PlannedFailover,
  ) {
    this.#host = host;
    this.#history = history;
    this.#primary = primary;
    this.#plannedFailover = plannedFailover;
  }

  get master(): MasterAddress | null {
    return this.#master;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Unix ms since when the link is down; 0 = it is up, or never was. */
  get downSinceMs(): number {
    return this.#downSinceMs;
  }

  /** Unix ms of the last byte from the master; null = the link is not up. */
  get lastInteractionMs(): number | null {
    return this.#live?.lastInteractionMs ?? null;
  }

  leaveOutHeartbeats(durationMs: number): void {
    if (this.#live !== null) this.#live.lastInteractionMs += durationMs;
  }

  /** Offset of the last byte that was executed; null = neither a link nor a position to go on from. */
  get processedOffset(): number | null {
    return this.#live?.stream.offset ?? this.#cached?.offset ?? null;
  }

  /** Offset of the last byte that was received. */
  get receivedOffset(): number | null {
    return this.#live?.stream.receivedOffset ?? this.#cached?.offset ?? null;
  }

  /** Offset that ROLE tells; -1 while the link is down. */
  get liveOffset(): number {
    return this.#live?.stream.offset ?? -1;
  }

  /** The snapshot under way, for INFO. */
  get transfer(): {
    readonly totalBytes: number;
    readonly readBytes: number;
    readonly lastIoMs: number;
  } | null {
    if (this.#fullSync === null) return null;
    const { totalBytes, receivedBytes } = this.#fullSync;
    return { totalBytes, readBytes: receivedBytes, lastIoMs: this.#lastTransferMs };
  }

  /** Becomes a replica of that master, or changes to it. @param knowsStream false: the dataset is of no stream. */
  follow(master: MasterAddress, knowsStream = true): void {
    const wasMaster = this.#master === null;
    this.#master = null;
    if (this.#live !== null) this.#loseMaster('keep position');
    this.#host.disconnectBlockedClients();
    this.#master = master;
    // Our own replicas stay: perhaps they can go on with us after a partial resynchronization.
    this.#cancelHandshake();
    if (wasMaster && knowsStream) this.#cacheOwnPosition();
    this.#state = 'connect';
    this.#host.log('notice', `Connecting to MASTER ${master.host}:${master.port}`);
    this.#connect();
  }

  /** Stops being a replica; what was applied becomes the beginning of a history of our own. */
  stop(): void {
    if (this.#master === null) return;
    this.#master = null;
    if (this.#live !== null) this.#loseMaster('keep position');
    this.#discardCached();
    this.#cancelHandshake();
    this.#history.branch();
    this.#primary.disconnectAll('replication id changed');
    this.#state = 'none';
    // PSYNC lets replicas go on without a snapshot, so the stream itself has to tell its database.
    this.#primary.forgetSelectedDb();
    this.#primary.restartIdleTime();
    this.#downSinceMs = 0;
    this.#host.onPromoted?.();
  }

  /** Tells the master our offset. */
  sendAck(): void {
    if (this.#live === null || this.#connection === null) return;
    const offset = String(this.#live.stream.offset);
    const ack = ['REPLCONF', 'ACK', offset];
    const fsynced = this.#host.fsyncedOffset?.() ?? null;
    if (fsynced !== null) ack.push('FACK', String(fsynced));
    this.#connection.write(encodeRequest(ack));
  }

  /** Once a second. */
  cron(): void {
    if (this.#master === null) return;
    const nowMs = this.#host.clock.nowMs();
    const timeout = this.#host.config['repl-timeout'];
    const isSilent = secondsSince(this.#lastTransferMs, nowMs) > timeout;
    if (this.#state === 'connecting' || this.#state === 'handshake') {
      if (isSilent) {
        this.#host.log('warning', 'Timeout connecting to the MASTER...');
        this.#reconnect();
      } else if (this.#handshake?.isStuck === true) {
        this.#failHandshake('Master did not respond to command during SYNC handshake');
      }
    }
    if (this.#fullSync?.isLoading === true) this.#connection?.write('\n');
    if (this.#state === 'sync' && isSilent && this.#fullSync?.isComplete !== true) {
      this.#host.log(
        'warning',
        "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
      );
      this.#reconnect();
    }
    if (this.#live !== null && secondsSince(this.#live.lastInteractionMs, nowMs) > timeout) {
      this.#host.log('warning', 'MASTER timeout: no data nor PING received...');
      this.#loseMaster('keep position');
    }
    if (this.#state === 'connect') {
      this.#host.log('notice', `Connecting to MASTER ${this.#master.host}:${this.#master.port}`);
      this.#connect();
    }
    if (this.#live !== null && !this.#live.knowsNoPsync) this.sendAck();
  }

  #connect(): void {
    const master = this.#master;
    if (master === null) return;
    let connection: ByteStream | null = null;
    // A connection that was given up may still call back.
    const whileCurrent = (react: () => void): void => {
      if (connection !== null && connection === this.#connection) react();
    };
    connection = this.#host.connect(master.host, master.port, {
      onConnected: () => whileCurrent(() => this.#onConnected()),
      onData: (chunk) => whileCurrent(() => this.#onData(chunk)),
      onClose: (reason) => whileCurrent(() => this.#onClose(reason ?? 'Connection reset by peer')),
    });
    if (connection === null) {
      this.#host.log('warning', 'Unable to connect to MASTER: Connection refused');
      return;
    }
    this.#connection = connection;
    this.#lastTransferMs = this.#host.clock.nowMs();
    this.#state = 'connecting';
    this.#host.log('notice', 'MASTER <-> REPLICA sync started');
    this.#host.emit({ kind: 'sync-started', ...master });
  }

  #onConnected(): void {
    if (this.#state !== 'connecting') return;
    this.#host.log('notice', 'Non blocking connect for SYNC fired the event.');
    this.#state = 'handshake';
    this.#announced = { replicationId: '', offset: -1 };
    this.#handshake = new HandshakeDialog(this.#host, {
      onLine: () => {
        this.#lastTransferMs = this.#host.clock.nowMs();
      },
      write: (bytes) => this.#connection?.write(bytes),
      onFailure: (why) => this.#failHandshake(why),
      onPsyncAnswer: (answer) => this.#onPsyncAnswer(answer),
      positionToContinue: () => this.#cached,
      isFailover: () => this.#plannedFailover.isInProgress,
    });
    this.#handshake.start();
  }

  #onData(chunk: Uint8Array): void {
    if (this.#handshake !== null) {
      this.#handshake.push(chunk);
    } else if (this.#fullSync !== null) {
      this.#lastTransferMs = this.#host.clock.nowMs();
      this.#fullSync.push(chunk);
    } else if (this.#live !== null) {
      this.#live.lastInteractionMs = this.#host.clock.nowMs();
      this.#live.stream.push(chunk);
    }
  }

  #onClose(reason: string): void {
    const handshake = this.#endHandshake();
    this.#connection = null;
    switch (this.#state) {
      case 'connecting':
        this.#host.log('warning', `Error condition on socket for SYNC: ${reason}`);
        this.#state = 'connect';
        break;
      case 'handshake':
        this.#host.log('warning', `Failed to read response from the server: ${reason}`);
        this.#state = 'connect';
        if (handshake?.awaitsPsyncAnswer === true) this.#onPsyncUnanswered();
        else this.#host.log('warning', 'Master did not respond to command during SYNC handshake');
        break;
      case 'sync':
        // What is loading already is found to be lost when that is over.
        if (this.#fullSync?.isComplete !== true) this.#fullSync?.onConnectionLost(reason);
        break;
      default:
        if (this.#live !== null) this.#loseMaster('keep position');
    }
  }

  // PSYNC

  #onPsyncAnswer(answer: PsyncAnswer): void {
    const accepted = answer.kind === 'full' || answer.kind === 'continue';
    if (this.#plannedFailover.isInProgress) {
      if (!accepted) {
        this.#plannedFailover.onPsyncRefused();
        return;
      }
      this.#plannedFailover.onPsyncAccepted();
    }
    if (answer.kind === 'try-later') {
      this.#closeConnection();
      this.#state = 'connect';
      return;
    }
    if (answer.kind === 'continue') {
      this.#continueStream(answer.replicationId);
      return;
    }
    if (answer.kind === 'full') {
      this.#announced = { replicationId: answer.replicationId, offset: answer.offset };
      this.#host.emit({ kind: 'full-resync', replicationId: answer.replicationId, offset: answer.offset });
    } else {
      this.#host.log('notice', 'Retrying with SYNC...');
      this.#connection?.write('SYNC\r\n');
    }
    this.#startTransfer();
  }

  #onPsyncUnanswered(): void {
    this.#host.log('warning', 'Master did not reply to PSYNC, will try later');
    if (this.#plannedFailover.isInProgress) this.#plannedFailover.onPsyncRefused();
  }

  /** CONTINUE: the stream goes on where it was left. */
  #continueStream(newId: string | null): void {
    const position = this.#cached;
    if (position === null) {
      // Nobody asked for it: PSYNC ? -1 cannot be continued.
      this.#failHandshake('Unexpected reply to PSYNC from master: +CONTINUE');
      return;
    }
    this.#cached = null;
    let { replicationId } = position;
    if (newId !== null && newId !== replicationId) {
      this.#host.log('notice', `Master replication ID changed to ${newId}`);
      this.#history.followNewId(replicationId, newId);
      replicationId = newId;
      this.#primary.disconnectAll('replication id changed');
    }
    this.#history.createBacklog();
    this.#host.log('notice', 'MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.');
    this.#host.emit({ kind: 'partial-resync', replicationId, offset: position.offset });
    const handshake = this.#endHandshake();
    this.#goLive({ replicationId, offset: position.offset });
    this.#onRest(handshake?.takeRest());
  }

  // Snapshot

  #startTransfer(): void {
    this.#state = 'sync';
    const sharesHistory = this.#announced.replicationId === this.#history.replicationId;
    this.#fullSync = new FullSync(this.#host, sharesHistory, {
      onAttach: () => this.#attachToNewMaster(),
      onDone: (loaded, snapshot, rest) => this.#onSynchronized(loaded, snapshot, rest),
      onFailure: () => this.#reconnect(),
    });
    this.#lastTransferMs = this.#host.clock.nowMs();
    this.#onRest(this.#endHandshake()?.takeRest());
  }

  /** From here on the data are the new master's: nobody can go on from the old position any more. */
  #attachToNewMaster(): void {
    this.#discardCached();
    this.#primary.disconnectAll('full resynchronization with the master');
    this.#history.dropBacklog();
  }

  #onSynchronized(loaded: LoadedSnapshot, snapshot: Uint8Array, rest: Uint8Array): void {
    const hadMark = this.#fullSync?.hasMark === true;
    this.#fullSync = null;
    const { replicationId, offset } = this.#announced;
    this.#host.resetMasterSession(loaded.streamDbIndex ?? 0);
    this.#history.adopt(replicationId, offset);
    this.#history.createBacklog();
    this.#host.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
    this.#goLive(this.#announced);
    this.#host.onInSync?.(snapshot);
    if (hadMark) this.sendAck();
    this.#onRest(rest);
    // The master went while its snapshot was loaded.
    if (this.#connection === null) this.#loseMaster('keep position');
  }

  /** Bytes that came together with the end of what was before. */
  #onRest(rest: Uint8Array | undefined): void {
    if (rest !== undefined && rest.length > 0) this.#onData(rest);
  }

  // Stream

  #goLive({ replicationId, offset }: StreamPosition): void {
    const stream = new MasterStream(offset, {
      apply: (argv) => this.#host.applyFromMaster(argv),
      onApplied: (bytes) => this.#primary.feed(bytes),
      onProtocolError: (text) => {
        this.#host.log(
          'warning',
          `Protocol error (${text}) from client: the master. Closing the connection.`,
        );
        this.#loseMaster('forget position');
      },
    });
    this.#live = {
      replicationId,
      stream,
      lastInteractionMs: this.#host.clock.nowMs(),
      knowsNoPsync: offset === -1,
    };
    this.#state = 'connected';
    this.#downSinceMs = 0;
    this.#host.emit({ kind: 'in-sync', offset });
  }

  /** The live link breaks; nothing happens when there is none. */
  disconnect(): void {
    this.#loseMaster('keep position');
  }

  /** The live link ends, and a new one is tried at once: waiting might let the master's backlog move on. */
  #loseMaster(position: 'keep position' | 'forget position'): void {
    const live = this.#live;
    if (live === null) return;
    this.#host.log('notice', 'Connection with master lost.');
    this.#closeConnection();
    live.stream.close();
    this.#live = null;
    if (position === 'keep position') {
      this.#host.log('notice', 'Caching the disconnected master state.');
      this.#cached = { replicationId: live.replicationId, offset: live.stream.offset };
    }
    this.#host.resetMasterSession(null);
    this.#state = 'connect';
    this.#downSinceMs = this.#host.clock.nowMs();
    const master = this.#master;
    if (master === null) return;
    this.#host.emit({ kind: 'link-down', ...master, offset: live.stream.offset });
    this.#host.log('notice', `Reconnecting to MASTER ${master.host}:${master.port}`);
    this.#connect();
  }

  /** A master turns into a replica: what it has is what its former replica, now its master, may have as well. */
  #cacheOwnPosition(): void {
    this.#discardCached();
    this.#host.log(
      'notice',
      'Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.',
    );
    this.#cached = { replicationId: this.#history.replicationId, offset: this.#history.offset };
    this.#host.resetMasterSession(0);
  }

  #discardCached(): void {
    if (this.#cached === null) return;
    this.#host.log('notice', 'Discarding previously cached master state.');
    this.#cached = null;
  }

  /** @returns false when nothing was under way. */
  #cancelHandshake(): boolean {
    if (this.#state !== 'connecting' && this.#state !== 'handshake' && this.#state !== 'sync') return false;
    this.#closeConnection();
    this.#fullSync?.cancel();
    this.#fullSync = null;
    this.#state = 'connect';
    return true;
  }

  #reconnect(): void {
    if (!this.#cancelHandshake() || this.#master === null) return;
    this.#host.log(
      'notice',
      `Reconnecting to MASTER ${this.#master.host}:${this.#master.port} after failure`,
    );
    this.#connect();
  }

  /** The attempt ends; the next one is made by the cron. */
  #failHandshake(why: string): void {
    this.#host.log('warning', why);
    this.#closeConnection();
    this.#state = 'connect';
  }

  #endHandshake(): HandshakeDialog | null {
    const handshake = this.#handshake;
    this.#handshake = null;
    return handshake;
  }

  #closeConnection(): void {
    this.#handshake = null;
    const connection = this.#connection;
    this.#connection = null;
    connection?.close();
  }
}
