/** Who owns a slot: S6 newer claims win, S7 one owner for each slot and epoch, S16 nobody keeps foreign keys. */
import type { ClusterLogEntry } from '../../event-log.js';
import type { TestNode } from '../../test-node.js';
import { type Invariant, stateOf, type Watched } from './invariant.js';

export class Ownership implements Invariant {
  readonly #watched: Watched;
  /** Replicas that have not got the data of their master yet. */
  readonly #unsynced = new Set<TestNode>();
  /** Whom a replica copies its data from. */
  readonly #sources = new Map<TestNode, TestNode>();
  /** Masters that were promoted with the data of a master they had before: nobody clears them of foreign keys. */
  readonly #strangers = new Set<TestNode>();
  /** Something happened since the last look: roles, slots and epochs do not change without an event. */
  #isChanged = true;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onEvent(viewer: TestNode, event: ClusterLogEntry['event']): void {
    if (event.kind === 'slots-moved' && event.from !== null) this.#isNewerClaim(viewer, event.from, event.to);
  }

  onEventDone(node: TestNode, event: ClusterLogEntry['event']): void {
    this.#isChanged = true;
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
    const taken = myself.slots.ranges.find(([first]) => slots.ownerOf(first) === to);
    if (taken !== undefined)
      report(
        'S6',
        `${viewer.name} gives slot ${taken[0]} to ${to.id} by epoch ${to.configEpoch}, while ${former.name} claims it by ${from.configEpoch}`,
      );
  }

  /** S7 */
  #ownsAlone(one: TestNode, other: TestNode): void {
    const { myself: mine } = stateOf(one);
    const { myself: theirs } = stateOf(other);
    if (mine.configEpoch !== theirs.configEpoch) return;
    const shared = mine.slots.ranges.find(([first]) => theirs.slots.has(first));
    if (shared !== undefined)
      this.#watched.report(
        'S7',
        `${one.name} and ${other.name} both claim ${shared[0]} in epoch ${mine.configEpoch}`,
      );
  }

  /** S16 */
  #hasNoForeignKeys(master: TestNode): void {
    const { myself, host, slots } = stateOf(master);
    if (host.keys.totalKeys() === 0) return;
    for (const slot of this.#watched.slotsInUse) {
      if (slots.ownerOf(slot) !== myself && host.keys.countKeysInSlot(slot) > 0)
        this.#watched.report('S16', `${master.name} has keys of slot ${slot}, which it does not own`);
    }
  }
}
