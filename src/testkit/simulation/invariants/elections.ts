/** Elections: S1 one vote an epoch, S2 a majority, S3 one winner, S4 who may vote for whom, S15 no winner with old data. */
import type { BusMessage } from '../../../cluster/message.js';
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, majorityOf, stateOf, type Watched } from './invariant.js';

interface VoteRequest {
  readonly atMs: number;
  readonly message: BusMessage;
}

export class Elections implements Invariant {
  readonly #watched: Watched;
  /** By candidate and epoch: how it asked for votes. */
  readonly #requests = new Map<string, VoteRequest>();
  /** By voter and epoch. */
  readonly #votes = new Set<string>();
  /** By candidate and epoch: who voted for it. */
  readonly #voters = new Map<string, Set<string>>();
  readonly #winners = new Map<number, string>();
  /** By voter and master: when it last voted about that master in this life. */
  readonly #lastVotes = new Map<TestNode, Map<string, number>>();
  /** Elections that a manual failover began. */
  readonly #manual = new Set<string>();
  /** When the link to the master went down in this life. */
  readonly #lastLinkMs = new Map<TestNode, number>();
  /** Told to take over: they are promoted in epochs that nobody voted in. */
  readonly #takingOver = new Set<TestNode>();
  /** In a minority that makes masters of its own, which may be a majority to itself: from then on epochs are given twice. */
  #wasTakenOver = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onMessage(sender: TestNode, message: BusMessage): void {
    if (message.type === 'auth-req') {
      const request = `${message.sender} ${message.currentEpoch}`;
      if (!this.#requests.has(request)) this.#requests.set(request, { atMs: this.#nowMs, message });
    }
    if (message.type === 'auth-ack') {
      this.#isVoterMaster(sender, message);
      this.#isVoteOnDisk(sender, message.currentEpoch);
    }
  }

  onEvent(node: TestNode, event: ClusterLogEntry['event']): void {
    switch (event.kind) {
      case 'started':
        this.#lastVotes.delete(node);
        this.#lastLinkMs.delete(node);
        return;
      case 'link-down':
        // A process that was stopped for long finds out only when it goes on, and counts from then.
        this.#lastLinkMs.set(node, this.#nowMs);
        return;
      case 'became-replica':
        // It gave up a link that was up.
        if (node.process.node.replication.masterLinkDownSinceMs() === this.#nowMs)
          this.#lastLinkMs.set(node, this.#nowMs);
        return;
      case 'vote-granted':
        this.#onVote(node, event.to, event.epoch);
        return;
      case 'election-started':
      case 'election-won': {
        const { endMs, canStart } = stateOf(node).manualFailover;
        if (endMs !== 0 && canStart) this.#manual.add(`${node.id} ${event.epoch}`);
        if (event.kind === 'election-won') this.#onElectionWon(node, event.epoch);
        return;
      }
      case 'promoted':
        if (!this.#takingOver.delete(node)) this.#hasWonItsEpoch(node, event.epoch);
        return;
    }
  }

  onTakeover(node: TestNode, step: 'begins' | 'ends'): void {
    this.#wasTakenOver = true;
    if (step === 'begins') this.#takingOver.add(node);
    else this.#takingOver.delete(node);
  }

  /** S4: only a master with slots votes; the header shows what it was when it did. */
  #isVoterMaster(voter: TestNode, vote: BusMessage): void {
    if (vote.replicaOf !== null || vote.slots.count === 0)
      this.#watched.report('S4', `${voter.name} votes without being a master with slots`);
  }

  /** S1: a vote that is not on disk when it leaves can be given again after a crash. */
  #isVoteOnDisk(voter: TestNode, epoch: number): void {
    const file = voter.process.storage.read('nodes.conf');
    const saved = /lastVoteEpoch (\d+)/.exec(file === null ? '' : Buffer.from(file).toString('latin1'));
    if (file !== null && Number(saved?.[1] ?? 0) < stateOf(voter).lastVoteEpoch)
      this.#watched.report('S1', `${voter.name} votes in epoch ${epoch} before that is on its disk`);
  }

  #onVote(voter: TestNode, candidateId: string, epoch: number): void {
    const { report } = this.#watched;
    this.#isOnlyVote(voter, epoch);
    const key = `${candidateId} ${epoch}`;
    const request = this.#requests.get(key);
    if (request === undefined)
      report('S4', `${voter.name} votes for ${candidateId} in epoch ${epoch} without a request`);
    else this.#mayVote(voter, candidateId, request.message);
    this.#voters.set(key, (this.#voters.get(key) ?? new Set()).add(voter.name));
  }

  /** S1 */
  #isOnlyVote(voter: TestNode, epoch: number): void {
    const vote = `${voter.name} ${epoch}`;
    if (this.#votes.has(vote)) this.#watched.report('S1', `${voter.name} votes twice in epoch ${epoch}`);
    this.#votes.add(vote);
  }

  /** S4: for a replica whose master fails or that was told to, with claims as new as the voter knows, and not too soon. */
  #mayVote(voter: TestNode, candidateId: string, request: BusMessage): void {
    const { report, nodeTimeoutMs } = this.#watched;
    const { nodes, slots } = stateOf(voter);
    const master = nodes.get(candidateId)?.replicaOf ?? null;
    const what = `${voter.name} votes in epoch ${request.currentEpoch} for`;
    if (master === null) {
      report('S4', `${what} ${candidateId}, which is no replica to it`);
      return;
    }
    if (!master.isFailing && !request.forceAck)
      report('S4', `${what} a replica of ${master.id}, which does not fail`);
    const votes = this.#lastVotes.get(voter) ?? new Map<string, number>();
    this.#lastVotes.set(voter, votes);
    const agoMs = this.#nowMs - (votes.get(master.id) ?? Number.NEGATIVE_INFINITY);
    if (agoMs < 2 * nodeTimeoutMs)
      report('S4', `${what} a replica of ${master.id} ${agoMs} ms after it did last`);
    votes.set(master.id, this.#nowMs);
    for (const [first] of request.slots.ranges) {
      const owner = slots.isUnclaimed(first) ? null : slots.ownerOf(first);
      if (owner !== null && owner.configEpoch > request.configEpoch)
        report(
          'S4',
          `${what} claims of epoch ${request.configEpoch}, while slot ${first} has ${owner.configEpoch}`,
        );
    }
  }

  #onElectionWon(winner: TestNode, epoch: number): void {
    this.#hasMajority(winner, epoch);
    this.#isOnlyWinner(winner, epoch);
    if (!this.#manual.has(`${winner.id} ${epoch}`)) this.#hasFreshData(winner, epoch);
  }

  /** S2 */
  #hasMajority(winner: TestNode, epoch: number): void {
    const { report, nodeTimeoutMs } = this.#watched;
    const key = `${winner.id} ${epoch}`;
    const voters = this.#voters.get(key)?.size ?? 0;
    const needed = majorityOf(stateOf(winner).size);
    if (voters < needed) report('S2', `${winner.name} won epoch ${epoch} with ${voters} of ${needed} votes`);
    const ageMs = this.#nowMs - (this.#requests.get(key)?.atMs ?? 0);
    if (ageMs > Math.max(2 * nodeTimeoutMs, 2000))
      report('S2', `${winner.name} won epoch ${epoch} ${ageMs} ms after it asked`);
  }

  /** S3. A replica that is told to fail over twice in a short time counts the votes of the first time again, in Redis too. */
  #isOnlyWinner(winner: TestNode, epoch: number): void {
    const earlier = this.#winners.get(epoch);
    if (earlier !== undefined && earlier !== winner.name && !this.#wasTakenOver)
      this.#watched.report('S3', `${earlier} and ${winner.name} both won epoch ${epoch}`);
    this.#winners.set(epoch, winner.name);
  }

  /** S15: its data are not older than the validity factor allows. */
  #hasFreshData(winner: TestNode, epoch: number): void {
    const { config } = stateOf(winner).host;
    const factor = config['cluster-replica-validity-factor'];
    if (factor === 0) return;
    // The node timeout comes off in Redis, and it counts in whole seconds.
    const allowedMs =
      config['repl-ping-replica-period'] * 1000 + this.#watched.nodeTimeoutMs * (factor + 1) + 1000;
    const isUp = winner.process.node.replication.isMasterLinkUp();
    const ageMs = isUp ? 0 : this.#nowMs - (this.#lastLinkMs.get(winner) ?? Number.NEGATIVE_INFINITY);
    if (ageMs > allowedMs)
      this.#watched.report(
        'S15',
        `${winner.name} won epoch ${epoch} with data ${ageMs} ms old, ${allowedMs} are allowed`,
      );
  }

  /** S2: nobody is promoted in an epoch that it has not won. */
  #hasWonItsEpoch(node: TestNode, epoch: number): void {
    if (this.#winners.get(epoch) !== node.name)
      this.#watched.report('S2', `${node.name} was promoted in epoch ${epoch}, which it has not won`);
  }

  get #nowMs(): number {
    return this.#watched.cluster.now();
  }
}
