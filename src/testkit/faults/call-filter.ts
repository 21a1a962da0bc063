/** Which commands of which clients a fault is about. */
import type { Session } from '../../commands/session.js';
import type { ResolvedCommand } from '../../commands/table.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { CommandCall } from './command-call.js';
import { checkOptions, type HitOptions, invalid, listOf, type OneOrMore, show } from './message-filter.js';

/** Which connections. */
export interface ClientFilter {
  /** As CLIENT SETNAME gave it. */
  readonly name?: string | RegExp;
  /** As CLIENT ID tells it; ids count on each node by themselves. */
  readonly id?: number;
  /** `ip:port` of the client's end. */
  readonly address?: string;
}

/** Which commands; what is left out says nothing. */
export interface CallFilter {
  /** Such as 'GET' or 'CLUSTER SLOTS', in any case; the name of a container means all its subcommands. */
  readonly command?: OneOrMore<string>;
  /** One of the command's keys: this one, or one that matches. */
  readonly key?: string | RegExp;
  /** Hash slot of the command's first key: one, or an inclusive range. */
  readonly slot?: number | readonly [first: number, last: number];
  readonly client?: ClientFilter;
  /** Has the last word. */
  readonly match?: (call: CommandCall) => boolean;
}

/** A command as it comes in; `call` is made when it is asked for. */
export interface IncomingCall {
  readonly session: Session;
  readonly argv: readonly ByteString[];
  readonly command: ResolvedCommand | undefined;
  readonly call: CommandCall;
}

export type CallPredicate = (incoming: IncomingCall) => boolean;

const OPTIONS = ['command', 'key', 'slot', 'client', 'match', 'times', 'after', 'probability'];

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function callPredicate(caller: string, filter: CallFilter & HitOptions): CallPredicate {
  checkOptions(caller, filter, OPTIONS);
  const { key, client = {}, match } = filter;
  const commands =
    filter.command === undefined ? null : listOf(filter.command).map((name) => fullNameOf(caller, name));
  const slots = slotsOf(caller, filter.slot);
  if (key !== undefined && typeof key !== 'string' && !(key instanceof RegExp))
    invalid(caller, `key must be a text or a regular expression, got ${show(key)}`);
  checkOptions(`${caller} client`, client, ['name', 'id', 'address']);
  if (match !== undefined && typeof match !== 'function')
    invalid(caller, `match must be a function of a call, got ${show(match)}`);
  return (incoming) => {
    const { command, argv, session } = incoming;
    if (commands !== null) {
      const name = command?.fullName ?? (argv[0] ?? '').toLowerCase();
      if (!commands.some((wanted) => name === wanted || name.startsWith(`${wanted}|`))) return false;
    }
    if (client.id !== undefined && client.id !== session.id) return false;
    if (client.address !== undefined && client.address !== session.address) return false;
    if (client.name !== undefined && !fits(client.name, session.name)) return false;
    if (key !== undefined && !incoming.call.keys.some((one) => fits(key, one))) return false;
    if (slots !== null) {
      const { slot } = incoming.call;
      if (slot === null || slot < slots[0] || slot > slots[1]) return false;
    }
    return match === undefined || match(incoming.call);
  };
}

/** In words, for the timeline. */
export function describeCalls(filter: CallFilter & HitOptions): string {
  const { command, key, slot, client, match, times, after, probability } = filter;
  return [
    command === undefined ? 'any command' : listOf(command).join(', ').toUpperCase(),
    key === undefined ? '' : `of ${String(key)}`,
    slot === undefined ? '' : `in slot ${String(slot)}`,
    client === undefined ? '' : `from client ${String(client.name ?? client.id ?? client.address ?? '')}`,
    match === undefined ? '' : 'that matches',
    probability === undefined ? '' : `with probability ${probability}`,
    times === undefined ? '' : `${times} time(s)`,
    after === undefined ? '' : `after the first ${after}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** As the command table has it: `cluster|slots`. */
function fullNameOf(caller: string, name: unknown): string {
  if (typeof name !== 'string' || name.trim() === '')
    invalid(
      caller,
      `command must be a name such as 'GET' or 'CLUSTER SLOTS', or a list of names, got ${show(name)}`,
    );
  return name.trim().toLowerCase().replace(/\s+/, '|');
}

function slotsOf(caller: string, given: CallFilter['slot']): readonly [number, number] | null {
  if (given === undefined) return null;
  const range = typeof given === 'number' ? ([given, given] as const) : given;
  const isSlot = (slot: unknown): boolean =>
    Number.isInteger(slot) && (slot as number) >= 0 && (slot as number) < 16384;
  if (!Array.isArray(range) || range.length !== 2 || !range.every(isSlot))
    invalid(
      caller,
      `slot must be a number from 0 to 16383 or a list of the first and the last, got ${show(given)}`,
    );
  return range as readonly [number, number];
}

function fits(wanted: string | RegExp, text: string): boolean {
  return typeof wanted === 'string' ? wanted === text : wanted.test(text);
}
