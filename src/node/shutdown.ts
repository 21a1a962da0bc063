/** SHUTDOWN and the signals that ask for it: replicas may catch up first, then what has to be saved is saved (prepareForShutdown of server.c). https://redis.io/docs/latest/commands/shutdown/ */
import type { ShutdownMode, ShutdownPort } from '../commands/context.js';
import type { Session } from '../commands/session.js';
import * as errors from '../resp/errors/index.js';
import { NO_REPLY, OK, type Reply } from '../resp/reply.js';
import type { Node } from './node.js';

export class Shutdown implements ShutdownPort {
  readonly #node: Node;
  readonly #waiting = new Set<Session>();
  /** Asked for by a signal; the cron sees to it. */
  #requested: ShutdownMode | null = null;
  /** It waits for replicas. */
  #initiated: { readonly mode: ShutdownMode; readonly deadlineMs: number } | null = null;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Until the wait for replicas is given up; null: nothing waits. */
  get remainingMs(): number | null {
    return this.#initiated === null ? null : this.#initiated.deadlineMs - this.#node.nowMs();
  }

  /** SHUTDOWN */
  request(mode: ShutdownMode, session: Session): Reply {
    this.#waiting.add(session);
    session.block({
      kind: 'shutdown',
      timeoutAtMs: 0,
      onTimeout: () => NO_REPLY,
      release: () => this.#waiting.delete(session),
    });
    this.#prepare(mode);
    return NO_REPLY;
  }

  /** A signal came. */
  requestBySignal(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#node.log('warning', `Received ${signal} scheduling shutdown...`);
    const options =
      this.#node.config.values[signal === 'SIGINT' ? 'shutdown-on-sigint' : 'shutdown-on-sigterm'].split(' ');
    const has = (option: string): boolean => options.includes(option);
    this.#requested = { save: has('save'), nosave: has('nosave'), now: has('now'), force: has('force') };
  }

  /** SHUTDOWN ABORT */
  abort(): Reply {
    if (this.#initiated === null && this.#requested === null) return errors.NO_SHUTDOWN_IN_PROGRESS;
    this.#cancel();
    this.#node.log('notice', 'Shutdown manually aborted.');
    return OK;
  }

  /** Ten times a second. */
  cron(): void {
    if (this.#initiated !== null) {
      if (this.#node.nowMs() >= this.#initiated.deadlineMs || this.#areReplicasInSync)
        this.#finish(this.#initiated.mode);
    } else if (this.#requested !== null) {
      this.#prepare(this.#requested);
    }
  }

  saveNow(): boolean {
    return this.#save({ save: false, nosave: false, now: true, force: false });
  }

  #prepare(asked: ShutdownMode): void {
    if (this.#initiated !== null) return;
    const node = this.#node;
    // A dataset that is half loaded must not replace the whole one.
    const mode = node.loading ? { ...asked, save: false, nosave: true } : asked;
    node.log('notice', 'User requested shutdown...');
    const timeoutS = node.config.values['shutdown-timeout'];
    if (mode.now || timeoutS === 0 || this.#areReplicasInSync) {
      this.#finish(mode);
      return;
    }
    this.#initiated = { mode, deadlineMs: node.nowMs() + timeoutS * 1000 };
    node.replication.requestAcks();
    node.pause.pause('shutdown', 'write', Number.POSITIVE_INFINITY);
    node.log('notice', 'Waiting for replicas before shutting down.');
  }

  get #areReplicasInSync(): boolean {
    const { replicas, streamOffset } = this.#node.replication;
    return replicas.every((replica) => replica.ackOffset === streamOffset);
  }

  #finish(mode: ShutdownMode): void {
    const node = this.#node;
    this.#logReplicas();
    if (!this.#save(mode)) {
      node.log('warning', 'Errors trying to shut down the server. Check the logs for more information.');
      this.#cancel();
      return;
    }
    node.onShutdown();
    node.log('warning', 'Redis is now ready to exit, bye bye...');
    node.exit('', 0);
  }

  #logReplicas(): void {
    const node = this.#node;
    const { replicas, streamOffset } = node.replication;
    if (replicas.length === 0) return;
    let lagging = 0;
    for (const { name, ackOffset, ackAtMs, state } of replicas) {
      if (ackOffset === streamOffset) continue;
      lagging++;
      const isOnline = state === 'online';
      const lagS = isOnline ? Math.floor(node.nowMs() / 1000) - Math.floor(ackAtMs / 1000) : 0;
      node.log(
        'notice',
        `Lagging replica ${name} reported offset ${streamOffset - ackOffset} behind master, lag=${lagS}, state=${isOnline ? 'online' : 'wait_bgsave'}.`,
      );
    }
    node.log(
      'notice',
      `${replicas.length - lagging} of ${replicas.length} replicas are in sync when shutting down.`,
    );
  }

  /** @returns false when the node has to go on, lest data are lost. */
  #save({ save, nosave, force }: ShutdownMode): boolean {
    const node = this.#node;
    const { child, aof, rewriter, rdb } = node.persistence;
    if (child.isRunning('rdb')) {
      node.log('warning', 'There is a child saving an .rdb. Killing it!');
      node.storage.remove(`temp-${child.running?.pid}.rdb`);
      child.killNow();
    }
    if (child.isRunning('aof')) {
      if (aof.state === 'wait-rewrite') {
        node.log('warning', force ? 'Writing initial AOF. Exit anyway.' : "Writing initial AOF, can't exit.");
        if (!force) return false;
      }
      node.log('warning', 'There is a child rewriting the AOF. Killing it!');
      rewriter.kill();
    }
    if (aof.state !== 'off') {
      node.log('notice', 'Calling fsync() on the AOF file.');
      aof.flushAndSync();
    }
    if ((node.config.values.save.length === 0 || nosave) && !save) return true;
    node.log('notice', 'Saving the final RDB snapshot before exiting.');
    if (rdb.saveNow()) return true;
    node.log(
      'warning',
      force ? 'Error trying to save the DB. Exit anyway.' : "Error trying to save the DB, can't exit.",
    );
    return force;
  }

  #cancel(): void {
    this.#initiated = null;
    this.#requested = null;
    for (const session of [...this.#waiting]) session.unblock(errors.SHUTDOWN_FAILED);
    this.#node.pause.unpause('shutdown');
  }
}
