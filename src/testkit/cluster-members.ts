/** The nodes of a cluster come and go, and slots are shared out anew. */
import { ClusterMoves } from './cluster-moves.js';
import { checkOptions, invalid, listOf, type OneOrMore, show } from './faults/message-filter.js';
import { join, leave, type MembershipOwner } from './moves/membership.js';
import { checkMaster, checkNode } from './moves/node-commands.js';
import { moveSlots, planRebalance, planReshard, slotsOf } from './moves/resharding.js';
import type { NodePorts } from './node-ports.js';
import { TestNode } from './test-node.js';

export interface ReshardOptions {
  /** Who gives: in proportion to what each has. Default: all other masters. */
  readonly from?: OneOrMore<TestNode>;
  readonly to: TestNode;
  /** How many slots move. */
  readonly slots: number;
}

export interface RebalanceOptions {
  /** Weight of a master, default 1; 0 = it gives all its slots away. */
  readonly weights?: ReadonlyMap<TestNode, number>;
  /** In percent: nothing moves when no master is further from its share. Default 2, as in redis-cli. */
  readonly threshold?: number;
}

/** What a node was when the cluster was ready. */
interface FirstMember {
  readonly node: TestNode;
  readonly process: TestNode['process'];
  readonly ports: NodePorts;
}

export abstract class ClusterMembers extends ClusterMoves {
  #firstMembers: readonly FirstMember[] = [];

  /**
   * Starts one more node and lets it join by CLUSTER MEET: a master without slots, or a replica. Resolves when all running
   * nodes know it, and list it when it is a replica; with flowing time too, that takes virtual seconds and real milliseconds.
   * @param options `replicaOf`: its master.
   * @throws RedisTestClusterError INVALID_ARGUMENT, PORT_IN_USE, START_FAILED; TIMEOUT when a cut keeps it out.
   * @example
   * const node = await cluster.addNode();
   * await cluster.rebalance();
   */
  async addNode(options: { readonly replicaOf?: TestNode } = {}): Promise<TestNode> {
    const call = 'addNode()';
    this.assertUsable(call);
    checkOptions(call, options, ['replicaOf']);
    const { replicaOf } = options;
    const master = replicaOf === undefined ? null : checkMaster(call, 'replicaOf', replicaOf, this.nodes);
    const { process, ports } = await this.parts.addProcess();
    this.assertRunning();
    const node = new TestNode(this, process, ports);
    this.members.push(node);
    this.watchClientsOf(node);
    this.pump.input(() => process.start());
    await join(this.#membershipOwner, node, master);
    return node;
  }

  /**
   * Takes a node out of the cluster: a master's slots go to the other masters, each replica that is left to one of them; all
   * others forget it (CLUSTER FORGET); its process ends. It is no longer in `nodes`.
   * @throws RedisTestClusterError INVALID_ARGUMENT, also for the last master and for a stopped one that still has slots.
   * @example
   * await cluster.removeNode(cluster.masters[2]);
   */
  async removeNode(node: TestNode): Promise<void> {
    const call = 'removeNode()';
    this.assertUsable(call);
    checkNode(call, 'its argument', node, this.nodes);
    const others = this.masters.filter((master) => master !== node && master.state === 'running');
    const slots = slotsOf(node);
    if (slots.length > 0) {
      if (others.length === 0)
        invalid(call, `${node.name} is the last running master; somebody has to take its slots`);
      if (node.state !== 'running')
        invalid(call, `${node.name} is ${node.state} and has ${slots.length} slots; failover() first`);
      const share = slots.length / others.length;
      await moveSlots(
        this.moveOwner,
        slots.map((slot, index) => ({
          slot,
          from: node,
          to: others[Math.floor(index / share)] as TestNode,
        })),
      );
    }
    const heir = others.toSorted((one, other) => one.replicas.length - other.replicas.length)[0] ?? null;
    await leave(this.#membershipOwner, node, node.role === 'master' || slots.length > 0 ? heir : null);
    await node.kill();
    this.members.splice(this.members.indexOf(node), 1);
  }

  /**
   * Moves slots with their keys to a master, chosen as redis-cli --cluster reshard does. Clients can go on meanwhile.
   * @returns how many moved.
   * @throws RedisTestClusterError INVALID_ARGUMENT; COMMAND_FAILED when a node refuses: what moved until then stays moved.
   * @example
   * await cluster.reshard({ to: await cluster.addNode(), slots: 1000 });
   */
  async reshard(options: ReshardOptions): Promise<{ readonly moved: number }> {
    const call = 'reshard()';
    this.assertUsable(call);
    checkOptions(call, options, ['from', 'to', 'slots']);
    const to = checkMaster(call, 'to', options.to, this.nodes);
    const from =
      options.from === undefined
        ? this.masters.filter((master) => master !== to)
        : listOf(options.from).map((node) => checkMaster(call, 'from', node, this.nodes));
    if (from.includes(to)) invalid(call, `from and to are both ${to.name}`);
    const available = from.reduce((sum, node) => sum + slotsOf(node).length, 0);
    const { slots } = options;
    if (!(Number.isInteger(slots) && slots >= 1 && slots <= available))
      invalid(
        call,
        `slots must be a whole number from 1 to ${available}, which is all they have; got ${show(slots)}`,
      );
    const moves = planReshard(from, to, slots);
    await moveSlots(this.moveOwner, moves);
    return { moved: moves.length };
  }

  /**
   * Gives every running master its share of the slots, those without slots too, as redis-cli --cluster rebalance
   * --cluster-use-empty-masters does.
   * @returns how many slots moved.
   * @throws RedisTestClusterError INVALID_ARGUMENT, COMMAND_FAILED.
   * @example
   * await cluster.rebalance({ weights: new Map([[master, 2]]) });
   */
  async rebalance(options: RebalanceOptions = {}): Promise<{ readonly moved: number }> {
    const call = 'rebalance()';
    this.assertUsable(call);
    checkOptions(call, options, ['weights', 'threshold']);
    const { weights = new Map<TestNode, number>(), threshold = 2 } = options;
    if (!(weights instanceof Map))
      invalid(call, `weights must be a Map from nodes to numbers, got ${show(weights)}`);
    for (const [node, weight] of weights as ReadonlyMap<TestNode, number>) {
      checkMaster(call, 'weights', node, this.nodes);
      if (!(Number.isFinite(weight) && weight >= 0))
        invalid(call, `the weight of ${node.name} must be a number from 0 on, got ${show(weight)}`);
    }
    if (!(Number.isFinite(threshold) && threshold >= 0))
      invalid(call, `threshold must be a percentage from 0 on, got ${show(threshold)}`);
    const weightOf = (node: TestNode): number => weights.get(node) ?? 1;
    const masters = this.masters.filter(({ state }) => state === 'running');
    if (masters.every((node) => weightOf(node) === 0)) invalid(call, 'some master needs a weight above 0');
    const moves = planRebalance(masters, weightOf, threshold);
    await moveSlots(this.moveOwner, moves);
    return { moved: moves.length };
  }

  /** Takes down who is there, for restoreMembers(). */
  protected rememberMembers(): void {
    this.#firstMembers = this.nodes.map((node) => ({ node, process: node.process, ports: node.ports }));
  }

  /** Nodes that came later end; those that left are back, not running; each is where it was. */
  protected async restoreMembers(): Promise<void> {
    const first = new Set(this.#firstMembers.map(({ node }) => node));
    for (const node of this.nodes) if (!first.has(node)) await node.kill();
    for (const { node, process, ports } of this.#firstMembers) {
      if (node.process === process) continue;
      await node.kill();
      node.moveTo(process, ports);
    }
    this.members.splice(0, this.members.length, ...first);
  }

  get #membershipOwner(): MembershipOwner {
    return {
      pump: this.pump,
      nodes: this.nodes,
      waitUntil: (condition, what) => this.waitFor(condition, { what }),
    };
  }
}
