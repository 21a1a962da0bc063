/** Makes faults on clients out of what a test asks for. */
import type { Network } from '../../network/network.js';
import type { CommandFate, Ending } from '../../node/client-gate.js';
import { ErrorReply, type Reply, SimpleString } from '../../resp/reply.js';
import type { TestNode } from '../test-node.js';
import { type CallFilter, callPredicate, describeCalls, type IncomingCall } from './call-filter.js';
import {
  ClientFault,
  type ClientFaultSpec,
  type HandlerReply,
  type RefusedConnection,
  type StrikesAt,
} from './client-fault.js';
import { errorOf } from './error-words.js';
import { Fault } from './fault.js';
import type { FaultBook } from './fault-book.js';
import { HeldCalls } from './held-calls.js';
import { delayRange } from './link-faults.js';
import { checkOptions, type HitOptions, HitRule, invalid, show } from './message-filter.js';

const CALL = 'inject()';
const EFFECTS = [
  'error',
  'moved',
  'ask',
  'delay',
  'hold',
  'reset',
  'close',
  'stall',
  'truncate',
  'closeAfterReplies',
  'handler',
] as const;
/** Options beside the effect, by effect. */
const MORE: Partial<Record<(typeof EFFECTS)[number], readonly string[]>> = {
  moved: ['slot'],
  ask: ['slot'],
  delay: ['at', 'clock'],
  truncate: ['ending'],
  closeAfterReplies: ['ending'],
};

/** A fault as the doors of the nodes ask it. */
interface Installed {
  readonly nodes: readonly TestNode[] | null;
  /** Null = this fault has no say. */
  fateOf(incoming: IncomingCall): CommandFate | null;
}

/** What a spec does to the calls it is about. */
interface Effect {
  readonly words: string;
  fateOf(incoming: IncomingCall): CommandFate | null;
  /** It takes effect by itself on some of the calls only. */
  readonly decidesItself?: boolean;
  readonly held?: HeldCalls;
}

interface InstalledRefusal {
  readonly nodes: readonly TestNode[];
  readonly how: 'reset' | 'stall';
  readonly hit: HitRule;
  readonly fault: () => Fault<RefusedConnection> | null;
}

export class ClientFaults {
  readonly #network: Network;
  readonly #book: FaultBook;
  /** The latest first: it decides. */
  #installed: Installed[] = [];
  #refusals: InstalledRefusal[] = [];

  constructor(network: Network, book: FaultBook) {
    this.#network = network;
    this.#book = book;
  }

  get isEmpty(): boolean {
    return this.#installed.length === 0;
  }

  /** @param nodes null = all. @throws RedisTestClusterError INVALID_ARGUMENT */
  inject(
    nodes: readonly TestNode[] | null,
    spec: ClientFaultSpec,
    filter: CallFilter & HitOptions,
  ): ClientFault {
    const isMeant = callPredicate(CALL, filter);
    const hit = new HitRule(CALL, filter, this.#book.random);
    const effect = this.#effectOf(spec);
    let fault: ClientFault | null = null;
    const installed: Installed = {
      nodes,
      fateOf: (incoming) => {
        if (hit.isSpent || !isMeant(incoming)) return null;
        if (effect.decidesItself !== true && !hit.takesEffect()) return null;
        const fate = effect.fateOf(incoming);
        if (fate === null || (effect.decidesItself === true && !hit.takesEffect())) return null;
        fault?.count(incoming.call);
        return fate;
      },
    };
    this.#installed = [installed, ...this.#installed];
    const where = nodes === null ? '' : ` at ${nodes.map(({ name }) => name).join(', ')}`;
    fault = new ClientFault(this.#book, `${effect.words}: ${describeCalls(filter)}${where}`, () => {
      this.#installed = this.#installed.filter((other) => other !== installed);
      effect.held?.end();
    });
    fault.holding = () => effect.held?.list ?? [];
    return fault;
  }

  /** @throws RedisTestClusterError INVALID_ARGUMENT */
  refuse(
    nodes: readonly TestNode[],
    how: 'refuse' | 'reset' | 'stall',
    options: HitOptions,
  ): Fault<RefusedConnection> {
    const call = 'refuseConnections()';
    if (how !== 'refuse' && how !== 'reset' && how !== 'stall')
      invalid(call, `how must be 'refuse', 'reset' or 'stall', got ${show(how)}`);
    checkOptions(call, options, ['times', 'after', 'probability']);
    const where = nodes.map(({ name }) => name).join(', ');
    if (how === 'refuse') return this.#closePorts(nodes, where, options);
    let fault: Fault<RefusedConnection> | null = null;
    const hit = new HitRule(call, options, this.#book.random);
    const refusal: InstalledRefusal = { nodes, how, hit, fault: () => fault };
    this.#refusals = [refusal, ...this.#refusals];
    const words = how === 'reset' ? 'resets new connections' : 'never answers on new connections';
    fault = new Fault<RefusedConnection>(this.#book, `${words}: ${where}`, () => {
      this.#refusals = this.#refusals.filter((other) => other !== refusal);
    });
    return fault;
  }

  #closePorts(nodes: readonly TestNode[], where: string, options: HitOptions): Fault<RefusedConnection> {
    if (Object.keys(options).length > 0)
      invalid(
        'refuseConnections()',
        "a closed port refuses everybody, so times, after and probability do not go with 'refuse'; take { how: 'reset' }",
      );
    for (const node of nodes) node.ports.refuseClients();
    return new Fault<RefusedConnection>(this.#book, `refuses connections: ${where}`, () => {
      // Whoever took the port meanwhile keeps it: the node stays without clients until it is restarted.
      for (const node of nodes) node.ports.admitClients().catch(() => undefined);
    });
  }

  fateOf(incoming: IncomingCall): CommandFate | null {
    for (const installed of this.#installed) {
      if (installed.nodes !== null && !installed.nodes.includes(incoming.call.node)) continue;
      const fate = installed.fateOf(incoming);
      if (fate !== null) return fate;
    }
    return null;
  }

  onConnect(node: TestNode, address: string): 'accept' | 'reset' | 'stall' {
    for (const { nodes, how, hit, fault } of this.#refusals) {
      if (!nodes.includes(node) || !hit.takesEffect()) continue;
      fault()?.count({ atMs: this.#book.nowMs, node, address });
      return how;
    }
    return 'accept';
  }

  #effectOf(spec: ClientFaultSpec): Effect {
    const effect = effectNameOf(spec);
    const given = spec as Readonly<Record<string, unknown>>;
    switch (effect) {
      case 'error': {
        const reply = errorOf(given['error']);
        return { words: `answers ${reply.text}`, fateOf: () => ({ kind: 'answer', reply }) };
      }
      case 'moved':
      case 'ask':
        return redirectionEffect(effect, given);
      case 'delay':
        return this.#delayEffect(spec as ClientFaultSpec & { delay: unknown });
      case 'hold': {
        const at = placeOf(effect, given['hold']);
        const held = new HeldCalls(this.#network, this.#book);
        return { words: `holds the ${at}`, held, fateOf: ({ call }) => held.hold(call, at, 'by-hand') };
      }
      case 'reset':
      case 'close':
      case 'stall': {
        const at = placeOf(effect, given[effect]);
        const fate: CommandFate =
          at === 'command'
            ? { kind: 'end', how: effect }
            : { kind: 'run', reply: { kind: 'cut', bytes: 0, ending: effect } };
        return { words: `${effect} at the ${at}`, fateOf: () => fate };
      }
      case 'truncate': {
        const bytes = wholeNumber(effect, given['truncate'], 0);
        const ending = endingOf(given['ending']);
        return {
          words: `cuts the reply after ${bytes} byte(s)`,
          fateOf: () => ({ kind: 'run', reply: { kind: 'cut', bytes, ending } }),
        };
      }
      case 'closeAfterReplies':
        return lastReplyEffect(wholeNumber(effect, given[effect], 1), endingOf(given['ending']));
      case 'handler':
        return handlerEffect(given['handler']);
    }
  }

  #delayEffect(spec: { delay?: unknown; at?: unknown; clock?: unknown }): Effect {
    const { minMs, maxMs } = delayRange(CALL, spec.delay as number);
    const at = spec.at === undefined ? 'reply' : placeOf('at', spec.at);
    const clock = spec.clock ?? 'virtual';
    if (clock !== 'virtual' && clock !== 'real')
      invalid(CALL, `clock must be 'virtual' or 'real', got ${show(clock)}`);
    const held = new HeldCalls(this.#network, this.#book);
    return {
      words: `delays the ${at} by ${minMs === maxMs ? minMs : `${minMs} to ${maxMs}`} ms of ${clock} time`,
      held,
      fateOf: ({ call }) => {
        const afterMs = minMs + (maxMs > minMs ? this.#book.random.below(maxMs - minMs + 1) : 0);
        return held.hold(call, at, { clock, afterMs });
      },
    };
  }
}

function effectNameOf(spec: unknown): (typeof EFFECTS)[number] {
  if (typeof spec !== 'object' || spec === null)
    invalid(CALL, `takes a fault such as { error: 'LOADING' }, got ${show(spec)}`);
  const named = EFFECTS.filter((effect) => Object.hasOwn(spec, effect));
  const [effect] = named;
  if (effect === undefined || named.length > 1)
    invalid(
      CALL,
      `a fault has exactly one of ${EFFECTS.join(', ')}; got ${Object.keys(spec).join(', ') || 'none'}`,
    );
  checkOptions(CALL, spec, [effect, ...(MORE[effect] ?? [])]);
  return effect;
}

function placeOf(option: string, given: unknown): StrikesAt {
  if (given === 'command' || given === 'reply') return given;
  return invalid(
    CALL,
    `${option} must be 'command' (not executed) or 'reply' (executed), got ${show(given)}`,
  );
}

function endingOf(given: unknown): Ending {
  if (given === undefined) return 'close';
  if (given === 'close' || given === 'reset' || given === 'stall') return given;
  return invalid(CALL, `ending must be 'close', 'reset' or 'stall', got ${show(given)}`);
}

function wholeNumber(option: string, given: unknown, least: number): number {
  if (Number.isInteger(given) && (given as number) >= least) return given as number;
  return invalid(CALL, `${option} must be a whole number from ${least} on, got ${show(given)}`);
}

function redirectionEffect(kind: 'moved' | 'ask', given: Readonly<Record<string, unknown>>): Effect {
  const place = given[kind];
  const address = typeof place === 'string' ? place : (place as TestNode | null)?.name;
  if (typeof address !== 'string' || !/:\d+$/.test(address))
    invalid(CALL, `${kind} must be a node or a place such as '127.0.0.1:7000', got ${show(place)}`);
  const slot = given['slot'] === undefined ? null : wholeNumber('slot', given['slot'], 0);
  const word = kind.toUpperCase();
  return {
    words: `answers ${word} to ${address}`,
    fateOf: ({ call }) => ({
      kind: 'answer',
      reply: new ErrorReply(`${word} ${slot ?? call.slot ?? 0} ${address}`),
    }),
  };
}

function lastReplyEffect(count: number, ending: Ending): Effect {
  const replies = new WeakMap<object, number>();
  return {
    words: `ends connections after ${count} repl${count === 1 ? 'y' : 'ies'}`,
    decidesItself: true,
    fateOf: ({ session }) => {
      const seen = (replies.get(session) ?? 0) + 1;
      replies.set(session, seen);
      return seen === count ? { kind: 'run', reply: { kind: 'last', ending } } : null;
    },
  };
}

function handlerEffect(handler: unknown): Effect {
  if (typeof handler !== 'function')
    invalid(CALL, `handler must be a function of a call, got ${show(handler)}`);
  return {
    words: 'handled by the test',
    decidesItself: true,
    fateOf: ({ call }) => {
      const answer: unknown = handler(call);
      return answer === undefined ? null : { kind: 'answer', reply: replyOf(answer as HandlerReply) };
    },
  };
}

/** @throws RedisTestClusterError INVALID_ARGUMENT, which the client gets as an error. */
function replyOf(answer: HandlerReply): Reply {
  if (answer === null || typeof answer === 'bigint') return answer;
  if (typeof answer === 'string') return Buffer.from(answer, 'utf8').toString('latin1');
  if (typeof answer === 'number') return Number.isInteger(answer) ? answer : String(answer);
  if (answer instanceof Error) return errorOf(answer.message);
  if (answer instanceof Uint8Array) return Buffer.from(answer).toString('latin1');
  if (Array.isArray(answer)) return answer.map((item) => replyOf(item as HandlerReply));
  if (typeof answer === 'object' && 'status' in answer) return new SimpleString(answer.status);
  return invalid(
    CALL,
    `a handler returns text, a number, null, a list, an Error or { status }, got ${show(answer)}`,
  );
}
