/** What a cluster was when it was ready, and how it differs from that now: what reset() goes back to. */
import type { ClusterNode } from '../cluster/cluster-node.js';
import type { ByteString } from '../resp/byte-string.js';
import { readinessProblem } from './readiness.js';
import type { TestNode } from './test-node.js';

interface NodeBaseline {
  readonly node: TestNode;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly view: string;
  readonly users: string;
  readonly directives: ReadonlyMap<ByteString, ByteString>;
}

export class Baseline {
  readonly #nodes: readonly NodeBaseline[];

  readonly #isFormed: boolean;

  /** Takes down how all nodes are now; every one has to run. */
  constructor(nodes: readonly TestNode[]) {
    this.#isFormed = readinessProblem(nodes) === null;
    let lastView = '';
    this.#nodes = nodes.map((node, index) => {
      // Nodes that agree keep one text between them: a thousand of them would have a hundred megabytes of it.
      const before = nodes[index - 1];
      if (before === undefined || !seesTheSame(node, before)) lastView = viewOf(node);
      return {
        node,
        files: node.disk.snapshot(),
        view: lastView,
        users: usersOf(node),
        directives: new Map(node.process.node.config.get(['*'])),
      };
    });
  }

  /** It was one healthy cluster, and not bare nodes. */
  get isFormed(): boolean {
    return this.#isFormed;
  }

  /** True when only data and settings can have changed: every node runs, and has its role, its slots, its epochs and its users. */
  hasSameTopology(): boolean {
    return this.#nodes.every(
      ({ node, view, users }) => node.isRunning && viewOf(node) === view && usersOf(node) === users,
    );
  }

  /** Puts the disks of all nodes back; none may run. */
  restoreDisks(): void {
    for (const { node, files } of this.#nodes) node.disk.restore(files);
  }

  /** What CONFIG SET changed on nodes that run is set back; files that BGSAVE left are gone. */
  restoreSettings(): void {
    for (const { node, directives, files } of this.#nodes) {
      if (!node.isRunning) continue;
      for (const file of node.disk.files) {
        if (file.endsWith('.rdb') && !files.has(file)) node.disk.erase(file);
      }
      const { config } = node.process.node;
      for (const [name, value] of config.get(['*'])) {
        const before = directives.get(name);
        if (before !== undefined && before !== value) config.set([[name, before]]);
      }
    }
  }
}

/** What a node knows of the cluster, as text: roles, slots, epochs, addresses of all. */
function viewOf(node: TestNode): string {
  const state = node.process.node.cluster?.state;
  if (state === undefined) return '';
  const lines = state.nodes.list.map((seen) => lineOf(seen)).sort();
  const moving = [...state.slots.migratingTo, ...state.slots.importingFrom].map(([slot]) => slot);
  return [state.currentEpoch, ...lines, ...moving].join('\n');
}

/** True when viewOf() gives the same for both; false may mean that it takes a closer look. */
function seesTheSame(node: TestNode, other: TestNode): boolean {
  const one = node.process.node.cluster?.state;
  const two = other.process.node.cluster?.state;
  if (one === undefined || two === undefined) return one === two;
  const hasOpenSlots = [one, two].some(({ slots }) => slots.migratingTo.size + slots.importingFrom.size > 0);
  if (hasOpenSlots || one.currentEpoch !== two.currentEpoch || one.nodes.size !== two.nodes.size)
    return false;
  return one.nodes.list.every((seen) => {
    const same = two.nodes.get(seen.id);
    return (
      same !== undefined &&
      same.ip === seen.ip &&
      same.port === seen.port &&
      same.busPort === seen.busPort &&
      same.isReplica === seen.isReplica &&
      same.replicaOf?.id === seen.replicaOf?.id &&
      same.configEpoch === seen.configEpoch &&
      same.slots.snapshot().equals(seen.slots.snapshot())
    );
  });
}

function lineOf(seen: ClusterNode): string {
  const role = seen.isReplica ? `replica of ${seen.replicaOf?.id}` : 'master';
  return `${seen.id} ${seen.ip}:${seen.port}@${seen.busPort} ${role} ${seen.configEpoch} ${seen.slots.ranges.join(' ')}`;
}

/** Its users with their rules. */
function usersOf(node: TestNode): string {
  const { acl } = node.process.node;
  return acl.users.map((user) => acl.describe(user)).join('\n');
}
