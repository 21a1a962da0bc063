/**
 * Slots that move between masters by the commands of redis-cli --cluster reshard, one command after the other while faults come
 * and go. A move that is disturbed stays where it is; in the end all of them are repaired as redis-cli --cluster fix does.
 */
import type { Random } from '../../time/random.js';
import type { TestNode } from '../test-node.js';
import type { Courier } from './clients/courier.js';
import type { WireReply } from './clients/wire-reply.js';
import { WireError } from './clients/wire-reply.js';
import { type Invariant, stateOf, type Watched } from './invariants/invariant.js';
import type { WriteLedger } from './invariants/write-ledger.js';
import { onceIn, pick } from './pick.js';

type Step = 'importing' | 'migrating' | 'keys' | 'node-target' | 'node-source' | 'node-others' | 'done';

interface Move {
  readonly slot: number;
  readonly source: TestNode;
  readonly target: TestNode;
  step: Step;
  /** A command has no answer yet. */
  isWaiting: boolean;
  /** A fault or a refusal came between: it goes no further. */
  isDisturbed: boolean;
  /** Masters that have to be told who owns the slot. */
  readonly others: TestNode[];
}

/** Sends a command and lets time pass until it is answered. */
type Ask = (node: TestNode, argv: readonly string[]) => Promise<WireReply | undefined>;

const MOST_MOVES = 2;
const KEYS_OF_BATCH = '3';
/** Shorter than that of redis-cli: a source that waits for it does nothing else. */
const MIGRATE_TIMEOUT_MS = '500';

export class SlotMigrations implements Invariant {
  readonly #watched: Watched;
  readonly #ledger: WriteLedger;
  readonly #courier: Courier;
  readonly #random: Random;
  readonly #moves: Move[] = [];
  /** Slots that have to be looked after in the end. */
  readonly #toRepair = new Set<number>();
  readonly #note: (text: string) => void;
  #finished = 0;

  constructor(
    watched: Watched,
    ledger: WriteLedger,
    courier: Courier,
    random: Random,
    note: (text: string) => void,
  ) {
    this.#watched = watched;
    this.#ledger = ledger;
    this.#courier = courier;
    this.#random = random;
    this.#note = note;
  }

  /** Moves that came to their end. */
  get finished(): number {
    return this.#finished;
  }

  /** A slot begins to move; or goes on, where a fault had stopped it. */
  begin(): void {
    if (this.#moves.filter(({ isDisturbed }) => !isDisturbed).length >= MOST_MOVES) return;
    const { slotsInUse, openSlots } = this.#watched;
    const slot = pick(slotsInUse, this.#random);
    const masters = this.#masters;
    const source = masters.find((node) => stateOf(node).myself.slots.has(slot));
    const targets = masters.filter((node) => node !== source && stateOf(node).myself.slots.count > 0);
    if (
      source === undefined ||
      targets.length === 0 ||
      openSlots.has(slot) ||
      this.#moves.some((move) => move.slot === slot)
    )
      return;
    const target = pick(targets, this.#random);
    this.#note(`slot ${slot} begins to move from ${source.name} to ${target.name}`);
    const others = masters.filter((node) => node !== source && node !== target);
    const move: Move = {
      slot,
      source,
      target,
      step: 'importing',
      isWaiting: false,
      isDisturbed: false,
      others,
    };
    this.#moves.push(move);
    this.#watched.openSlots.add(slot);
    this.#watched.movedSlots.add(slot);
    if (!this.#isQuiet) this.#disturb(move);
  }

  /** Each move goes a step further, or waits a little. Disturbed ones as well: an operator does not know everything. */
  afterRound(): void {
    for (const move of [...this.#moves]) {
      if (!move.isWaiting && move.step !== 'done' && onceIn(2, this.#random)) this.#goOn(move);
    }
  }

  onFault(): void {
    for (const move of this.#moves) this.#disturb(move);
  }

  onEvent(_node: TestNode, { kind }: { readonly kind: string }): void {
    if (kind !== 'promoted' && kind !== 'became-replica' && kind !== 'state-changed') return;
    for (const move of this.#moves) this.#disturb(move);
  }

  /**
   * When all nodes are there again: nobody holds a slot for open any more, and keys go to who owns their slot.
   * @param untilAgreed lets time pass until all agree on the owners of the slots.
   */
  async repair(ask: Ask, untilAgreed: () => Promise<void>): Promise<void> {
    this.#moves.length = 0;
    for (const slot of this.#toRepair) {
      for (const node of this.#masters) await ask(node, ['CLUSTER', 'SETSLOT', String(slot), 'STABLE']);
    }
    await untilAgreed();
    for (const slot of this.#toRepair) {
      const owner = this.#masters.find((node) => stateOf(node).myself.slots.has(slot));
      for (const node of this.#masters) {
        if (owner === undefined || node === owner || stateOf(node).host.keys.countKeysInSlot(slot) === 0)
          continue;
        await ask(node, ['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', owner.id]);
        const keys = node.process.node.keyspace.database(0).keysInSlot(slot, Number.POSITIVE_INFINITY);
        await ask(node, [
          'MIGRATE',
          owner.host,
          String(owner.port),
          '',
          '0',
          '5000',
          'REPLACE',
          'KEYS',
          ...keys,
        ]);
        await ask(node, ['CLUSTER', 'SETSLOT', String(slot), 'STABLE']);
      }
    }
    this.#toRepair.clear();
    this.#watched.openSlots.clear();
    this.#ledger.trustAllSlots();
  }

  get #masters(): TestNode[] {
    return this.#watched.cluster.nodes.filter(
      (node) => node.state === 'running' && stateOf(node).myself.isMaster,
    );
  }

  #goOn(move: Move): void {
    const { slot, source, target, step } = move;
    const setSlot = (...how: readonly string[]): string[] => ['CLUSTER', 'SETSLOT', String(slot), ...how];
    const ask = (node: TestNode, argv: readonly string[], next: Step): void =>
      this.#ask(move, node, argv, () => this.#reach(move, next));
    if (step === 'importing') ask(target, setSlot('IMPORTING', source.id), 'migrating');
    else if (step === 'migrating') ask(source, setSlot('MIGRATING', target.id), 'keys');
    else if (step === 'keys') this.#nextKeys(move);
    else if (step === 'node-target') ask(target, setSlot('NODE', target.id), 'node-source');
    else if (step === 'node-source') ask(source, setSlot('NODE', target.id), 'node-others');
    else if (step === 'node-others') {
      const other = move.others.pop();
      if (other === undefined) this.#reach(move, 'done');
      else ask(other, setSlot('NODE', target.id), 'node-others');
    }
  }

  #nextKeys(move: Move): void {
    const argv = ['CLUSTER', 'GETKEYSINSLOT', String(move.slot), KEYS_OF_BATCH];
    this.#ask(move, move.source, argv, (keys) => this.#migrate(move, keys as readonly string[]));
  }

  #migrate(move: Move, keys: readonly string[]): void {
    const { source, target, slot } = move;
    if (keys.length === 0) {
      this.#reach(move, 'node-target');
      return;
    }
    const argv = ['MIGRATE', target.host, String(target.port), '', '0', MIGRATE_TIMEOUT_MS, 'KEYS', ...keys];
    this.#courier.later(() =>
      this.#ask(move, source, argv, () => {
        if (!move.isDisturbed) this.#ledger.onMigrated(slot, source, target);
      }),
    );
  }

  #reach(move: Move, step: Step): void {
    move.step = step;
    if (step !== 'done') return;
    this.#note(`slot ${move.slot} has moved to ${move.target.name}`);
    this.#finished++;
    this.#moves.splice(this.#moves.indexOf(move), 1);
    if (!move.isDisturbed) this.#watched.openSlots.delete(move.slot);
  }

  #ask(move: Move, node: TestNode, argv: readonly string[], then: (reply: WireReply) => void): void {
    if (!node.isRunning) {
      this.#giveUp(move);
      return;
    }
    const connection = this.#courier.connect(node);
    move.isWaiting = true;
    connection.send([argv], (reply) => {
      move.isWaiting = false;
      this.#courier.later(() => this.#courier.close(connection));
      if (reply === undefined || reply instanceof WireError) this.#giveUp(move);
      else then(reply);
    });
  }

  /** It was refused: the operator leaves it as it is. */
  #giveUp(move: Move): void {
    this.#disturb(move);
    const index = this.#moves.indexOf(move);
    if (index >= 0) this.#moves.splice(index, 1);
  }

  #disturb(move: Move): void {
    if (move.isDisturbed) return;
    move.isDisturbed = true;
    this.#toRepair.add(move.slot);
    this.#ledger.doubt(move.slot);
  }

  get #isQuiet(): boolean {
    const { cluster } = this.#watched;
    return (
      cluster.faults.length === 0 &&
      cluster.nodes.every((node) => node.state === 'running' && stateOf(node).ok)
    );
  }
}
