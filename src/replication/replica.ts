/** A replica as its master sees it: what it told by REPLCONF, how far its synchronization is, what it acknowledged. */
import type { ByteString } from '../resp/byte-string.js';
import type { ReplicaSession } from './ports.js';

/** Where the synchronization stands; null before PSYNC or SYNC. */
export type ReplicaState = 'waiting-for-snapshot' | 'snapshot-under-way' | 'online' | 'snapshot-only';

export class Replica {
  readonly session: ReplicaSession;
  state: ReplicaState | null = null;
  /** REPLCONF listening-port; 0 = not told. */
  listeningPort = 0;
  /** REPLCONF ip-address */
  announcedIp: ByteString | null = null;
  /** REPLCONF capa eof: takes a snapshot whose length is not known in advance. */
  understandsEof = false;
  /** REPLCONF capa psync2: understands +CONTINUE with a new id. */
  understandsPsync2 = false;
  /** It sent SYNC: no FULLRESYNC line, and no acknowledgements are expected. */
  usesSync = false;
  /** REPLCONF rdb-only: gets the snapshot and no stream. */
  snapshotOnly = false;
  /** REPLCONF rdb-filter-only */
  excludeData = false;
  excludeFunctions = false;
  ackOffset = 0;
  /** What the replica has fsynced to its AOF. */
  aofAckOffset = 0;
  ackAtMs = 0;
  /** Its snapshot comes from the child as it is made, not from the disk. */
  isStreamedTo = false;
  /** The session ended. */
  isGone = false;
  /**
   * Where in the stream it goes on after the snapshot. Until that has arrived, and the replica's acknowledgement after one
   * with an end mark, the backlog keeps what comes from there on. Null = it gets the stream as it comes.
   */
  heldFrom: number | null = null;

  constructor(session: ReplicaSession) {
    this.session = session;
  }

  /** The address by which users know the replica. */
  get ip(): ByteString {
    return this.announcedIp ?? ipOf(this.session.address);
  }

  /** For log lines. */
  get name(): string {
    const { ip } = this;
    if (this.listeningPort === 0) return `${ip}:<unknown-replica-port>`;
    return ip.includes(':') ? `[${ip}]:${this.listeningPort}` : `${ip}:${this.listeningPort}`;
  }

  /** There is nothing to send it yet but empty lines, which tell that the master lives. */
  get awaitsSnapshotFile(): boolean {
    if (this.state === 'snapshot-under-way') return !this.isStreamedTo;
    return this.state === 'waiting-for-snapshot';
  }

  get isFiltered(): boolean {
    return this.excludeData || this.excludeFunctions;
  }

  /** Both can be served by one snapshot. */
  hasRequirementsOf(other: Replica): boolean {
    return this.excludeData === other.excludeData && this.excludeFunctions === other.excludeFunctions;
  }

  /** It understands all that the other one does. */
  hasCapabilitiesOf(other: Replica): boolean {
    if (other.understandsEof && !this.understandsEof) return false;
    return this.understandsPsync2 || !other.understandsPsync2;
  }

  /** Sends a part of the stream, unless the backlog keeps it until the replica is ready. */
  feed(bytes: ByteString | Uint8Array): void {
    if (this.state !== 'online' && this.state !== 'snapshot-under-way') return;
    if (this.snapshotOnly) return;
    if (this.heldFrom === null) this.session.sendRaw(bytes);
    else this.session.heldBytes += bytes.length;
  }

  /** The replica has loaded its snapshot. @param held the stream from `heldFrom` on. */
  startStream(held: readonly ByteString[]): void {
    this.heldFrom = null;
    this.session.heldBytes = 0;
    for (const bytes of held) this.session.sendRaw(bytes);
  }
}

/** The part of `ip:port` before the port; an IPv6 address comes without brackets. */
function ipOf(address: string): string {
  const ip = address.slice(0, Math.max(0, address.lastIndexOf(':')));
  return ip.startsWith('[') && ip.endsWith(']') ? ip.slice(1, -1) : ip;
}
