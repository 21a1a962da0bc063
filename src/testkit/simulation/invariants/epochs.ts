/** S5: epochs never go back, and no config epoch is ahead of the current one. */
import type { BusMessage } from '../../../cluster/message.js';
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from './invariant.js';

interface EpochsSeen {
  readonly life: number;
  readonly currentEpoch: number;
  readonly lastVoteEpoch: number;
}

export class Epochs implements Invariant {
  readonly #watched: Watched;
  readonly #seen = new Map<TestNode, EpochsSeen>();
  readonly #lives = new Map<TestNode, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Every change of an epoch shows in what the node says next. */
  onMessage(sender: TestNode, { configEpoch, currentEpoch }: BusMessage): void {
    if (configEpoch > currentEpoch)
      this.#watched.report('S5', `${sender.name} sends config epoch ${configEpoch} in epoch ${currentEpoch}`);
    this.#neverGoBack(sender);
  }

  onEvent(node: TestNode, event: ClusterLogEntry['event']): void {
    if (event.kind === 'started') this.#lives.set(node, (this.#lives.get(node) ?? 0) + 1);
  }

  onEventDone(node: TestNode): void {
    if (node.isRunning) this.#neverGoBack(node);
  }

  #neverGoBack(node: TestNode): void {
    const { report } = this.#watched;
    const { currentEpoch, lastVoteEpoch, myself } = stateOf(node);
    const life = this.#lives.get(node) ?? 0;
    const before = this.#seen.get(node);
    if (myself.isMaster && myself.configEpoch > currentEpoch)
      report('S5', `${node.name} has config epoch ${myself.configEpoch} in epoch ${currentEpoch}`);
    const isSame =
      before?.currentEpoch === currentEpoch && before.lastVoteEpoch === lastVoteEpoch && before.life === life;
    if (isSame) return;
    // What was not worth a save may be forgotten in a restart; a vote may not.
    if (before?.life === life && currentEpoch < before.currentEpoch)
      report('S5', `the epoch of ${node.name} went from ${before.currentEpoch} to ${currentEpoch}`);
    if (before !== undefined && lastVoteEpoch < before.lastVoteEpoch)
      report('S5', `the last vote of ${node.name} went from ${before.lastVoteEpoch} to ${lastVoteEpoch}`);
    this.#seen.set(node, { life, currentEpoch, lastVoteEpoch });
  }
}
