/** FAILOVER: outside of cluster mode a master hands its role to one of its replicas. https://redis.io/docs/latest/commands/failover/ */
import type { ByteString } from '../../resp/byte-string.js';
import * as errors from '../../resp/errors/index.js';
import { parseSafeInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

interface FailoverOptions {
  target: { readonly host: ByteString; readonly port: number } | null;
  force: boolean;
  timeoutMs: number;
}

function runFailover({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  if (node.cluster !== null) return errors.FAILOVER_IN_CLUSTER_MODE;
  const { failover, isReplica, replicas } = node.replication;
  if (argv.length === 2 && argv[1]!.toLowerCase() === 'abort') {
    if (failover.state === 'no-failover') return errors.NO_FAILOVER_IN_PROGRESS;
    failover.abort('Failover manually aborted');
    return OK;
  }
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  const { force, target, timeoutMs } = options;
  if (failover.state !== 'no-failover') return errors.FAILOVER_IN_PROGRESS;
  if (isReplica) return errors.FAILOVER_ON_REPLICA;
  if (replicas.length === 0) return errors.FAILOVER_WITHOUT_REPLICAS;
  if (force && (timeoutMs === 0 || target === null)) return errors.FAILOVER_FORCE_INCOMPLETE;
  if (target !== null) {
    const replica = node.replication.findReplica(target.host, target.port);
    if (replica === undefined) return errors.FAILOVER_TARGET_UNKNOWN;
    if (replica.state !== 'online') return errors.FAILOVER_TARGET_NOT_ONLINE;
  }
  failover.start({ target, force, timeoutMs });
  return OK;
}

function parseOptions(argv: readonly ByteString[]): FailoverOptions | ErrorReply {
  const options: FailoverOptions = { target: null, force: false, timeoutMs: 0 };
  for (let index = 1; index < argv.length; index++) {
    const word = argv[index]!.toLowerCase();
    if (word === 'timeout' && index + 1 < argv.length && options.timeoutMs === 0) {
      const timeoutMs = parseSafeInteger(argv[++index]!);
      if (timeoutMs === null) return errors.NOT_AN_INTEGER;
      if (timeoutMs <= 0) return errors.FAILOVER_TIMEOUT_NOT_POSITIVE;
      options.timeoutMs = timeoutMs;
    } else if (word === 'to' && index + 2 < argv.length && options.target === null) {
      const port = parseSafeInteger(argv[index + 2]!);
      if (port === null) return errors.NOT_AN_INTEGER;
      options.target = { host: argv[index + 1]!, port };
      index += 2;
    } else if (word === 'force' && !options.force) {
      options.force = true;
    } else {
      return errors.SYNTAX_ERROR;
    }
  }
  return options;
}

export const failover = {
  name: 'failover',
  summary: 'Hands the role of the master to one of its replicas.',
  since: '6.2.0',
  group: 'server',
  complexity: 'O(1)',
  arity: -1,
  flags: ['admin', 'noscript', 'stale'],
  run: runFailover,
} as const satisfies Command;
