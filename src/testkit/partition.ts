/** Cuts between nodes. Clients are not touched: they come over real sockets. */
import type { RealTimePump } from '../io/real-time-pump.js';
import type { Network } from '../network/network.js';
import type { TestNode } from './test-node.js';

/** A cut that is in force until it is healed. */
export interface Partition extends Disposable {
  /** Lets traffic through again, first what was held back. Healing twice does nothing. */
  heal(): void;
}

export function partitionNetwork(
  network: Network,
  pump: RealTimePump,
  group: readonly TestNode[],
  others: readonly TestNode[],
): Partition {
  const here = new Set(group.map(({ name }) => name));
  const there = new Set(others.map(({ name }) => name));
  const remove = network.addRule(({ from, to }) =>
    (here.has(from) && there.has(to)) || (there.has(from) && here.has(to)) ? 'hold' : 'pass',
  );
  const heal = (): void => pump.input(remove);
  return { heal, [Symbol.dispose]: heal };
}
