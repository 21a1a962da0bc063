/** The replicas of this node: who they are, what they are sent, when they are given up (sections 9.2 to 9.5; replication.c, "MASTER"). */
import type { ByteString } from '../resp/byte-string.js';
import { encodeRequest } from '../resp/request-encoder.js';
import type { ReplicationHistory } from './history.js';
import type { ReplicaSession, ReplicationHost } from './ports.js';
import { Replica } from './replica.js';
import { secondsSince } from './unix-seconds.js';

/** No database is selected in the stream: the next command is preceded by SELECT. */
const NOTHING_SELECTED = -1;
const PING = encodeRequest(['PING']);
const GETACK = encodeRequest(['REPLCONF', 'GETACK', '*']);

export class PrimarySide {
  readonly #host: ReplicationHost;
  readonly #history: ReplicationHistory;
  /** Every session that sent REPLCONF or PSYNC, with what it told. */
  readonly #known = new Map<ReplicaSession, Replica>();
  /** Those that sent PSYNC or SYNC, in that order. */
  readonly #attached: Replica[] = [];
  /** Database that the stream has selected (slaveseldb). */
  #selectedDb = NOTHING_SELECTED;
  #noReplicasSinceMs: number;
  #goodReplicas = 0;
  #cronRuns = 0;

  constructor(host: ReplicationHost, history: ReplicationHistory) {
    this.#host = host;
    this.#history = history;
    this.#noReplicasSinceMs = host.clock.nowMs();
    history.neededFrom = () => this.#firstHeldOffset;
  }

  get replicas(): readonly Replica[] {
    return this.#attached;
  }

  get goodReplicas(): number {
    return this.#goodReplicas;
  }

  /** For the AUX field repl-stream-db. */
  get selectedDb(): number {
    return Math.max(0, this.#selectedDb);
  }

  /** The replica of a session, with what it told so far; made at the first call. */
  replicaOf(session: ReplicaSession): Replica {
    let replica = this.#known.get(session);
    if (replica === undefined) {
      replica = new Replica(session);
      this.#known.set(session, replica);
    }
    return replica;
  }

  /** The replica that is attached by this session, if any. */
  attachedBy(session: ReplicaSession): Replica | undefined {
    const replica = this.#known.get(session);
    return replica === undefined || replica.state === null ? undefined : replica;
  }

  /** The replica with that announced address. */
  find(host: string, port: number): Replica | undefined {
    const wanted = host.toLowerCase();
    return this.#attached.find(
      (replica) => replica.ip.toLowerCase() === wanted && replica.listeningPort === port,
    );
  }

  attach(replica: Replica): void {
    replica.session.isReplica = true;
    this.#attached.push(replica);
  }

  /** The replica gets the stream from now on. */
  putOnline(replica: Replica, resync: 'full' | 'partial'): void {
    replica.state = 'online';
    // Otherwise it might count as timed out at once.
    replica.ackAtMs = this.#host.clock.nowMs();
    this.refreshGoodReplicas();
    this.#host.emit({ kind: 'replica-online', replica: replica.name, resync, offset: this.#history.offset });
  }

  /** The session ended. */
  remove(session: ReplicaSession): void {
    const replica = this.#known.get(session);
    if (replica === undefined) return;
    this.#known.delete(session);
    replica.isGone = true;
    const index = this.#attached.indexOf(replica);
    if (index < 0) return;
    this.#attached.splice(index, 1);
    this.#host.log('notice', `Connection with replica ${replica.name} lost.`);
    if (this.#attached.length === 0) this.#noReplicasSinceMs = this.#host.clock.nowMs();
    this.refreshGoodReplicas();
    this.#host.emit({ kind: 'replica-gone', replica: replica.name });
  }

  /** Closes the connections of all replicas: they have to learn that the history changed. */
  disconnectAll(reason: string): void {
    for (const replica of [...this.#attached]) this.disconnect(replica, reason);
  }

  /** Adds a command to the stream. @param dbIndex -1 = it concerns no database. */
  propagate(dbIndex: number, argv: readonly ByteString[]): void {
    if (this.#history.backlog === null) {
      // Without an AOF nothing is propagated then.
      if (this.#host.config.appendonly) this.#countWithoutReplicas();
      return;
    }
    if (dbIndex >= 0 && this.#selectedDb !== dbIndex) {
      this.feed(encodeRequest(['SELECT', String(dbIndex)]));
      this.#selectedDb = dbIndex;
    }
    this.feed(encodeRequest(argv));
  }

  /** The next command that concerns a database is preceded by SELECT. */
  forgetSelectedDb(): void {
    this.#selectedDb = NOTHING_SELECTED;
  }

  /** Adds bytes to the stream: commands of our own, or what our master sent. */
  feed(bytes: ByteString | Uint8Array): void {
    this.#history.append(bytes);
    for (const replica of this.#attached) replica.feed(bytes);
  }

  /** Asks all replicas for their offset. */
  requestAcks(): void {
    if (this.#history.backlog === null) this.#countWithoutReplicas();
    else this.feed(GETACK);
  }

  /** The replica is ready for the stream that was held back. */
  startStream(replica: Replica): void {
    if (replica.heldFrom === null) return;
    replica.startStream(this.#history.backlog?.readFrom(replica.heldFrom) ?? []);
  }

  onAck(replica: Replica, offset: number, aofOffset: number | null): void {
    replica.ackOffset = Math.max(replica.ackOffset, offset);
    if (aofOffset !== null) replica.aofAckOffset = Math.max(replica.aofAckOffset, aofOffset);
    replica.ackAtMs = this.#host.clock.nowMs();
    if (replica.heldFrom !== null && replica.state === 'online') this.startStream(replica);
  }

  /** Online replicas that acknowledged the stream up to that offset. */
  countAcks(offset: number): number {
    return this.#countOnline((replica) => replica.ackOffset >= offset);
  }

  /** Online replicas that have fsynced the stream up to that offset. */
  countAofAcks(offset: number): number {
    return this.#countOnline((replica) => replica.aofAckOffset >= offset);
  }

  /** Counts the replicas that acknowledged something within min-replicas-max-lag. */
  refreshGoodReplicas(): void {
    const { config, clock } = this.#host;
    const maxLag = config['min-replicas-max-lag'];
    if (config['min-replicas-to-write'] === 0 || maxLag === 0) return;
    const nowMs = clock.nowMs();
    this.#goodReplicas = this.#countOnline((replica) => secondsSince(replica.ackAtMs, nowMs) <= maxLag);
  }

  /** See Replication.isIdle(). */
  isIdle(replicas: number, isMaster: boolean): boolean {
    const { config } = this.#host;
    if (this.#attached.length !== replicas || this.#known.size !== replicas) return false;
    // A backlog that nobody needs any more is going to be dropped.
    if (isMaster && replicas === 0 && this.#history.backlog !== null && config['repl-backlog-ttl'] !== 0)
      return false;
    return this.#attached.every(
      ({ state, ackOffset, heldFrom }) =>
        state === 'online' && ackOffset === this.#history.offset && heldFrom === null,
    );
  }

  /** The pings are sent all the same: they move the offset. */
  leaveOutHeartbeats(durationMs: number, isMaster: boolean): void {
    for (const replica of this.#attached) replica.ackAtMs += durationMs;
    const pings = Math.floor(durationMs / 1000 / this.#host.config['repl-ping-replica-period']);
    if (isMaster && this.#attached.length > 0) this.feed(PING.repeat(pings));
  }

  /** The backlog's time to live without replicas counts from here. */
  restartIdleTime(): void {
    this.#noReplicasSinceMs = this.#host.clock.nowMs();
  }

  /** Once a second. @param isMaster false: the stream and the backlog are the master's affair. */
  cron(isMaster: boolean, isFailoverPause: boolean): void {
    const { config } = this.#host;
    if (this.#cronRuns % config['repl-ping-replica-period'] === 0 && this.#attached.length > 0) {
      // A PING would move the offset that the replica has to reach during a manual failover.
      if (isMaster && !isFailoverPause) this.feed(PING);
    }
    this.#cronRuns++;
    for (const replica of this.#attached) {
      if (replica.awaitsSnapshotFile) replica.session.sendRaw('\n', false);
    }
    this.#disconnectTimedOut();
    if (isMaster) this.#dropIdleBacklog();
  }

  /** Since 7.2 the offset counts commands while there are no replicas to count bytes for: WAITAOF needs it to grow. */
  #countWithoutReplicas(): void {
    if (this.#host.version !== '7.0') this.#history.offset++;
  }

  #disconnectTimedOut(): void {
    const nowMs = this.#host.clock.nowMs();
    for (const replica of [...this.#attached]) {
      if (replica.state !== 'online' || replica.usesSync) continue;
      if (secondsSince(replica.ackAtMs, nowMs) <= this.#host.config['repl-timeout']) continue;
      this.#host.log('warning', `Disconnecting timedout replica (streaming sync): ${replica.name}`);
      this.disconnect(replica, 'replica timeout');
    }
  }

  /** Without a backlog the offset stands still, so what follows has to be a new history. */
  #dropIdleBacklog(): void {
    const { clock, config, log } = this.#host;
    const ttl = config['repl-backlog-ttl'];
    if (this.#attached.length > 0 || ttl === 0 || this.#history.backlog === null) return;
    if (secondsSince(this.#noReplicasSinceMs, clock.nowMs()) <= ttl) return;
    this.#history.restart();
    this.#history.dropBacklog();
    log('notice', `Replication backlog freed after ${ttl} seconds without connected replicas.`);
  }

  disconnect(replica: Replica, reason: string): void {
    this.remove(replica.session);
    replica.session.close(reason);
  }

  get #firstHeldOffset(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { heldFrom } of this.#attached) {
      if (heldFrom !== null && heldFrom < first) first = heldFrom;
    }
    return first;
  }

  #countOnline(wanted: (replica: Replica) => boolean): number {
    let count = 0;
    for (const replica of this.#attached) {
      if (replica.state === 'online' && wanted(replica)) count++;
    }
    return count;
  }
}
