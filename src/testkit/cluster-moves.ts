/** Moves of a cluster's topology, as an operator makes them: slots that migrate, failovers. */
import { slotForKey } from '../../fixtures/keys.js';
import { nextLoopTurn } from '../io/natives.js';
import { ClusterClients } from './cluster-clients.js';
import { checkOptions, invalid, show } from './faults/message-filter.js';
import { Failover, type FailoverResult } from './moves/failover.js';
import { type FailoverOptions, planFailover } from './moves/failover-plan.js';
import { checkMaster, MIGRATE_TIMEOUT_MS } from './moves/node-commands.js';
import { SlotMove, type SlotMoveOwner, type SlotMovePoint } from './moves/slot-move.js';
import type { TestNode } from './test-node.js';

/** Which slot moves where: `slot`, or the slot of a `key`. */
export interface MigrateSlotOptions {
  readonly slot?: number;
  readonly key?: string | Uint8Array;
  /** A running master. */
  readonly to: TestNode;
  /** Where it stops; left out, it goes on to the end. */
  readonly pauseAt?: SlotMovePoint;
  /** Keys that one MIGRATE takes. Default 10, as redis-cli. */
  readonly batch?: number;
}

const DEFAULT_BATCH = 10;

export abstract class ClusterMoves extends ClusterClients {
  /**
   * Moves a hash slot to another master as redis-cli does: SETSLOT IMPORTING, SETSLOT MIGRATING, MIGRATE in batches, SETSLOT
   * NODE at the target, at the source, at the other masters. Stops where `pauseAt` says, so that clients meet ASK,
   * TRYAGAIN and MOVED for as long as the test wants.
   * @returns the move: `step()`, `continue()` or `abort()` it; without `pauseAt` it is done.
   * @throws RedisTestClusterError INVALID_ARGUMENT, INVALID_SLOT, NO_SUCH_NODE; COMMAND_FAILED when a node refuses.
   * @example
   * await using move = await cluster.migrateSlot({ key: 'cart', to: cluster.masters[1], pauseAt: 'migrating' });
   * await redis.set('cart', 1); // by ASK to the target
   * await move.continue();
   */
  async migrateSlot(options: MigrateSlotOptions): Promise<SlotMove> {
    const call = 'migrateSlot()';
    this.assertUsable(call);
    checkOptions(call, options, ['slot', 'key', 'to', 'pauseAt', 'batch']);
    const { slot, key, pauseAt, batch = DEFAULT_BATCH } = options;
    if ((slot === undefined) === (key === undefined)) invalid(call, 'takes either a slot or a key');
    const moving = slot ?? slotForKey(key as string);
    const source = this.nodeForSlot(moving);
    const target = checkMaster(call, 'to', options.to, this.nodes);
    if (source === target) invalid(call, `${target.name} has slot ${moving} already`);
    if (source.state !== 'running')
      invalid(call, `${source.name}, which has slot ${moving}, is ${source.state}`);
    if (!(Number.isInteger(batch) && batch >= 1))
      invalid(call, `batch must be a whole number from 1 on, got ${show(batch)}`);
    checkPoint(call, pauseAt);
    const move = new SlotMove(this.moveOwner, moving, source, target, batch);
    await move.begin();
    try {
      if (pauseAt === undefined) await move.continue();
      else await move.continueTo(pauseAt);
    } catch (error) {
      // Nobody has the handle.
      if (move.state !== 'node-dst' && move.state !== 'node-src') await move.abort().catch(() => undefined);
      throw error;
    }
    return move;
  }

  /**
   * Fails a shard over, and resolves when everybody who can has seen it: nodes that a cut keeps away are waited for no
   * longer than the node timeout.
   * @param target the shard's master, or the replica that shall take its place.
   * @param options see FailoverOptions.
   * @returns who was promoted and who was demoted, the virtual time that it took, and the cut of `partitioned`.
   * @throws RedisTestClusterError INVALID_ARGUMENT; TIMEOUT when no replica becomes master; STOPPED.
   * @example
   * const { promoted, demoted, ms } = await cluster.failover(cluster.nodeForKey('cart'), { mode: 'crash' });
   * const pending = cluster.failover(master, { mode: 'crash', after: { commands: 37 } }); // in the middle of a pipeline
   */
  async failover(target: TestNode, options: FailoverOptions = {}): Promise<FailoverResult> {
    this.assertUsable('failover()');
    const plan = planFailover(target, options, this.nodes);
    return await new Failover(
      {
        pump: this.pump,
        nodes: this.nodes,
        now: () => this.now(),
        waitUntil: (condition, what, limitMs) => this.waitFor(condition, { what, timeout: limitMs }),
        waitInRealTime: (condition, what, timeoutMs) => this.waitInRealTime(condition, what, timeoutMs),
        links: this.links,
        clients: this.clients,
      },
      plan,
    ).run();
  }

  /** Links may be slow: with time that stands still, MIGRATE would wait for ever. */
  async #whileTimePasses(work: Promise<void>): Promise<void> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    // Mostly it is done at once.
    await Promise.race([work.then(end, end), nextLoopTurn()]);
    if (!isDone) await this.settle();
    if (!isDone && this.pump.mode === 'manual')
      await this.runUntil(() => isDone, { limit: 2 * MIGRATE_TIMEOUT_MS });
    await work;
  }

  /** For the parts of the test kit. */
  protected get moveOwner(): SlotMoveOwner {
    return {
      pump: this.pump,
      nodes: this.nodes,
      assertRunning: () => this.assertRunning(),
      deliverDue: () => this.advance(0),
      whileTimePasses: (work) => this.#whileTimePasses(work),
    };
  }
}

function checkPoint(call: string, point: SlotMovePoint | undefined): void {
  if (point === undefined) return;
  if (typeof point === 'string') {
    if (['importing', 'migrating', 'node-dst', 'node-src'].includes(point)) return;
    invalid(
      call,
      `pauseAt must be 'importing', 'migrating', { keys }, 'node-dst' or 'node-src', got ${show(point)}`,
    );
  }
  checkOptions(`${call} pauseAt`, point, ['keys']);
  const { keys } = point;
  const isCount = Number.isInteger(keys) && (keys as number) >= 1;
  const isList = Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === 'string');
  if (!isCount && !isList)
    invalid(call, `pauseAt.keys must be a whole number from 1 on or a list of keys, got ${show(keys)}`);
}
