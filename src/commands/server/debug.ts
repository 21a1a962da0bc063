/** DEBUG: for tests of clients and of clusters; needs enable-debug-command. Its subcommands are no commands of their own. https://redis.io/docs/latest/commands/debug/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { unknownSubcommandOrArity } from '../../resp/errors/index.js';
import type { Command, CommandHandler, RedisVersion } from '../command.js';
import { rewriteAll } from './config.js';
import { configureReplyBuffers, describeClientEviction } from './debug/buffers.js';
import { describeObject, describeText, digest, digestValues, populate } from './debug/data.js';
import { help } from './debug/help.js';
import {
  accept,
  allowAllInScripts,
  changeReplicationId,
  crash,
  dropPackets,
  error,
  killClusterLink,
  log,
  pauseCron,
  replicate,
  restart,
  setActiveExpire,
  setPackedThreshold,
  skipChecksums,
  sleep,
  testGlob,
} from './debug/process.js';
import { protocolValue } from './debug/protocol-values.js';
import { loadAof, reload } from './debug/reload.js';
import {
  describeDatabaseTables,
  describeListpack,
  describeQuicklist,
  describeTableOfKey,
  structSizes,
} from './debug/tables.js';

interface DebugSubcommand {
  /** With DEBUG and its own name; null = any number. */
  readonly counts: readonly number[] | null;
  readonly counts70?: readonly number[];
  readonly atLeast?: number;
  readonly run: CommandHandler;
}

const ANY: null = null;

const SUBCOMMANDS: Readonly<Partial<Record<string, DebugSubcommand>>> = {
  help: { counts: [2], run: help },
  segfault: { counts: ANY, run: crash },
  panic: { counts: ANY, run: crash },
  oom: { counts: ANY, run: crash },
  assert: { counts: ANY, run: crash },
  restart: { counts: ANY, run: restart },
  'crash-and-recover': { counts: ANY, run: restart },
  reload: { counts: ANY, run: reload },
  loadaof: { counts: ANY, run: loadAof },
  log: { counts: [3], run: log },
  leak: { counts: [3], run: accept },
  error: { counts: [3], run: error },
  object: { counts: [3], run: describeObject },
  sdslen: { counts: [3], run: describeText },
  populate: { counts: [3, 4, 5], run: populate },
  digest: { counts: [2], run: digest },
  'digest-value': { counts: ANY, run: digestValues },
  protocol: { counts: [3], run: protocolValue },
  sleep: { counts: [3], run: sleep },
  'set-active-expire': { counts: [3], run: setActiveExpire },
  'quicklist-packed-threshold': { counts: [3], run: setPackedThreshold },
  'set-skip-checksum-validation': { counts: [3], run: skipChecksums },
  'set-disable-deny-scripts': { counts: [3], run: allowAllInScripts },
  replicate: { counts: ANY, atLeast: 3, run: replicate },
  structsize: { counts: [2], run: structSizes },
  htstats: { counts: ANY, atLeast: 3, counts70: [3], run: describeDatabaseTables },
  'htstats-key': { counts: ANY, atLeast: 3, counts70: [3], run: describeTableOfKey },
  listpack: { counts: [3], run: describeListpack },
  quicklist: { counts: [3, 4], run: describeQuicklist },
  'stringmatch-test': { counts: [2], run: testGlob },
  'config-rewrite-force-all': { counts: [2], run: rewriteAll },
  'client-eviction': { counts: [2], run: describeClientEviction },
  replybuffer: { counts: [4], run: configureReplyBuffers },
  'aof-flush-sleep': { counts: [3], run: accept },
  'change-repl-id': { counts: [2], run: changeReplicationId },
  'pause-cron': { counts: [3], run: pauseCron },
  'drop-cluster-packet-filter': { counts: [3], run: dropPackets },
  clusterlink: { counts: [5], run: killClusterLink },
};

export const debug = {
  name: 'debug',
  summary: 'A container for commands that look into the server or break it on purpose.',
  since: '1.0.0',
  group: 'server',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale', 'protected'],
  isSystemCommand: true,
  run(context, argv) {
    const found = find(argv, context.node.version);
    return found === null ? unknownSubcommandOrArity(argv[0]!, argv[1]!) : found.run(context, argv);
  },
} as const satisfies Command;

function find(argv: readonly ByteString[], version: RedisVersion): DebugSubcommand | null {
  const name = toLowerAscii(asCString(argv[1]!));
  const found = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (found === undefined || argv.length < (found.atLeast ?? 0)) return null;
  const counts = version === '7.0' ? (found.counts70 ?? found.counts) : found.counts;
  if (counts?.includes(argv.length) === false) return null;
  const needsKill = name === 'clusterlink' && toLowerAscii(asCString(argv[2]!)) !== 'kill';
  return needsKill ? null : found;
}
