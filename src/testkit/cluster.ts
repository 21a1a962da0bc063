/** A running test cluster: what startCluster() gives. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { Baseline } from './baseline.js';
import { ClusterViews } from './cluster-views.js';
import { CommandClient } from './command-client.js';
import { announceReplicas, awaitListing, FORMATION_LIMIT_MS } from './formation-wait.js';
import type { TestNode } from './test-node.js';

/**
 * A Redis Cluster inside this process. Its nodes, its events, its time and its faults are in the classes that it is made
 * of, one for each topic.
 */
export class Cluster extends ClusterViews implements AsyncDisposable {
  #stopping: Promise<void> | null = null;
  #baseline: Baseline | null = null;
  readonly #endings: (() => Promise<void>)[] = [];

  /** Takes down what reset() goes back to. Called when the cluster is ready. */
  rememberBaseline(): void {
    this.#baseline = new Baseline(this.nodes);
    this.rememberMembers();
  }

  /**
   * Makes the cluster as it was when it was started, so that tests can share it: ends all faults, resumes and restarts
   * nodes, deletes data, scripts and functions, sets back what CONFIG SET changed, forgets events, counters and lost
   * writes, and restores roles, slots, epochs and addresses; nodes that were added end, those that were removed are back.
   * Clients stay connected, unless the topology had changed or a node did not run: then all nodes are started anew. Takes
   * milliseconds; virtual time does not go back, but goes on by some seconds where nodes have to be started.
   * What it cannot bring back: a port that another process took meanwhile.
   * @throws RedisTestClusterError STOPPED; PORT_IN_USE when another process took the port of a node that did not run.
   * @example
   * afterEach(() => cluster.reset());
   */
  async reset(): Promise<void> {
    this.assertUsable('reset()');
    const baseline = this.#baseline;
    if (baseline === null) return;
    this.book.disposeAll();
    await this.restoreMembers();
    for (const node of this.nodes) {
      if (node.state === 'paused') node.resume();
      node.forgetConnection();
    }
    this.pump.input(() => baseline.restoreSettings());
    if (!(await this.#resetRunning(baseline))) await this.#startAnew(baseline);
    this.parts.log.clear();
    this.resetCounters();
    this.beginTimeline();
  }

  /**
   * Deletes all data on every running master (FLUSHALL), and with that on their replicas.
   * @throws RedisTestClusterError COMMAND_FAILED when a master is paused or refuses; STOPPED.
   */
  async flush(): Promise<void> {
    this.assertRunning();
    await Promise.all(this.masters.map((node) => this.#flush(node)));
    await this.settle();
  }

  /** Ends every node and closes every port and socket. Nothing of the cluster stays behind. Calling it again does nothing more. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** For the parts of the test kit: what ends with the cluster. */
  onStop(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  /** @returns false when that does not make it as it was. */
  async #resetRunning(baseline: Baseline): Promise<boolean> {
    if (!baseline.hasSameTopology()) return false;
    try {
      await Promise.all(this.nodes.map((node) => this.#clear(node)));
      if (baseline.isFormed) await this.waitFor('ok', { timeout: FORMATION_LIMIT_MS });
    } catch (error) {
      this.assertRunning();
      if (error instanceof RedisTestClusterError) return false;
      throw error;
    }
    // What was under way may have gone on.
    return baseline.hasSameTopology();
  }

  async #clear(node: TestNode): Promise<void> {
    this.pump.input(() => node.process.node.pause.unpause('client-command'));
    const client = new CommandClient(node.process, this.pump);
    try {
      if (node.role === 'master') {
        await client.run(['FLUSHALL']);
        if (node.process.node.commands.get('function') !== undefined) await client.run(['FUNCTION', 'FLUSH']);
      }
      await client.run(['SCRIPT', 'FLUSH']);
      await client.run(['SLOWLOG', 'RESET']);
    } finally {
      client.close();
    }
  }

  async #startAnew(baseline: Baseline): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    baseline.restoreDisks();
    await Promise.all(this.nodes.map((node) => node.ports.reopen()));
    this.assertRunning();
    this.pump.input(() => {
      for (const node of this.nodes) node.process.start();
    });
    await announceReplicas(this.pump, this.nodes);
    if (baseline.isFormed) {
      await this.waitFor('ok', { timeout: FORMATION_LIMIT_MS });
      await awaitListing(this.pump, this.nodes, FORMATION_LIMIT_MS);
    }
  }

  /** On a connection of its own: that of command() may be in the middle of something. */
  async #flush(node: TestNode): Promise<void> {
    if (node.state === 'paused')
      throw new RedisTestClusterError('COMMAND_FAILED', `${node.name} is paused; resume() it before flush()`);
    const client = new CommandClient(node.process, this.pump);
    try {
      await client.run(['FLUSHALL']);
    } finally {
      client.close();
    }
  }

  async #stop(): Promise<void> {
    this.isStopped = true;
    const { ports, connector } = this.parts;
    this.endWaits();
    for (const node of this.nodes) node.process.kill();
    this.pump.stop();
    await Promise.all(this.#endings.map((end) => end()));
    await connector.closeStreams();
    await Promise.all(ports.map((port) => port.giveBack()));
  }
}
