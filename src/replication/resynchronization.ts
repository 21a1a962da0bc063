/** How a replica is brought up to date: with the backlog when that is enough, else with a snapshot (sections 9.2 and 9.3; syncCommand in replication.c). */
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import type { ReplicationHistory } from './history.js';
import type { ReplicationHost } from './ports.js';
import type { PrimarySide } from './primary-side.js';
import type { Replica } from './replica.js';
import { SnapshotTransfer } from './snapshot-transfer.js';
import { secondsSince } from './unix-seconds.js';

const EOF_MARK_LENGTH = 40;

export class Resynchronization {
  readonly #host: ReplicationHost;
  readonly #history: ReplicationHistory;
  readonly #primary: PrimarySide;
  /** The database that the stream has selected, whoever makes the stream. */
  readonly #streamDbIndex: () => number;
  /** The last one: under way as long as its replicas wait. */
  #transfer: SnapshotTransfer | null = null;

  constructor(
    host: ReplicationHost,
    history: ReplicationHistory,
    primary: PrimarySide,
    streamDbIndex: () => number,
  ) {
    this.#host = host;
    this.#history = history;
    this.#primary = primary;
    this.#streamDbIndex = streamDbIndex;
  }

  /** PSYNC: continues from the backlog if it can. @returns false when a full resynchronization is needed. */
  tryPartial(replica: Replica, replicationId: ByteString, offset: number): boolean {
    if (!this.#sharesHistory(replica, replicationId, offset)) return false;
    const { backlog } = this.#history;
    if (backlog === null || !backlog.covers(offset)) {
      this.#log(
        'notice',
        `Unable to partial resync with replica ${replica.name} for lack of backlog (Replica request was: ${offset}).`,
      );
      if (offset > this.#history.offset) {
        this.#log(
          'warning',
          `Warning: replica ${replica.name} tried to PSYNC with an offset that is greater than the master replication offset.`,
        );
      }
      return false;
    }
    const { session } = replica;
    const pieces = backlog.readFrom(offset);
    this.#primary.attach(replica);
    session.sendRaw(
      replica.understandsPsync2 ? `+CONTINUE ${this.#history.replicationId}\r\n` : '+CONTINUE\r\n',
    );
    let sent = 0;
    for (const piece of pieces) {
      session.sendRaw(piece);
      sent += piece.length;
    }
    this.#log(
      'notice',
      `Partial resynchronization request from ${replica.name} accepted. Sending ${sent} bytes of backlog starting from offset ${offset}.`,
    );
    this.#primary.putOnline(replica, 'partial');
    return true;
  }

  /** The replica gets a snapshot, now or when others had time to come along. */
  startFull(replica: Replica): void {
    replica.state = 'waiting-for-snapshot';
    this.#primary.attach(replica);
    if (this.#primary.replicas.length === 1 && this.#history.backlog === null) {
      // There is no past that this id could stand for.
      this.#history.restart();
      this.#history.createBacklog();
      this.#log(
        'notice',
        `Replication backlog created, my new replication IDs are '${this.#history.replicationId}' and '${this.#history.secondId}'`,
      );
    }
    const { config, saver } = this.#host;
    const running = saver?.running ?? null;
    if (running === 'disk') {
      if (this.#transfer?.join(replica) === true) this.#log('notice', 'Waiting for end of BGSAVE for SYNC');
      else
        this.#log(
          'notice',
          "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
        );
    } else if (running === 'sockets') {
      this.#log('notice', 'Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC');
    } else if (
      config['repl-diskless-sync'] &&
      replica.understandsEof &&
      config['repl-diskless-sync-delay'] > 0
    ) {
      this.#log('notice', 'Delay next BGSAVE for diskless SYNC');
    } else if (running !== null) {
      this.#log(
        'notice',
        'No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed',
      );
    } else {
      this.#sendSnapshot(this.#waitingLike(replica));
    }
  }

  /** Once a second, and when a child ended: makes the snapshot that replicas wait for, when they waited long enough. */
  startWaiting(): void {
    const { config, clock, saver } = this.#host;
    if ((saver?.running ?? null) !== null) return;
    const first = this.#primary.replicas.find((replica) => replica.state === 'waiting-for-snapshot');
    if (first === undefined) return;
    const waiting = this.#waitingLike(first);
    const nowMs = clock.nowMs();
    const longest = Math.max(...waiting.map(({ session }) => secondsSince(session.lastInteractionMs, nowMs)));
    const maxReplicas = config['repl-diskless-sync-max-replicas'];
    if (
      !config['repl-diskless-sync'] ||
      (maxReplicas > 0 && waiting.length >= maxReplicas) ||
      longest >= config['repl-diskless-sync-delay']
    ) {
      this.#sendSnapshot(waiting);
    }
  }

  #sharesHistory(replica: Replica, replicationId: ByteString, offset: number): boolean {
    const wanted = replicationId.toLowerCase();
    const { replicationId: firstId, secondId, secondOffset } = this.#history;
    if (wanted === firstId || (wanted === secondId && offset <= secondOffset)) return true;
    if (wanted.startsWith('?')) {
      this.#log('notice', `Full resync requested by replica ${replica.name}`);
    } else if (wanted === secondId) {
      this.#log(
        'notice',
        `Partial resynchronization not accepted: Requested offset for second ID was ${offset}, but I can reply up to ${secondOffset}`,
      );
    } else {
      this.#log(
        'notice',
        `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${replicationId}', my replication IDs are '${firstId}' and '${secondId}')`,
      );
    }
    return false;
  }

  /** Those who wait and can share a snapshot with that replica. */
  #waitingLike(replica: Replica): Replica[] {
    return this.#primary.replicas.filter(
      (other) => other.state === 'waiting-for-snapshot' && other.hasRequirementsOf(replica),
    );
  }

  #sendSnapshot(replicas: readonly Replica[]): void {
    const [first] = replicas;
    if (first === undefined) return;
    const { config } = this.#host;
    const withEofMark =
      (config['repl-diskless-sync'] || first.isFiltered) &&
      replicas.every((replica) => replica.understandsEof);
    this.#log('notice', `Starting BGSAVE for SYNC with target: ${withEofMark ? 'replicas sockets' : 'disk'}`);
    const rdb = this.#host.createSnapshot({
      streamDbIndex: this.#streamDbIndex(),
      replicationId: this.#history.replicationId,
      replicationOffset: this.#history.offset,
      excludeData: first.excludeData,
      excludeFunctions: first.excludeFunctions,
    });
    if (rdb === null) {
      this.#refuse(replicas);
      return;
    }
    // What follows the snapshot begins with SELECT, as the replica starts in another database perhaps.
    this.#primary.forgetSelectedDb();
    const mark = withEofMark ? this.#host.random.hex(EOF_MARK_LENGTH) : null;
    const transfer = new SnapshotTransfer(this.#host, this.#history, this.#primary, { rdb, mark }, replicas);
    this.#transfer = transfer;
    const { saver } = this.#host;
    if (saver === undefined) transfer.onEnd({ signal: 0, failed: false });
    else saver.start(rdb, withEofMark ? 'sockets' : 'disk', transfer);
  }

  #refuse(replicas: readonly Replica[]): void {
    this.#log('warning', 'BGSAVE for replication failed');
    for (const { session } of replicas) {
      this.#primary.remove(session);
      session.isReplica = false;
      session.sendRaw(`-${errors.SNAPSHOT_FAILED.text}\r\n`);
      session.closeAfterReply = true;
    }
  }

  #log(level: 'notice' | 'warning', text: string): void {
    this.#host.log(level, text);
  }
}
