/** The nodes of a cluster in another process, as of its last answer. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import { slotForKey } from '../../../fixtures/keys.js';
import { SLOT_COUNT } from '../../cluster/constants.js';
import type { ClusterStateMessage, NodeStateMessage, Welcome } from '../control/protocol.js';
import { fromJson, toJson } from '../control/value-codec.js';
import { ShownCluster } from '../shown.js';
import { noSuchNode } from '../test-node.js';
import type { ControlConnection } from './control-connection.js';
import {
  type Call,
  RemoteClientFault,
  RemoteFault,
  RemoteHandle,
  RemoteHold,
  type RemoteMoveMessage,
  RemotePartition,
  RemoteSlotMove,
} from './remote-handles.js';
import { RemoteNode, type RemoteNodeOwner } from './remote-node.js';

export abstract class RemoteNodes extends ShownCluster implements RemoteNodeOwner {
  /** All nodes, running or not, in the order of the cluster. */
  readonly nodes: readonly RemoteNode[];
  readonly #members: RemoteNode[] = [];
  /** Also those that left. */
  readonly #byKey = new Map<string, RemoteNode>();
  #connection: ControlConnection | null = null;
  #welcome: Welcome | null = null;

  constructor() {
    super();
    this.nodes = this.#members;
  }

  /** For the parts of the test kit. */
  begin(connection: ControlConnection, welcome: Welcome): void {
    this.#connection = connection;
    this.#welcome = welcome;
  }

  /** For the parts of the test kit: news of the nodes. */
  update({ nodes }: ClusterStateMessage): void {
    this.#members.splice(0, this.#members.length, ...nodes.map((state) => this.#updated(state)));
  }

  protected get connection(): ControlConnection {
    if (this.#connection === null) throw new RedisTestClusterError('NOT_STARTED', 'not connected yet');
    return this.#connection;
  }

  /** The seed of everything random in the cluster. */
  get seed(): number {
    return this.#welcome?.seed ?? 0;
  }

  /** For clients of a cluster that speaks TLS; null without. */
  get tls(): Welcome['tls'] {
    return this.#welcome?.tls ?? null;
  }

  /** Running nodes that are masters by their own view. */
  get masters(): RemoteNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'master');
  }

  get replicas(): RemoteNode[] {
    return this.nodes.filter((node) => node.isRunning && node.role === 'replica');
  }

  /** `[{ host, port }]` of all nodes, for ioredis, iovalkey and valkey-glide. */
  get seeds(): { host: string; port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /** `[{ url }]` of all nodes, for createCluster() of node-redis. */
  get rootNodes(): { url: string }[] {
    return this.nodes.map(({ uri }) => ({ url: uri }));
  }

  /** The running master that serves the slot; when there is none, the stopped one that the others hold for its owner. Throws as Cluster.nodeForSlot(). */
  nodeForSlot(slot: number): RemoteNode {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOT_COUNT)
      throw new RedisTestClusterError(
        'INVALID_SLOT',
        `a hash slot is an integer from 0 to 16383, got ${slot}`,
      );
    const has = (ranges: RemoteNode['slots']): boolean =>
      ranges.some(([first, last]) => first <= slot && slot <= last);
    const owners = this.nodes
      .filter(({ isRunning, slots }) => isRunning && has(slots))
      .toSorted((one, other) => other.configEpoch - one.configEpoch);
    return (
      owners[0] ??
      this.nodes.find(({ assigned }) => has(assigned)) ??
      noSuchNode(`no node serves slot ${slot}`)
    );
  }

  nodeForKey(key: string | Uint8Array): RemoteNode {
    return this.nodeForSlot(slotForKey(key));
  }

  /** The node with that id, `host:port` or port. Throws NO_SUCH_NODE. */
  node(which: string | number): RemoteNode {
    const found = this.nodes.find(({ id, name, port }) => which === id || which === name || which === port);
    return (
      found ??
      noSuchNode(`this cluster has no node ${which}; it has ${this.nodes.map(({ name }) => name).join(', ')}`)
    );
  }

  // What nodes and handles need of their cluster

  readonly call: Call = async <T>(method: string, params: object = {}): Promise<T> => {
    const name = `${method.slice(method.indexOf('.') + 1)}()`;
    const encoded = toJson(name, params, (value) =>
      value instanceof RemoteNode ? { $node: value.key } : undefined,
    ) as object;
    const result = await this.connection.call(method, encoded);
    return fromJson(result, (tag, value) => this.#decode(tag, value)) as T;
  };

  nodeOfKey(key: string): RemoteNode {
    return this.#byKey.get(key) ?? this.#updated(unknownNode(key));
  }

  #updated(state: NodeStateMessage): RemoteNode {
    const known = this.#byKey.get(state.key);
    if (known !== undefined) {
      known.update(state);
      return known;
    }
    const node = new RemoteNode(this, state);
    this.#byKey.set(state.key, node);
    return node;
  }

  #decode(tag: string, value: unknown): unknown {
    if (tag === '$node') return this.nodeOfKey(value as string);
    if (tag === '$handle') return this.#handle(value as { id: number; type: string; description: string });
    throw new RedisTestClusterError('PROTOCOL_ERROR', `the cluster sent a value of the kind ${tag}`);
  }

  #handle(message: { id: number; type: string; description: string }): RemoteHandle {
    const { id, type, description } = message;
    switch (type) {
      case 'move': {
        const move = fromJson(message, (tag, inner) => this.#decode(tag, inner));
        return new RemoteSlotMove(this.call, id, move as RemoteMoveMessage);
      }
      case 'partition':
        return new RemotePartition(this.call, id, description);
      case 'hold':
        return new RemoteHold(this.call, id, description);
      case 'client-fault':
        return new RemoteClientFault(this.call, id, description);
      case 'fault':
        return new RemoteFault(this.call, id, description);
      default:
        return new RemoteHandle(this.call, id);
    }
  }
}

/** One that was gone before this side heard of it. */
function unknownNode(key: string): NodeStateMessage {
  return {
    key,
    id: '',
    host: '',
    port: 0,
    busPort: 0,
    name: 'a node that left',
    uri: '',
    state: 'stopped',
    role: 'master',
    master: null,
    slots: [],
    assigned: [],
    configEpoch: 0,
    connectionCount: 0,
  };
}
