/** What a cluster and its nodes are to those who print and compare them: failed assertions, console.log, snapshots. */
import type { SlotRanges } from '../cluster/slot-bitmap.js';

/** By this name Node.js and the assertion libraries ask an object how it wants to be shown. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** A node in JSON and in snapshots. */
export interface NodeSummary {
  /** `host:port` */
  readonly name: string;
  readonly id: string;
  readonly role: 'master' | 'replica';
  readonly state: 'running' | 'paused' | 'stopped';
  /** As CLUSTER NODES writes them: `0-5460 7000`. */
  readonly slots: string;
  /** The name of its master; null for a master. */
  readonly master: string | null;
}

export abstract class ShownNode {
  /** Where clients reach it; with `port` what toEqual() compares. */
  declare readonly host: string;
  /** The port for clients. */
  declare readonly port: number;
  abstract get name(): string;
  abstract get id(): string;
  abstract get role(): 'master' | 'replica';
  abstract get state(): 'running' | 'paused' | 'stopped';
  abstract get slots(): SlotRanges;
  abstract get master(): { readonly name: string } | null;

  /** @param address where it is now. */
  constructor(address: () => { readonly host: string; readonly port: number }) {
    // Properties of its own: without any, every node would be deeply equal to every other.
    Object.defineProperties(this, {
      host: { enumerable: true, get: () => address().host },
      port: { enumerable: true, get: () => address().port },
    });
  }

  /** What it is, in few words: `127.0.0.1:7000 (master)`. Assertion libraries cut what is longer than 40 letters. */
  toString(): string {
    return `${this.name} (${this.role}${this.state === 'running' ? '' : `, ${this.state}`})`;
  }

  toJSON(): NodeSummary {
    const { name, id, role, state } = this;
    const slots = this.slots.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    return { name, id, role, state, slots: slots.join(' '), master: this.master?.name ?? null };
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** A cluster in JSON and in snapshots. */
export interface ClusterSummary {
  readonly seed: number;
  readonly nodes: readonly NodeSummary[];
}

export abstract class ShownCluster {
  abstract get seed(): number;
  abstract get nodes(): readonly ShownNode[];

  /** What it is, in words, a line for each node: `127.0.0.1:7000  master of 0-5460`. */
  toString(): string {
    const { seed, nodes } = this.toJSON();
    return [`Cluster (seed ${seed})`, ...nodes.map(describeNode)].join('\n');
  }

  toJSON(): ClusterSummary {
    return { seed: this.seed, nodes: this.nodes.map((node) => node.toJSON()) };
  }

  [INSPECT](): string {
    return this.toString();
  }
}

function describeNode({ name, role, state, slots, master }: NodeSummary): string {
  const whose = role === 'replica' ? (master ?? 'nobody') : slots === '' ? 'no slots' : slots;
  return `  ${name}  ${role} of ${whose}${state === 'running' ? '' : `, ${state}`}`;
}
