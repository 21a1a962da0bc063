/** What holds in the end, when all faults are over: L1 to L8, one small function each. */
import type { TestNode } from '../../test-node.js';
import { stateOf } from './invariant.js';
import type { Violation } from './violations.js';
import type { WriteLedger } from './write-ledger.js';

export type Problem = Omit<Violation, 'atMs'> | null;

/** What keeps the nodes from having met again: slots that are open for migration may keep them from more. */
export function meetingProblem(nodes: readonly TestNode[], deadId: string | null = null): Problem {
  return nobodyIsSuspected(nodes, deadId) ?? oneCurrentEpoch(nodes);
}

/**
 * What keeps the nodes from having found together; null = nothing does.
 * @param deadId of a node that is dead for good.
 */
export function convergenceProblem(nodes: readonly TestNode[], deadId: string | null = null): Problem {
  return (
    isOk(nodes) ??
    meetingProblem(nodes, deadId) ??
    agreeOnOwners(nodes) ??
    (deadId === null ? null : followsLiving(nodes, deadId))
  );
}

/** What is wrong with a cluster that has found together, what is cheap to tell first; null = nothing is. */
export function restingProblem(nodes: readonly TestNode[], ledger: WriteLedger): Problem {
  return (
    convergenceProblem(nodes) ??
    distinctEpochs(nodes) ??
    noIdleMaster(nodes) ??
    noOrphan(nodes) ??
    sameData(nodes) ??
    keptWrites(nodes, ledger)
  );
}

/** L4: cluster_state:ok everywhere. */
function isOk(nodes: readonly TestNode[]): Problem {
  const down = nodes.find((node) => !stateOf(node).ok);
  return down === undefined ? null : { invariant: 'L4', text: `${down.name} does not say cluster_state:ok` };
}

/** L6: no flags of failure are left. */
function nobodyIsSuspected(nodes: readonly TestNode[], deadId: string | null): Problem {
  for (const node of nodes) {
    const suspect = stateOf(node).nodes.list.find(
      (known) => (known.isFailing || known.isPossiblyFailing) && known.id !== deadId,
    );
    if (suspect !== undefined)
      return { invariant: 'L6', text: `${node.name} still takes ${suspect.id} for failing` };
  }
  return null;
}

/** L3 */
function oneCurrentEpoch(nodes: readonly TestNode[]): Problem {
  const epochs = new Set(nodes.map((node) => stateOf(node).currentEpoch));
  return epochs.size <= 1 ? null : { invariant: 'L3', text: `current epochs ${[...epochs].join(' ')}` };
}

/** L1: all agree on the owner of every slot. */
function agreeOnOwners(nodes: readonly TestNode[]): Problem {
  const [first, ...others] = nodes;
  const other = others.find((node) => first !== undefined && !agree(first, node));
  if (first === undefined || other === undefined) return null;
  return { invariant: 'L1', text: `${first.name} and ${other.name} do not agree on the owners of the slots` };
}

function agree(one: TestNode, other: TestNode): boolean {
  const { nodes } = stateOf(other);
  return stateOf(one).nodes.list.every(
    ({ id, slots }) => nodes.get(id)?.slots.snapshot().equals(slots.snapshot()) === true,
  );
}

/** L5: nobody follows the dead. */
function followsLiving(nodes: readonly TestNode[], deadId: string): Problem {
  const lost = nodes.find((node) => stateOf(node).myself.replicaOf?.id === deadId);
  return lost === undefined
    ? null
    : { invariant: 'L5', text: `${lost.name} still follows ${deadId}, which is dead` };
}

/** L2: no two masters have the same config epoch. */
function distinctEpochs(nodes: readonly TestNode[]): Problem {
  const epochs = mastersOf(nodes).map((node) => stateOf(node).myself.configEpoch);
  if (new Set(epochs).size === epochs.length) return null;
  return { invariant: 'L2', text: `the masters have config epochs ${epochs.join(' ')}` };
}

/** L5: whoever has no slots follows somebody. */
function noIdleMaster(nodes: readonly TestNode[]): Problem {
  const idle = mastersOf(nodes).find((node) => node.slots.length === 0);
  return idle === undefined ? null : { invariant: 'L5', text: `${idle.name} is a master without slots` };
}

/** L7: replicas have what their masters have. */
function sameData(nodes: readonly TestNode[]): Problem {
  for (const replica of nodes.filter(({ role }) => role === 'replica')) {
    const size = stateOf(replica).host.keys.totalKeys();
    const { master } = replica;
    const expected = master === null ? null : stateOf(master).host.keys.totalKeys();
    if (size !== expected)
      return {
        invariant: 'L7',
        text: `${replica.name} has ${size} keys, its master ${expected ?? 'is unknown'}`,
      };
  }
  return null;
}

/** L8: no master is without replicas while another one has some to give. */
function noOrphan(nodes: readonly TestNode[]): Problem {
  const masters = mastersOf(nodes);
  const orphan = masters.find((node) => node.replicas.length === 0);
  if (orphan === undefined) return null;
  const { config } = stateOf(orphan).host;
  if (!config['cluster-allow-replica-migration']) return null;
  const donor = masters.find((node) => node.replicas.length > config['cluster-migration-barrier']);
  if (donor === undefined) return null;
  return {
    invariant: 'L8',
    text: `${orphan.name} has no replica, ${donor.name} has ${donor.replicas.length}`,
  };
}

/** S12: every acknowledged write that nothing excused is on its master and on the replicas. */
function keptWrites(nodes: readonly TestNode[], ledger: WriteLedger): Problem {
  const holders = new Map<number, readonly TestNode[]>();
  for (const master of mastersOf(nodes)) {
    const all = [master, ...master.replicas];
    for (const [first, last] of master.slots)
      for (let slot = first; slot <= last; slot++) holders.set(slot, all);
  }
  for (const { key, slot } of ledger.kept) {
    for (const node of holders.get(slot) ?? []) {
      if (node.process.node.keyspace.databases[0]?.isStored(key) !== true)
        return { invariant: 'S12', text: `${node.name} has lost ${key}` };
    }
  }
  return null;
}

function mastersOf(nodes: readonly TestNode[]): TestNode[] {
  return nodes.filter(({ role }) => role === 'master');
}
