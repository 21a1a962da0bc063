/** A node's replication: the primary side, the replica side and what they share (replication.c; section 9 of the cluster node reference). */
import type { ReplicationPoint } from '../rdb/rdb-file.js';
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { parseInteger } from '../resp/integer.js';
import { type ErrorReply, NO_REPLY, type Reply } from '../resp/reply.js';
import { Acknowledgements } from './acknowledgements.js';
import { CoordinatedFailover } from './coordinated-failover.js';
import { type DescribedReplication, describeReplication, describeRole } from './describe.js';
import { ReplicationHistory } from './history.js';
import type { ReplicaSession, ReplicationHost } from './ports.js';
import { PrimarySide } from './primary-side.js';
import type { Replica } from './replica.js';
import { applyReplconf } from './replica-options.js';
import { type LinkState, type MasterAddress, ReplicaSide } from './replica-side.js';
import { Resynchronization } from './resynchronization.js';

/** Offers the node's cluster brain its ReplicationPort (cluster/ports.ts), and the node everything else. */
export class Replication {
  readonly #host: ReplicationHost;
  readonly #history: ReplicationHistory;
  readonly #primary: PrimarySide;
  readonly #link: ReplicaSide;
  readonly #resynchronization: Resynchronization;
  /** WAIT and WAITAOF. */
  readonly acknowledgements: Acknowledgements;
  /** FAILOVER. */
  readonly failover: CoordinatedFailover;

  constructor(host: ReplicationHost) {
    this.#host = host;
    this.#history = new ReplicationHistory(host);
    this.#primary = new PrimarySide(host, this.#history);
    this.failover = new CoordinatedFailover(host, this.#history, this.#primary, {
      follow: (master) => this.#link.follow(master),
      stop: () => this.#link.stop(),
    });
    this.#link = new ReplicaSide(host, this.#history, this.#primary, this.failover);
    this.#resynchronization = new Resynchronization(host, this.#history, this.#primary, () =>
      this.isReplica ? host.masterSessionDbIndex() : this.#primary.selectedDb,
    );
    this.acknowledgements = new Acknowledgements(host, this.#primary);
  }

  // What the cluster brain asks for

  /** Offset to announce: a master's master_repl_offset, a replica's processed offset (0 when it has neither link nor cached master). */
  offset(): number {
    if (!this.isReplica) return this.#history.offset;
    return Math.max(0, this.#link.processedOffset ?? 0);
  }

  masterAddress(): MasterAddress | null {
    return this.#link.master;
  }

  isMasterLinkUp(): boolean {
    return this.#link.state === 'connected';
  }

  /** Unix ms of the last byte from the master; 0 while the link is down. */
  lastMasterInteractionMs(): number {
    return this.#link.lastInteractionMs ?? 0;
  }

  /** Unix ms since when the link is down; 0 = it is up or was never up. */
  masterLinkDownSinceMs(): number {
    return this.#link.downSinceMs;
  }

  /** Starts replication from that address, or moves it there. @param knowsStream false: the dataset is of no stream. */
  replicateFrom(host: string, port: number, knowsStream = true): void {
    this.#link.follow({ host, port }, knowsStream);
  }

  /** CLIENT KILL of the link to the master: it is opened anew, from where it was. */
  disconnectMaster(): void {
    this.#link.disconnect();
  }

  /** Stops being a replica: the replication id changes, the old one is kept as second id. */
  stopReplicating(): void {
    this.#link.stop();
  }

  // Stretches of time in which nothing but heartbeats is exchanged

  /** True when all is in sync: a master has that many replicas, which have acknowledged everything; a replica hears from its master. */
  isIdle(replicas: number): boolean {
    if (this.isReplica && !this.isMasterLinkUp()) return false;
    return !this.failover.isInProgress && this.#primary.isIdle(replicas, !this.isReplica);
  }

  /** As if heartbeats had gone on for so long: everybody was heard of as recently as before. */
  leaveOutHeartbeats(durationMs: number): void {
    this.#primary.leaveOutHeartbeats(durationMs, !this.isReplica);
    this.#link.leaveOutHeartbeats(durationMs);
  }

  // The state, for whoever shows or checks it

  /** True while this node has a master. */
  get isReplica(): boolean {
    return this.#link.master !== null;
  }

  get linkState(): LinkState {
    return this.#link.state;
  }

  /** master_repl_offset: what a session's lastWriteOffset becomes after a write. */
  get streamOffset(): number {
    return this.#history.offset;
  }

  /** master_replid and master_replid2. */
  get replicationId(): string {
    return this.#history.replicationId;
  }

  get secondReplicationId(): string {
    return this.#history.secondId;
  }

  /** The second id is valid for what came before. */
  get secondReplicationOffset(): number {
    return this.#history.secondOffset;
  }

  get replicas(): readonly Replica[] {
    return this.#primary.replicas;
  }

  /** The replica with that announced address (or the one it comes from) and announced port. */
  findReplica(host: string, port: number): Replica | undefined {
    return this.#primary.find(host, port);
  }

  /** Replicas whose last acknowledgement is within min-replicas-max-lag. */
  get goodReplicas(): number {
    return this.#primary.goodReplicas;
  }

  /** min-replicas-to-write or min-replicas-max-lag changed. */
  refreshGoodReplicas(): void {
    this.#primary.refreshGoodReplicas();
  }

  /** Enough good replicas for min-replicas-to-write; always true on a replica and when a directive switches it off. */
  hasEnoughGoodReplicas(): boolean {
    const needed = this.#host.config['min-replicas-to-write'];
    if (this.isReplica || needed === 0 || this.#host.config['min-replicas-max-lag'] === 0) return true;
    return this.#primary.goodReplicas >= needed;
  }

  /** The lines of INFO replication, after its header. */
  describeReplication(): (readonly [name: string, value: string])[] {
    return describeReplication(this.#described());
  }

  /** The reply of ROLE. */
  role(): Reply {
    return describeRole(this.#described());
  }

  // What the node tells

  /** Where in which stream the dataset is now, for an RDB file; null: nobody follows or is followed. */
  get point(): ReplicationPoint | null {
    const isInStream = this.isReplica ? this.#link.processedOffset !== null : this.#history.backlog !== null;
    if (!isInStream) return null;
    return {
      streamDbIndex: this.isReplica ? this.#host.masterSessionDbIndex() : this.#primary.selectedDb,
      replicationId: this.#history.replicationId,
      replicationOffset: this.#history.offset,
    };
  }

  /** The dataset was loaded from a file that was made there. A master offers what came before as its second history. */
  adoptSavedPoint({ replicationId, replicationOffset }: ReplicationPoint, isReplica: boolean): void {
    if (isReplica) this.#history.adopt(replicationId, replicationOffset);
    else this.#history.continueFrom(replicationId, replicationOffset);
  }

  /** Asks all replicas for their offset (SHUTDOWN waits for them). */
  requestAcks(): void {
    if (!this.#host.isStreamPaused()) this.#primary.requestAcks();
  }

  /** To be called every second. */
  cron(): void {
    // Redis runs it ten times as often while a FAILOVER is under way.
    if (this.failover.state === 'no-failover') this.#cron();
  }

  /** To be called every 100 ms. */
  fastCron(): void {
    if (this.failover.state !== 'no-failover') this.#cron();
  }

  /** A child that saved ended: replicas may wait for the next one. */
  onChildEnded(): void {
    this.#resynchronization.startWaiting();
  }

  /** To be called when the node has handled an input, before what it wrote is flushed. */
  beforeSleep(): void {
    this.acknowledgements.beforeSleep();
    this.failover.check();
    this.#history.backlog?.trim();
  }

  /**
   * Adds a command to the stream; MULTI and EXEC around it are the caller's affair. Does nothing on a replica.
   * @param dbIndex -1 = the command concerns no database.
   */
  propagate(dbIndex: number, argv: readonly ByteString[]): void {
    if (!this.isReplica) this.#primary.propagate(dbIndex, argv);
  }

  /** DEBUG CHANGE-REPL-ID: a new id, and no second one. */
  changeReplicationId(): void {
    this.#history.restart();
  }

  /** Bytes that the backlog holds. */
  get backlogBytes(): number {
    return this.#history.backlog?.length ?? 0;
  }

  /** repl-backlog-size changed. */
  resizeBacklog(): void {
    this.#history.backlog?.trim();
  }

  /** The session ended. Any session may be given; those that have nothing to do with replication are ignored. */
  removeSession(session: ReplicaSession): void {
    this.#primary.remove(session);
  }

  /** An empty line from a replica: it lives, though it is busy loading. */
  onReplicaNewline(session: ReplicaSession): void {
    const replica = this.#primary.attachedBy(session);
    if (replica !== undefined) replica.ackAtMs = this.#host.clock.nowMs();
  }

  /** REPLCONF. @param argv the whole command. */
  onReplconf(session: ReplicaSession, argv: readonly ByteString[]): Reply {
    const replica = this.#primary.replicaOf(session);
    return applyReplconf(replica, argv, {
      onAck: (offset, aofOffset) => this.#primary.onAck(replica, offset, aofOffset),
      onGetAck: () => this.#link.sendAck(),
    });
  }

  /** PSYNC and SYNC. @param argv the whole command. */
  onSync(session: ReplicaSession, argv: readonly ByteString[]): Reply {
    if (this.#primary.attachedBy(session) !== undefined) return NO_REPLY;
    const isPsync = argv[0]!.toLowerCase() === 'psync';
    if (isPsync && argv[3]?.toLowerCase() === 'failover') {
      const error = this.#takeOver(session, argv[1]!);
      if (error !== null) return error;
    }
    if (this.failover.state !== 'no-failover') return errors.SYNC_WHILE_FAILING_OVER;
    if (this.isReplica && !this.isMasterLinkUp()) return errors.MASTER_LINK_DOWN;
    const replica = this.#primary.replicaOf(session);
    if (replica.isFiltered && !replica.understandsEof) return errors.FILTER_NEEDS_EOF;
    this.#host.log('notice', `Replica ${replica.name} asks for synchronization`);
    replica.usesSync = !isPsync;
    if (isPsync) {
      const offset = parseInteger(argv[2]!);
      if (offset === null) {
        this.#host.log('warning', `Replica ${replica.name} asks for synchronization but with a wrong offset`);
        return errors.NOT_AN_INTEGER;
      }
      if (this.#resynchronization.tryPartial(replica, argv[1]!, Number(offset))) {
        this.#host.stats.syncPartialOk++;
        return NO_REPLY;
      }
      if (!argv[1]!.startsWith('?')) this.#host.stats.syncPartialError++;
    }
    this.#host.stats.syncFull++;
    this.#resynchronization.startFull(replica);
    return NO_REPLY;
  }

  /** PSYNC ... FAILOVER: our master hands its role to us. */
  #takeOver(session: ReplicaSession, replicationId: ByteString): ErrorReply | null {
    this.#host.log('notice', `Failover request received for replid ${replicationId}.`);
    if (!this.isReplica) return errors.PSYNC_FAILOVER_TO_MASTER;
    if (replicationId.toLowerCase() !== this.#history.replicationId) return errors.PSYNC_FAILOVER_WRONG_ID;
    this.#link.stop();
    this.#host.log(
      'notice',
      `MASTER MODE enabled (failover request from 'id=${session.id} addr=${session.address}')`,
    );
    return null;
  }

  /** In the order of replicationCron. */
  #cron(): void {
    this.failover.check();
    this.#link.cron();
    const isFailoverPause =
      (this.failover.hasTimeLimit || this.#host.isManualFailoverInProgress()) && this.#host.isStreamPaused();
    this.#primary.cron(!this.isReplica, isFailoverPause);
    this.#resynchronization.startWaiting();
    this.#primary.refreshGoodReplicas();
  }

  #described(): DescribedReplication {
    return {
      host: this.#host,
      history: this.#history,
      primary: this.#primary,
      link: this.#link,
      failoverState: this.failover.state,
    };
  }
}
