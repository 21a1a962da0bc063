/** WAIT and WAITAOF: a client waits for replicas to have its writes. https://redis.io/docs/latest/commands/wait/ https://redis.io/docs/latest/commands/waitaof/ */
import type { AckWaiter } from '../../replication/acknowledgements.js';
import type { ByteString } from '../../resp/byte-string.js';
import * as errors from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, NO_REPLY, type Reply } from '../../resp/reply.js';
import type { Command, CommandGroupTable } from '../command.js';
import type { CommandContext } from '../context.js';

const MAX_INT64 = 2n ** 63n - 1n;

interface WaitRequest {
  readonly kind: AckWaiter['kind'];
  readonly replicas: number;
  readonly local: boolean;
  /** Unix ms; 0 = no limit. */
  readonly timeoutAtMs: number;
}

function runWait(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (context.node.replication.isReplica) return errors.WAIT_ON_REPLICA;
  const replicas = parseInteger(argv[1]!);
  if (replicas === null) return errors.NOT_AN_INTEGER;
  const timeoutAtMs = parseTimeout(argv[2]!, context);
  if (timeoutAtMs instanceof ErrorReply) return timeoutAtMs;
  return waitFor(context, { kind: 'memory', replicas: Number(replicas), local: false, timeoutAtMs });
}

function runWaitAof(context: CommandContext, argv: readonly ByteString[]): Reply {
  const local = parseInteger(argv[1]!);
  if (local === null) return errors.NOT_AN_INTEGER;
  if (local < 0 || local > 1) return errors.outOfRangeBetween(0, 1);
  const replicas = parseInteger(argv[2]!);
  if (replicas === null) return errors.NOT_AN_INTEGER;
  if (replicas < 0) return errors.MUST_BE_POSITIVE;
  const timeoutAtMs = parseTimeout(argv[3]!, context);
  if (timeoutAtMs instanceof ErrorReply) return timeoutAtMs;
  if (context.node.replication.isReplica) return errors.WAITAOF_ON_REPLICA;
  const isLocal = Number(local) === 1;
  if (isLocal && !context.node.config.values.appendonly) return errors.WAITAOF_WITHOUT_AOF;
  return waitFor(context, { kind: 'aof', replicas: Number(replicas), local: isLocal, timeoutAtMs });
}

/** Answers at once when enough replicas have the client's last write (or when it may not block), else later. */
function waitFor(context: CommandContext, request: WaitRequest): Reply {
  const { session } = context;
  const { acknowledgements } = context.node.replication;
  const { kind, local, replicas, timeoutAtMs } = request;
  const offset = session.lastWriteOffset;
  const answer = (counts: { readonly replicas: number; readonly local: 0 | 1 }): Reply =>
    kind === 'memory' ? counts.replicas : [counts.local, counts.replicas];
  const now = acknowledgements.count(kind, offset);
  const isEnough = now.replicas >= replicas && (!local || now.local === 1);
  const mayBlock = session.kind === 'normal' && session.transaction === null;
  if (isEnough || !mayBlock) return answer(now);
  const waiter: AckWaiter = {
    kind,
    offset,
    replicas,
    local,
    onAcknowledged: (acknowledged, isLocal) =>
      session.unblock(answer({ replicas: acknowledged, local: isLocal })),
    onAofOff: () => session.unblock(errors.WAITAOF_WITHOUT_AOF),
  };
  acknowledgements.wait(waiter);
  session.block({
    kind: 'wait',
    timeoutAtMs,
    onTimeout: () => answer(acknowledgements.count(kind, offset)),
    release: () => acknowledgements.forget(waiter),
  });
  return NO_REPLY;
}

/** Milliseconds from now as a time on the clock, 0 = no limit (getTimeoutFromObjectOrReply in timeout.c). */
function parseTimeout(text: ByteString, { node, nowMs }: CommandContext): number | ErrorReply {
  const timeout = parseInteger(text);
  if (timeout === null) return errors.TIMEOUT_NOT_AN_INTEGER;
  if (timeout < 0) return errors.TIMEOUT_NEGATIVE;
  if (BigInt(timeout) > MAX_INT64 - BigInt(nowMs)) {
    // Redis 7.0 does not check: the sum wraps around into the past, which is over at once.
    return node.version === '7.0' ? nowMs : errors.TIMEOUT_OUT_OF_RANGE;
  }
  return Number(timeout) === 0 ? 0 : nowMs + Number(timeout);
}

export const waitCommands: CommandGroupTable = [
  {
    name: 'wait',
    summary: "Blocks until enough replicas have all writes that came before on this client's connection.",
    since: '3.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 3,
    flags: [],
    aclCategories: ['connection'],
    tips: ['request_policy:all_shards', 'response_policy:agg_min'],
    in70: { flags: ['noscript'] },
    run: runWait,
  },
  {
    name: 'waitaof',
    summary:
      "Blocks until the writes that came before on this client's connection are in enough append-only files.",
    since: '7.2.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 4,
    flags: ['noscript'],
    aclCategories: ['connection'],
    tips: ['request_policy:all_shards', 'response_policy:agg_min'],
    run: runWaitAof,
  },
] as const satisfies readonly Command[];
