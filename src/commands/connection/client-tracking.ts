/** CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO: what a client asked of client side caching (tracking.c). https://redis.io/docs/latest/commands/client-tracking/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  CACHING_NO_WITHOUT_OPTOUT,
  CACHING_WITHOUT_TRACKING,
  CACHING_YES_WITHOUT_OPTIN,
  NOT_AN_INTEGER,
  prefixOverlapsExisting,
  prefixOverlapsProvided,
  SYNTAX_ERROR,
  TRACKING_BCAST_SWITCHED,
  TRACKING_BCAST_WITH_OPTION,
  TRACKING_BOTH_OPTIONS,
  TRACKING_OPTION_SWITCHED,
  TRACKING_PREFIX_WITHOUT_BCAST,
  TRACKING_REDIRECT_TO_NOBODY,
  TRACKING_REDIRECTED_TWICE,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, MapReply, OK, type Reply, SetReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { ClientTracking } from '../session.js';

export const clientTrackingCommands = [
  {
    name: 'tracking',
    summary: 'Turns on or off that the connection is told which keys changed.',
    since: '6.0.0',
    group: 'connection',
    complexity: 'O(1). Some options may introduce additional complexity.',
    arity: -3,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: setTracking,
  },
  {
    name: 'caching',
    summary: 'Says whether the keys of the next command are tracked.',
    since: '6.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 3,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: setCaching,
  },
  {
    name: 'getredir',
    summary: 'The id of the client that gets the invalidation messages.',
    since: '6.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: ({ session }) => session.tracking?.redirectTo ?? -1,
  },
  {
    name: 'trackinginfo',
    summary: 'What the connection asked of client side caching.',
    since: '6.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: ['noscript', 'loading', 'stale', 'sentinel'],
    aclCategories: ['connection'],
    run: describeTracking,
  },
] as const satisfies readonly Command[];

interface TrackingOptions {
  redirectTo: number;
  broadcast: boolean;
  optIn: boolean;
  optOut: boolean;
  noLoop: boolean;
  readonly prefixes: ByteString[];
}

function setTracking(context: CommandContext, argv: readonly ByteString[]): Reply {
  const { node, session } = context;
  const options = parseOptions(context, argv);
  if (options instanceof ErrorReply) return options;
  const wanted = toLowerAscii(asCString(argv[2]!));
  if (wanted === 'off') {
    node.tracking.disable(session);
    return OK;
  }
  if (wanted !== 'on') return SYNTAX_ERROR;
  const before = session.tracking ?? null;
  const refused = refusalOf(options, before);
  if (refused !== null) return refused;
  const kept = before?.prefixes ?? [];
  if (options.broadcast) {
    const collision = prefixCollision(options.prefixes, kept);
    if (collision !== null) {
      // Redis stops only for a collision that the first prefix has; for a later one it says so and goes on.
      if (collision.stops) return collision.error;
      session.send(collision.error);
    }
  }
  const added = options.prefixes.length === 0 ? [''] : options.prefixes;
  node.tracking.enable(session, {
    ...options,
    redirectionBroken: false,
    caching: before?.caching ?? false,
    prefixes: options.broadcast ? [...new Set([...kept, ...added])].sort(compareBytes) : [],
  });
  return OK;
}

function parseOptions({ node }: CommandContext, argv: readonly ByteString[]): TrackingOptions | ErrorReply {
  const options: TrackingOptions = {
    redirectTo: 0,
    broadcast: false,
    optIn: false,
    optOut: false,
    noLoop: false,
    prefixes: [],
  };
  for (let index = 3; index < argv.length; index++) {
    const option = toLowerAscii(asCString(argv[index]!));
    const value = argv[index + 1];
    if (option === 'redirect' && value !== undefined) {
      index++;
      if (options.redirectTo !== 0) return TRACKING_REDIRECTED_TWICE;
      const id = parseInteger(value);
      if (id === null) return NOT_AN_INTEGER;
      if (!node.sessions.has(Number(id))) return TRACKING_REDIRECT_TO_NOBODY;
      options.redirectTo = Number(id);
    } else if (option === 'bcast') {
      options.broadcast = true;
    } else if (option === 'optin') {
      options.optIn = true;
    } else if (option === 'optout') {
      options.optOut = true;
    } else if (option === 'noloop') {
      options.noLoop = true;
    } else if (option === 'prefix' && value !== undefined) {
      index++;
      options.prefixes.push(value);
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

function refusalOf(options: TrackingOptions, before: ClientTracking | null): ErrorReply | null {
  const { broadcast, optIn, optOut, prefixes } = options;
  if (!broadcast && prefixes.length > 0) return TRACKING_PREFIX_WITHOUT_BCAST;
  if (before !== null && before.broadcast !== broadcast) return TRACKING_BCAST_SWITCHED;
  if (broadcast && (optIn || optOut)) return TRACKING_BCAST_WITH_OPTION;
  if (optIn && optOut) return TRACKING_BOTH_OPTIONS;
  if (before !== null && ((optIn && before.optOut) || (optOut && before.optIn)))
    return TRACKING_OPTION_SWITCHED;
  return null;
}

function prefixCollision(
  prefixes: readonly ByteString[],
  existing: readonly ByteString[],
): { readonly error: ErrorReply; readonly stops: boolean } | null {
  for (const [index, prefix] of prefixes.entries()) {
    const old = existing.find((each) => overlaps(each, prefix));
    if (old !== undefined) return { error: prefixOverlapsExisting(prefix, old), stops: true };
    const other = prefixes.slice(index + 1).find((each) => overlaps(prefix, each));
    if (other !== undefined) return { error: prefixOverlapsProvided(prefix, other), stops: index === 0 };
  }
  return null;
}

function overlaps(one: ByteString, other: ByteString): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function setCaching({ session }: CommandContext, argv: readonly ByteString[]): Reply {
  const { tracking } = session;
  if (!tracking) return CACHING_WITHOUT_TRACKING;
  const answer = toLowerAscii(asCString(argv[2]!));
  if (answer !== 'yes' && answer !== 'no') return SYNTAX_ERROR;
  if (answer === 'yes' && !tracking.optIn) return CACHING_YES_WITHOUT_OPTIN;
  if (answer === 'no' && !tracking.optOut) return CACHING_NO_WITHOUT_OPTOUT;
  tracking.caching = true;
  return OK;
}

function describeTracking({ session }: CommandContext): Reply {
  const { tracking } = session;
  const flags = [tracking ? 'on' : 'off'];
  if (tracking?.broadcast) flags.push('bcast');
  if (tracking?.optIn) flags.push('optin', ...(tracking.caching ? ['caching-yes'] : []));
  if (tracking?.optOut) flags.push('optout', ...(tracking.caching ? ['caching-no'] : []));
  if (tracking?.noLoop) flags.push('noloop');
  if (tracking?.redirectionBroken) flags.push('broken_redirect');
  return new MapReply([
    'flags',
    new SetReply(flags),
    'redirect',
    tracking?.redirectTo ?? -1,
    'prefixes',
    [...(tracking?.prefixes ?? [])],
  ]);
}

function compareBytes(one: ByteString, other: ByteString): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
