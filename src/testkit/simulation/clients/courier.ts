/**
 * Takes errands to nodes as a client library does: follows MOVED and ASK, tries again what was refused, gives up on who does
 * not answer. What redirections say is checked (S17), and what nodes say at all.
 */
import { slotForKey } from '../../../../fixtures/keys.js';
import type { Random } from '../../../time/random.js';
import type { TestNode } from '../../test-node.js';
import { isSlotOpen, stateOf, type Watched } from '../invariants/invariant.js';
import { pick } from '../pick.js';
import { WireConnection } from './wire-connection.js';
import { WireError, type WireReply } from './wire-reply.js';

/** Some commands for keys of one slot, sent in one piece. */
export interface Errand {
  readonly commands: readonly (readonly string[])[];
  /** By whose slot it finds its node. */
  readonly keys: readonly string[];
  /** It is tried again until it is answered; otherwise a refusal ends it. */
  readonly isRetried: boolean;
  /** It may wait as long as it likes. */
  readonly isPatient?: boolean;
  /** All answers are there and none sends the client away, while the node is as it was when it gave the last one. */
  onAnswers(answers: Answers): void;
  /** A node sent it away, or told it to come again: none of it may have been executed there. */
  onSentAway?(node: TestNode, isFirst: boolean): unknown;
  /** Sent to that node. */
  onSent?(node: TestNode, connection: WireConnection): void;
}

export interface Answers {
  readonly node: TestNode;
  readonly connection: WireConnection;
  readonly replies: readonly WireReply[];
  /** Nothing was sent before that might have been executed and whose answer got lost. */
  readonly isFirst: boolean;
}

interface Trip {
  readonly errand: Errand;
  redirects: number;
  attempts: number;
}

interface Waiting {
  readonly trip: Trip;
  readonly connection: WireConnection;
  readonly deadlineMs: number;
}

const FOLLOWED_REDIRECTS = 5;
/** A client gives up on an answer after that. */
const PATIENCE_MS = 3000;
const SHORTEST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1000;
/** While a cluster is down, more and more clients would try again and again. */
const MOST_RETRIES = 10;
/** What a client may be told and tries again. */
const PASSING = new Set([
  'CLUSTERDOWN',
  'TRYAGAIN',
  'LOADING',
  'MASTERDOWN',
  'UNBLOCKED',
  'EXECABORT',
  'NOREPLICAS',
]);

export class Courier {
  readonly #watched: Watched;
  readonly #random: Random;
  readonly #idle = new Map<TestNode, WireConnection[]>();
  readonly #open = new Set<WireConnection>();
  readonly #waiting = new Set<Waiting>();
  /** What is to be done once the node in hand is done. */
  #todo: (() => void)[] = [];
  readonly #retries: { readonly atMs: number; readonly trip: Trip }[] = [];
  #isDraining = false;

  constructor(watched: Watched, random: Random) {
    this.#watched = watched;
    this.#random = random;
  }

  /** Errands that are not done. */
  get pending(): number {
    return this.#waiting.size + this.#retries.length + this.#todo.length;
  }

  /** Those that are tried until they are done. */
  get pendingRetries(): number {
    let count = this.#retries.length + this.#todo.length;
    for (const { trip } of this.#waiting) if (trip.errand.isRetried) count++;
    return count;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  /** Takes an errand to some running node. */
  start(errand: Errand): void {
    this.#sendAnywhere({ errand, redirects: 0, attempts: 0 });
    this.drain();
  }

  /** Goes on with what answers of this instant have brought. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#todo.length > 0) {
      const todo = this.#todo;
      this.#todo = [];
      for (const act of todo) act();
    }
    this.#isDraining = false;
  }

  /** Tries again what is due, and gives up on who was silent for long. */
  tick(): void {
    const nowMs = this.#nowMs;
    for (const waiting of this.#waiting) {
      if (waiting.deadlineMs > nowMs) continue;
      this.#waiting.delete(waiting);
      this.#drop(waiting.connection);
      this.#retry(waiting.trip);
    }
    for (let index = this.#retries.length - 1; index >= 0; index--) {
      const retry = this.#retries[index];
      if (retry === undefined || retry.atMs > nowMs) continue;
      this.#retries.splice(index, 1);
      this.#sendAnywhere(retry.trip);
    }
    this.drain();
  }

  /** Opens a connection that is nobody else's. The node must run. */
  connect(node: TestNode): WireConnection {
    const connection = new WireConnection(node, this.#watched.cluster.pump, this.#watched.report);
    connection.onClosed = () => this.#open.delete(connection);
    this.#open.add(connection);
    return connection;
  }

  close(connection: WireConnection): void {
    this.#drop(connection);
  }

  /** The connection is this client's own from now on. */
  keep(connection: WireConnection): void {
    const idle = this.#idle.get(connection.node);
    const index = idle?.indexOf(connection) ?? -1;
    if (index >= 0) idle?.splice(index, 1);
  }

  /** To be done once the node in hand is done. */
  later(act: () => void): void {
    this.#todo.push(act);
  }

  /** All clients go, whatever they wait for. */
  closeAll(): void {
    this.#waiting.clear();
    this.#retries.length = 0;
    this.#todo = [];
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#idle.clear();
  }

  #sendAnywhere(trip: Trip): void {
    const running = this.#watched.cluster.nodes.filter(({ isRunning }) => isRunning);
    if (running.length === 0) this.#retry(trip);
    else this.#send(trip, pick(running, this.#random), false);
  }

  #send(trip: Trip, node: TestNode, asking: boolean): void {
    if (!node.isRunning) {
      this.#retry(trip);
      return;
    }
    const { errand } = trip;
    const connection = this.#take(node);
    const commands = asking ? [['ASKING'], ...errand.commands] : errand.commands;
    const replies: WireReply[] = [];
    const deadlineMs = errand.isPatient === true ? Number.POSITIVE_INFINITY : this.#nowMs + PATIENCE_MS;
    const waiting: Waiting = { trip, connection, deadlineMs };
    this.#waiting.add(waiting);
    trip.attempts++;
    errand.onSent?.(node, connection);
    connection.send(commands, (reply) => {
      if (!this.#waiting.has(waiting)) return;
      if (reply === undefined) {
        this.#waiting.delete(waiting);
        this.#todo.push(() => this.#retry(trip));
        return;
      }
      replies.push(reply);
      if (replies.length < commands.length) return;
      this.#waiting.delete(waiting);
      if (connection.isIdle) this.#idle.get(node)?.push(connection);
      this.#onReplies(
        trip,
        { node, connection, replies: asking ? replies.slice(1) : replies, isFirst: trip.attempts === 1 },
        asking,
      );
    });
  }

  #onReplies(trip: Trip, answers: Answers, asking: boolean): void {
    const { node, replies } = answers;
    const errors = replies.filter((reply) => reply instanceof WireError);
    const redirect = errors.find(({ word }) => word === 'MOVED' || word === 'ASK');
    if (redirect !== undefined) {
      const target = this.#watched.cluster.node(redirect.address);
      const { slot } = redirect;
      if (!trip.errand.keys.some((key) => slotForKey(key) === slot))
        this.#watched.report(
          'S17',
          `${node.name} sent a client away for slot ${slot}, which it had not asked for`,
        );
      if (redirect.word === 'MOVED') this.#isTrueMoved(node, target, slot);
      else this.#isTrueAsk(node, target, slot, trip.errand, asking);
      trip.errand.onSentAway?.(node, answers.isFirst);
      trip.attempts--;
      const mayFollow = ++trip.redirects <= FOLLOWED_REDIRECTS;
      if (!mayFollow) trip.redirects = 0;
      this.#todo.push(() =>
        mayFollow ? this.#send(trip, target, redirect.word === 'ASK') : this.#retry(trip),
      );
      return;
    }
    const passing = errors.find(({ word }) => PASSING.has(word));
    if (passing !== undefined) {
      if (passing.word === 'TRYAGAIN') this.#isTrueTryAgain(node, trip.errand);
      trip.errand.onSentAway?.(node, answers.isFirst);
      trip.attempts--;
      this.#todo.push(() => this.#retry(trip));
      return;
    }
    trip.errand.onAnswers(answers);
  }

  #retry(trip: Trip): void {
    if (!trip.errand.isRetried || this.#retries.length >= MOST_RETRIES) return;
    const delayMs = SHORTEST_RETRY_MS + this.#random.below(LONGEST_RETRY_MS - SHORTEST_RETRY_MS);
    this.#retries.push({ atMs: this.#nowMs + delayMs, trip });
  }

  #take(node: TestNode): WireConnection {
    const idle = this.#idle.get(node) ?? [];
    this.#idle.set(node, idle);
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (connection.isIdle) return connection;
    }
    return this.connect(node);
  }

  #drop(connection: WireConnection): void {
    this.#open.delete(connection);
    connection.close();
  }

  /** S17: MOVED names the owner of the slot in the view of the sender, and never the sender. */
  #isTrueMoved(node: TestNode, target: TestNode, slot: number): void {
    if (!node.isRunning) return;
    const owner = stateOf(node).slots.ownerOf(slot);
    if (target === node || owner?.id !== target.id)
      this.#watched.report('S17', `${node.name} sent a client to ${target.name} for a slot of ${owner?.id}`);
  }

  /** S17: ASK comes from who hands the slot over, for keys that it does not have. */
  #isTrueAsk(node: TestNode, target: TestNode, slot: number, { keys }: Errand, asking: boolean): void {
    if (!node.isRunning) return;
    const { slots } = stateOf(node);
    const where = slots.migratingTo.get(slot);
    if (where?.id !== target.id || slots.ownerOf(slot)?.id !== node.id)
      this.#watched.report(
        'S17',
        `${node.name} sent a client to ask ${target.name}, which takes no slot ${slot} from it`,
      );
    if (asking) this.#watched.report('S17', `${node.name} sent a client on that had sent ASKING`);
    if (keys.some((key) => slotForKey(key) === slot && isStoredAt(node, key)))
      this.#watched.report(
        'S17',
        `${node.name} sent a client to ask for ${keys.join(' ')}, and has some of them`,
      );
  }

  /** S17: TRYAGAIN is for several keys of a slot on its way. */
  #isTrueTryAgain(node: TestNode, { keys }: Errand): void {
    if (!node.isRunning) return;
    if (keys.length < 2 || !isSlotOpen(node, slotForKey(keys[0] ?? '')))
      this.#watched.report('S17', `${node.name} told a client to try again with ${keys.join(' ')}`);
  }

  get #nowMs(): number {
    return this.#watched.cluster.pump.clock.nowMs();
  }
}

export function isStoredAt(node: TestNode, key: string): boolean {
  return node.isRunning && node.process.node.keyspace.databases[0]?.isStored(key) === true;
}
