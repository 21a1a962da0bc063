/** Who is where and who believes what: addresses that change or are odd, views that stay stale, slots that two nodes claim. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { type ClusterState, Todo } from '../cluster/cluster-state.js';
import { SLOT_COUNT } from '../cluster/constants.js';
import type { MessageType } from '../cluster/message.js';
import { ClusterMembers } from './cluster-members.js';
import type { CommandArgument } from './command-client.js';
import { Fault } from './faults/fault.js';
import { checkOptions, invalid, listOf, type OneOrMore, show } from './faults/message-filter.js';
import { checkMaster, checkNode, runOn } from './moves/node-commands.js';
import { isNews, withoutNews } from './moves/stale-view.js';
import { readinessProblem } from './readiness.js';
import type { TestNode } from './test-node.js';

/** How a node is to be known; '' or 0 takes an announcement back. */
export interface Announcement {
  /** cluster-announce-ip. The other nodes reach it there too: with an address that does not lead to it they lose it. */
  readonly ip?: string;
  /** cluster-announce-port (cluster-announce-tls-port with TLS): for clients only. */
  readonly port?: number;
  /** cluster-announce-bus-port. */
  readonly busPort?: number;
  /** cluster-announce-hostname. */
  readonly hostname?: string;
  /**
   * cluster-preferred-endpoint-type: how this node names all nodes to its clients. `unknown-endpoint` = not at all (NULL in
   * CLUSTER SLOTS, `MOVED 42 :7000`); `hostname` = `?` for those without one.
   */
  readonly preferredEndpointType?: 'ip' | 'hostname' | 'unknown-endpoint';
}

/** One node that took the place of another. */
export interface Replacement {
  readonly replaced: TestNode;
  readonly by: TestNode;
}

/** News that did not reach a node with a stale view. */
export interface MissedNews {
  /** Virtual time, Unix milliseconds. */
  readonly atMs: number;
  readonly from: TestNode | null;
  readonly type: MessageType;
}

const ENDPOINT_TYPES = ['ip', 'hostname', 'unknown-endpoint'];

export abstract class ClusterViews extends ClusterMembers {
  /** By node: one view may be kept for several reasons at once. */
  readonly #staleViews = new Map<TestNode, Set<Fault<MissedNews>>>();

  /**
   * Changes how nodes are announced, by CONFIG SET, and resolves when the other running nodes know. cluster.reset() takes it back.
   * @param nodes one, or several that get the same.
   * @throws RedisTestClusterError INVALID_ARGUMENT; COMMAND_FAILED when the node refuses a value.
   * @example
   * await cluster.announce(node, { hostname: 'nowhere.invalid' });
   * await cluster.announce(cluster.nodes, { preferredEndpointType: 'hostname' });
   */
  async announce(nodes: OneOrMore<TestNode>, how: Announcement): Promise<void> {
    const call = 'announce()';
    this.assertUsable(call);
    checkOptions(call, how, ['ip', 'port', 'busPort', 'hostname', 'preferredEndpointType']);
    const { ip, port, busPort, hostname, preferredEndpointType: type } = how;
    if (type !== undefined && !ENDPOINT_TYPES.includes(type))
      invalid(
        call,
        `preferredEndpointType must be 'ip', 'hostname' or 'unknown-endpoint', got ${show(type)}`,
      );
    const settings: CommandArgument[] = [];
    const set = (directive: string, value: string | number | undefined): void => {
      if (value !== undefined) settings.push(directive, value);
    };
    set('cluster-announce-ip', ip);
    set(this.tls === null ? 'cluster-announce-port' : 'cluster-announce-tls-port', port);
    set('cluster-announce-bus-port', busPort);
    set('cluster-announce-hostname', hostname);
    set('cluster-preferred-endpoint-type', type);
    if (settings.length === 0)
      invalid(call, 'needs one of ip, port, busPort, hostname, preferredEndpointType');
    const chosen = listOf(nodes).map((node) => checkNode(call, 'nodes', node, this.nodes));
    for (const node of chosen) await runOn(node, this.pump, 'CONFIG', 'SET', ...settings);
    for (const node of chosen) await this.#untilKnown(node, ip);
  }

  /**
   * Starts a node anew on other ports, with its nodes.conf and its data, as a container that comes back elsewhere. Resolves
   * when the other running nodes know, and when all is well again if it was before. Clients find nobody at the old place.
   * @throws RedisTestClusterError INVALID_ARGUMENT, PORT_IN_USE, START_FAILED; TIMEOUT when a cut keeps the news away.
   * @example
   * await cluster.changeAddress(cluster.masters[0]);
   */
  async changeAddress(node: TestNode): Promise<void> {
    const call = 'changeAddress()';
    this.assertUsable(call);
    checkNode(call, 'its argument', node, this.nodes);
    const wasOk = readinessProblem(this.nodes) === null;
    const { process, ports } = await this.parts.addProcess(node.disk);
    this.assertRunning();
    if (node.isRunning) node.process.saveData();
    await node.kill();
    node.moveTo(process, ports);
    this.pump.input(() => process.start());
    await this.#untilKnown(node);
    if (wasOk) await this.waitFor('ok');
  }

  /**
   * Replaces every node by a new one in turn, replicas first, as an operator upgrades a managed cluster: a new replica joins
   * and gets the data, takes over by CLUSTER FAILOVER where it follows a master, and the old node leaves. In the end no
   * address is one that was known at the start.
   * @param options `onStep`: called after each replacement, and waited for.
   * @returns who replaced whom.
   * @example
   * await cluster.rollingReplace({ onStep: async () => void (await redis.incr('counter')) });
   */
  async rollingReplace(
    options: { readonly onStep?: (step: Replacement) => void | Promise<void> } = {},
  ): Promise<readonly Replacement[]> {
    const call = 'rollingReplace()';
    this.assertUsable(call);
    checkOptions(call, options, ['onStep']);
    const { onStep } = options;
    if (onStep !== undefined && typeof onStep !== 'function')
      invalid(call, `onStep must be a function, got ${show(onStep)}`);
    const problem = readinessProblem(this.nodes);
    if (problem !== null) invalid(call, `the cluster must be ok: ${problem}`);
    const steps: Replacement[] = [];
    for (const replaced of [...this.replicas, ...this.masters]) {
      const master = replaced.role === 'master' ? replaced : replaced.master;
      const by = await this.addNode(master === null ? {} : { replicaOf: master });
      if (master === replaced) await this.failover(by);
      await this.waitFor('ok');
      await this.removeNode(replaced);
      await this.waitFor('ok');
      steps.push({ replaced, by });
      await onStep?.({ replaced, by });
    }
    return steps;
  }

  /**
   * Keeps a node's view of the cluster as it is: it hears that the others are alive, but no news of roles, slots, epochs and
   * failures, and gives no votes. It serves and redirects by that view until the handle is disposed. Its hits are the
   * messages that had news.
   * @example
   * using stale = cluster.staleView(node);
   * await cluster.migrateSlot({ slot: 42, to: other, pauseAt: 'node-src' }); // which node does not learn
   */
  staleView(node: TestNode): Fault<MissedNews> {
    this.assertUsable('staleView()');
    checkNode('staleView()', 'its argument', node, this.nodes);
    const faults = this.#staleViews.get(node) ?? new Set();
    this.#staleViews.set(node, faults);
    const fault: Fault<MissedNews> = new Fault(this.book, `${node.name} keeps its view`, () => {
      faults.delete(fault);
      if (faults.size === 0) node.process.busFilter = null;
    });
    faults.add(fault);
    node.process.busFilter = (message) => {
      const state = stateOf(node);
      if (state === null) return null;
      if (isNews(message, state)) {
        const from = this.nodes.find(({ id }) => id === message.sender) ?? null;
        for (const one of faults) one.count({ atMs: this.pump.clock.nowMs(), from, type: message.type });
      }
      return withoutNews(message, state);
    };
    return fault;
  }

  /**
   * Two masters claim a slot, and neither learns of the other's claim until the handle is disposed; then the greater config
   * epoch wins, as it does for the other nodes at once.
   * @param options `epochs`: their config epochs; equal ones are possible too. Default: as they are.
   * @throws RedisTestClusterError INVALID_ARGUMENT, INVALID_SLOT, COMMAND_FAILED.
   * @example
   * using dispute = await cluster.disputeSlot(42, [a, b], { epochs: [8, 9] });
   */
  async disputeSlot(
    slot: number,
    claimants: readonly [TestNode, TestNode],
    options: { readonly epochs?: readonly [number, number] } = {},
  ): Promise<Fault<MissedNews>> {
    const call = 'disputeSlot()';
    this.assertUsable(call);
    checkOptions(call, options, ['epochs']);
    if (!(Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT))
      throw new RedisTestClusterError(
        'INVALID_SLOT',
        `a hash slot is an integer from 0 to 16383, got ${show(slot)}`,
      );
    if (!Array.isArray(claimants) || claimants.length !== 2 || claimants[0] === claimants[1])
      invalid(call, `takes a list of two different masters, got ${show(claimants)}`);
    const nodes = claimants.map((node) => checkMaster(call, 'claimants', node, this.nodes));
    const { epochs } = options;
    if (
      epochs !== undefined &&
      !(epochs.length === 2 && epochs.every((epoch) => Number.isInteger(epoch) && epoch >= 1))
    )
      invalid(call, `epochs takes two whole numbers from 1 on, got ${show(epochs)}`);
    const stale = nodes.map((node) => this.staleView(node));
    try {
      for (const [index, node] of nodes.entries()) await this.#claim(node, slot, epochs?.[index]);
      await this.advance(0);
    } catch (error) {
      for (const view of stale) view.dispose();
      throw error;
    }
    const names = nodes.map(({ name }) => name).join(' and ');
    return new Fault(this.book, `${names} claim slot ${slot}`, () => {
      for (const view of stale) view.dispose();
    });
  }

  async #claim(node: TestNode, slot: number, epoch: number | undefined): Promise<void> {
    if (epoch !== undefined) this.#setEpoch(node, epoch);
    const state = stateOf(node);
    if (state?.slots.ownerOf(slot) === state?.myself) return;
    await runOn(node, this.pump, 'CLUSTER', 'SETSLOT', slot, 'NODE', node.id);
  }

  #setEpoch({ process }: TestNode, epoch: number): void {
    this.pump.input(() =>
      process.deliver(() => {
        const state = process.node.cluster?.state;
        if (state === undefined) return;
        state.myself.configEpoch = epoch;
        state.currentEpoch = Math.max(state.currentEpoch, epoch);
        state.doBeforeSleep(Todo.SAVE_CONFIG);
      }),
    );
  }

  /** @param ip that it announces; '' or left out: any. */
  async #untilKnown(node: TestNode, ip = ''): Promise<void> {
    await this.waitFor(
      () => {
        const own = stateOf(node)?.myself;
        if (own === undefined) return true;
        return this.nodes.every((viewer) => {
          if (viewer === node || viewer.state !== 'running') return true;
          const seen = stateOf(viewer)?.nodes.get(own.id);
          return (
            seen === undefined ||
            (seen.port === own.port &&
              seen.tlsPort === own.tlsPort &&
              seen.busPort === own.busPort &&
              seen.hostname === own.hostname &&
              (ip === '' || seen.ip === ip))
          );
        });
      },
      { what: `all nodes to know where ${node.name} is` },
    );
  }
}

function stateOf(node: TestNode): ClusterState | null {
  return node.isRunning ? (node.process.node.cluster?.state ?? null) : null;
}
