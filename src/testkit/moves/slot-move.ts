/** A hash slot on its way from one master to another, step by step, in the order of redis-cli --cluster reshard. */
import type { RealTimePump } from '../../io/real-time-pump.js';
import type { ByteString } from '../../resp/byte-string.js';
import { invalid } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';
import { keysOfSlot, migrateKeys, runOn } from './node-commands.js';

/**
 * How far a move is; each word tells what was done last.
 *
 * - `importing`: CLUSTER SETSLOT IMPORTING at the target. Clients notice nothing yet.
 * - `migrating`: CLUSTER SETSLOT MIGRATING at the source. It answers ASK for keys that it does not have.
 * - `keys`: MIGRATE has taken some keys, or all. Several keys of which only some have moved are answered TRYAGAIN.
 * - `node-dst`: CLUSTER SETSLOT NODE at the target, which owns the slot from here on and tells everybody so.
 * - `node-src`: CLUSTER SETSLOT NODE at the source.
 * - `done`: CLUSTER SETSLOT NODE at all other masters.
 * - `aborted`: the slot is where it was, with all its keys.
 */
export type SlotMoveState = 'importing' | 'migrating' | 'keys' | 'node-dst' | 'node-src' | 'done' | 'aborted';

/** Where a move stops: see SlotMoveState; `keys` = when so many keys have moved, or these. */
export type SlotMovePoint =
  | 'importing'
  | 'migrating'
  | 'node-dst'
  | 'node-src'
  | { readonly keys: number | readonly string[] };

/** What a move needs of its cluster. */
export interface SlotMoveOwner {
  readonly pump: RealTimePump;
  readonly nodes: readonly TestNode[];
  assertRunning(): void;
  /** Lets what was sent at this moment arrive. */
  deliverDue(): Promise<void>;
  /** Waits for what goes from node to node; virtual time passes meanwhile where it does not flow. */
  whileTimePasses(work: Promise<void>): Promise<void>;
}

/**
 * A slot that moves. It stays where it stops until step(), continue() or abort(); a move that is not finished when its
 * block ends (`await using`) is aborted.
 *
 * @example
 * await using move = await cluster.migrateSlot({ key: 'cart', to: target, pauseAt: { keys: ['{cart}:1'] } });
 * await expect(redis.mget('{cart}:1', '{cart}:2')).rejects.toThrow('TRYAGAIN');
 * await move.continue();
 */
export class SlotMove implements AsyncDisposable {
  readonly slot: number;
  /** Its owner before. */
  readonly source: TestNode;
  /** Its owner when the move is done. */
  readonly target: TestNode;
  readonly #owner: SlotMoveOwner;
  readonly #batch: number;
  #state: SlotMoveState = 'importing';
  #moved: ByteString[] = [];
  /** Steps are taken one after the other, whoever asks for them. */
  #work: Promise<void> = Promise.resolve();

  /** @param batch keys that one MIGRATE takes. */
  constructor(owner: SlotMoveOwner, slot: number, source: TestNode, target: TestNode, batch: number) {
    this.#owner = owner;
    this.slot = slot;
    this.source = source;
    this.target = target;
    this.#batch = batch;
  }

  get state(): SlotMoveState {
    return this.#state;
  }

  /** True when it is done or aborted. */
  get isFinished(): boolean {
    return this.#state === 'done' || this.#state === 'aborted';
  }

  /** How many keys MIGRATE has taken to the target. */
  get moved(): number {
    return this.#moved.length;
  }

  /** Those keys, in the order in which they went. */
  get movedKeys(): readonly string[] {
    return this.#moved.map((key) => Buffer.from(key, 'latin1').toString('utf8'));
  }

  /** How many keys of the slot are still with the source. */
  get left(): number {
    return this.#keysOf(this.source).length;
  }

  /** The first step. For the parts of the test kit. */
  async begin(): Promise<void> {
    await this.#setSlot(this.target, 'IMPORTING', this.source);
    await this.#owner.deliverDue();
  }

  /**
   * Goes on to the next point: from `migrating` on a batch of keys moves with each step, and where none is left the slot
   * changes hands. Does nothing when the move is finished.
   * @returns the state it is in then.
   * @throws RedisTestClusterError COMMAND_FAILED when a node refuses, with its text: the move stays where it was.
   */
  async step(): Promise<SlotMoveState> {
    await this.#inTurn(() => this.#step(this.#batch));
    return this.#state;
  }

  /** Goes on until it stops at that point, or to the end when that lies behind. */
  async continueTo(point: SlotMovePoint): Promise<void> {
    await this.#inTurn(async () => {
      if (typeof point === 'object') await this.#moveKeys(point.keys);
      else while (this.#state !== point && !this.isFinished) await this.#step(this.#batch);
    });
  }

  /** Goes on to the end. */
  async continue(): Promise<void> {
    await this.#inTurn(async () => {
      while (!this.isFinished) await this.#step(this.#batch);
    });
  }

  /**
   * Takes the move back: keys that moved return, and both nodes hold the slot for stable. Where the target owns the slot
   * already, it is moved back as another move would, with an epoch of its own. A node that does not run is left out.
   * @throws RedisTestClusterError INVALID_ARGUMENT when the move is done; COMMAND_FAILED when a node refuses.
   */
  async abort(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#state === 'aborted') return;
      if (this.#state === 'done')
        invalid(
          'abort()',
          `slot ${this.slot} has moved to ${this.target.name}; move it back with migrateSlot()`,
        );
      if (this.#state === 'node-dst' || this.#state === 'node-src') await this.#moveBack();
      else await this.#closeBoth();
      await this.#owner.deliverDue();
      this.#state = 'aborted';
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isFinished && this.#isUsable) await this.abort();
  }

  async #step(keys: number): Promise<void> {
    switch (this.#state) {
      case 'importing':
        await this.#setSlot(this.source, 'MIGRATING', this.target);
        this.#state = 'migrating';
        break;
      case 'migrating':
      case 'keys': {
        const next = this.#keysOf(this.source, keys);
        if (next.length > 0) {
          await this.#migrate(next);
          this.#state = 'keys';
          break;
        }
        await this.#setSlot(this.target, 'NODE', this.target);
        this.#state = 'node-dst';
        break;
      }
      case 'node-dst':
        await this.#tellSource();
        this.#state = 'node-src';
        break;
      case 'node-src':
        for (const node of this.#owner.nodes) {
          if (node === this.source || node === this.target) continue;
          if (node.state === 'running' && node.role === 'master')
            await this.#setSlot(node, 'NODE', this.target);
        }
        this.#state = 'done';
        break;
      case 'done':
      case 'aborted':
        return;
    }
    await this.#owner.deliverDue();
  }

  /** @param wanted how many, or which. All that are there when there are fewer. */
  async #moveKeys(wanted: number | readonly string[]): Promise<void> {
    while (this.#state === 'importing') await this.#step(0);
    if (typeof wanted !== 'number') {
      const present = new Set(this.#keysOf(this.source));
      const named = wanted.map((key) => Buffer.from(key, 'utf8').toString('latin1'));
      const absent = named.filter((key) => !present.has(key));
      if (absent.length > 0)
        invalid(
          'migrateSlot()',
          `pauseAt: ${this.source.name} has no key ${absent.join(', ')} in slot ${this.slot}`,
        );
      await this.#migrate(named);
    } else {
      while (this.moved < wanted) {
        const next = this.#keysOf(this.source, Math.min(this.#batch, wanted - this.moved));
        if (next.length === 0) break;
        await this.#migrate(next);
      }
    }
    this.#state = 'keys';
    await this.#owner.deliverDue();
  }

  async #migrate(keys: readonly ByteString[]): Promise<void> {
    try {
      await this.#owner.whileTimePasses(migrateKeys(this.#owner.pump, this.source, this.target, keys));
      this.#moved.push(...keys);
    } catch (error) {
      // Some may have gone before one was refused.
      const left = new Set(this.#keysOf(this.source));
      this.#moved.push(...keys.filter((key) => !left.has(key)));
      throw error;
    }
  }

  /** When that was its last slot, and the target's news came first, it is a replica by now and refuses: all is well then. */
  async #tellSource(): Promise<void> {
    if (this.source.isRunning && this.source.role === 'replica') return;
    await this.#setSlot(this.source, 'NODE', this.target);
  }

  /** First the source, which otherwise sends the keys that come back away again. */
  async #closeBoth(): Promise<void> {
    const isOpen = ({ state }: TestNode): boolean => state === 'running';
    if (isOpen(this.source)) await this.#setSlot(this.source, 'STABLE');
    if (!isOpen(this.target)) return;
    if (isOpen(this.source)) await this.#returnKeys();
    await this.#setSlot(this.target, 'STABLE');
  }

  async #returnKeys(): Promise<void> {
    for (;;) {
      const keys = this.#keysOf(this.target, this.#batch);
      if (keys.length === 0) break;
      await this.#owner.whileTimePasses(
        migrateKeys(this.#owner.pump, this.target, this.source, keys, 'REPLACE'),
      );
    }
    this.#moved = [];
  }

  async #moveBack(): Promise<void> {
    if (this.#state === 'node-dst') await this.#tellSource();
    if (this.source.role === 'replica')
      invalid(
        'abort()',
        `slot ${this.slot} was the last one of ${this.source.name}, which is a replica of ${this.target.name} now; continue() instead`,
      );
    await this.#setSlot(this.source, 'IMPORTING', this.target);
    await this.#setSlot(this.target, 'MIGRATING', this.source);
    await this.#returnKeys();
    for (const node of [this.source, this.target]) await this.#setSlot(node, 'NODE', this.source);
  }

  async #setSlot(node: TestNode, action: string, other?: TestNode): Promise<void> {
    await runOn(
      node,
      this.#owner.pump,
      'CLUSTER',
      'SETSLOT',
      this.slot,
      action,
      ...(other === undefined ? [] : [other.id]),
    );
  }

  #keysOf(node: TestNode, most?: number): ByteString[] {
    return keysOfSlot(node, this.slot, most);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(() => {
      this.#owner.assertRunning();
      return work();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  get #isUsable(): boolean {
    try {
      this.#owner.assertRunning();
      return true;
    } catch {
      return false;
    }
  }
}
