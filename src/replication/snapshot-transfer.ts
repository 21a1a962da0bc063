/** A snapshot on its way to replicas: a child makes it, over the disk or straight to their connections, while the stream waits (updateSlavesWaitingBgsave and rdbPipeReadHandler of replication.c). */
import type { ReplicationHistory } from './history.js';
import type { ReplicationHost, SnapshotOutcome } from './ports.js';
import type { PrimarySide } from './primary-side.js';
import type { Replica } from './replica.js';

export interface Snapshot {
  readonly rdb: Uint8Array;
  /** What ends it, when it goes straight to the replicas; null: it goes over the disk, and its length is told in advance. */
  readonly mark: string | null;
}

export class SnapshotTransfer {
  readonly #host: ReplicationHost;
  readonly #primary: PrimarySide;
  readonly #snapshot: Snapshot;
  readonly #replicationId: string;
  readonly #offset: number;
  readonly #replicas: Replica[] = [];
  #sentBytes = 0;
  #isAbandoned = false;

  constructor(
    host: ReplicationHost,
    history: ReplicationHistory,
    primary: PrimarySide,
    snapshot: Snapshot,
    replicas: readonly Replica[],
  ) {
    this.#host = host;
    this.#primary = primary;
    this.#snapshot = snapshot;
    this.#replicationId = history.replicationId;
    this.#offset = history.offset;
    for (const replica of replicas) {
      this.#announceTo(replica);
      replica.isStreamedTo = snapshot.mark !== null;
      if (snapshot.mark !== null) replica.session.sendRaw(`$EOF:${snapshot.mark}\r\n`);
    }
  }

  /** One more replica for a snapshot that goes over the disk: it gets what another one gets. @returns false: none of them will do. */
  join(replica: Replica): boolean {
    if (this.#snapshot.mark !== null) return false;
    const other = this.#waiting.find((waiting) => !waiting.snapshotOnly || replica.snapshotOnly);
    if (other === undefined || !replica.hasRequirementsOf(other) || !replica.hasCapabilitiesOf(other))
      return false;
    this.#announceTo(replica);
    replica.heldFrom = other.heldFrom;
    replica.session.heldBytes = other.session.heldBytes;
    return true;
  }

  /** @param part of the snapshot that the child has made, from 0 to 1. */
  onProgress(part: number): void {
    if (this.#isAbandoned) return;
    if (this.#waiting.length === 0) {
      this.#isAbandoned = true;
      if (this.#snapshot.mark !== null) {
        this.#log('warning', 'Diskless rdb transfer, last replica dropped, killing fork child.');
      }
      this.#host.saver?.abandon();
    } else if (this.#snapshot.mark !== null) {
      this.#sendUpTo(Math.floor(this.#snapshot.rdb.length * part));
    }
  }

  /** The child is over. */
  onEnd({ signal, failed }: SnapshotOutcome): void {
    const { mark, rdb } = this.#snapshot;
    const hasWorked = signal === 0 && !failed;
    if (mark !== null) {
      if (hasWorked) {
        this.#sendUpTo(rdb.length);
        for (const { session } of this.#waiting) session.sendRaw(mark, false);
        const { length } = this.#waiting;
        this.#log('notice', `Diskless rdb transfer, done reading from pipe, ${length} replicas still up.`);
        this.#log('notice', 'Background RDB transfer terminated with success');
      } else if (signal === 0) {
        this.#log('warning', 'Background transfer error');
      } else {
        this.#log('warning', `Background transfer terminated by signal ${signal}`);
      }
    }
    for (const replica of this.#waiting) {
      if (hasWorked) this.#finish(replica);
      else this.#giveUp(replica);
    }
  }

  /** Those who are still there. */
  get #waiting(): Replica[] {
    return this.#replicas.filter((replica) => replica.state === 'snapshot-under-way' && !replica.isGone);
  }

  #announceTo(replica: Replica): void {
    this.#replicas.push(replica);
    replica.state = 'snapshot-under-way';
    replica.heldFrom = replica.snapshotOnly ? null : this.#offset + 1;
    if (replica.usesSync) return;
    replica.session.sendRaw(`+FULLRESYNC ${this.#replicationId} ${this.#offset}\r\n`);
  }

  #sendUpTo(end: number): void {
    if (end <= this.#sentBytes) return;
    const piece = this.#snapshot.rdb.subarray(this.#sentBytes, end);
    this.#sentBytes = end;
    for (const { session } of this.#waiting) session.sendRaw(piece, false);
  }

  #finish(replica: Replica): void {
    const { session } = replica;
    const { mark, rdb } = this.#snapshot;
    if (mark === null) {
      session.sendRaw(`$${rdb.length}\r\n`);
      session.sendRaw(rdb, false);
    }
    if (replica.snapshotOnly) {
      replica.state = 'snapshot-only';
      session.closeAfterReply = true;
      this.#log(
        'notice',
        `RDB transfer completed, rdb only replica (${replica.name}) should be disconnected asap`,
      );
      return;
    }
    if (mark !== null) {
      this.#log(
        'notice',
        `Streamed RDB transfer with replica ${replica.name} succeeded (socket). Waiting for REPLCONF ACK from replica to enable streaming`,
      );
    }
    this.#primary.putOnline(replica, 'full');
    this.#log('notice', `Synchronization with replica ${replica.name} succeeded`);
    // The replica finds the mark most easily when nothing follows it: then the stream waits for an acknowledgement.
    if (mark === null) this.#primary.startStream(replica);
  }

  #giveUp(replica: Replica): void {
    this.#log('warning', 'SYNC failed. BGSAVE child returned an error');
    this.#primary.disconnect(replica, 'no snapshot');
  }

  #log(level: 'notice' | 'warning', text: string): void {
    this.#host.log(level, text);
  }
}
