/**
 * Accounts for every acknowledged write (S12, S13, S14): where it lives, and whether it may get lost. A write may get lost only
 * with the memory of the process that has it, with a replica's promotion that had not got that far in the stream, because it
 * was accepted by a master that had been replaced already, or where a migration of its slot was interrupted.
 *
 * Not the ledger of lostWrites() (testkit/write-ledger.ts), which believes the offsets and says what they mean, for any command
 * and at little cost: this one looks whether the keys are there, and holds the nodes to their offsets.
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
  /** Replicas that had it when WAIT counted them, and have kept their data since. */
  confirmedBy: Set<TestNode> | null;
  lost: string | null;
}

const REPLACED = 'accepted by a master that had been replaced';
const OUTBID = 'in a slot that was taken by an epoch nobody had voted for';
const IN_DOUBT = 'in a slot whose migration was interrupted';

export class WriteLedger implements Invariant {
  readonly #cluster: Cluster;
  readonly #report: Report;
  /** Slots whose migration was interrupted. */
  readonly #slotsInDoubt = new Set<number>();
  readonly #writes: Write[] = [];
  /** Those that are not lost, by who holds them. */
  readonly #held = new Map<TestNode, Set<Write>>();
  readonly #byKey = new Map<string, Write>();
  /** When a node's slots went to another one. */
  readonly #replacedAtMs = new Map<TestNode, number>();
  /** A plain CLUSTER FAILOVER has what it needs, and no fault has come between since. */
  readonly #graceful = new Set<TestNode>();
  /** Epochs that somebody took without votes, as the target of a migration does. */
  readonly #unsafeEpochs = new Set<number>();
  /** Masters whose slots went to such an epoch. */
  readonly #outbid = new Set<TestNode>();
  /** Somebody took over without votes: whoever was elected meanwhile gives way, whenever that was. */
  #wasTakenOver = false;

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
    const slot = slotForKey(key);
    const write: Write = {
      key,
      slot,
      atMs: this.#cluster.pump.clock.nowMs(),
      holder,
      replicationId: replication.replicationId,
      offset: replication.offset(),
      confirmedBy: null,
      lost: this.#slotsInDoubt.has(slot) ? IN_DOUBT : null,
    };
    this.#writes.push(write);
    this.#byKey.set(key, write);
    if (write.lost === null) this.#heldBy(holder).add(write);
  }

  /** WAIT counted these replicas. */
  confirm(key: string, replicas: readonly TestNode[]): void {
    const write = this.#byKey.get(key);
    if (write !== undefined) write.confirmedBy = new Set([...(write.confirmedBy ?? []), ...replicas]);
  }

  /** MIGRATE has taken keys of a slot from one master to another. S16: they are there, and only there. */
  onMigrated(slot: number, from: TestNode, to: TestNode): void {
    const { replication } = to.process.node;
    for (const write of [...this.#heldBy(from)]) {
      if (write.slot !== slot || isStored(from, write.key)) continue;
      if (!isStored(to, write.key))
        this.#report('S16', `${write.key} went from ${from.name} to ${to.name} and did not arrive`);
      this.#hand(write, to);
      write.replicationId = replication.replicationId;
      write.offset = replication.offset();
      write.confirmedBy = null;
    }
    for (const { key } of this.#heldBy(to)) {
      if (isStored(from, key) && isStored(to, key))
        this.#report('S16', `${key} is at ${from.name} and at ${to.name}`);
    }
  }

  /** The migration of a slot was interrupted: its keys may be anywhere. */
  doubt(slot: number): void {
    this.#slotsInDoubt.add(slot);
    this.#lose(IN_DOUBT, (write) => write.slot === slot);
  }

  /** All migrations are repaired: what is written from now on has to stay. */
  trustAllSlots(): void {
    this.#slotsInDoubt.clear();
  }

  /** A fault begins or ends: promises about graceful failovers do not hold across it. */
  onFault(): void {
    this.#graceful.clear();
  }

  onEventDone(node: TestNode, event: ClusterLogEntry['event']): void {
    switch (event.kind) {
      case 'started':
        this.#onStart(node);
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
      case 'config-epoch-changed':
        if (event.reason !== 'election') this.#unsafeEpochs.add(event.epoch);
        return;
      case 'slots-moved':
        if (event.from === node.id && event.to !== node.id) this.#onSlotsLost(node, event.epoch);
        return;
      case 'full-resync':
        this.#forgetConfirmations(node);
        return;
    }
  }

  onTakeover(): void {
    this.#wasTakenOver = true;
  }

  /** What its disk had is there again, at the place in the stream where it stands now. */
  #onStart(node: TestNode): void {
    this.#outbid.delete(node);
    this.#forgetConfirmations(node);
    if (!node.isRunning) return;
    this.#lose('memory of a restarted process', ({ key, holder }) => holder === node && !isStored(node, key));
    const { replication } = node.process.node;
    for (const write of this.#heldBy(node)) {
      write.replicationId = replication.replicationId;
      write.offset = replication.offset();
    }
  }

  #forgetConfirmations(replica: TestNode): void {
    for (const { confirmedBy } of this.#writes) confirmedBy?.delete(replica);
  }

  #onPromotion(winner: TestNode, formerMasterId: string, epoch: number): void {
    const former = this.#cluster.nodes.find(({ id }) => id === formerMasterId);
    const { myself } = stateOf(winner);
    const { replication } = winner.process.node;
    const graceful = this.#graceful.delete(winner);
    if (former !== undefined && this.#ownsStill(former, epoch)) {
      // It won with the votes of an earlier time: the others do not follow it, and what it accepts is lost.
      this.#replacedAtMs.set(winner, this.#cluster.now());
      return;
    }
    if (former !== undefined) this.#replacedAtMs.set(former, this.#cluster.now());
    this.#replacedAtMs.delete(winner);
    if (former === undefined) return;
    const got = replication.secondReplicationOffset - 1;
    // What some other node holds was accepted by it after it had been replaced, which its demotion will show.
    for (const write of [...this.#heldBy(former)]) {
      if (!myself.slots.has(write.slot)) continue;
      if (isStored(winner, write.key)) {
        this.#hand(write, winner);
        write.replicationId = replication.replicationId;
        write.offset = replication.offset();
        continue;
      }
      // The history up to the promotion goes by the second id now.
      const sameHistory = write.replicationId === replication.secondReplicationId;
      if (sameHistory && write.offset <= got) {
        this.#report(
          'S12',
          `${winner.name} had the stream up to ${got}, but not ${write.key}, written at ${write.offset}`,
        );
      }
      if (write.confirmedBy?.has(winner) === true)
        this.#report('S13', `${winner.name} was counted by WAIT for ${write.key}, and does not have it`);
      if (graceful) this.#report('S14', `the graceful failover to ${winner.name} lost ${write.key}`);
      this.#giveUp(
        write,
        sameHistory
          ? 'later in the stream than the winner had got'
          : 'the winner was not in sync with its master',
      );
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
    const isOutbid = this.#outbid.delete(node) || this.#wasTakenOver;
    for (const write of [...this.#heldBy(node)]) {
      if (!isOutbid && (replacedAtMs === undefined || write.atMs < replacedAtMs)) {
        this.#report(
          'S12',
          `${node.name} became a replica and dropped ${write.key}, written before anybody took its place`,
        );
      }
      this.#giveUp(write, isOutbid ? OUTBID : REPLACED);
    }
  }

  /** A master that keeps other slots drops the keys of those that it lost. A master that had been replaced may come back with an epoch that it took as the target of a migration. */
  #onSlotsLost(node: TestNode, epoch: number): void {
    if (!node.isRunning) return;
    const isOutbid = this.#unsafeEpochs.has(epoch) || this.#wasTakenOver;
    if (isOutbid) this.#outbid.add(node);
    const { myself } = stateOf(node);
    if (!myself.isMaster) return;
    const replacedAtMs = this.#replacedAtMs.get(node) ?? Number.POSITIVE_INFINITY;
    for (const write of [...this.#heldBy(node)]) {
      if (myself.slots.has(write.slot) || isStored(node, write.key)) continue;
      if (!isOutbid && write.atMs < replacedAtMs)
        this.#report(
          'S12',
          `${node.name} lost a slot and dropped ${write.key}, written before anybody took its place`,
        );
      this.#giveUp(write, isOutbid ? OUTBID : REPLACED);
    }
  }

  #lose(reason: string, which: (write: Write) => boolean): void {
    for (const held of this.#held.values()) {
      for (const write of held) if (which(write)) this.#giveUp(write, reason);
    }
  }

  #giveUp(write: Write, reason: string): void {
    write.lost = reason;
    this.#heldBy(write.holder).delete(write);
  }

  #hand(write: Write, to: TestNode): void {
    this.#heldBy(write.holder).delete(write);
    write.holder = to;
    this.#heldBy(to).add(write);
  }

  #heldBy(node: TestNode): Set<Write> {
    let held = this.#held.get(node);
    if (held === undefined) {
      held = new Set();
      this.#held.set(node, held);
    }
    return held;
  }
}

function isStored(node: TestNode, key: string): boolean {
  return node.isRunning && node.process.node.keyspace.databases[0]?.isStored(key) === true;
}
