/** Which messages a fault is about: options of tests, checked and turned into a question to each frame. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { FrameInfo, Traffic } from '../../network/network.js';
import type { Random } from '../../time/random.js';
import type { TestNode } from '../test-node.js';
import {
  MESSAGE_TYPES,
  type Message,
  type MessageNames,
  type MessageType,
  messageOf,
  typeOfFrame,
} from './message.js';

/** What goes over a link: the cluster bus, the streams between masters and replicas, what MIGRATE sends, or the connections of clients. */
export type LinkScope = Traffic | 'all';

/** One or several. */
export type OneOrMore<T> = T | readonly T[];

/** Which messages between nodes; what is left out says nothing. */
export interface MessageFilter {
  readonly from?: OneOrMore<TestNode>;
  readonly to?: OneOrMore<TestNode>;
  /** Between these nodes, either way. */
  readonly between?: readonly TestNode[];
  /** Default: the bus. */
  readonly scope?: 'bus' | 'replication' | readonly ('bus' | 'replication')[];
  readonly type?: OneOrMore<MessageType>;
  /** Has the last word. */
  readonly match?: (message: Message) => boolean;
}

/** How often a fault takes effect on what its filter lets through. */
export interface HitOptions {
  /** At most that often. */
  readonly times?: number;
  /** Not on the first ones that it could take effect on. */
  readonly after?: number;
  /** With this probability each time, 0 to 1; from the cluster's seed. */
  readonly probability?: number;
}

export type FramePredicate = (frame: FrameInfo) => boolean;

const FILTER_OPTIONS = ['from', 'to', 'between', 'scope', 'type', 'match'];
const HIT_OPTIONS = ['times', 'after', 'probability'];

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function framePredicate(
  call: string,
  filter: MessageFilter & HitOptions,
  nodes: readonly TestNode[],
  names: MessageNames,
): FramePredicate {
  checkOptions(call, filter, [...FILTER_OPTIONS, ...HIT_OPTIONS]);
  const from = hostsOf(call, 'from', filter.from, nodes);
  const to = hostsOf(call, 'to', filter.to, nodes);
  const between = hostsOf(call, 'between', filter.between, nodes);
  const scopes = new Set(listOf(filter.scope ?? 'bus'));
  for (const scope of scopes) {
    if (scope !== 'bus' && scope !== 'replication')
      invalid(call, `scope must be 'bus', 'replication' or both in a list, got ${show(scope)}`);
  }
  const types = filter.type === undefined ? null : new Set(listOf(filter.type));
  for (const type of types ?? []) {
    if (!MESSAGE_TYPES.includes(type))
      invalid(call, `type must be one of ${MESSAGE_TYPES.join(', ')}; got ${show(type)}`);
  }
  const { match } = filter;
  if (match !== undefined && typeof match !== 'function')
    invalid(call, `match must be a function of a message, got ${show(match)}`);
  return (frame) =>
    scopes.has(frame.traffic as 'bus') &&
    (from === null || from.has(frame.from)) &&
    (to === null || to.has(frame.to)) &&
    (between === null || (between.has(frame.from) && between.has(frame.to))) &&
    (types === null ? frame.step === 'data' : types.has(typeOfFrame(frame))) &&
    (match === undefined || match(messageOf(frame, names)));
}

/** Counts what a fault could take effect on, and says when it does. */
export class HitRule {
  readonly #options: HitOptions;
  readonly #random: Random;
  #seen = 0;
  #hits = 0;

  /** @throws RedisTestClusterError INVALID_ARGUMENT */
  constructor(call: string, options: HitOptions, random: Random) {
    const { times, after, probability } = options;
    if (times !== undefined && !(Number.isInteger(times) && times >= 1))
      invalid(call, `times must be a whole number from 1 on, got ${show(times)}`);
    if (after !== undefined && !(Number.isInteger(after) && after >= 0))
      invalid(call, `after must be a whole number from 0 on, got ${show(after)}`);
    if (
      probability !== undefined &&
      !(typeof probability === 'number' && probability >= 0 && probability <= 1)
    )
      invalid(call, `probability must be a number from 0 to 1, got ${show(probability)}`);
    this.#options = options;
    this.#random = random;
  }

  /** It took effect as often as it may. */
  get isSpent(): boolean {
    const { times } = this.#options;
    return times !== undefined && this.#hits >= times;
  }

  takesEffect(): boolean {
    const { after = 0, probability } = this.#options;
    if (this.isSpent) return false;
    if (this.#seen++ < after) return false;
    if (probability !== undefined && this.#random.fraction() >= probability) return false;
    this.#hits++;
    return true;
  }
}

/** @throws RedisTestClusterError INVALID_ARGUMENT unless the options are an object with known names. */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    invalid(call, `takes an object of options, got ${show(options)}`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) invalid(call, `unknown option ${name}; there are ${known.join(', ')}`);
  }
}

/** The names of nodes for the network's rules; null when none are given. */
export function hostsOf(
  call: string,
  option: string,
  given: OneOrMore<TestNode> | undefined,
  nodes: readonly TestNode[],
): ReadonlySet<string> | null {
  if (given === undefined) return null;
  const list = listOf(given);
  if (list.length === 0) invalid(call, `${option} needs at least one node`);
  for (const node of list) {
    if (!nodes.includes(node))
      invalid(call, `${option} takes nodes of this cluster, such as cluster.masters[0]; got ${show(node)}`);
  }
  return new Set(list.map(({ process }) => process.name));
}

export function listOf<T>(given: OneOrMore<T>): readonly T[] {
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

/** In words, for the timeline. */
export function describeFilter(filter: MessageFilter & HitOptions): string {
  const { from, to, between, scope = 'bus', type, match, times, after, probability } = filter;
  const names = (nodes: OneOrMore<TestNode>): string =>
    listOf(nodes)
      .map(({ name }) => name)
      .join(', ');
  return [
    type === undefined ? `${listOf(scope).join(' and ')} messages` : `${listOf(type).join(', ')} messages`,
    from === undefined ? '' : `from ${names(from)}`,
    to === undefined ? '' : `to ${names(to)}`,
    between === undefined ? '' : `between ${names(between)}`,
    match === undefined ? '' : 'that match',
    probability === undefined ? '' : `with probability ${probability}`,
    times === undefined ? '' : `${times} time(s)`,
    after === undefined ? '' : `after the first ${after}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** A wrong value as one would write it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value)
    ? `a list of ${value.length}`
    : `an object (${value.constructor?.name ?? 'Object'})`;
}

export function invalid(call: string, message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `${call}: ${message}`);
}
