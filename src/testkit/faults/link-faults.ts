/** Faults between nodes: rules on the directed links of the bus and of replication, as TCP would let them happen. */

import type { WaitingFrame } from '../../network/lane.js';
import type { Network } from '../../network/network.js';
import { CLIENTS, type FrameInfo, type Rule, type Traffic } from '../../network/network.js';
import { type Duration, toMilliseconds } from '../duration.js';
import type { TestNode } from '../test-node.js';
import { Fault } from './fault.js';
import type { FaultBook } from './fault-book.js';
import { type Message, type MessageNames, messageOf } from './message.js';
import {
  checkOptions,
  describeFilter,
  type FramePredicate,
  framePredicate,
  type HitOptions,
  HitRule,
  hostsOf,
  invalid,
  type LinkScope,
  listOf,
  type MessageFilter,
  type OneOrMore,
  show,
} from './message-filter.js';

export interface PartitionOptions {
  /**
   * What is cut. Default: the bus, replication and MIGRATE, so that clients still reach every node. `'clients'` cuts the group off
   * from its clients: their connections stay open and nothing goes through. `'all'` is all of these.
   */
  readonly scope?: OneOrMore<LinkScope>;
  /** Only what the group sends to the others is cut; what they send still arrives. */
  readonly oneWay?: boolean;
}

/** A cut that is in force until it is healed. Its hits are the messages it held up. */
export class Partition extends Fault<Message> {
  /** Lets traffic through again, first what was held back. Healing twice does nothing. */
  heal(): void {
    this.dispose();
  }
}

/** Messages that a test holds on their way. */
export class Hold extends Fault<Message> {
  /** Set by who makes it. */
  inFlight: () => readonly InFlightMessage[] = () => [];

  /** What it holds now, in the order in which it was sent. Each can be delivered or dropped by hand. */
  get held(): readonly InFlightMessage[] {
    return this.inFlight();
  }

  /** Lets go what it holds, and holds nothing more. */
  release(): void {
    this.dispose();
  }
}

/** A message that was sent and has not arrived. */
export interface InFlightMessage extends Message {
  /** Virtual time, Unix milliseconds. */
  readonly sentAtMs: number;
  /** Virtual time of its arrival; null while it is held. */
  readonly dueAtMs: number | null;
  /** Lets it arrive now, and before it all that was sent earlier on the same connection: TCP keeps the order. */
  deliver(): void;
  /** It never arrives. Only for bus messages: a gap in a stream is no fault that TCP has. */
  drop(): void;
}

/** A fixed time, or a range that each message draws from by the cluster's seed. */
export type Delay = Duration | { readonly min: Duration; readonly max: Duration };

const TRAFFIC: readonly Traffic[] = ['bus', 'replication', 'migration', 'clients'];
const NODE_TRAFFIC: readonly Traffic[] = ['bus', 'replication', 'migration'];

export interface LinkFaultsOwner {
  readonly network: Network;
  readonly book: FaultBook;
  readonly nodes: readonly TestNode[];
  readonly names: MessageNames;
}

export class LinkFaults {
  readonly #owner: LinkFaultsOwner;

  constructor(owner: LinkFaultsOwner) {
    this.#owner = owner;
  }

  partition(
    call: string,
    group: readonly TestNode[],
    others: readonly TestNode[] | undefined,
    options: PartitionOptions,
  ): Partition {
    const { nodes, network, book } = this.#owner;
    checkOptions(call, options, ['scope', 'oneWay']);
    const scopes = scopesOf(call, options.scope);
    const { here, there } = sidesOf(call, nodes, group, others, scopes);
    if (options.oneWay !== undefined && typeof options.oneWay !== 'boolean')
      invalid(call, `oneWay must be true or false, got ${show(options.oneWay)}`);
    const oneWay = options.oneWay ?? false;
    const crosses = ({ from, to, traffic }: FrameInfo): boolean =>
      scopes.has(traffic) &&
      ((here.has(from) && there.has(to)) || (!oneWay && there.has(from) && here.has(to)));
    const add = this.#cutting(crosses, null);
    const words = `${[...here].join(', ')} ${oneWay ? 'no longer reaches' : 'is cut off from'} ${others === undefined ? 'the others' : [...there].join(', ')}`;
    return add((end) => new Partition(book, `partition: ${words} (${[...scopes].join(', ')})`, end), network);
  }

  delay(call: string, by: Delay, filter: MessageFilter & HitOptions): Fault<Message> {
    const { book, network, nodes, names } = this.#owner;
    const { minMs, maxMs } = delayRange(call, by);
    const isMeant = framePredicate(call, filter, nodes, names);
    const hit = new HitRule(call, filter, book.random);
    let fault: Fault<Message> | null = null;
    const remove = network.addRule((frame) => {
      if (!isMeant(frame) || !hit.takesEffect()) return 'pass';
      fault?.count(messageOf(frame, names));
      return { delayMs: minMs + (maxMs > minMs ? book.random.below(maxMs - minMs + 1) : 0) };
    });
    const range = minMs === maxMs ? `${minMs} ms` : `${minMs} to ${maxMs} ms`;
    fault = new Fault(book, `delays ${describeFilter(filter)} by ${range}`, remove);
    return fault;
  }

  drop(call: string, filter: MessageFilter & HitOptions): Fault<Message> {
    const { book, network, nodes, names } = this.#owner;
    if (listOf(filter?.scope ?? 'bus').includes('replication')) {
      invalid(
        call,
        'a replication stream is a TCP connection and loses nothing out of its middle: delay or hold it, or partition the nodes',
      );
    }
    const isMeant = framePredicate(call, filter, nodes, names);
    const hit = new HitRule(call, filter, book.random);
    let fault: Fault<Message> | null = null;
    const remove = network.addRule((frame) => {
      if (frame.step !== 'data' || !isMeant(frame) || !hit.takesEffect()) return 'pass';
      fault?.count(messageOf(frame, names));
      return 'drop';
    });
    fault = new Fault(book, `drops ${describeFilter(filter)}`, remove);
    return fault;
  }

  hold(call: string, filter: MessageFilter & HitOptions): Hold {
    const { book, network, nodes, names } = this.#owner;
    const isMeant = framePredicate(call, filter, nodes, names);
    const hit = new HitRule(call, filter, book.random);
    const hold = this.#cutting(isMeant, hit)(
      (end) => new Hold(book, `holds ${describeFilter(filter)}`, end),
      network,
    );
    hold.inFlight = () => this.#inFlight((frame) => isMeant(frame)).filter(({ dueAtMs }) => dueAtMs === null);
    return hold;
  }

  /** Messages on their way that the filter lets through, link by link in the order of sending. */
  inFlight(call: string, filter: MessageFilter): InFlightMessage[] {
    const { nodes, names } = this.#owner;
    const isMeant = framePredicate(call, { scope: ['bus', 'replication'], ...filter }, nodes, names);
    return this.#inFlight(isMeant);
  }

  #inFlight(isMeant: FramePredicate): InFlightMessage[] {
    return this.#owner.network.waiting
      .filter(({ frame }) => frame.traffic !== 'clients' && isMeant(frame))
      .map((waiting) => this.#inFlightMessage(waiting));
  }

  #inFlightMessage(waiting: WaitingFrame): InFlightMessage {
    const { book, names } = this.#owner;
    const message = messageOf(waiting.frame, names);
    return {
      ...message,
      sentAtMs: waiting.sentAtMs,
      dueAtMs: waiting.dueAtMs,
      deliver: () => book.input(() => waiting.deliver()),
      drop: () => {
        if (message.scope !== 'bus' || waiting.frame.step !== 'data')
          invalid(
            'drop()',
            'only messages of the bus can get lost: TCP loses nothing out of the middle of a stream',
          );
        book.input(() => void waiting.drop());
      },
    };
  }

  /** Adds a rule that holds what is meant, and counts each frame once. */
  #cutting(
    isMeant: FramePredicate,
    hitRule: HitRule | null,
  ): <F extends Fault<Message>>(make: (end: () => void) => F, network: Network) => F {
    const { names } = this.#owner;
    const decided = new WeakMap<FrameInfo, boolean>();
    let fault: Fault<Message> | null = null;
    const rule: Rule = (frame) => {
      if (!isMeant(frame)) return 'pass';
      let holds = decided.get(frame);
      if (holds === undefined) {
        holds = hitRule === null || hitRule.takesEffect();
        decided.set(frame, holds);
        if (holds) fault?.count(messageOf(frame, names));
      }
      return holds ? 'hold' : 'pass';
    };
    return (make, network) => {
      const made = make(network.addCut(rule));
      fault = made;
      return made;
    };
  }
}

function scopesOf(call: string, given: OneOrMore<LinkScope> | undefined): ReadonlySet<Traffic> {
  if (given === undefined) return new Set(NODE_TRAFFIC);
  const scopes = new Set<Traffic>();
  for (const scope of listOf(given)) {
    if (scope === 'all') for (const traffic of TRAFFIC) scopes.add(traffic);
    else if (TRAFFIC.includes(scope)) scopes.add(scope);
    else
      invalid(
        call,
        `scope must be 'bus', 'replication', 'migration', 'clients', 'all' or a list of these, got ${show(scope)}`,
      );
  }
  if (scopes.size === 0) invalid(call, 'scope needs at least one of bus, replication, migration, clients');
  return scopes;
}

function sidesOf(
  call: string,
  nodes: readonly TestNode[],
  group: readonly TestNode[],
  others: readonly TestNode[] | undefined,
  scopes: ReadonlySet<Traffic>,
): { here: ReadonlySet<string>; there: ReadonlySet<string> } {
  if (!Array.isArray(group) || !(others === undefined || Array.isArray(others)))
    invalid(call, 'takes lists of nodes, as in partition([node])');
  const rest = others ?? nodes.filter((node) => !group.includes(node));
  const onlyClients = scopes.size === 1 && scopes.has('clients');
  if (group.length === 0 || (rest.length === 0 && !onlyClients))
    invalid(call, 'needs at least one node on each side');
  for (const node of [...group, ...rest]) {
    if (!nodes.includes(node)) invalid(call, 'takes nodes of this cluster, such as cluster.masters[0]');
    if (group.includes(node) && rest.includes(node)) invalid(call, `${node.name} is on both sides`);
  }
  const here = hostsOf(call, 'the group', group, nodes) ?? new Set();
  const there = new Set(rest.map(({ process }) => process.name));
  if (scopes.has('clients')) there.add(CLIENTS);
  return { here, there };
}

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function delayRange(call: string, by: Delay): { minMs: number; maxMs: number } {
  if (typeof by !== 'object' || by === null) {
    const ms = toMilliseconds(by, `${call}: the delay`);
    return { minMs: ms, maxMs: ms };
  }
  checkOptions(call, by, ['min', 'max']);
  const minMs = toMilliseconds(by.min, `${call}: min`);
  const maxMs = toMilliseconds(by.max, `${call}: max`);
  if (maxMs < minMs) invalid(call, `max must not be below min, got ${minMs} to ${maxMs} ms`);
  return { minMs, maxMs };
}
