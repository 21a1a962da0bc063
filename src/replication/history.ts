/** Which replication history this node is part of and how far it has come: both replication ids, the offset, the backlog. Shared by both sides. */
import type { ByteString } from '../resp/byte-string.js';
import { ReplicationBacklog } from './backlog.js';
import type { ReplicationHost } from './ports.js';

const ID_LENGTH = 40;
const NO_ID = '0'.repeat(ID_LENGTH);
const NO_OFFSET = -1;

export class ReplicationHistory {
  readonly #host: ReplicationHost;
  /** master_replid */
  replicationId: string;
  /** master_replid2: the history before the last promotion or change of master, valid up to secondOffset - 1. */
  secondId = NO_ID;
  secondOffset = NO_OFFSET;
  /** master_repl_offset: of the last byte of the stream. */
  offset = 0;
  backlog: ReplicationBacklog | null = null;
  /** The backlog keeps what comes from there on. */
  neededFrom: () => number = () => Number.POSITIVE_INFINITY;

  constructor(host: ReplicationHost) {
    this.#host = host;
    this.replicationId = host.random.hex(ID_LENGTH);
  }

  /** A new history begins that has nothing in common with the one before. */
  restart(): void {
    this.replicationId = this.#host.random.hex(ID_LENGTH);
    this.clearSecondId();
  }

  /** This history ends as the second one, and a new one begins here: PSYNC with the old id works for what came before. */
  branch(): void {
    this.secondId = this.replicationId;
    // A replica asks for the first byte it does not have, hence one more.
    this.secondOffset = this.offset + 1;
    this.replicationId = this.#host.random.hex(ID_LENGTH);
    this.#host.log(
      'notice',
      `Setting secondary replication ID to ${this.secondId}, valid up to offset: ${this.secondOffset}. New replication ID is ${this.replicationId}`,
    );
  }

  /** The master changed its id; `oldId` stays valid for what came before. */
  followNewId(oldId: string, newId: string): void {
    this.secondId = oldId;
    this.secondOffset = this.offset + 1;
    this.replicationId = newId;
  }

  /** A full resynchronization brought the master's history. */
  adopt(replicationId: string, offset: number): void {
    this.replicationId = replicationId;
    this.offset = offset;
    this.clearSecondId();
  }

  /** A master was started with data of that history: its replicas may go on where they are. */
  continueFrom(oldId: string, offset: number): void {
    this.secondId = oldId;
    this.secondOffset = offset + 1;
    this.offset += offset;
    this.createBacklog();
  }

  clearSecondId(): void {
    this.secondId = NO_ID;
    this.secondOffset = NO_OFFSET;
  }

  createBacklog(): void {
    this.backlog ??= new ReplicationBacklog(
      () => this.#host.config['repl-backlog-size'],
      this.offset + 1,
      () => this.neededFrom(),
    );
  }

  dropBacklog(): void {
    this.backlog = null;
  }

  /** Adds to the stream. Without a backlog nobody follows it, and the offset stands still. */
  append(bytes: ByteString | Uint8Array): void {
    if (this.backlog === null) return;
    this.backlog.append(bytes);
    this.offset += bytes.length;
  }
}
