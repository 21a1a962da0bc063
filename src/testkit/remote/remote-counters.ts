/** What clients did to the nodes of a cluster in another process, counted. */
import type { ConnectionCounts, RedirectCounts } from '../counters.js';
import type { Call } from './remote-handles.js';
import type { RemoteNode } from './remote-node.js';

/** As Counters, but everything has to be awaited. */
export class RemoteCounters {
  readonly #call: Call;
  readonly #node: RemoteNode | undefined;

  /** @param node left out: all nodes together. */
  constructor(call: Call, node?: RemoteNode) {
    this.#call = call;
    this.#node = node;
  }

  commands(name?: string): Promise<number> {
    return this.#count('commands', name);
  }

  get byCommand(): Promise<Readonly<Record<string, number>>> {
    return this.#count('byCommand');
  }

  get topologyRequests(): Promise<number> {
    return this.#count('topologyRequests');
  }

  get connections(): Promise<ConnectionCounts> {
    return this.#count('connections');
  }

  get redirects(): Promise<RedirectCounts> {
    return this.#count('redirects');
  }

  #count<T>(count: string, name?: string): Promise<T> {
    return this.#call('counters', { node: this.#node, count, name });
  }
}
