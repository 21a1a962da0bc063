/** A keyspace host whose answers a test sets, and which remembers what it was told. */
import type { DeletionReason, EventClass, KeyspaceHost } from '../../src/keyspace/host.js';
import { Random } from '../../src/time/random.js';

export class FakeHost implements KeyspaceHost {
  readonly random = new Random(1);
  time = 1_700_000_000_000;
  replica = false;
  writableReplica = false;
  masterLink = false;
  paused = false;
  /** `del key@0 expire`, `x expired key@0`, `modified key@0`, `flush 0`, `added key@0`, `removed key@0` */
  readonly told: string[] = [];

  nowMs(): number {
    return this.time;
  }

  isReplica(): boolean {
    return this.replica;
  }

  isWritableReplica(): boolean {
    return this.writableReplica;
  }

  isMasterLink(): boolean {
    return this.masterLink;
  }

  expiryPaused(): boolean {
    return this.paused;
  }

  propagateDeletion(dbIndex: number, key: string, reason: DeletionReason): void {
    this.told.push(`del ${key}@${dbIndex} ${reason}`);
  }

  notify(eventClass: EventClass, event: string, key: string, dbIndex: number): void {
    this.told.push(`${eventClass} ${event} ${key}@${dbIndex}`);
  }

  onKeyModified(dbIndex: number, key: string): void {
    this.told.push(`modified ${key}@${dbIndex}`);
  }

  onFlush(dbIndex: number | null): void {
    this.told.push(`flush ${dbIndex ?? 'all'}`);
  }

  onKeyAdded(dbIndex: number, key: string): void {
    this.told.push(`added ${key}@${dbIndex}`);
  }

  onKeyRemoved(dbIndex: number, key: string): void {
    this.told.push(`removed ${key}@${dbIndex}`);
  }

  /** What was told since the last time. */
  news(): string[] {
    return this.told.splice(0);
  }
}
