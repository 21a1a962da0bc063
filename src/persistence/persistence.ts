/** A node's persistence: RDB and AOF, what is loaded at the start and what is written when. https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */

import type { RdbInfo } from '../rdb/read-rdb.js';
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { type ErrorReply, OK, type Reply } from '../resp/reply.js';
import { AofFiles, wordsOf } from './aof-files.js';
import { AofLoader } from './aof-loader.js';
import { AofRewriter } from './aof-rewriter.js';
import { AppendOnlyFile } from './append-only-file.js';
import { BackgroundChild, type Child, keyDelayMs, SIGUSR1 } from './child.js';
import type { LoadedRdb, LoadRdbOptions, PersistenceHost } from './ports.js';
import { failReload, loadRdbFile, logRdbSummary } from './rdb-loader.js';
import { RdbSaver, type SaveWatcher } from './rdb-saver.js';
import { StartError } from './start-error.js';

/** What the last load brought, for INFO. */
export interface LastLoad {
  readonly startedAtMs: number;
  readonly bytes: number;
  readonly keys: number;
  readonly expired: number;
}

export class Persistence {
  readonly #host: PersistenceHost;
  readonly child: BackgroundChild;
  readonly rdb: RdbSaver;
  readonly aof: AppendOnlyFile;
  readonly rewriter: AofRewriter;
  readonly #files: AofFiles;
  readonly #loader: AofLoader;
  lastLoad: LastLoad = { startedAtMs: 0, bytes: 0, keys: 0, expired: 0 };
  /** The last child that sent a snapshot straight to replicas. */
  #streaming: Child | null = null;
  #cronRuns = 0;

  constructor(host: PersistenceHost) {
    this.#host = host;
    this.child = new BackgroundChild(host);
    this.#files = new AofFiles(host);
    this.rdb = new RdbSaver(host, this.child);
    this.aof = new AppendOnlyFile(host, this.#files, this.child);
    this.rewriter = new AofRewriter(host, this.#files, this.aof, this.child);
    this.#loader = new AofLoader(host, this.#files);
  }

  /** No child runs, and none is going to by itself: nothing waits to be saved. */
  get isIdle(): boolean {
    const { rdb, rewriter } = this;
    if (this.child.running !== null || rdb.isScheduled || rewriter.isScheduled) return false;
    return this.#host.config.save.length === 0 || rdb.changes === 0;
  }

  /** Fills the dataset with what the disk has. @throws StartError when a node cannot start with that. */
  load(): void {
    this.#files.loadManifest();
    const { config, log, keyspace } = this.#host;
    if (config.appendonly) {
      const result = this.#loadAof();
      if (result === 'failed') throw new StartError('The append only file cannot be loaded');
      if (result !== 'missing') log('notice', 'DB loaded from append only file: 0.000 seconds');
    } else {
      const loaded = this.#loadRdb({ isAofBase: false });
      if (loaded === 'failed') {
        log('warning', 'Fatal error loading the DB, check server logs. Exiting.');
        throw new StartError('Fatal error loading the DB, check server logs. Exiting.');
      }
      if (loaded !== null) {
        log('notice', 'DB loaded from disk: 0.000 seconds');
        this.#host.adoptReplicationPoint(loaded);
      }
    }
    keyspace.dirty = 0;
    this.rdb.forgetChanges();
  }

  /** Virtual time that loading takes: key-load-delay for each key. */
  get loadDurationMs(): number {
    return this.#host.keyspace.totalKeys * keyDelayMs(this.#host.config['key-load-delay']);
  }

  /** The data are there: the AOF goes on. @throws StartError when it cannot be written. */
  open(): void {
    const { config, log } = this.#host;
    if (!config.appendonly) {
      this.#files.removeHistory();
      return;
    }
    if (!this.#files.makeDirectory()) throw new StartError(`Can't open or create append-only dir`);
    let { manifest } = this.#files;
    const hadIncrement = manifest.lastIncrement !== null;
    if (manifest.isEmpty) {
      manifest = manifest.withNewBase(config.appendfilename, config['aof-use-rdb-preamble']);
      const base = manifest.base?.name ?? '';
      if (!this.rewriter.writeBase(this.#files.pathOf(base))) throw new StartError(`Can't write ${base}`);
      log('notice', `Creating AOF base file ${base} on server start`);
    }
    if (!hadIncrement) manifest = manifest.withNewIncrement(config.appendfilename);
    const name = manifest.lastIncrement?.name ?? '';
    if (!hadIncrement && !this.#files.createFile(name)) throw new StartError(`Can't write ${name}`);
    if (manifest !== this.#files.manifest && !this.#files.commit(manifest))
      throw new StartError("Can't write the AOF manifest");
    this.aof.open(name);
    log('notice', `${hadIncrement ? 'Opening' : 'Creating'} AOF incr file ${name} on server start`);
    this.#files.removeHistory();
  }

  /** The RDB file. @returns null when there is none. */
  #loadRdb(options: LoadRdbOptions, fails?: typeof failReload): LoadedRdb | 'failed' | null {
    const { storage, config, clock } = this.#host;
    const file = storage.read(config.dbfilename);
    if (file === null) return null;
    const loaded = loadRdbFile(this.#host, file, options, fails);
    this.lastLoad = {
      startedAtMs: clock.nowMs(),
      bytes: file.length,
      keys: loaded?.keys ?? 0,
      expired: loaded?.expired.length ?? 0,
    };
    return loaded ?? 'failed';
  }

  /** Takes a command that was executed. */
  feed(dbIndex: number, argv: readonly ByteString[]): void {
    this.aof.feed(dbIndex, argv);
  }

  /** To be called when the node has handled an input, before replies leave. */
  beforeSleep(): void {
    if (this.aof.state === 'off') return;
    this.aof.flush();
    this.aof.publishOffset();
  }

  /** Ten times a second: children, save points, growth of the AOF (serverCron of server.c). */
  cron(): void {
    this.rewriter.startScheduled();
    if (this.child.running !== null) {
      this.child.check();
    } else {
      this.rdb.checkSavePoints();
      this.rewriter.checkGrowth();
    }
    if (++this.#cronRuns % 10 === 0) this.aof.retry();
  }

  /** The last part of the cron, after that of replication. */
  lateCron(): void {
    this.rdb.startScheduled();
  }

  /** Why clients may not write; null: they may. */
  get writeRefusal(): ErrorReply | null {
    if (this.rdb.refusesWrites) return errors.MISCONF_RDB;
    if (this.aof.state === 'off') return null;
    const failure = this.aof.writeFailure ?? this.aof.syncFailure;
    return failure === null ? null : errors.misconfAof(failure);
  }

  /** CONFIG SET appendonly. @returns false when it cannot be switched on. */
  followAppendOnly(): boolean {
    const wanted = this.#host.config.appendonly;
    if (wanted === (this.aof.state !== 'off')) return true;
    if (!wanted) {
      this.aof.close();
      this.rewriter.isScheduled = false;
      this.rewriter.kill();
      return true;
    }
    return this.#startAof();
  }

  /** The dataset is about to be replaced by that of a master. */
  beforeSync(): void {
    if (this.aof.state !== 'off') {
      this.aof.close();
      this.rewriter.isScheduled = false;
      this.rewriter.kill();
    }
    if (this.child.isRunning('rdb')) this.child.kill(SIGUSR1);
  }

  get isDatasetEmpty(): boolean {
    return this.#host.keyspace.totalKeys === 0;
  }

  /** A master's snapshot begins to be loaded. @param bytes 0 = not known. */
  startLoad(bytes: number): void {
    this.lastLoad = { startedAtMs: this.#host.clock.nowMs(), bytes, keys: 0, expired: 0 };
  }

  onSnapshotLoaded(info: RdbInfo, bytes: number): void {
    logRdbSummary(this.#host, { ...info, expired: [] });
    this.lastLoad = { ...this.lastLoad, bytes, keys: info.keys };
  }

  /** It was. The file that brought it is kept as RDB file, where anything is kept at all or nobody forbids it. */
  afterSync(rdb: Uint8Array): void {
    const { config, storage, log } = this.#host;
    if (this.#keepsSyncFiles && config['repl-diskless-load'] === 'disabled') {
      try {
        storage.write(config.dbfilename, rdb, true);
      } catch (error) {
        log('warning', `Failed trying to rename the temp DB into ${config.dbfilename}: ${wordsOf(error)}`);
      }
    }
    if (config.appendonly && !this.followAppendOnly()) {
      log(
        'warning',
        "FATAL: this replica instance finished the synchronization with its master, but the AOF can't be turned on. Exiting now.",
      );
      this.#host.exit(1);
    }
  }

  /** Saves a snapshot for replicas. @param overDisk false: it goes straight to them. */
  saveForReplicas(rdb: Uint8Array, overDisk: boolean, watcher: SaveWatcher): void {
    if (overDisk) {
      this.rdb.startForReplicas(rdb, this.#keepsSyncFiles, watcher);
      return;
    }
    const child = this.child.fork(
      'rdb',
      () => true,
      (outcome) => watcher.onEnd(outcome),
      (part) => watcher.onProgress(part),
    );
    this.#streaming = child;
    this.#host.log('notice', `Background RDB transfer started by pid ${child.pid}`);
    this.child.check();
  }

  /** No replica waits for the snapshot any more. */
  abandonSnapshot(): void {
    if (this.runningSnapshot === 'disk' && this.#host.config.save.length > 0) return;
    this.child.kill(SIGUSR1);
  }

  /** Where the child that runs writes an RDB file to. */
  get runningSnapshot(): 'disk' | 'sockets' | 'other' | null {
    const { running } = this.child;
    if (running === null) return null;
    if (running.kind !== 'rdb') return 'other';
    return running === this.#streaming ? 'sockets' : 'disk';
  }

  /** rdb-del-sync-files: where nothing else is kept, nothing is left of a synchronization. */
  get #keepsSyncFiles(): boolean {
    const { config } = this.#host;
    return config.save.length > 0 || config.appendonly || !config['rdb-del-sync-files'];
  }

  /** aof-disable-auto-gc changed. */
  removeHistory(): void {
    this.#files.removeHistory();
  }

  /** DEBUG RELOAD. */
  reload({ saves, flushes, merges }: { saves: boolean; flushes: boolean; merges: boolean }): Reply {
    const { log } = this.#host;
    if (saves && !this.rdb.saveNow()) return errors.UNKNOWN_FAILURE;
    if (flushes) this.#host.emptyDataset();
    const loaded = this.#loadRdb({ isAofBase: false, mayReplace: merges }, failReload);
    if (loaded === null || loaded === 'failed') return errors.RELOAD_FAILED;
    log('notice', 'DB reloaded by DEBUG RELOAD');
    return OK;
  }

  /** DEBUG LOADAOF. */
  reloadAof(): Reply {
    const { log, keyspace } = this.#host;
    const { dirty } = keyspace;
    this.aof.flush(true);
    this.#host.emptyDataset();
    this.#files.loadManifest();
    this.#files.removeHistory();
    const result = this.#loadAof();
    // Otherwise the command itself would go into the AOF, as one that changed something.
    keyspace.dirty = dirty;
    this.rdb.forgetChanges();
    if (result !== 'ok' && result !== 'empty') return errors.LOADAOF_FAILED;
    log('notice', 'Append Only File loaded by DEBUG LOADAOF');
    return OK;
  }

  #loadAof(): ReturnType<AofLoader['load']> {
    const startedAtMs = this.#host.clock.nowMs();
    const result = this.#loader.load();
    if (result === 'ok' || result === 'truncated') {
      this.aof.currentSize = this.#loader.totalBytes;
      this.aof.baseSize = this.#loader.baseBytes;
    }
    const keys = this.#host.keyspace.totalKeys;
    this.lastLoad = { startedAtMs, bytes: this.#loader.totalBytes, keys, expired: 0 };
    return result;
  }

  #startAof(): boolean {
    const { log } = this.#host;
    this.aof.state = 'wait-rewrite';
    if (this.child.running !== null && !this.child.isRunning('aof')) {
      this.rewriter.isScheduled = true;
      log(
        'notice',
        'AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.',
      );
    } else if (this.#host.isInTransaction) {
      this.rewriter.isScheduled = true;
      log(
        'notice',
        'AOF was enabled during a transaction. An AOF background was scheduled to start when possible.',
      );
    } else {
      if (this.child.isRunning('aof')) {
        log(
          'notice',
          'AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting a rewrite now.',
        );
        this.rewriter.kill();
      }
      if (!this.rewriter.start()) {
        this.aof.state = 'off';
        log(
          'warning',
          "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs for more info about the error.",
        );
        return false;
      }
    }
    this.aof.ignoreFailures();
    return true;
  }
}
