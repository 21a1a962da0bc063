/** What an idle node of a cluster of six takes. Needs --expose-gc. */
import { type Cluster, startCluster } from '../../../src/index.js';

export interface IdleHeap {
  /** On the heap, bytes for each node. */
  readonly heapBytes: number;
  /** Outside of the heap (typed arrays and buffers), bytes for each node. */
  readonly bufferBytes: number;
}

/** Clusters that are started: the noise of one cluster is too great. */
const CLUSTERS = 8;
const NODES_IN_CLUSTER = 6;

export async function idleHeap(): Promise<IdleHeap> {
  // Code and shared tables come to be with the first cluster: they are not a node's.
  await (await startCluster(3, 1)).stop();
  const before = await memoryInUse();
  const clusters: Cluster[] = [];
  for (let count = 0; count < CLUSTERS; count++) clusters.push(await startCluster(3, 1, { clock: 'manual' }));
  const after = await memoryInUse();
  for (const cluster of clusters) await cluster.stop();
  const nodes = CLUSTERS * NODES_IN_CLUSTER;
  return {
    heapBytes: (after.heapUsed - before.heapUsed) / nodes,
    bufferBytes: (after.arrayBuffers - before.arrayBuffers) / nodes,
  };
}

async function memoryInUse(): Promise<NodeJS.MemoryUsage> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run with --expose-gc');
  for (let round = 0; round < 4; round++) {
    gc();
    // Sockets and servers that were closed are let go in the next turn of the loop.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return process.memoryUsage();
}
