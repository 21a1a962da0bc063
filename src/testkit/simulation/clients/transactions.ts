/** Clients with transactions, and with commands for keys of different slots: S19. */
import type { TestNode } from '../../test-node.js';
import type { Watched } from '../invariants/invariant.js';
import type { Monitor } from '../invariants/monitor.js';
import { type Answers, type Courier, isStoredAt } from './courier.js';
import { WireError, type WireReply } from './wire-reply.js';
import { mayAccept, valueFor } from './writers.js';

export class Transactions {
  readonly #watched: Watched;
  readonly #monitor: Monitor;
  readonly #courier: Courier;

  constructor(watched: Watched, monitor: Monitor, courier: Courier) {
    this.#watched = watched;
    this.#monitor = monitor;
    this.#courier = courier;
  }

  /** New keys of one slot, all in one transaction: all of them are written at one node at one time, or none. */
  commit(keys: readonly string[]): void {
    this.#courier.start({
      commands: [['MULTI'], ...keys.map((key) => ['SET', key, valueFor(key)]), ['EXEC']],
      keys,
      isRetried: true,
      onSentAway: (node, isFirst) => this.#wroteNone(node, keys, isFirst),
      onAnswers: (answers) => this.#onCommitted(keys, answers),
    });
  }

  /** New keys of two slots, or twice the same by chance, in one command or in one transaction: refused unless the slots are one. */
  crossSlots(one: string, other: string, inTransaction: boolean): void {
    if (one.slice(0, one.indexOf('}')) === other.slice(0, other.indexOf('}'))) return;
    const commands = inTransaction
      ? [['MULTI'], ['SET', one, ''], ['SET', other, ''], ['EXEC']]
      : [['MSET', one, '', other, '']];
    this.#courier.start({
      commands,
      keys: [one, other],
      isRetried: false,
      onSentAway: (node, isFirst) => this.#wroteNone(node, [one, other], isFirst),
      onAnswers: ({ node, replies }) => this.#wasRefused(node, replies, [one, other]),
    });
  }

  #wroteNone(node: TestNode, keys: readonly string[], isFirst: boolean): void {
    const stored = keys.filter((key) => isStoredAt(node, key));
    if (isFirst && stored.length > 0)
      this.#watched.report('S19', `${node.name} sent a client away and wrote ${stored.join(' ')}`);
  }

  #onCommitted(keys: readonly string[], { node, replies, isFirst }: Answers): void {
    const { report } = this.#watched;
    const last = replies.at(-1);
    if (Array.isArray(last) && last.length === keys.length && last.every((reply) => reply === 'OK')) {
      for (const key of keys) {
        mayAccept(this.#watched, this.#monitor, node, key);
        if (!isStoredAt(node, key)) report('S19', `${node.name} executed a transaction and has no ${key}`);
        this.#monitor.ledger.acknowledge(key, node);
      }
      return;
    }
    const stored = keys.filter((key) => isStoredAt(node, key));
    if (isFirst && stored.length > 0)
      report('S19', `${node.name} answered a transaction with ${textOf(last)} and wrote ${stored.join(' ')}`);
  }

  #wasRefused(node: TestNode, replies: readonly WireReply[], keys: readonly string[]): void {
    const last = replies.at(-1);
    const stored = keys.filter((key) => isStoredAt(node, key));
    if (!(last instanceof WireError) || stored.length > 0)
      this.#watched.report(
        'S19',
        `${node.name} answered ${textOf(last)} for ${keys.join(' and ')} of different slots, and has ${stored.join(' ') || 'none'}`,
      );
  }
}

function textOf(reply: WireReply | undefined): string {
  return reply instanceof WireError ? reply.text : JSON.stringify(reply);
}
