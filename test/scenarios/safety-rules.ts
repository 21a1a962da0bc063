/**
 * The safety rules of a cluster, checked while it runs: votes and epochs by the messages of the bus, ownership after every
 * instant. The numbers are those of the rules: S1 one vote an epoch, S2 a majority, S3 one winner, S4 who may vote,
 * S5 epochs only grow, S7 one owner for each slot and epoch, S16 no foreign keys.
 */
import type { BusMessage } from '../../src/cluster/message.js';
import type { Cluster, ClusterLogEntry, TestNode } from '../../src/index.js';
import { START_TIME, stateOf } from './scenario.js';

interface EpochsSeen {
  readonly life: number;
  readonly currentEpoch: number;
  readonly lastVoteEpoch: number;
}

export class SafetyRules {
  readonly #cluster: Cluster;
  readonly #nodeTimeoutMs: number;
  readonly #violations = new Map<string, string>();
  readonly #seenMessages = new WeakSet<object>();
  /** By candidate and epoch: when it asked for votes. */
  readonly #requests = new Map<string, number>();
  /** By voter and epoch: who got the vote. */
  readonly #votes = new Map<string, string>();
  /** By candidate and epoch: who voted for it. */
  readonly #voters = new Map<string, Set<string>>();
  readonly #winners = new Map<number, string>();
  readonly #epochs = new Map<TestNode, EpochsSeen>();
  readonly #lives = new Map<string, number>();
  /** Replicas that have not got the data of their master yet. */
  readonly #unsynced = new Set<TestNode>();
  /** Whom a replica copies its data from. */
  readonly #sources = new Map<TestNode, TestNode>();
  /** Masters that were promoted with the data of a master they had before: nobody clears them of foreign keys. */
  readonly #strangers = new Set<TestNode>();

  constructor(cluster: Cluster, nodeTimeoutMs: number) {
    this.#cluster = cluster;
    this.#nodeTimeoutMs = nodeTimeoutMs;
    cluster.nodes[0]?.process.network.addRule(({ from, traffic, step, payload }) => {
      if (traffic === 'bus' && step === 'data' && !this.#seenMessages.has(payload as object)) {
        this.#seenMessages.add(payload as object);
        this.#onMessage(this.#cluster.node(from), payload as BusMessage);
      }
      return 'pass';
    });
  }

  /** One line for each kind of violation: the first of its kind. */
  get violations(): readonly string[] {
    return [...this.#violations.values()];
  }

  /** To be told of what is wrong; others may report here as well. */
  report(kind: string, text: string): void {
    if (this.#violations.has(kind)) return;
    this.#violations.set(kind, `${kind} at +${this.#cluster.now() - START_TIME} ms: ${text}`);
  }

  onEvent(node: TestNode, event: ClusterLogEntry['event']): void {
    if (event.kind === 'started') this.#lives.set(node.name, (this.#lives.get(node.name) ?? 0) + 1);
    this.#followData(node, event);
    if (event.kind === 'vote-granted') this.#onVote(node, event.to, event.epoch);
    if (event.kind === 'election-won') this.#onElectionWon(node, event.epoch);
    if (event.kind === 'internal-error') this.report('internal error', event.message);
  }

  /** To be called after every instant. */
  afterInstant(): void {
    for (const node of this.#cluster.nodes) {
      if (node.isRunning) this.#checkEpochs(node);
    }
    this.#checkOwners();
  }

  #onMessage(sender: TestNode, message: BusMessage): void {
    if (message.configEpoch > message.currentEpoch) {
      this.report(
        'S5',
        `${sender.name} sends config epoch ${message.configEpoch} in epoch ${message.currentEpoch}`,
      );
    }
    if (message.type === 'auth-req') {
      const request = `${message.sender} ${message.currentEpoch}`;
      if (!this.#requests.has(request)) this.#requests.set(request, this.#cluster.now());
    }
    if (message.type === 'auth-ack') this.#checkVoter(sender, message);
  }

  /** S4: only a master with slots votes; the header shows what it was when it did. */
  #checkVoter(voter: TestNode, vote: BusMessage): void {
    if (vote.replicaOf !== null || vote.slots.count === 0)
      this.report('S4', `${voter.name} votes without being a master with slots`);
  }

  #followData(node: TestNode, event: ClusterLogEntry['event']): void {
    if (event.kind === 'sync-started')
      this.#sources.set(node, this.#cluster.node(`${event.host}:${event.port}`));
    if (event.kind === 'became-replica') this.#unsynced.add(node);
    if (event.kind === 'promoted' && this.#unsynced.has(node)) this.#strangers.add(node);
    if (event.kind !== 'in-sync' && event.kind !== 'started') return;
    this.#unsynced.delete(node);
    this.#strangers.delete(node);
    // The data of a stranger go to those who copy them.
    const source = this.#sources.get(node);
    if (event.kind === 'in-sync' && source !== undefined && this.#strangers.has(source))
      this.#strangers.add(node);
  }

  #onVote(voter: TestNode, candidate: string, epoch: number): void {
    const vote = `${voter.name} ${epoch}`;
    if (this.#votes.has(vote)) this.report('S1', `${voter.name} voted twice in epoch ${epoch}`);
    this.#votes.set(vote, candidate);
    if (!this.#requests.has(`${candidate} ${epoch}`))
      this.report('S4', `${voter.name} voted for ${candidate} in epoch ${epoch} without a request`);
    const key = `${candidate} ${epoch}`;
    this.#voters.set(key, (this.#voters.get(key) ?? new Set()).add(voter.name));
  }

  #onElectionWon(winner: TestNode, epoch: number): void {
    const state = stateOf(winner);
    const voters = this.#voters.get(`${winner.id} ${epoch}`)?.size ?? 0;
    if (voters < state.quorum)
      this.report('S2', `${winner.name} won epoch ${epoch} with ${voters} of ${state.quorum} votes`);
    const ageMs = this.#cluster.now() - (this.#requests.get(`${winner.id} ${epoch}`) ?? 0);
    if (ageMs > Math.max(2 * this.#nodeTimeoutMs, 2000)) {
      this.report('S2', `${winner.name} won epoch ${epoch} ${ageMs} ms after it asked`);
    }
    const earlier = this.#winners.get(epoch);
    // A replica that is told to fail over twice in a short time counts the votes of the first time again, in Redis too.
    if (earlier !== undefined && earlier !== winner.name)
      this.report('S3', `${earlier} and ${winner.name} both won epoch ${epoch}`);
    this.#winners.set(epoch, winner.name);
  }

  #checkEpochs(node: TestNode): void {
    const { currentEpoch, lastVoteEpoch, myself } = stateOf(node);
    const life = this.#lives.get(node.name) ?? 0;
    const before = this.#epochs.get(node);
    if (
      before?.currentEpoch === currentEpoch &&
      before.lastVoteEpoch === lastVoteEpoch &&
      before.life === life
    )
      return;
    if (before !== undefined) {
      // What was not worth a save may be forgotten in a restart; a vote may not.
      if (before.life === life && currentEpoch < before.currentEpoch) {
        this.report('S5', `the epoch of ${node.name} went from ${before.currentEpoch} to ${currentEpoch}`);
      }
      if (lastVoteEpoch < before.lastVoteEpoch) {
        this.report(
          'S5',
          `the last vote of ${node.name} went from ${before.lastVoteEpoch} to ${lastVoteEpoch}`,
        );
      }
    }
    if (myself.isMaster && myself.configEpoch > currentEpoch) {
      this.report('S5', `${node.name} has config epoch ${myself.configEpoch} in epoch ${currentEpoch}`);
    }
    this.#epochs.set(node, { life, currentEpoch, lastVoteEpoch });
  }

  #checkOwners(): void {
    const masters = this.#cluster.nodes.filter(
      (node) => node.isRunning && stateOf(node).myself.slots.count > 0,
    );
    for (const [index, one] of masters.entries()) {
      const { myself, host, slots } = stateOf(one);
      for (const other of masters.slice(index + 1)) {
        const { myself: otherself } = stateOf(other);
        if (myself.configEpoch !== otherself.configEpoch) continue;
        const shared = myself.slots.ranges.find(([first]) => otherself.slots.has(first));
        if (shared !== undefined)
          this.report(
            'S7',
            `${one.name} and ${other.name} both claim ${shared[0]} in epoch ${myself.configEpoch}`,
          );
      }
      if (this.#strangers.has(one)) continue;
      for (const slot of this.slotsInUse) {
        if (slots.ownerOf(slot) !== myself && host.keys.countKeysInSlot(slot) > 0) {
          this.report('S16', `${one.name} has keys of slot ${slot}, which it does not own`);
        }
      }
    }
  }

  /** Slots that have keys, for S16. */
  slotsInUse: readonly number[] = [];
}
