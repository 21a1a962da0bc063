/** Applies the rules of the network to messages that come over sockets: on arrival, since nobody can on the way. Keeps the order of each link. */
import type { BusMessage } from '../cluster/message.js';
import { Lane } from '../network/lane.js';
import type { FrameInfo, Network } from '../network/network.js';
import type { BusTcpLink } from './bus-tcp-link.js';

export interface RuleGateOwner {
  readonly network: Network;
  /** Whence and whither a message goes; null = somewhere that no rule knows of. */
  frameOf(link: BusTcpLink, message: BusMessage): FrameInfo | null;
  deliver(link: BusTcpLink, message: BusMessage): void;
}

export class RuleGate {
  readonly #owner: RuleGateOwner;
  /** Links on which something waited at some time; all others are open. */
  readonly #lanes = new Map<BusTcpLink, Lane>();

  constructor(owner: RuleGateOwner) {
    this.#owner = owner;
  }

  push(link: BusTcpLink, message: BusMessage): void {
    const { network } = this.#owner;
    const lane = this.#lanes.get(link);
    const frame = network.isWatched || lane?.isEmpty === false ? this.#owner.frameOf(link, message) : null;
    if (frame === null) {
      this.#owner.deliver(link, message);
      return;
    }
    if (lane?.isEmpty === false) {
      lane.push(frame, network.clock.nowMs());
      return;
    }
    const judgement = network.judge(frame);
    if (judgement === 'pass') this.#deliver(link, frame);
    else if (judgement === 'drop') network.tell(frame, 'dropped');
    else this.#laneOf(link).push(frame, network.clock.nowMs(), judgement);
  }

  /** The link is gone, and with it what waited. */
  forget(link: BusTcpLink): void {
    this.#lanes.get(link)?.clear();
    this.#lanes.delete(link);
  }

  #deliver(link: BusTcpLink, frame: FrameInfo): void {
    this.#owner.network.tell(frame, 'delivered');
    this.#owner.deliver(link, frame.payload as BusMessage);
  }

  #laneOf(link: BusTcpLink): Lane {
    let lane = this.#lanes.get(link);
    if (lane === undefined) {
      lane = new Lane(this.#owner.network, (frame) => this.#deliver(link, frame));
      this.#lanes.set(link, lane);
    }
    return lane;
  }
}
