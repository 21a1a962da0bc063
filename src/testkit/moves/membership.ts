/** Nodes that join and leave, as redis-cli --cluster add-node and del-node let them. */
import type { RealTimePump } from '../../io/real-time-pump.js';
import type { TestNode } from '../test-node.js';
import { runOn } from './node-commands.js';

/** What joining and leaving need of their cluster. */
export interface MembershipOwner {
  readonly pump: RealTimePump;
  readonly nodes: readonly TestNode[];
  waitUntil(condition: () => boolean, what: string): Promise<number>;
}

/** CLUSTER MEET, and CLUSTER REPLICATE when it has a master; until all that run know it and it is in sync. */
export async function join(owner: MembershipOwner, node: TestNode, master: TestNode | null): Promise<void> {
  const others = runningBeside(owner, node);
  const [contact] = master === null ? others : [master];
  if (contact === undefined) return;
  await runOn(node, owner.pump, 'CLUSTER', 'MEET', contact.host, contact.port, contact.busPort);
  await owner.waitUntil(
    () => runningBeside(owner, node).every((other) => knows(other, node) && knows(node, other)),
    `${node.name} to be known to all nodes`,
  );
  await owner.waitUntil(() => isOk(node) || !isOk(contact), `${node.name} to say cluster_state:ok`);
  if (master === null) return;
  await owner.waitUntil(() => seesAsMaster(node, master), `${node.name} to see ${master.name} as a master`);
  await runOn(node, owner.pump, 'CLUSTER', 'REPLICATE', master.id);
  await owner.waitUntil(
    () => isInSync(node, master) && runningBeside(owner, node).every((other) => lists(other, node, master)),
    `${node.name} to be a replica of ${master.name} that all nodes list`,
  );
}

/** CLUSTER FORGET everywhere. Whoever still replicates from it is told to replicate from the other master first. */
export async function leave(owner: MembershipOwner, node: TestNode, heir: TestNode | null): Promise<void> {
  const { id } = node;
  const others = runningBeside(owner, node);
  const replicates = (other: TestNode): boolean =>
    other.process.node.cluster?.state.myself.replicaOf?.id === id;
  for (const other of others) {
    if (heir !== null && other !== heir && replicates(other))
      await runOn(other, owner.pump, 'CLUSTER', 'REPLICATE', heir.id);
  }
  for (const other of others) {
    if (other.process.node.cluster?.state.nodes.get(id) === undefined) continue;
    await runOn(other, owner.pump, 'CLUSTER', 'FORGET', id);
  }
}

function runningBeside({ nodes }: MembershipOwner, node: TestNode): TestNode[] {
  return nodes.filter((other) => other !== node && other.state === 'running');
}

function isOk(node: TestNode): boolean {
  return node.process.node.cluster?.state.ok === true;
}

function knows(viewer: TestNode, subject: TestNode): boolean {
  const seen = viewer.process.node.cluster?.state.nodes.get(subject.id);
  return seen !== undefined && !seen.inHandshake;
}

function seesAsMaster(viewer: TestNode, subject: TestNode): boolean {
  return viewer.process.node.cluster?.state.nodes.get(subject.id)?.isMaster === true;
}

function isInSync(replica: TestNode, master: TestNode): boolean {
  const { replication } = replica.process.node;
  return replication.isMasterLinkUp() && replication.offset() === master.process.node.replication.offset();
}

/** Redis lists a replica in CLUSTER SLOTS once it has heard of an offset other than 0 from it. */
function lists(viewer: TestNode, replica: TestNode, master: TestNode): boolean {
  const seen = viewer.process.node.cluster?.state.nodes.get(replica.id);
  return seen?.replicaOf?.id === master.id && seen.replicationOffset > 0;
}
