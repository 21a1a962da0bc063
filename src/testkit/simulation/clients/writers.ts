/** Clients that write keys of their own, and what nodes may accept: S9, S10, S13, S14, S17, S18. */
import { slotForKey } from '../../../../fixtures/keys.js';
import type { Random } from '../../../time/random.js';
import type { TestNode } from '../../test-node.js';
import { stateOf, type Watched } from '../invariants/invariant.js';
import type { Monitor } from '../invariants/monitor.js';
import { onceIn } from '../pick.js';
import { type Answers, type Courier, isStoredAt } from './courier.js';
import { WireError } from './wire-reply.js';

/** Of so many writes one is tried again until it is accepted. */
const RETRIED_OF = 3;
/** Of so many writes one waits for a replica. */
const CONFIRMED_OF = 6;
const WAIT_MS = '200';

export class Writers {
  readonly #watched: Watched;
  readonly #monitor: Monitor;
  readonly #courier: Courier;
  readonly #random: Random;

  constructor(watched: Watched, monitor: Monitor, courier: Courier, random: Random) {
    this.#watched = watched;
    this.#monitor = monitor;
    this.#courier = courier;
    this.#random = random;
  }

  write(key: string): void {
    const isConfirmed = onceIn(CONFIRMED_OF, this.#random);
    this.#courier.start({
      commands: [
        ['SET', key, valueFor(key)],
        // In the order of requests: S20.
        ['ECHO', key],
      ],
      keys: [key],
      isRetried: onceIn(RETRIED_OF, this.#random),
      onAnswers: (answers) => {
        this.#onAnswers(key, answers);
        if (isConfirmed) this.#confirm(key, answers);
      },
    });
  }

  #onAnswers(key: string, { node, replies }: Answers): void {
    const { report } = this.#watched;
    const [set, echo] = replies;
    if (set !== 'OK' || echo !== key) {
      const got = replies.map((reply) => (reply instanceof WireError ? reply.text : String(reply)));
      report('S20', `${node.name} answered SET and ECHO ${key} with ${got.join(', ')}`);
      return;
    }
    mayAccept(this.#watched, this.#monitor, node, key);
    this.#monitor.ledger.acknowledge(key, node);
  }

  /** On the connection of the write: its last write is what WAIT goes by. */
  #confirm(key: string, { node, connection }: Answers): void {
    this.#courier.keep(connection);
    this.#courier.later(() => {
      if (!connection.isIdle || !node.isRunning) return;
      const offset = connection.session.lastWriteOffset;
      connection.send([['WAIT', '1', WAIT_MS]], (reply) => {
        if (typeof reply === 'number' && reply > 0) this.#isConfirmed(key, node, offset, reply);
        this.#courier.later(() => this.#courier.close(connection));
      });
    });
  }

  /** S13: so many replicas have it as WAIT says. */
  #isConfirmed(key: string, master: TestNode, offset: number, count: number): void {
    const { replicas } = master.process.node.replication;
    const confirming = replicas.filter(({ ackOffset, state }) => state === 'online' && ackOffset >= offset);
    const nodes = confirming.map(({ ip, listeningPort }) =>
      this.#watched.cluster.node(`${ip}:${listeningPort}`),
    );
    const having = nodes.filter((node) => isStoredAt(node, key));
    if (confirming.length < count)
      this.#watched.report(
        'S13',
        `${master.name} counts ${count} replicas that have ${key}, and ${confirming.length} said so`,
      );
    this.#monitor.ledger.confirm(key, having);
  }
}

export function valueFor(key: string): string {
  return `value of ${key}`;
}

/** S9, S10, S14, S17 and S18: only a master that owns the slot, in a cluster that is ok, accepts a write. */
export function mayAccept({ report }: Watched, monitor: Monitor, node: TestNode, key: string): void {
  const { myself, ok, slots, manualFailover } = stateOf(node);
  const slot = slotForKey(key);
  if (!myself.isMaster) report('S18', `the replica ${node.name} accepted ${key}`);
  if (slots.ownerOf(slot) !== myself && !slots.importingFrom.has(slot))
    report('S17', `${node.name} accepted ${key} of a foreign slot`);
  if (!ok) report('S9', `${node.name} accepted ${key} while the cluster was down`);
  if (manualFailover.replica !== null)
    report('S14', `${node.name} accepted ${key} while it hands over to its replica`);
  monitor.availability.onWrite(node, key);
}
