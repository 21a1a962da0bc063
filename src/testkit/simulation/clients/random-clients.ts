/** What clients do in a simulation, by chance; each kind of them is in a file of its own. */
import { hashTagForSlot } from '../../../../fixtures/keys.js';
import type { Random } from '../../../time/random.js';
import type { TestNode } from '../../test-node.js';
import type { Watched } from '../invariants/invariant.js';
import type { Monitor } from '../invariants/monitor.js';
import { onceIn, pick } from '../pick.js';
import { BlockedClients } from './blocked-clients.js';
import { Courier } from './courier.js';
import { Readers } from './readers.js';
import { ShardSubscribers } from './shard-subscribers.js';
import { Transactions } from './transactions.js';
import { CLIENT_ADDRESS } from './wire-connection.js';
import { Writers } from './writers.js';

/** Of so many clients of a round one does something else than to write a key. */
const OTHERS_OF = 4;
const KEYS_TO_READ = 50;

export class RandomClients {
  readonly courier: Courier;
  readonly #watched: Watched;
  readonly #random: Random;
  readonly #writers: Writers;
  readonly #others: readonly (() => void)[];
  readonly #recent: string[] = [];
  #keys = 0;

  constructor(watched: Watched, monitor: Monitor, random: Random) {
    this.#watched = watched;
    this.#random = random;
    this.courier = new Courier(watched, random);
    this.#writers = new Writers(watched, monitor, this.courier, random);
    const readers = new Readers(watched, this.courier);
    const transactions = new Transactions(watched, monitor, this.courier);
    const blocked = new BlockedClients(watched, this.courier);
    const subscribers = new ShardSubscribers(watched, this.courier);
    monitor.add(blocked);
    monitor.add(subscribers);
    const newKey = (): string => this.#newKey(pick(watched.slotsInUse, random));
    this.#others = [
      () => readers.read(this.#recentKey(), onceIn(2, random)),
      () => transactions.commit(this.#newKeys(2)),
      () => transactions.crossSlots(newKey(), newKey(), onceIn(2, random)),
      () => blocked.wait(`${newKey()}:list`),
      () => subscribers.subscribe(newKey()),
    ];
  }

  /** One client writes a key of its own at any node and follows redirections. What it is told is checked, and what becomes of the write. */
  write(): void {
    const key = this.#newKey(pick(this.#watched.slotsInUse, this.#random));
    this.#remember(key);
    this.#writers.write(key);
  }

  /** One client does something: mostly it writes. */
  act(): void {
    if (onceIn(OTHERS_OF, this.#random)) pick(this.#others, this.#random)();
    else this.write();
  }

  /** All clients go. @returns nodes that still think they have some of them. */
  leave(): TestNode[] {
    this.courier.closeAll();
    return this.#watched.cluster.nodes.filter(
      (node) =>
        node.isRunning &&
        [...node.process.node.sessions.values()].some(({ address }) => address === CLIENT_ADDRESS),
    );
  }

  #newKey(slot: number): string {
    return `{${hashTagForSlot(slot)}}:${this.#keys++}`;
  }

  #newKeys(count: number): string[] {
    const slot = pick(this.#watched.slotsInUse, this.#random);
    return Array.from({ length: count }, () => this.#newKey(slot));
  }

  #remember(key: string): void {
    if (this.#recent.length < KEYS_TO_READ) this.#recent.push(key);
    else this.#recent[this.#random.below(KEYS_TO_READ)] = key;
  }

  #recentKey(): string {
    return this.#recent.length === 0 ? this.#newKey(0) : pick(this.#recent, this.#random);
  }
}
