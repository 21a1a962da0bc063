/**
 * One database: keys with their values and expiry. Lookups know about expiry; whoever changes a value says so with
 * `signalModified`. db.c of Redis; https://redis.io/docs/latest/develop/use/keyspace/
 */
import type { ByteString } from '../resp/byte-string.js';
import { dictTableBytes } from '../structures/allocation-size.js';
import {
  type AccessPolicy,
  accessAfterUse,
  accessWithFrequency,
  frequencyOf,
  idleSecondsOf,
  initialAccess,
} from './access-times.js';
import { ExpiryTable } from './expiry-table.js';
import type { KeyspaceHost } from './host.js';
import { KeyEntry, KeyTable } from './key-table.js';
import { EXPIRY_BYTES, piecesOf, storedBytes } from './memory-size.js';
import type { OwnExpiries } from './own-expiries.js';
import type { StoredValue } from './values/stored-value.js';
import type { WatchedData, WatchRegistry } from './watch-registry.js';

/**
 * How a lookup for reading treats the key: `access` is a use of it, `inspect` is not (TYPE, TTL, EXISTS), nor is
 * `inspect-quietly`, which publishes no keymiss event either (OBJECT).
 */
export type ReadMode = 'access' | 'inspect' | 'inspect-quietly';

/** What a database shares with the others of its keyspace. */
export interface DatabaseOwner {
  readonly host: KeyspaceHost;
  readonly watches: WatchRegistry;
  readonly accessPolicy: AccessPolicy;
  /** CLIENT NO-TOUCH is on for whom the command runs: lookups leave access times alone. */
  readonly noTouch: boolean;
  readonly ownExpiries: OwnExpiries;
  dirty: number;
  hits: number;
  misses: number;
  expired: number;
  evicted: number;
}

/** How often RANDOMKEY draws again when all it draws has expired but may not be deleted. */
const RANDOM_KEY_TRIES = 100;

export class Database implements WatchedData {
  readonly index: number;
  readonly #owner: DatabaseOwner;
  #keys = new KeyTable();
  #expiry = new ExpiryTable();
  /** What the entries tell of their use: changes with the eviction policy. */
  #accessKind: AccessPolicy['kind'] = 'lru';
  /** What all entries take. */
  #entryBytes = 0;

  /** Use `keyspace.databases`. */
  constructor(owner: DatabaseOwner, index: number) {
    this.#owner = owner;
    this.index = index;
  }

  /** Keys, with those that expired but were not deleted yet. */
  get size(): number {
    return this.#keys.size;
  }

  /** What keys, values and tables take of memory, about. */
  get memoryBytes(): number {
    return this.#entryBytes + this.tableBytes;
  }

  /** Of these the tables, and what each key takes beside its name and value. */
  get tableBytes(): number {
    const expiring = this.#expiry.size;
    return dictTableBytes(this.#keys.size) + dictTableBytes(expiring) + EXPIRY_BYTES * expiring;
  }

  /** Keys with an expiry. */
  get expiringCount(): number {
    return this.#expiry.size;
  }

  /** The value for a command that reads. Counts a hit or miss. */
  lookupRead(key: ByteString, mode: ReadMode = 'access'): StoredValue | undefined {
    const entry = this.#keys.get(key);
    const owner = this.#owner;
    if (entry === undefined || (this.#expiry.size !== 0 && this.#expireIfNeeded(key, false))) {
      if (mode !== 'inspect-quietly') owner.host.notify('m', 'keymiss', key, this.index);
      owner.misses++;
      return undefined;
    }
    owner.hits++;
    if (mode === 'access' && !owner.noTouch) this.#use(entry);
    return entry.value;
  }

  /** The value for a command that may change it. */
  lookupWrite(key: ByteString): StoredValue | undefined {
    const entry = this.#keys.get(key);
    if (entry === undefined) return undefined;
    if (this.#expiry.size !== 0 && this.#expireIfNeeded(key, true)) return undefined;
    if (!this.#owner.noTouch) this.#use(entry);
    return entry.value;
  }

  /** The value without any side effect; an expired key is absent. */
  peek(key: ByteString): StoredValue | undefined {
    const entry = this.#keys.get(key);
    if (entry === undefined) return undefined;
    return this.#expiry.size !== 0 && this.isExpired(key) && !this.#obeysMaster() ? undefined : entry.value;
  }

  /** The value whatever the expiry says (dumping, replication of the whole dataset). */
  peekStored(key: ByteString): StoredValue | undefined {
    return this.#keys.get(key)?.value;
  }

  isStored(key: ByteString): boolean {
    return this.#keys.get(key) !== undefined;
  }

  /**
   * The key's time has come. Redis keeps a key through the millisecond at which it expires, which nobody can see there;
   * on a clock that a test moves by exactly the key's time to live it would be there still.
   */
  isExpired(key: ByteString): boolean {
    const atMs = this.#expiry.get(key);
    return atMs !== undefined && this.#owner.host.nowMs() >= atMs;
  }

  /** Stores a value; the expiry of an older one goes, unless `keepTtl`. The caller signals the change. */
  set(key: ByteString, value: StoredValue, options?: { readonly keepTtl?: boolean }): void {
    const entry = this.#keys.get(key);
    const host = this.#owner.host;
    if (entry === undefined) {
      this.#add(key, value);
      host.onKeyAdded?.(this.index, key);
      host.notify('n', 'new', key, this.index);
      return;
    }
    this.#replace(key, entry, value);
    if (this.#expiry.size !== 0 && options?.keepTtl !== true) this.#expiry.delete(key);
    host.onKeyRemoved?.(this.index, key);
  }

  /** Puts another representation of the same value in place (dbReplaceValue): expiry stays, nobody is told. */
  replaceValue(key: ByteString, value: StoredValue): void {
    const entry = this.#keys.get(key);
    if (entry === undefined) this.#add(key, value);
    else this.#replace(key, entry, value);
  }

  /** Stores a key without telling anybody: loading a dump, a full resync. */
  load(key: ByteString, value: StoredValue, expiresAtMs: bigint | number | null): void {
    this.replaceValue(key, value);
    if (expiresAtMs !== null) this.#expiry.set(key, expiresAtMs);
    else this.#expiry.delete(key);
  }

  /** Removes a key with its expiry. The caller signals the change. @returns false when there was none. */
  delete(key: ByteString): boolean {
    const entry = this.#keys.get(key);
    if (entry === undefined) return false;
    this.#keys.delete(key);
    this.#entryBytes -= entry.bytes;
    this.#expiry.delete(key);
    this.#owner.host.onKeyRemoved?.(this.index, key);
    return true;
  }

  /** Unix ms, or null for a key without expiry. Rounded beyond 2^53: see `exactExpiry`. */
  expiresAtMs(key: ByteString): number | null {
    return this.#expiry.get(key) ?? null;
  }

  /** As `expiresAtMs`, a bigint where a number would be rounded. */
  exactExpiry(key: ByteString): bigint | number | null {
    return this.#expiry.exact(key) ?? null;
  }

  /** The key has to exist. */
  setExpiry(key: ByteString, atMs: bigint | number): void {
    this.#expiry.set(key, atMs);
    const { host, ownExpiries } = this.#owner;
    if (host.isReplica() && host.isWritableReplica() && !host.isMasterLink())
      ownExpiries.add(this.index, key);
  }

  /** Makes the key persistent. @returns false when it was. */
  removeExpiry(key: ByteString): boolean {
    return this.#expiry.delete(key);
  }

  /** Takes note that a key was used; lookups do that by themselves. */
  touch(key: ByteString): void {
    const entry = this.#keys.get(key);
    if (entry !== undefined) this.#use(entry);
  }

  /** Whole seconds since the key was used. */
  idleSeconds(key: ByteString): number {
    const entry = this.#accessKind === 'lru' ? this.#keys.get(key) : undefined;
    return entry === undefined ? 0 : idleSecondsOf(entry.access, this.#owner.host.nowMs());
  }

  /** The LFU counter of the key, 0 to 255. */
  frequency(key: ByteString): number {
    const { accessPolicy, host } = this.#owner;
    const nowMs = host.nowMs();
    const entry = this.#accessKind === 'lfu' ? this.#keys.get(key) : undefined;
    return frequencyOf(entry?.access ?? initialAccess('lfu', nowMs), nowMs, accessPolicy);
  }

  /** Sets what is known of the key's use, where the eviction policy asks for it. @param frequency the LFU counter. */
  setAccess(key: ByteString, use: { readonly idleSeconds?: number; readonly frequency?: number }): void {
    const entry = this.#keys.get(key);
    if (entry === undefined) return;
    const nowMs = this.#owner.host.nowMs();
    if (this.#accessKind === 'lfu') {
      if (use.frequency !== undefined) entry.access = accessWithFrequency(use.frequency, nowMs);
    } else if (use.idleSeconds !== undefined) {
      entry.access = initialAccess('lru', nowMs) - use.idleSeconds;
    }
  }

  /**
   * To be called once for each key that a command changed: WATCH, client tracking, the dirty counter.
   * @param byNode no client did it: the key expired, or its slot was lost.
   */
  signalModified(key: ByteString, changes = 1, byNode = false): void {
    const owner = this.#owner;
    owner.dirty += changes;
    // A bare string was measured when it was stored; other values change in place.
    const entry = this.#keys.get(key);
    if (entry !== undefined && typeof entry.value !== 'string') this.#measure(key, entry);
    if (!owner.watches.isEmpty) owner.watches.touch(this.index, key, this);
    owner.host.onKeyModified?.(this.index, key, byNode);
  }

  /** Every key with its value, expired ones too. The database must not change meanwhile. */
  *entries(): IterableIterator<[ByteString, StoredValue]> {
    for (const [key, entry] of this.#keys.all()) yield [key, entry.value];
  }

  /** Every key, expired ones too. The database must not change meanwhile. */
  *keys(): IterableIterator<ByteString> {
    for (const [key] of this.#keys.all()) yield key;
  }

  countInSlot(slot: number): number {
    return this.#keys.countInSlot(slot);
  }

  /** Up to `count` keys of the hash slot. */
  keysInSlot(slot: number, count: number): ByteString[] {
    return this.#keys.keysInSlot(slot, count);
  }

  /** One step of SCAN: about `count` keys, expired ones too, and the next cursor (0 = all seen). */
  scan(cursor: number, count: number): { readonly cursor: number; readonly keys: ByteString[] } {
    return this.#keys.scan(cursor, count);
  }

  /** A key that has not expired, or null when there is none. */
  randomKey(): ByteString | null {
    for (let tries = 1; ; tries++) {
      const key = this.#keys.randomKey(this.#owner.host.random);
      if (key === null) return null;
      // Where expired keys stay, drawing might never end; Redis gives up there and answers an expired one.
      if (tries >= RANDOM_KEY_TRIES && this.#expiry.size === this.#keys.size) return key;
      if (this.#expiry.size === 0 || !this.#expireIfNeeded(key, false)) return key;
    }
  }

  /** True when the key has expired for a command that reads; deletes it where that is allowed. Counts no hit or miss. */
  expireIfNeeded(key: ByteString): boolean {
    return this.#expiry.size !== 0 && this.#expireIfNeeded(key, false);
  }

  /** Deletes a key that has expired, and tells everybody (deleteExpiredKeyAndPropagate). */
  deleteExpired(key: ByteString): void {
    const { host } = this.#owner;
    const entry = this.#keys.get(key);
    if (entry !== undefined) host.onExpired?.(piecesOf(entry.value));
    this.delete(key);
    host.notify('x', 'expired', key, this.index);
    this.signalModified(key, 0, true);
    host.propagateDeletion(this.index, key, 'expire');
    this.#owner.expired++;
  }

  /** Any key, or any that has an expiry, expired or not; null when there is none. */
  drawKey(expiring: boolean): ByteString | null {
    const { random } = this.#owner.host;
    return expiring ? this.#expiry.drawKey(random) : this.#keys.drawKey(random);
  }

  /** Deletes a key for want of memory, and tells everybody (performEvictions of evict.c). */
  evict(key: ByteString): void {
    const { host } = this.#owner;
    this.delete(key);
    this.signalModified(key, 0, true);
    host.notify('e', 'evicted', key, this.index);
    host.propagateDeletion(this.index, key, 'eviction');
    this.#owner.evicted++;
  }

  /** What is left to live, in ms, on an average over the keys that expire; 0 when none does. */
  get averageTtlMs(): number {
    return Math.max(0, Math.floor(this.#expiry.averageMs - this.#owner.host.nowMs()));
  }

  /** The key that expires first, if its time has passed. */
  firstExpired(nowMs: number): ByteString | null {
    return this.#expiry.firstDueAt(nowMs);
  }

  /** Unix ms: when the next key expires; null when none ever does. */
  get nextExpiryAtMs(): number | null {
    return this.#expiry.nextDueAtMs;
  }

  /** Forgets everything and tells nobody: use `keyspace.flush`. */
  clear(): void {
    this.#keys.clear();
    this.#expiry.clear();
    this.#entryBytes = 0;
  }

  /** Exchanges contents with another database and tells nobody: use `keyspace.swap`. */
  swapContents(other: Database): void {
    [this.#keys, other.#keys] = [other.#keys, this.#keys];
    [this.#expiry, other.#expiry] = [other.#expiry, this.#expiry];
    [this.#accessKind, other.#accessKind] = [other.#accessKind, this.#accessKind];
    [this.#entryBytes, other.#entryBytes] = [other.#entryBytes, this.#entryBytes];
  }

  #add(key: ByteString, value: StoredValue): void {
    const { accessPolicy, host } = this.#owner;
    if (accessPolicy.kind !== this.#accessKind) this.#changeAccessKind(accessPolicy.kind);
    const entry = new KeyEntry(value, initialAccess(accessPolicy.kind, host.nowMs()));
    this.#keys.add(key, entry);
    this.#measure(key, entry);
  }

  #replace(key: ByteString, entry: KeyEntry, value: StoredValue): void {
    entry.value = value;
    this.#measure(key, entry);
  }

  #measure(key: ByteString, entry: KeyEntry): void {
    const bytes = storedBytes(key, entry.value);
    this.#entryBytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  #use(entry: KeyEntry): void {
    const { accessPolicy, host } = this.#owner;
    if (accessPolicy.kind !== this.#accessKind) this.#changeAccessKind(accessPolicy.kind);
    entry.access = accessAfterUse(entry.access, host.nowMs(), accessPolicy, host.random);
  }

  /** Redis reads the 24 bits of an object as the other kind; starting anew is the best that can be said. */
  #changeAccessKind(kind: AccessPolicy['kind']): void {
    this.#accessKind = kind;
    const access = initialAccess(kind, this.#owner.host.nowMs());
    for (const [, entry] of this.#keys.all()) entry.access = access;
  }

  #obeysMaster(): boolean {
    const { host } = this.#owner;
    return host.isReplica() && host.isMasterLink();
  }

  /** expireIfNeeded in db.c: who may delete an expired key, and who only treats it as absent. */
  #expireIfNeeded(key: ByteString, forWrite: boolean): boolean {
    if (!this.isExpired(key)) return false;
    const { host } = this.#owner;
    if (host.isReplica()) {
      if (host.isMasterLink()) return false;
      if (!forWrite || !host.isWritableReplica()) return true;
    }
    if (!host.expiryPaused()) this.deleteExpired(key);
    return true;
  }
}
