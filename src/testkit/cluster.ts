/** A running test cluster: what startCluster() gives. */
import { RedisTestClusterError } from '../../fixtures/error.js';
import { ClusterClients } from './cluster-clients.js';
import { CommandClient } from './command-client.js';
import type { TestNode } from './test-node.js';

/**
 * A Redis Cluster inside this process. Its nodes, its events, its time and its faults are in the classes that it is made
 * of, one for each topic.
 */
export class Cluster extends ClusterClients implements AsyncDisposable {
  #stopping: Promise<void> | null = null;

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
    await connector.closeStreams();
    await Promise.all(ports.map((port) => port.close()));
  }
}
