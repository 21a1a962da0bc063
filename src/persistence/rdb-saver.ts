/** SAVE, BGSAVE and save points: when the dataset is written to the RDB file, and how that went (rdb.c, serverCron of server.c). */
import * as errors from '../resp/errors/index.js';
import { OK, type Reply, SimpleString } from '../resp/reply.js';
import { type BackgroundChild, type ChildOutcome, SIGUSR1 } from './child.js';
import type { PersistenceHost } from './ports.js';

/** After a save in the background that failed, the next one is not tried at once. */
const RETRY_DELAY_S = 5;

/** Hears how a save goes. */
export interface SaveWatcher {
  onProgress(part: number): void;
  onEnd(outcome: ChildOutcome): void;
}

export class RdbSaver {
  readonly #host: PersistenceHost;
  readonly #child: BackgroundChild;
  /** Unix ms of the last save that succeeded; of the start before that. */
  lastSaveMs: number;
  lastStatusOk = true;
  /** rdb_saves */
  saves = 0;
  /** Seconds that the last save in the background took; -1 = there was none. */
  lastDurationS = -1;
  isScheduled = false;
  #lastTryMs = 0;
  /** Changes that the file has. */
  #savedDirty = 0;

  constructor(host: PersistenceHost, child: BackgroundChild) {
    this.#host = host;
    this.#child = child;
    this.lastSaveMs = host.clock.nowMs();
  }

  /** rdb_changes_since_last_save */
  get changes(): number {
    return this.#host.keyspace.dirty - this.#savedDirty;
  }

  /** The dataset is what the disk has: it was just loaded. */
  forgetChanges(): void {
    this.#savedDirty = this.#host.keyspace.dirty;
  }

  /** Clients may not write: what they write would not be saved. */
  get refusesWrites(): boolean {
    const { config } = this.#host;
    return config['stop-writes-on-bgsave-error'] && config.save.length > 0 && !this.lastStatusOk;
  }

  /** SAVE */
  save(): Reply {
    if (this.#child.isRunning('rdb')) return errors.BGSAVE_IN_PROGRESS;
    this.saves++;
    return this.saveNow() ? OK : errors.UNKNOWN_FAILURE;
  }

  /** BGSAVE. @param mayWait SCHEDULE: for the AOF to be rewritten. */
  saveInBackground(mayWait: boolean): Reply {
    if (this.#child.isRunning('rdb')) return errors.BGSAVE_IN_PROGRESS;
    if (this.#child.running !== null || this.#host.isInTransaction) {
      if (!mayWait && !this.#host.isInTransaction) return errors.BGSAVE_WHILE_REWRITING;
      this.isScheduled = true;
      return new SimpleString('Background saving scheduled');
    }
    this.#start();
    return new SimpleString('Background saving started');
  }

  /** @returns false when the file could not be written, which was logged. */
  saveNow(): boolean {
    const { storage, config, processId } = this.#host;
    const temporary = `temp-${processId}.rdb`;
    if (!this.#write(temporary, () => this.#host.writeRdb({ isAofBase: false }))) return false;
    if (!this.#moveInPlace(temporary, config.dbfilename)) {
      storage.remove(temporary);
      return false;
    }
    this.#host.log('notice', 'DB saved on disk');
    this.onSaved();
    return true;
  }

  /** The file has the dataset as it is now. */
  onSaved(): void {
    this.#savedDirty = this.#host.keyspace.dirty;
    this.lastSaveMs = this.#host.clock.nowMs();
    this.lastStatusOk = true;
  }

  /** FLUSHALL: what is being saved is gone, and so should be what was saved. */
  onFlushAll(): void {
    if (this.#child.isRunning('rdb')) this.#child.kill(SIGUSR1);
    if (this.#host.config.save.length > 0) this.saveNow();
  }

  /** Ten times a second, when no child runs. */
  checkSavePoints(): void {
    const { config, clock } = this.#host;
    if (config.save.length === 0) return;
    const sinceSaveS = seconds(clock.nowMs()) - seconds(this.lastSaveMs);
    for (const point of config.save) {
      if (this.changes < point.changes || sinceSaveS <= point.seconds || !this.#mayTry) continue;
      this.#host.log('notice', `${point.changes} changes in ${point.seconds} seconds. Saving...`);
      this.#start();
      return;
    }
  }

  /** Ten times a second: what BGSAVE put off. */
  startScheduled(): void {
    if (!this.isScheduled || this.#child.running !== null || !this.#mayTry) return;
    this.isScheduled = false;
    this.#start();
  }

  get #mayTry(): boolean {
    const sinceTryS = seconds(this.#host.clock.nowMs()) - seconds(this.#lastTryMs);
    return this.lastStatusOk || sinceTryS > RETRY_DELAY_S;
  }

  /** A snapshot for replicas that goes over the disk is as good as one of BGSAVE. @param isKept false: no file is left of it. */
  startForReplicas(rdb: Uint8Array, isKept: boolean, watcher: SaveWatcher): void {
    this.#start(isKept ? () => rdb : null, watcher);
    this.#child.check();
  }

  /** @param content null: nothing is written. */
  #start(
    content: (() => Uint8Array) | null = () => this.#host.writeRdb({ isAofBase: false }),
    watcher?: SaveWatcher,
  ): void {
    const { keyspace, clock } = this.#host;
    this.saves++;
    this.#lastTryMs = clock.nowMs();
    const dirty = keyspace.dirty;
    let file = '';
    const child = this.#child.fork(
      'rdb',
      (pid) => {
        file = content === null ? '' : `temp-${pid}.rdb`;
        return content === null || this.#write(file, content);
      },
      (outcome) => {
        const ok = this.#settle(outcome, file);
        if (ok) this.#savedDirty = dirty;
        this.lastDurationS = seconds(clock.nowMs()) - seconds(child.startedAtMs);
        watcher?.onEnd(ok ? outcome : { ...outcome, failed: true });
      },
      (part) => watcher?.onProgress(part),
    );
    this.#host.log('notice', `Background saving started by pid ${child.pid}`);
  }

  #settle({ signal, failed }: ChildOutcome, file: string): boolean {
    const { storage, config, log, clock } = this.#host;
    if (signal !== 0) {
      log('warning', `Background saving terminated by signal ${signal}`);
      if (file !== '') storage.remove(file);
      if (signal !== SIGUSR1) this.lastStatusOk = false;
      return false;
    }
    if (failed || (file !== '' && !this.#moveInPlace(file, config.dbfilename))) {
      log('warning', 'Background saving error');
      this.lastStatusOk = false;
      return false;
    }
    log('notice', 'DB saved on disk');
    log('notice', 'Background saving terminated with success');
    this.lastSaveMs = clock.nowMs();
    this.lastStatusOk = true;
    return true;
  }

  #write(file: string, content: () => Uint8Array): boolean {
    const { storage, log } = this.#host;
    try {
      storage.write(file, content(), true);
      return true;
    } catch (error) {
      log(
        'warning',
        `Failed opening the temp RDB file ${file} (in server root dir ${storage.directory}) for saving: ${textOf(error)}`,
      );
      return false;
    }
  }

  #moveInPlace(temporary: string, file: string): boolean {
    const { storage, log } = this.#host;
    try {
      storage.rename(temporary, file);
      return true;
    } catch (error) {
      log(
        'warning',
        `Error moving temp DB file ${temporary} on the final destination ${file} (in server root dir ${storage.directory}): ${textOf(error)}`,
      );
      return false;
    }
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
