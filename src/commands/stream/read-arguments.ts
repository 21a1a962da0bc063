/** The arguments of XREAD and XREADGROUP (xreadCommand in t_stream.c). */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  blockInScript,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  TIMEOUT_NEGATIVE,
  TIMEOUT_NOT_AN_INTEGER,
  TIMEOUT_OUT_OF_RANGE,
  UNBALANCED_XREAD,
  unbalancedStreams,
  XREAD_WITH_GROUP,
  XREAD_WITH_NOACK,
  XREADGROUP_WITHOUT_GROUP,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { KeySpec, KeySpecFlag } from '../command.js';
import type { CommandContext } from '../context.js';
import { parseCount } from './id-arguments.js';

export interface GroupAndConsumer {
  readonly name: ByteString;
  readonly consumer: ByteString;
}

export interface ReadArguments {
  /** Unix ms, 0 = for ever; null: does not wait. */
  readonly blockUntilMs: number | null;
  /** Entries of each stream; 0 = all. */
  readonly count: bigint | number;
  readonly group: GroupAndConsumer | null;
  readonly noAck: boolean;
  /** Where the keys begin; the IDs follow, one for each key. */
  readonly firstKey: number;
  readonly keyCount: number;
}

const INT64_MAX = 2n ** 63n - 1n;

export function parseReadArguments(
  context: CommandContext,
  argv: readonly ByteString[],
): ReadArguments | ErrorReply {
  const isGroupRead = context.command.fullName === 'xreadgroup';
  let blockUntilMs: number | null = null;
  let count: bigint | number = 0;
  let group: GroupAndConsumer | null = null;
  let noAck = false;
  for (let position = 1; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const left = argv.length - position - 1;
    if (option === 'block' && left > 0) {
      if (context.session.kind === 'script') return blockInScript(argv[0]!);
      const until = parseBlock(context, argv[++position]!);
      if (until instanceof ErrorReply) return until;
      blockUntilMs = until;
    } else if (option === 'count' && left > 0) {
      const given = parseCount(argv[++position]!);
      if (given === null) return NOT_AN_INTEGER;
      count = given;
    } else if (option === 'streams' && left > 0) {
      if (left % 2 === 1) return unbalanced(context, isGroupRead);
      if (isGroupRead && group === null) return XREADGROUP_WITHOUT_GROUP;
      return { blockUntilMs, count, group, noAck, firstKey: position + 1, keyCount: left / 2 };
    } else if (option === 'group' && left >= 2) {
      if (!isGroupRead) return XREAD_WITH_GROUP;
      group = { name: argv[position + 1]!, consumer: argv[position + 2]! };
      position += 2;
    } else if (option === 'noack') {
      if (!isGroupRead) return XREAD_WITH_NOACK;
      noAck = true;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return SYNTAX_ERROR;
}

/** Where the keys are: their number follows from where STREAMS is, which may be the name of other things too (xreadGetKeys in db.c). */
export function keyPositionsOfRead(argv: readonly ByteString[]): readonly number[] {
  for (let position = 1; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'streams') {
      const count = argv.length - position - 1;
      if (count === 0 || count % 2 === 1) return [];
      return Array.from({ length: count / 2 }, (_, index) => position + 1 + index);
    }
    if (option === 'block' || option === 'count') position++;
    else if (option === 'group') position += 2;
    else if (option !== 'noack') return [];
  }
  return [];
}

/** The first half of what follows STREAMS. @param startFrom where STREAMS may be. */
export function streamKeys(startFrom: number, ...flags: KeySpecFlag[]): KeySpec {
  return {
    flags,
    beginSearch: { keyword: 'STREAMS', startFrom },
    findKeys: { lastKey: -1, step: 1, limit: 2 },
  };
}

function parseBlock({ node, nowMs }: CommandContext, text: ByteString): number | ErrorReply {
  const duration = parseInteger(text);
  if (duration === null) return TIMEOUT_NOT_AN_INTEGER;
  if (duration < 0) return TIMEOUT_NEGATIVE;
  if (duration === 0) return 0;
  if (duration > INT64_MAX - BigInt(nowMs)) {
    // 7.0 does not check: the sum wraps around, to long ago.
    return node.version === '7.0' ? nowMs : TIMEOUT_OUT_OF_RANGE;
  }
  return nowMs + Number(duration);
}

function unbalanced({ node }: CommandContext, isGroupRead: boolean): ErrorReply {
  return node.version === '7.0' ? UNBALANCED_XREAD : unbalancedStreams(isGroupRead ? 'xreadgroup' : 'xread');
}
