/**
 * Accounts for every acknowledged write (S12, S14): where it lives, and whether it may get lost. A write may get lost only with
 * the memory of the process that has it, with a replica's promotion that had not got that far in the stream, or because it
 * was accepted by a master that had been replaced already.
 */
import { slotForKey } from '../../../../fixtures/keys.js';
import type { Cluster } from '../../cluster.js';
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from './invariant.js';
import type { Report } from './violations.js';

interface Write {
  readonly key: string;
  readonly slot: number;
  readonly atMs: number;
  /** The master that holds it: the one that said OK, later whoever was promoted with it. */
  holder: TestNode;
  /** Place of the write in a replication stream. */
  replicationId: string;
  offset: number;
  lost: string | null;
}

export class WriteLedger implements Invariant {
  readonly #cluster: Cluster;
  readonly #report: Report;
  readonly #writes: Write[] = [];
  /** When a node's slots went to another one. */
  readonly #replacedAtMs = new Map<TestNode, number>();
  /** A plain CLUSTER FAILOVER has what it needs, and no fault has come between since. */
  readonly #graceful = new Set<TestNode>();

  constructor({ cluster, report }: Watched) {
    this.#cluster = cluster;
    this.#report = report;
  }

  get acknowledged(): number {
    return this.#writes.length;
  }

  /** Writes that have to be there. */
  get kept(): readonly { readonly key: string; readonly slot: number }[] {
    return this.#writes.filter(({ lost }) => lost === null);
  }

  /** How many writes were lost for which reason. */
  get losses(): Readonly<Record<string, number>> {
    const losses: Record<string, number> = {};
    for (const { lost } of this.#writes) {
      if (lost !== null) losses[lost] = (losses[lost] ?? 0) + 1;
    }
    return losses;
  }

  /** A node said OK to a write, right now. */
  acknowledge(key: string, holder: TestNode): void {
    const { replication } = holder.process.node;
    this.#writes.push({
      key,
      slot: slotForKey(key),
      atMs: this.#cluster.now(),
      holder,
      replicationId: replication.replicationId,
      offset: replication.offset(),
      // It was accepted when the process woke up, and dropped when that learned that it had been replaced, all in one go.
      lost: stateOf(holder).myself.isMaster ? null : 'accepted by a master that had been replaced',
    });
  }

  /** A fault begins or ends: promises about graceful failovers do not hold across it. */
  onFault(): void {
    this.#graceful.clear();
  }

  onEventDone(node: TestNode, event: ClusterLogEntry['event']): void {
    switch (event.kind) {
      case 'started':
        this.#lose('memory of a restarted process', ({ holder }) => holder === node);
        return;
      case 'manual-failover':
        if (event.step === 'offset-reached') this.#graceful.add(node);
        else if (event.step === 'timed-out' || event.step === 'ended') this.#graceful.delete(node);
        return;
      case 'promoted':
        this.#onPromotion(node, event.formerMaster, event.epoch);
        return;
      case 'became-replica':
        this.#onDemotion(node);
        return;
    }
  }

  #onPromotion(winner: TestNode, formerMasterId: string, epoch: number): void {
    const former = this.#cluster.nodes.find(({ id }) => id === formerMasterId);
    const { myself } = stateOf(winner);
    const { replication, keyspace } = winner.process.node;
    const graceful = this.#graceful.delete(winner);
    if (former !== undefined && this.#ownsStill(former, epoch)) {
      // It won with the votes of an earlier time: the others do not follow it, and what it accepts is lost.
      this.#replacedAtMs.set(winner, this.#cluster.now());
      return;
    }
    if (former !== undefined) this.#replacedAtMs.set(former, this.#cluster.now());
    this.#replacedAtMs.delete(winner);
    for (const write of this.#writes) {
      // What some other node holds was accepted by it after it had been replaced, which its demotion will show.
      if (write.lost !== null || write.holder !== former || !myself.slots.has(write.slot)) continue;
      if (keyspace.databases[0]?.isStored(write.key) === true) {
        write.holder = winner;
        write.replicationId = replication.replicationId;
        write.offset = replication.offset();
        continue;
      }
      // The history up to the promotion goes by the second id now.
      const sameHistory = write.replicationId === replication.secondReplicationId;
      if (sameHistory && write.offset <= replication.offset()) {
        this.#report(
          'S12',
          `${winner.name} has the stream up to ${replication.offset()}, but not ${write.key}, written at ${write.offset}`,
        );
      }
      if (graceful) this.#report('S14', `the graceful failover to ${winner.name} lost ${write.key}`);
      write.lost = sameHistory
        ? 'later in the stream than the winner had got'
        : 'the winner was not in sync with its master';
    }
  }

  /** A master whose claims are newer than those of the node that wants to replace it. */
  #ownsStill(master: TestNode, epoch: number): boolean {
    if (!master.isRunning) return false;
    const { myself } = stateOf(master);
    return myself.isMaster && myself.configEpoch > epoch;
  }

  /** What a replaced master accepted is gone; it accepted it after it was replaced, or S12 does not hold. */
  #onDemotion(node: TestNode): void {
    const replacedAtMs = this.#replacedAtMs.get(node);
    for (const write of this.#writes) {
      if (write.lost !== null || write.holder !== node) continue;
      if (replacedAtMs === undefined || write.atMs < replacedAtMs) {
        this.#report(
          'S12',
          `${node.name} became a replica and dropped ${write.key}, written before anybody took its place`,
        );
      }
      write.lost = 'accepted by a master that had been replaced';
    }
  }

  #lose(reason: string, which: (write: Write) => boolean): void {
    for (const write of this.#writes) {
      if (write.lost === null && which(write)) write.lost = reason;
    }
  }
}
