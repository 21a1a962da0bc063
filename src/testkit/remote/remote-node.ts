/** One node of a cluster in another process. */
import type { CommandArgument, CommandReply } from '../command-client.js';
import type { NodeStateMessage } from '../control/protocol.js';
import type { Delay } from '../faults/link-faults.js';
import type { Message } from '../faults/message.js';
import type { HitOptions } from '../faults/message-filter.js';
import { ShownNode } from '../shown.js';
import type { RestartOptions } from '../test-node.js';
import { RemoteCounters } from './remote-counters.js';
import type { RemoteCallFilter, RemoteClientFaultSpec } from './remote-filters.js';
import type {
  Call,
  RemoteClientFault,
  RemoteFault,
  RemoteHold,
  RemotePartition,
  RemoteRefusal,
} from './remote-handles.js';

/** What a node needs of its cluster. */
export interface RemoteNodeOwner {
  readonly call: Call;
  readonly nodes: readonly RemoteNode[];
  nodeOfKey(key: string): RemoteNode;
}

/**
 * A node as TestNode: what it is (address, role, slots...) is as of the last answer from its process; what it does has to be
 * awaited.
 */
export class RemoteNode extends ShownNode {
  readonly #owner: RemoteNodeOwner;
  #state: NodeStateMessage;
  /** What clients did to this node, counted. */
  readonly counters: RemoteCounters;

  constructor(owner: RemoteNodeOwner, state: NodeStateMessage) {
    super(() => this.#state);
    this.#owner = owner;
    this.#state = state;
    this.counters = new RemoteCounters(owner.call, this);
  }

  /** For the parts of the test kit. */
  get key(): string {
    return this.#state.key;
  }

  /** For the parts of the test kit. */
  get configEpoch(): number {
    return this.#state.configEpoch;
  }

  /** For the parts of the test kit. */
  get assigned(): RemoteNode['slots'] {
    return this.#state.assigned;
  }

  get busPort(): number {
    return this.#state.busPort;
  }

  get id(): string {
    return this.#state.id;
  }

  /** `host:port` */
  get name(): string {
    return this.#state.name;
  }

  get uri(): string {
    return this.#state.uri;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.port };
  }

  get state(): 'running' | 'paused' | 'stopped' {
    return this.#state.state;
  }

  get isRunning(): boolean {
    return this.state !== 'stopped';
  }

  get role(): 'master' | 'replica' {
    return this.#state.role;
  }

  get slots(): readonly (readonly [first: number, last: number])[] {
    return this.#state.slots;
  }

  get master(): RemoteNode | null {
    const { master } = this.#state;
    return master === null ? null : this.#owner.nodeOfKey(master);
  }

  get replicas(): RemoteNode[] {
    return this.#owner.nodes.filter((node) => node !== this && node.master === this);
  }

  /** Real client sockets that were open. */
  get connectionCount(): number {
    return this.#state.connectionCount;
  }

  command(...args: readonly CommandArgument[]): Promise<CommandReply> {
    return this.#call('command', { args });
  }

  kill(): Promise<void> {
    return this.#call('kill');
  }

  restart(options: RestartOptions = {}): Promise<void> {
    return this.#call('restart', options);
  }

  pause(): Promise<void> {
    return this.#call('pause');
  }

  resume(): Promise<void> {
    return this.#call('resume');
  }

  blackhole(): Promise<RemotePartition> {
    return this.#call('blackhole');
  }

  lag(by: Delay): Promise<RemoteFault<Message>> {
    return this.#call('lag', { by });
  }

  pauseReplication(): Promise<RemoteHold> {
    return this.#call('pauseReplication');
  }

  inject(
    fault: RemoteClientFaultSpec,
    filter: RemoteCallFilter & HitOptions = {},
  ): Promise<RemoteClientFault> {
    return this.#call('inject', { fault, ...filter });
  }

  refuseConnections(
    options: HitOptions & { readonly how?: 'refuse' | 'reset' | 'stall' } = {},
  ): Promise<RemoteRefusal> {
    return this.#call('refuseConnections', options);
  }

  /** For the parts of the test kit: what its process tells of it. */
  update(state: NodeStateMessage): void {
    this.#state = state;
  }

  #call<T>(method: string, params: object = {}): Promise<T> {
    return this.#owner.call<T>(`node.${method}`, { node: this, ...params });
  }
}
