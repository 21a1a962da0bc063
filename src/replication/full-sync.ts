/** A full synchronization as a replica lives it: the snapshot arrives, on the disk or straight in the parser, and is loaded, which may take a while (readSyncBulkPayload of replication.c). */
import { RdbFormatError } from '../rdb/rdb-format-error.js';
import type { Timer } from '../time/clock.js';
import type { LoadedSnapshot, ReplicationHost } from './ports.js';
import { SnapshotReceiver } from './snapshot-receiver.js';

export interface FullSyncEvents {
  /** The old dataset goes, and with it all that others could continue from. */
  onAttach(): void;
  /** The dataset is the master's. @param rest what came after the snapshot. */
  onDone(loaded: LoadedSnapshot, snapshot: Uint8Array, rest: Uint8Array): void;
  /** It failed; what there is to say was logged. */
  onFailure(): void;
}

/**
 * How the snapshot is loaded: from the disk when all of it is there; as it arrives, into the empty dataset; as it arrives,
 * beside the old dataset, which it replaces in the end (repl-diskless-load).
 */
type Way = 'disk' | 'parser' | 'swap';

export class FullSync {
  readonly #host: ReplicationHost;
  /** Of the master; the same as ours = the old dataset is an older state of the new one. */
  readonly #sharesHistory: boolean;
  readonly #events: FullSyncEvents;
  readonly #receiver = new SnapshotReceiver();
  #way: Way = 'disk';
  #isLoading = false;
  #loadsSinceMs = 0;
  /** All of the snapshot is there. */
  #isComplete = false;
  readonly #later: Uint8Array[] = [];
  #timer: Timer | null = null;
  #isOver = false;

  constructor(host: ReplicationHost, sharesHistory: boolean, events: FullSyncEvents) {
    this.#host = host;
    this.#sharesHistory = sharesHistory;
    this.#events = events;
  }

  /** Nothing of the snapshot is missing: losing the master does no harm before it is loaded. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The snapshot is being loaded: the master hears that we live by empty lines. */
  get isLoading(): boolean {
    return this.#isLoading;
  }

  get hasMark(): boolean {
    return this.#receiver.hasMark;
  }

  /** Bytes of the snapshot; -1 = not known yet; 0 = its end is told by a mark. */
  get totalBytes(): number {
    return this.#receiver.totalBytes;
  }

  get receivedBytes(): number {
    return this.#receiver.receivedBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#isComplete) {
      this.#later.push(chunk);
      return;
    }
    this.#receiver.push(chunk);
    while (!this.#isComplete && !this.#isOver) {
      const progress = this.#receiver.next();
      if (progress.kind === 'more') return;
      if (progress.kind === 'started') {
        this.#onHeader();
      } else if (progress.kind === 'refused') {
        this.#log('warning', progress.text);
        this.#fail();
      } else if (progress.kind === 'complete') {
        this.#isComplete = true;
        this.#load();
      }
    }
  }

  /** The master is gone before all of the snapshot came. */
  onConnectionLost(reason: string): void {
    if (this.totalBytes < 0) {
      this.#log('warning', `I/O error reading bulk count from MASTER: ${reason}`);
    } else if (this.#way === 'disk') {
      this.#log('warning', 'I/O error trying to sync with MASTER: connection lost');
    } else {
      this.#log(
        'warning',
        'Internal error in RDB reading offset 0, function at rdb.c:3364 -> Unexpected EOF reading RDB file. Failure loading rdb format from socket, assuming connection error, resuming operation.',
      );
      this.#sayUnloadable();
    }
    this.#fail();
  }

  /** It is not wanted any more. */
  cancel(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#endLoading();
  }

  #onHeader(): void {
    this.#way = this.#chooseWay();
    const target = this.#way === 'disk' ? 'to disk' : 'to parser';
    const amount = this.hasMark ? 'streamed RDB' : `${this.totalBytes} bytes`;
    const rest = this.hasMark ? `with EOF ${target}` : target;
    this.#log('notice', `MASTER <-> REPLICA sync: receiving ${amount} from master ${rest}`);
    if (this.#way !== 'disk') this.#beginLoading();
  }

  #chooseWay(): Way {
    const mode = this.#host.config['repl-diskless-load'];
    if (mode === 'swapdb') return 'swap';
    return mode === 'on-empty-db' && this.#host.isDatasetEmpty() ? 'parser' : 'disk';
  }

  #beginLoading(): void {
    this.#host.beforeLoad?.();
    if (this.#way !== 'swap') {
      this.#events.onAttach();
      this.#log('notice', 'MASTER <-> REPLICA sync: Flushing old data');
    }
    this.#log('notice', 'MASTER <-> REPLICA sync: Loading DB in memory');
    this.#isLoading = true;
    this.#loadsSinceMs = this.#host.clock.nowMs();
    const isAsync = this.#way === 'swap' && this.#sharesHistory;
    this.#host.loading?.begin(isAsync, this.hasMark ? 0 : this.totalBytes);
  }

  #endLoading(): void {
    if (!this.#isLoading) return;
    this.#isLoading = false;
    this.#host.loading?.end();
  }

  #load(): void {
    if (this.#way === 'disk') this.#beginLoading();
    const snapshot = this.#receiver.takeSnapshot();
    try {
      if (this.#way === 'swap') {
        const keys = this.#host.countKeys(snapshot);
        this.#afterLoad(keys, () => this.#swapIn(snapshot));
      } else {
        const loaded = this.#host.loadSnapshot(snapshot);
        this.#afterLoad(loaded.keys, () => this.#finish(loaded, snapshot));
      }
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw error;
      this.#log('warning', error.message);
      this.#sayUnloadable();
      this.#fail();
    }
  }

  /** key-load-delay: loading takes its time. */
  #afterLoad(keys: number, go: () => void): void {
    const { clock, loading } = this.#host;
    const dueAtMs = this.#loadsSinceMs + Math.ceil(keys * (loading?.keyDelayMs ?? 0));
    if (dueAtMs > clock.nowMs()) this.#timer = clock.schedule(dueAtMs, go);
    else go();
  }

  #swapIn(snapshot: Uint8Array): void {
    this.#events.onAttach();
    this.#log('notice', 'MASTER <-> REPLICA sync: Swapping active DB with loaded DB');
    const loaded = this.#host.loadSnapshot(snapshot);
    this.#log('notice', 'MASTER <-> REPLICA sync: Discarding old DB in background');
    this.#finish(loaded, snapshot);
  }

  #finish(loaded: LoadedSnapshot, snapshot: Uint8Array): void {
    this.#isOver = true;
    this.#endLoading();
    this.#events.onDone(loaded, snapshot, Buffer.concat([this.#receiver.takeRest(), ...this.#later]));
  }

  #sayUnloadable(): void {
    const source = this.#way === 'disk' ? 'disk' : 'socket';
    this.#log(
      'warning',
      `Failed trying to load the MASTER synchronization DB from ${source}, check server logs.`,
    );
    if (this.#way === 'swap')
      this.#log('notice', 'MASTER <-> REPLICA sync: Discarding temporary DB in background');
  }

  #fail(): void {
    this.#isOver = true;
    this.#endLoading();
    this.#events.onFailure();
  }

  #log(level: 'notice' | 'warning', text: string): void {
    this.#host.log(level, text);
  }
}
