/** DEBUG SEGFAULT, PANIC, RESTART, SLEEP and other things done to the whole process, and the switches for tests. */

import { freeLink } from '../../../cluster/links.js';
import { parseMemory } from '../../../config/c-numbers.js';
import { asCString, type ByteString, toLowerAscii } from '../../../resp/byte-string.js';
import {
  BAD_PACKED_THRESHOLD,
  DEBUG_NEEDS_CLUSTER,
  NOT_AN_INTEGER,
  RESTART_FAILED,
  unknownLinkDirection,
  unknownNode,
} from '../../../resp/errors/index.js';
import { parseSafeInteger } from '../../../resp/integer.js';
import { ErrorReply, NO_REPLY, OK, type Reply, SimpleString } from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';

/** As a process that SIGSEGV ends: what the shell tells of it. */
const CRASHED = 128 + 11;

export function crash({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  node.log('warning', '\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===');
  node.log('warning', `Redis ${node.releaseVersion} crashed by signal: 11, si_code: 0`);
  node.exit(`DEBUG ${argv[1]!.toUpperCase()}`, CRASHED);
  return NO_REPLY;
}

/** RESTART and CRASH-AND-RECOVER. The connection ends with the process. */
export function restart({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const delayMs = argv.length >= 3 ? parseSafeInteger(argv[2]!) : 0;
  if (delayMs === null) return NOT_AN_INTEGER;
  // CRASH-AND-RECOVER leaves the disk as it is.
  if (toLowerAscii(argv[1]!) === 'restart' && !node.shutdown.saveNow()) return RESTART_FAILED;
  node.restart(Math.max(0, delayMs));
  return NO_REPLY;
}

/** The seconds may have decimals; what is no number counts as 0. */
export function sleep({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const seconds = Number.parseFloat(asCString(argv[2]!));
  if (seconds > 0) node.freeze(seconds * 1000);
  return OK;
}

export function log({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  node.log('warning', `DEBUG LOG: ${asCString(argv[2]!)}`);
  return OK;
}

/** Whatever text, sent as an error. */
export function error(_context: CommandContext, argv: readonly ByteString[]): Reply {
  return new ErrorReply(argv[2]!);
}

export function changeReplicationId({ node }: CommandContext): Reply {
  const level = node.version === '7.0' ? 'warning' : 'notice';
  node.log(level, 'Changing replication IDs after receiving DEBUG change-repl-id');
  node.replication.changeReplicationId();
  return OK;
}

export function setActiveExpire({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.debugSwitches !== undefined) node.debugSwitches.activeExpire = isNonZero(argv[2]!);
  return OK;
}

export function pauseCron({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.debugSwitches !== undefined) node.debugSwitches.cronPaused = isNonZero(argv[2]!);
  return OK;
}

export function skipChecksums({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.debugSwitches !== undefined) node.debugSwitches.skipsChecksums = isNonZero(argv[2]!);
  return OK;
}

export function allowAllInScripts({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.debugSwitches !== undefined) node.debugSwitches.allowsAllInScripts = isNonZero(argv[2]!);
  return OK;
}

/** Puts a command into the replication stream that was not run here. */
export function replicate({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  node.replication.propagate(-1, argv.slice(2));
  return OK;
}

export function testGlob(): Reply {
  return new SimpleString('Apparently Redis did not crash: test passed');
}

export function dropPackets({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const type = parseSafeInteger(argv[2]!);
  if (type === null) return NOT_AN_INTEGER;
  if (node.debugSwitches !== undefined) node.debugSwitches.droppedPacketType = type;
  return OK;
}

export function killClusterLink({ node, session }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.cluster === null) return DEBUG_NEEDS_CLUSTER;
  const other = node.cluster.state.nodes.get(argv[4]!);
  if (other === undefined) return unknownNode(argv[4]!);
  const direction = toLowerAscii(asCString(argv[3]!));
  const links = { to: [other.link], from: [other.inboundLink], all: [other.link, other.inboundLink] };
  if (direction === 'to' || direction === 'from' || direction === 'all') {
    for (const link of links[direction]) {
      if (link !== null) freeLink(link);
    }
  } else {
    // Redis says so and goes on to its OK.
    session.send(unknownLinkDirection(argv[3]!));
  }
  return OK;
}

const MAX_PACKED_THRESHOLD = 2n ** 32n;

export function setPackedThreshold(_context: CommandContext, argv: readonly ByteString[]): Reply {
  const bytes = parseMemory(argv[2]!);
  return bytes === null || bytes >= MAX_PACKED_THRESHOLD ? BAD_PACKED_THRESHOLD : OK;
}

/** For switches of things that do not exist here. */
export function accept(): Reply {
  return OK;
}

/** As atoi reads it. */
export function isNonZero(argument: ByteString): boolean {
  return (Number.parseInt(asCString(argument), 10) || 0) !== 0;
}
