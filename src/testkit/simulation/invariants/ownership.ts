/** Who owns a slot: S6 newer claims win, S7 one owner for each slot and epoch, S16 nobody keeps foreign keys. */
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from './invariant.js';

/** After these a node may own other slots, by another epoch, or have other keys. */
const CHANGING: ReadonlySet<string> = new Set([
  'became-replica',
  'config-epoch-changed',
  'in-sync',
  'promoted',
  'slots-moved',
  'started',
]);

export class Ownership implements Invariant {
  readonly #watched: Watched;
  /** Replicas that have not got the data of their master yet. */
  readonly #unsynced = new Set<TestNode>();
  /** Whom a replica copies its data from. */
  readonly #sources = new Map<TestNode, TestNode>();
  /** Masters that were promoted with the data of a master they had before: nobody clears them of foreign keys. */
  readonly #strangers = new Set<TestNode>();
  /** Epochs that somebody took without votes: another one may have the same, until they meet. */
  readonly #unsafeEpochs = new Set<number>();
  /** After a takeover in a minority there may be two majorities. */
  #wasTakenOver = false;
  /** Something happened since the last look: roles, slots and epochs do not change without an event. */
  #isChanged = true;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onEvent(viewer: TestNode, event: ClusterLogEntry['event']): void {
    if (event.kind === 'slots-moved' && event.from !== null) this.#isNewerClaim(viewer, event.from, event.to);
  }

  onEventDone(node: TestNode, event: ClusterLogEntry['event']): void {
    if (CHANGING.has(event.kind)) this.#isChanged = true;
    if (event.kind === 'config-epoch-changed' && event.reason !== 'election')
      this.#unsafeEpochs.add(event.epoch);
    if (event.kind === 'sync-started')
      this.#sources.set(node, this.#watched.cluster.node(`${event.host}:${event.port}`));
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

  onTakeover(): void {
    this.#wasTakenOver = true;
  }

  afterInstant(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const owners = this.#watched.cluster.nodes.filter(
      (node) => node.isRunning && stateOf(node).myself.slots.count > 0,
    );
    for (const [index, one] of owners.entries()) {
      for (const other of owners.slice(index + 1)) this.#ownsAlone(one, other);
      if (!this.#strangers.has(one)) this.#hasNoForeignKeys(one);
    }
  }

  /** S6: an older claim takes nothing from an owner that claims it still. */
  #isNewerClaim(viewer: TestNode, fromId: string, toId: string): void {
    const { cluster, report } = this.#watched;
    const { nodes, slots } = stateOf(viewer);
    const from = nodes.get(fromId);
    const to = nodes.get(toId);
    const former = cluster.nodes.find((node) => node.isRunning && node.id === fromId);
    if (from === undefined || to === undefined || former === undefined) return;
    // A replica that is told to fail over twice in a short time may win with an old epoch, in Redis too; nobody follows it.
    if (to.isMyself || to.configEpoch > from.configEpoch) return;
    const { myself } = stateOf(former);
    if (!myself.isMaster || myself.configEpoch !== from.configEpoch) return;
    // Headers that come late on an old connection, from before a slot had moved, make it one that is not claimed.
    const { slotsInUse, movedSlots } = this.#watched;
    const taken = slotsInUse.find(
      (slot) => myself.slots.has(slot) && slots.ownerOf(slot) === to && !movedSlots.has(slot),
    );
    if (taken !== undefined)
      report(
        'S6',
        `${viewer.name} gives slot ${taken} to ${to.id} by epoch ${to.configEpoch}, while ${former.name} claims it by ${from.configEpoch}`,
      );
  }

  /** S7 */
  #ownsAlone(one: TestNode, other: TestNode): void {
    const { myself: mine } = stateOf(one);
    const { myself: theirs } = stateOf(other);
    if (mine.configEpoch !== theirs.configEpoch) return;
    if (this.#wasTakenOver || this.#unsafeEpochs.has(mine.configEpoch)) return;
    const shared = this.#watched.slotsInUse.find((slot) => mine.slots.has(slot) && theirs.slots.has(slot));
    if (shared !== undefined)
      this.#watched.report(
        'S7',
        `${one.name} and ${other.name} both claim slot ${shared} in epoch ${mine.configEpoch}`,
      );
  }

  /** S16 */
  #hasNoForeignKeys(master: TestNode): void {
    const { myself, host, slots } = stateOf(master);
    if (host.keys.totalKeys() === 0) return;
    const { slotsInUse, openSlots } = this.#watched;
    for (const slot of slotsInUse) {
      if (openSlots.has(slot)) continue;
      if (slots.ownerOf(slot) !== myself && host.keys.countKeysInSlot(slot) > 0)
        this.#watched.report('S16', `${master.name} has keys of slot ${slot}, which it does not own`);
    }
  }
}
