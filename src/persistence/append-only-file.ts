/** The AOF that is being written: what is appended when, when it is durable, and how it is switched on and off (aof.c). https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
import { type ByteString, byteStringToBytes } from '../resp/byte-string.js';
import { encodeRequest } from '../resp/request-encoder.js';
import { type AofFiles, wordsOf } from './aof-files.js';
import type { BackgroundChild } from './child.js';
import type { PersistenceHost } from './ports.js';

/** `wait-rewrite`: it was switched on, and its first base is being written. */
export type AofState = 'off' | 'on' | 'wait-rewrite';

const NOTHING_SELECTED = -1;
/** Seconds between errors of writing in the log. */
const ERROR_LOG_PERIOD_S = 30;
/** Writes wait so long for a slow fsync. */
const LONGEST_POSTPONE_S = 2;

export class AppendOnlyFile {
  readonly #host: PersistenceHost;
  readonly #files: AofFiles;
  readonly #child: BackgroundChild;
  state: AofState = 'off';
  /** Null: the last write went well. */
  writeFailure: string | null = null;
  /** The last fsync in the background failed. */
  syncFailure: string | null = null;
  /** Bytes of base and increments, and of the increment that is being written. */
  currentSize = 0;
  incrementSize = 0;
  /** currentSize after the last rewrite. */
  baseSize = 0;
  /** aof_delayed_fsync */
  delayedSyncs = 0;
  /** The file that is written to, by its name in the directory. */
  #file: string | null = null;
  #buffer = '';
  #selectedDb = NOTHING_SELECTED;
  #syncedSize = 0;
  #lastSyncS: number;
  #syncsPending = 0;
  /** Unix seconds since when writes wait for a slow fsync; 0 = they do not. */
  #postponedSinceS = 0;
  #lastErrorLogS = 0;
  #lastTimestampS = 0;
  /** Where the replication stream was at the last fsync; what is announced of it. */
  #syncedOffset = 0;
  #announcedOffset = -1;

  constructor(host: PersistenceHost, files: AofFiles, child: BackgroundChild) {
    this.#host = host;
    this.#files = files;
    this.#child = child;
    this.#lastSyncS = this.#nowS;
  }

  get bufferLength(): number {
    return this.#buffer.length;
  }

  get pendingSyncs(): number {
    return this.#syncsPending;
  }

  /** Offset of the replication stream up to which the file is durable; null when there is no AOF. */
  get fsyncedOffset(): number | null {
    return this.state === 'off' ? null : this.#announcedOffset;
  }

  /** Takes a command that was executed. @param dbIndex -1 = it concerns no database. */
  feed(dbIndex: number, argv: readonly ByteString[]): void {
    if (this.state === 'off') return;
    let bytes = '';
    if (this.#host.config['aof-timestamp-enabled'] && this.#lastTimestampS < this.#nowS) {
      this.#lastTimestampS = this.#nowS;
      bytes += timestampAnnotation(this.#nowS);
    }
    if (dbIndex !== -1 && dbIndex !== this.#selectedDb) {
      bytes += encodeRequest(['SELECT', String(dbIndex)]);
      this.#selectedDb = dbIndex;
    }
    // Before the first rewrite begins there is no file yet that could need it.
    if (this.state === 'on' || this.#child.isRunning('aof')) this.#buffer += bytes + encodeRequest(argv);
  }

  /** Writes what was fed; to be called before replies leave. @param force also while an fsync is under way. */
  flush(force = false): void {
    if (this.state === 'off' || this.#file === null) return;
    const policy = this.#host.config.appendfsync;
    if (this.#buffer === '') {
      if (this.#syncedSize === this.incrementSize || policy === 'no') return;
      if (policy === 'everysec' && (this.#nowS <= this.#lastSyncS || this.#syncsPending > 0)) return;
    } else if (policy === 'everysec' && !force && this.#postpones()) {
      return;
    } else if (!this.#write(this.#file)) {
      return;
    }
    this.#sync(this.#file, policy);
  }

  /** Once a second: tries again after a failure. To be called before beforeSleep. */
  retry(): void {
    if (this.writeFailure !== null) this.flush();
  }

  /** After flush(): what was made durable may be told now. */
  publishOffset(): void {
    if (this.state === 'on' && this.#announcedOffset !== -1) this.#announcedOffset = this.#syncedOffset;
  }

  /** The server starts with this file. */
  open(file: string): void {
    this.state = 'on';
    this.#file = file;
    this.incrementSize = this.#host.storage.size(this.#files.pathOf(file)) ?? 0;
    this.#syncedSize = this.incrementSize;
    this.#announcedOffset = this.#syncedOffset;
  }

  /** Writes go to another file from now on: a rewrite begins. */
  switchTo(file: string): void {
    if (this.#file !== null) this.#syncInBackground(this.#file);
    this.#file = file;
    this.incrementSize = 0;
    this.#syncedSize = 0;
  }

  /** The file has another name now. */
  renamed(file: string): void {
    this.#file = file;
  }

  /** The next command begins with SELECT. */
  forgetSelectedDb(): void {
    this.#selectedDb = NOTHING_SELECTED;
  }

  /** The first rewrite begins: what is durable counts from here, and is told when the rewrite is done. */
  beginWaiting(): void {
    this.#syncedOffset = this.#host.streamOffset;
    this.#announcedOffset = 0;
  }

  /** The first rewrite is done. */
  finishWaiting(): void {
    this.state = 'on';
    this.#announcedOffset = this.#syncedOffset;
  }

  /** The first rewrite failed: what came meanwhile will be in the next one. */
  dropBuffer(): void {
    this.#buffer = '';
  }

  /** Everything is durable on return, if it can be. */
  flushAndSync(): void {
    this.flush(true);
    if (this.#file === null) return;
    try {
      this.#host.storage.sync(this.#files.pathOf(this.#file));
    } catch (error) {
      this.#host.log('warning', `Fail to fsync the AOF file: ${wordsOf(error)}`);
    }
  }

  close(): void {
    this.flushAndSync();
    this.state = 'off';
    this.#file = null;
    this.#buffer = '';
    this.#selectedDb = NOTHING_SELECTED;
    this.incrementSize = 0;
    this.#syncedSize = 0;
    this.#announcedOffset = -1;
    this.#syncedOffset = 0;
  }

  /** It was switched on again: failures of before are no longer known. */
  ignoreFailures(): void {
    this.#lastSyncS = this.#nowS;
    if (this.syncFailure !== null) {
      this.#host.log('warning', 'AOF reopen, just ignore the AOF fsync error in bio job');
      this.syncFailure = null;
    }
    if (this.writeFailure !== null) {
      this.#host.log('warning', 'AOF reopen, just ignore the last error.');
      this.writeFailure = null;
    }
  }

  get #nowS(): number {
    return Math.floor(this.#host.clock.nowMs() / 1000);
  }

  /** A disk that is busy with an fsync would hold up the write, and with it the node. */
  #postpones(): boolean {
    if (this.#syncsPending === 0) return false;
    if (this.#postponedSinceS === 0) {
      this.#postponedSinceS = this.#nowS;
      return true;
    }
    if (this.#nowS - this.#postponedSinceS < LONGEST_POSTPONE_S) return true;
    this.delayedSyncs++;
    this.#host.log(
      'notice',
      'Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down Redis.',
    );
    return false;
  }

  #write(file: string): boolean {
    const { storage } = this.#host;
    this.#postponedSinceS = 0;
    try {
      storage.append(this.#files.pathOf(file), byteStringToBytes(this.#buffer));
    } catch (error) {
      this.#onWriteFailure(file, wordsOf(error));
      return false;
    }
    if (this.writeFailure !== null) {
      this.#host.log('notice', 'AOF write error looks solved, Redis can write again.');
      this.writeFailure = null;
    }
    this.currentSize += this.#buffer.length;
    this.incrementSize += this.#buffer.length;
    this.#buffer = '';
    return true;
  }

  #onWriteFailure(file: string, words: string): void {
    const { storage, log, config } = this.#host;
    const mayLog = this.#nowS - this.#lastErrorLogS > ERROR_LOG_PERIOD_S;
    if (mayLog) {
      this.#lastErrorLogS = this.#nowS;
      log('warning', `Error writing to the AOF file: ${words}`);
    }
    try {
      // A part of it may be there.
      const path = this.#files.pathOf(file);
      if ((storage.size(path) ?? 0) > this.incrementSize) storage.truncate(path, this.incrementSize);
    } catch (error) {
      if (mayLog) {
        log(
          'warning',
          `Could not remove short write from the append-only file.  Redis may refuse to load the AOF the next time it starts.  ftruncate: ${wordsOf(error)}`,
        );
      }
    }
    if (config.appendfsync === 'always') {
      log('warning', "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
      this.#host.exit(1);
    }
    this.writeFailure = words;
  }

  #sync(file: string, policy: 'always' | 'everysec' | 'no'): void {
    const { storage, config, log } = this.#host;
    if (config['no-appendfsync-on-rewrite'] && this.#child.running !== null) return;
    if (policy === 'always') {
      try {
        storage.sync(this.#files.pathOf(file));
      } catch (error) {
        log(
          'warning',
          `Can't persist AOF for fsync error when the AOF fsync policy is 'always': ${wordsOf(error)}. Exiting...`,
        );
        this.#host.exit(1);
        return;
      }
      this.#syncedSize = this.incrementSize;
      this.#lastSyncS = this.#nowS;
      this.#syncedOffset = this.#host.streamOffset;
    } else if (policy === 'everysec' && this.#nowS > this.#lastSyncS) {
      if (this.#syncsPending === 0) {
        this.#syncInBackground(file);
        this.#syncedSize = this.incrementSize;
      }
      this.#lastSyncS = this.#nowS;
    }
  }

  #syncInBackground(file: string): void {
    const { storage, streamOffset } = this.#host;
    this.#syncsPending++;
    this.#lastSyncS = this.#nowS;
    storage.syncLater(this.#files.pathOf(file), (failure) => {
      this.#syncsPending--;
      if (failure === null) {
        this.syncFailure = null;
        if (this.state !== 'off') this.#syncedOffset = Math.max(this.#syncedOffset, streamOffset);
      } else {
        if (this.syncFailure === null) this.#host.log('warning', `Fail to fsync the AOF file: ${failure}`);
        this.syncFailure = failure;
      }
    });
  }
}

/** Marks the time in the file, for whoever wants to cut it there. */
export function timestampAnnotation(unixSeconds: number): ByteString {
  return `#TS:${unixSeconds}\r\n`;
}
