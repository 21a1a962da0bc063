/** Waiting for nodes that were just started with their nodes.conf to be one healthy cluster. */
import type { RealTimePump } from '../io/real-time-pump.js';
import { everyReplicaIsListed } from './readiness.js';
import type { TestNode } from './test-node.js';
import { TimeControl } from './time-control.js';

/** Up to so many nodes every replica tells all others of itself; beyond, that would be a million messages. */
const MOST_ANNOUNCED = 200;
/** Virtual time after which a cluster that is not ready never will be. */
export const FORMATION_LIMIT_MS = 60_000;

/**
 * Redis lists a replica in CLUSTER SLOTS once it has heard of an offset other than 0 from it, which begins with the
 * first ping in its master's stream. By heartbeats alone that news takes seconds to get around in a small cluster and
 * minutes in one of a hundred nodes; so each replica tells everybody at once, as it would after a promotion.
 */
export async function announceReplicas(pump: RealTimePump, nodes: readonly TestNode[]): Promise<void> {
  const replicas = nodes.filter((node) => node.process.node.cluster?.state.myself.isReplica === true);
  let streaming = 0;
  const allStream = (): boolean => {
    while ((replicas[streaming]?.process.node.replication.offset() ?? 0) > 0) streaming++;
    return streaming === replicas.length;
  };
  // What keeps them from it is told by the wait for 'ok' that follows.
  if (!(await new TimeControl(pump).advanceUntil(allStream, FORMATION_LIMIT_MS))) return;
  const to = nodes.length <= MOST_ANNOUNCED ? 'all' : 'my-master';
  pump.input(() => {
    for (const { process } of replicas) process.deliver(() => process.node.cluster?.announce(to));
  });
}

/** Until every node lists every replica in CLUSTER SLOTS, for so long at most. */
export async function awaitListing(
  pump: RealTimePump,
  nodes: readonly TestNode[],
  limitMs: number,
): Promise<void> {
  await new TimeControl(pump).advanceUntil(() => everyReplicaIsListed(nodes), Math.max(0, limitMs));
}
