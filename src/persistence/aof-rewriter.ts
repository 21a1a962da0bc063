/** BGREWRITEAOF: the dataset is written as a new base while what comes goes to a new increment (the last part of aof.c). https://redis.io/docs/latest/commands/bgrewriteaof/ */
import { type ByteString, byteStringToBytes } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { type Reply, SimpleString } from '../resp/reply.js';
import { encodeRequest } from '../resp/request-encoder.js';
import { type AofFiles, wordsOf } from './aof-files.js';
import { type AppendOnlyFile, timestampAnnotation } from './append-only-file.js';
import { type BackgroundChild, type ChildOutcome, SIGUSR1 } from './child.js';
import type { PersistenceHost } from './ports.js';
import { rewriteCommands } from './rewrite-commands.js';

/** After so many failures in a row, rewrites wait. */
const FAILURES_BEFORE_LIMIT = 3;
const LONGEST_LIMIT_MINUTES = 60;

export class AofRewriter {
  readonly #host: PersistenceHost;
  readonly #files: AofFiles;
  readonly #aof: AppendOnlyFile;
  readonly #child: BackgroundChild;
  isScheduled = false;
  /** aof_rewrites */
  rewrites = 0;
  lastStatusOk = true;
  consecutiveFailures = 0;
  /** Seconds; -1 = there was none. */
  lastDurationS = -1;
  #limitMinutes = 0;
  #limitedUntilS = 0;

  constructor(host: PersistenceHost, files: AofFiles, aof: AppendOnlyFile, child: BackgroundChild) {
    this.#host = host;
    this.#files = files;
    this.#aof = aof;
    this.#child = child;
  }

  /** BGREWRITEAOF */
  request(): Reply {
    if (this.#child.isRunning('aof')) return errors.REWRITE_IN_PROGRESS;
    if (this.#child.running !== null || this.#host.isInTransaction) {
      this.isScheduled = true;
      this.consecutiveFailures = 0;
      return new SimpleString('Background append only file rewriting scheduled');
    }
    if (!this.start()) return errors.REWRITE_FAILED;
    return new SimpleString('Background append only file rewriting started');
  }

  /** @returns false when it cannot be, which was logged. */
  start(): boolean {
    if (this.#child.running !== null) return false;
    this.#aof.forgetSelectedDb();
    if (!this.#files.makeDirectory()) return this.#failToStart();
    this.#aof.flush(true);
    if (!this.#openIncrement()) return this.#failToStart();
    if (this.#aof.state === 'wait-rewrite') this.#aof.beginWaiting();
    this.rewrites++;
    let file = '';
    const child = this.#child.fork(
      'aof',
      (pid) => {
        file = `temp-rewriteaof-bg-${pid}.aof`;
        return this.writeBase(file);
      },
      (outcome) => this.#onEnd(outcome, file, child.startedAtMs),
    );
    this.#host.log('notice', `Background append only file rewriting started by pid ${child.pid}`);
    this.isScheduled = false;
    return true;
  }

  /** The dataset as a file. @returns false when it could not be written, which was logged. */
  writeBase(file: string): boolean {
    try {
      this.#host.storage.write(file, this.#baseContent(), true);
      return true;
    } catch (error) {
      this.#host.log(
        'warning',
        `Opening the temp file for AOF rewrite in rewriteAppendOnlyFile(): ${wordsOf(error)}`,
      );
      return false;
    }
  }

  /** The child is no longer needed. */
  kill(): void {
    const { running } = this.#child;
    if (running?.kind !== 'aof') return;
    this.#host.log('notice', `Killing running AOF rewrite child: ${running.pid}`);
    this.#host.storage.remove(`temp-rewriteaof-bg-${running.pid}.aof`);
    this.#child.killNow();
  }

  /** Ten times a second: what BGREWRITEAOF put off. */
  startScheduled(): void {
    if (this.isScheduled && this.#child.running === null && !this.#isLimited()) this.start();
  }

  /** Ten times a second, when no child runs: the file grew by so much. */
  checkGrowth(): void {
    const { config } = this.#host;
    const percentage = config['auto-aof-rewrite-percentage'];
    if (this.#aof.state !== 'on' || percentage === 0 || this.#child.running !== null) return;
    if (this.#aof.currentSize <= config['auto-aof-rewrite-min-size']) return;
    const growth = Math.floor((this.#aof.currentSize * 100) / Math.max(1, this.#aof.baseSize)) - 100;
    if (growth < percentage || this.#isLimited()) return;
    this.#host.log('notice', `Starting automatic rewriting of AOF on ${growth}% growth`);
    this.start();
  }

  #baseContent(): Uint8Array {
    const { config, keyspace, version } = this.#host;
    if (config['aof-use-rdb-preamble']) return this.#host.writeRdb({ isAofBase: true });
    const parts: ByteString[] = [];
    if (config['aof-timestamp-enabled'])
      parts.push(timestampAnnotation(Math.floor(this.#host.clock.nowMs() / 1000)));
    for (const argv of rewriteCommands(keyspace.databases, version, this.#host.functions()))
      parts.push(encodeRequest(argv));
    return byteStringToBytes(parts.join(''));
  }

  /** Until the rewrite is done, the first increment of an AOF has a temporary name. */
  #openIncrement(): boolean {
    const { config, log } = this.#host;
    if (this.#aof.state === 'off') return true;
    const isFirst = this.#aof.state === 'wait-rewrite';
    const manifest = isFirst ? null : this.#files.manifest.withNewIncrement(config.appendfilename);
    const name = manifest?.lastIncrement?.name ?? this.#temporaryIncrement;
    if (!this.#files.createFile(name)) return false;
    if (manifest !== null && !this.#files.commit(manifest)) return false;
    log('notice', `Creating AOF incr file ${name} on background rewrite`);
    this.#aof.switchTo(name);
    return true;
  }

  #failToStart(): false {
    this.lastStatusOk = false;
    return false;
  }

  #onEnd({ signal, failed }: ChildOutcome, file: string, startedAtMs: number): void {
    const { log, storage, clock } = this.#host;
    if (signal !== 0) {
      if (signal !== SIGUSR1) this.#countFailure();
      log('warning', `Background AOF rewrite terminated by signal ${signal}`);
    } else if (failed) {
      this.#countFailure();
      log('warning', 'Background AOF rewrite terminated with error');
    } else {
      log('notice', `Successfully created the temporary AOF base file ${file}`);
      log('notice', 'Background AOF rewrite terminated with success');
      if (this.#install(file)) this.#finish();
      else this.#countFailure();
    }
    storage.remove(file);
    if (this.#aof.state === 'wait-rewrite') {
      this.#aof.dropBuffer();
      log('notice', `Removing the temp incr aof file ${this.#temporaryIncrement} in the background`);
      storage.remove(this.#files.pathOf(this.#temporaryIncrement));
      this.isScheduled = true;
    }
    this.lastDurationS = Math.floor(clock.nowMs() / 1000) - Math.floor(startedAtMs / 1000);
  }

  /** Puts the new base in its place. @returns false when that fails, which was logged. */
  #install(file: string): boolean {
    const { config, log, storage } = this.#host;
    let manifest = this.#files.manifest.withNewBase(config.appendfilename, config['aof-use-rdb-preamble']);
    const base = manifest.base?.name ?? '';
    if (!this.#move(file, this.#files.pathOf(base), 'base')) return false;
    log('notice', `Successfully renamed the temporary AOF base file ${file} into ${base}`);
    let increment: string | null = null;
    if (this.#aof.state === 'wait-rewrite') {
      manifest = manifest.withNewIncrement(config.appendfilename);
      increment = manifest.lastIncrement?.name ?? '';
      const temporary = this.#files.pathOf(this.#temporaryIncrement);
      if (!this.#move(temporary, this.#files.pathOf(increment), 'incr')) {
        storage.remove(this.#files.pathOf(base));
        return false;
      }
      log(
        'notice',
        `Successfully renamed the temporary AOF incr file ${this.#temporaryIncrement} into ${increment}`,
      );
    }
    if (!this.#files.commit(manifest.withIncrementsAsHistory(this.#aof.state !== 'off'))) {
      storage.remove(this.#files.pathOf(base));
      if (increment !== null) storage.remove(this.#files.pathOf(increment));
      return false;
    }
    if (increment !== null) this.#aof.renamed(increment);
    if (this.#aof.state !== 'off') {
      const baseBytes = storage.size(this.#files.pathOf(base)) ?? 0;
      this.#aof.currentSize = baseBytes + this.#aof.incrementSize;
      this.#aof.baseSize = this.#aof.currentSize;
    }
    return true;
  }

  #finish(): void {
    this.#files.removeHistory();
    this.lastStatusOk = true;
    this.consecutiveFailures = 0;
    this.#host.log('notice', 'Background AOF rewrite finished successfully');
    if (this.#aof.state === 'wait-rewrite') this.#aof.finishWaiting();
  }

  #move(from: string, to: string, part: 'base' | 'incr'): boolean {
    try {
      this.#host.storage.rename(from, to);
      return true;
    } catch (error) {
      this.#host.log(
        'warning',
        `Error trying to rename the temporary AOF ${part} file ${from} into ${to}: ${wordsOf(error)}`,
      );
      return false;
    }
  }

  #countFailure(): void {
    this.lastStatusOk = false;
    this.consecutiveFailures++;
  }

  /** A rewrite that fails again and again would leave a small increment behind each time. */
  #isLimited(): boolean {
    if (this.consecutiveFailures < FAILURES_BEFORE_LIMIT) {
      this.#limitMinutes = 0;
      this.#limitedUntilS = 0;
      return false;
    }
    const nowS = Math.floor(this.#host.clock.nowMs() / 1000);
    if (this.#limitedUntilS !== 0) {
      if (nowS < this.#limitedUntilS) return true;
      this.#limitedUntilS = 0;
      return false;
    }
    this.#limitMinutes = Math.min(LONGEST_LIMIT_MINUTES, Math.max(1, this.#limitMinutes * 2));
    this.#limitedUntilS = nowS + this.#limitMinutes * 60;
    this.#host.log(
      'warning',
      `Background AOF rewrite has repeatedly failed and triggered the limit, will retry in ${this.#limitMinutes} minutes`,
    );
    return true;
  }

  get #temporaryIncrement(): string {
    return `temp-${this.#host.config.appendfilename}.incr`;
  }
}
