/** Applies the rules of the network to messages that come over sockets: on arrival, since nobody can on the way. Keeps the order of each link. */
import type { BusMessage } from '../cluster/message.js';
import type { Verdict } from '../network/network.js';
import type { Clock } from '../time/clock.js';
import type { BusTcpLink } from './bus-tcp-link.js';

export interface RuleGateOwner {
  readonly clock: Clock;
  verdictOn(link: BusTcpLink, message: BusMessage): Verdict;
  deliver(link: BusTcpLink, message: BusMessage): void;
}

interface Queue {
  readonly messages: BusMessage[];
  /** Its first message is under way, and no rule stops it any more. */
  delayed: boolean;
}

export class RuleGate {
  readonly #owner: RuleGateOwner;
  /** Links with messages that wait; all others are open. */
  readonly #queues = new Map<BusTcpLink, Queue>();

  constructor(owner: RuleGateOwner) {
    this.#owner = owner;
  }

  push(link: BusTcpLink, message: BusMessage): void {
    const queue = this.#queues.get(link);
    if (queue !== undefined) queue.messages.push(message);
    else this.#drain(link, { messages: [message], delayed: false });
  }

  /** Looks again at what is held: the rules changed. */
  release(): void {
    for (const [link, queue] of [...this.#queues]) {
      if (!queue.delayed) this.#drain(link, queue);
    }
  }

  /** The link is gone, and with it what waited. */
  forget(link: BusTcpLink): void {
    this.#queues.delete(link);
  }

  #drain(link: BusTcpLink, queue: Queue): void {
    const { clock } = this.#owner;
    for (let message = queue.messages[0]; message !== undefined; message = queue.messages[0]) {
      const verdict = this.#owner.verdictOn(link, message);
      if (verdict === 'hold' || typeof verdict === 'object') {
        this.#queues.set(link, queue);
        if (verdict === 'hold') return;
        queue.delayed = true;
        clock.schedule(clock.nowMs() + verdict.delayMs, () => this.#deliverDelayed(link, queue));
        return;
      }
      queue.messages.shift();
      if (verdict === 'pass') this.#owner.deliver(link, message);
    }
    this.#queues.delete(link);
  }

  #deliverDelayed(link: BusTcpLink, queue: Queue): void {
    if (this.#queues.get(link) !== queue) return;
    queue.delayed = false;
    const message = queue.messages.shift();
    if (message !== undefined) this.#owner.deliver(link, message);
    this.#drain(link, queue);
  }
}
