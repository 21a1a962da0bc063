/** How a node comes to life: it loads what its disk holds, which takes a while, and then says that it is ready (main() of server.c). */
import { StartError } from '../persistence/start-error.js';
import type { ReplicationPoint } from '../rdb/rdb-file.js';
import type { Node } from './node.js';

export class NodeStart {
  readonly #node: Node;
  /** The node is loaded, and its cron runs. */
  readonly #onBegun: () => void;
  /** Virtual time that loading takes. */
  #loadingMs = 0;
  #begun = false;
  /** The RDB file told which stream it belongs to. */
  #knowsStream = false;

  constructor(node: Node, onBegun: () => void) {
    this.#node = node;
    this.#onBegun = onBegun;
  }

  get isOver(): boolean {
    return this.#begun;
  }

  /** @throws StartError when the node cannot start with that. */
  load(atLeastMs: number): void {
    const node = this.#node;
    node.log(node.version === '7.0' ? 'warning' : 'notice', 'Server initialized');
    node.persistence.load();
    this.#loadingMs = Math.max(atLeastMs, node.persistence.loadDurationMs);
    if (this.#loadingMs === 0) node.persistence.open();
    else node.loading = true;
  }

  begin(): void {
    const node = this.#node;
    if (node.loading) node.schedule(node.nowMs() + this.#loadingMs, () => this.#finishLoading());
    else this.#begin();
  }

  adoptReplicationPoint(point: ReplicationPoint): void {
    this.#knowsStream = true;
    this.#node.replication.adoptSavedPoint(point, this.#node.isReplica);
  }

  /** The time that it takes is over. */
  #finishLoading(): void {
    const node = this.#node;
    node.loading = false;
    try {
      node.persistence.open();
      this.#begin();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      node.exit('', 1);
    }
  }

  #begin(): void {
    const node = this.#node;
    this.#begun = true;
    const { replicaof } = node.config.values;
    if (replicaof !== null) node.replication.replicateFrom(replicaof.host, replicaof.port, this.#knowsStream);
    node.cluster?.verifyKeysAfterLoad();
    this.#logReady();
    this.#onBegun();
  }

  #logReady(): void {
    const { config, version } = this.#node;
    const { port, 'tls-port': tlsPort, unixsocket } = config.values;
    const log = (text: string): void => this.#node.log('notice', text);
    if (version === '7.0') {
      log('Ready to accept connections');
      if (unixsocket !== '') log(`The server is now ready to accept connections at ${unixsocket}`);
      return;
    }
    if (port !== 0) log('Ready to accept connections tcp');
    if (tlsPort !== 0) log('Ready to accept connections tls');
    if (unixsocket !== '') log('Ready to accept connections unix');
  }
}
