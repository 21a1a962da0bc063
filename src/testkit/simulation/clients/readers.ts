/** Clients that read, from replicas too: S18. */
import { slotForKey } from '../../../../fixtures/keys.js';
import { stateOf, type Watched } from '../invariants/invariant.js';
import type { Answers, Courier } from './courier.js';
import { WireError } from './wire-reply.js';
import { valueFor } from './writers.js';

export class Readers {
  readonly #watched: Watched;
  readonly #courier: Courier;

  constructor(watched: Watched, courier: Courier) {
    this.#watched = watched;
    this.#courier = courier;
  }

  /** @param fromReplicas the client says READONLY. */
  read(key: string, fromReplicas: boolean): void {
    this.#courier.start({
      commands: [[fromReplicas ? 'READONLY' : 'READWRITE'], ['GET', key]],
      keys: [key],
      isRetried: false,
      onAnswers: (answers) => this.#onRead(key, fromReplicas, answers),
    });
  }

  #onRead(key: string, fromReplicas: boolean, { node, replies }: Answers): void {
    const { report } = this.#watched;
    const value = replies[1];
    if (value instanceof WireError || (value !== null && value !== valueFor(key))) {
      report(
        'S20',
        `${node.name} answered GET ${key} with ${value instanceof WireError ? value.text : String(value)}`,
      );
      return;
    }
    const { myself, slots, ok } = stateOf(node);
    const slot = slotForKey(key);
    const owner = slots.ownerOf(slot);
    if (!ok) report('S9', `${node.name} served ${key} while the cluster was down`);
    if (myself.isMaster) {
      if (owner !== myself && !slots.importingFrom.has(slot))
        report('S17', `${node.name} served ${key} of a foreign slot`);
    } else if (!fromReplicas) {
      report('S18', `the replica ${node.name} served ${key} to a client that had not said READONLY`);
    } else if (owner === null || owner !== myself.replicaOf) {
      report('S18', `the replica ${node.name} served ${key}, whose slot is not its master's`);
    }
  }
}
