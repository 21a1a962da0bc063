/** What a node does by itself, ten times a second: expiry, replication, the cluster's cron, idle clients (serverCron of server.c). */
import { redirectForBlockedClient } from '../cluster/routing.js';
import type { Timer } from '../time/clock.js';
import type { ClientSession } from './client-session.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';

const PERIOD_MS = 100;
const RUNS_PER_SECOND = 1000 / PERIOD_MS;
const MIN_CLIENTS_A_RUN = 5;

export class ServerCron {
  readonly #node: Node;
  readonly #host: NodeHost;
  #timer: Timer | null = null;
  #runs = 0;
  /** Clients that wait for their turn, the next one last. */
  #clients: ClientSession[] = [];

  constructor(node: Node, host: NodeHost) {
    this.#node = node;
    this.#host = host;
  }

  start(): void {
    this.#arm(this.#host.clock.nowMs() + this.#host.random.below(PERIOD_MS));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(dueAtMs: number): void {
    this.#timer = this.#host.clock.scheduleHeartbeat(dueAtMs, this.#tick);
  }

  readonly #tick = (): void => {
    this.#arm(this.#host.clock.nowMs() + PERIOD_MS);
    this.#run();
  };

  #run(): void {
    const node = this.#node;
    if (node.debugSwitches.cronPaused) return;
    node.shutdown.cron();
    // It may have ended the process.
    if (node.halted) return;
    if (node.debugSwitches.activeExpire) node.latency.duringExpireCycle(() => this.#expireKeys());
    node.rates.sample(node.stats, this.#host.clock.nowMs() * 1000);
    this.#clientsCron();
    const hadChild = node.persistence.child.running !== null;
    node.persistence.cron();
    if (hadChild && node.persistence.child.running === null) node.replication.onChildEnded();
    if (this.#runs % RUNS_PER_SECOND === 0) {
      this.#closeIdleClients();
      this.#redirectBlockedClients();
      node.migrationLinks.closeUnused();
      node.replication.cron();
    }
    node.tracking.limit();
    node.replication.fastCron();
    // Redis loads in its main thread, and answers nodes meanwhile without any doing of its own.
    if (!node.loading && !node.asyncLoading) node.cluster?.cron();
    node.persistence.lateCron();
    this.#runs++;
  }

  /** A replica of the cluster is one from its start on, before it replicates. */
  #expireKeys(): void {
    const { keyspace, isReplica } = this.#node;
    if (isReplica) keyspace.expireOwnKeys();
    else keyspace.activeExpireCycle(this.#host.clock.nowMs());
  }

  /** Clients that wait for a key in a slot this node no longer serves are sent to who does (clusterRedirectBlockedClientIfNeeded of cluster.c). */
  #redirectBlockedClients(): void {
    const { cluster, sessions, version } = this.#node;
    if (cluster === null) return;
    for (const session of [...sessions.values()]) {
      const keyed = session.blocked?.keyed;
      if (keyed === undefined) continue;
      const redirect = redirectForBlockedClient(
        cluster.state,
        { ...keyed, readonlyMode: session.readonlyMode },
        { version, tls: session.tls },
      );
      if (redirect !== null) session.unblock(redirect);
    }
  }

  /** Each client about once a second: its buffers shrink, and its limits are looked at though nothing happens (clientsCron). */
  #clientsCron(): void {
    const { sessions, limits, stats, debugSwitches } = this.#node;
    if (sessions.size === 0) return;
    const buffers = {
      resizesReplies: debugSwitches.resizesReplyBuffers,
      peakResetMs: debugSwitches.replyPeakResetMs,
    };
    const count = Math.max(MIN_CLIENTS_A_RUN, Math.ceil(sessions.size / RUNS_PER_SECOND));
    const nowMs = this.#host.clock.nowMs();
    if (this.#clients.length === 0) this.#clients = [...sessions.values()].reverse();
    for (let visited = 0; visited < count; visited++) {
      const session = this.#clients.pop();
      if (session === undefined) return;
      if (session.closed) continue;
      const idleS = Math.floor(nowMs / 1000) - Math.floor(session.lastInteractionMs / 1000);
      const resized = session.buffers.cron(nowMs, idleS, session.queryBytes, buffers);
      if (resized === 'shrunk') stats.replyBufferShrinks++;
      else if (resized === 'expanded') stats.replyBufferExpands++;
      limits.account(session);
      limits.noteBuffers(session);
      limits.checkOutput(session, false);
    }
  }

  /** The directive timeout closes clients that sent nothing for that many seconds; replicas, monitors, subscribers and blocked clients are spared. */
  #closeIdleClients(): void {
    const timeoutS = this.#node.config.values.timeout;
    if (timeoutS === 0) return;
    const nowMs = this.#host.clock.nowMs();
    for (const session of [...this.#node.sessions.values()]) {
      const { isReplica, isMonitor, blocked, subscriptions } = session;
      if (isReplica || isMonitor || blocked !== null || subscriptions !== null) continue;
      if (Math.floor(nowMs / 1000) - Math.floor(session.lastInteractionMs / 1000) <= timeoutS) continue;
      this.#host.log('verbose', 'Closing idle client');
      session.close('idle');
    }
  }
}
