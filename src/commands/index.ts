/** Every group of commands. Adding a group: a folder beside this file, and one line here. */

import type { ConfigLine } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { bitmapCommands } from './bitmap/index.js';
import { clusterCommands } from './cluster/index.js';
import type { RedisVersion } from './command.js';
import { connectionCommands } from './connection/index.js';
import { genericCommands } from './generic/index.js';
import { waitCommands } from './generic/wait.js';
import { geoCommands } from './geo/index.js';
import { hashCommands } from './hash/index.js';
import { hyperLogLogCommands } from './hyperloglog/index.js';
import { listCommands } from './list/index.js';
import { pubSubCommands } from './pubsub/index.js';
import { scriptingCommands } from './scripting/index.js';
import { serverCommands } from './server/index.js';
import { replicationCommands } from './server/replication.js';
import { setCommands } from './set/index.js';
import { sortedSetCommands } from './sorted-set/index.js';
import { streamCommands } from './stream/index.js';
import { stringCommands } from './string/index.js';
import { CommandTable } from './table.js';
import { transactionCommands } from './transactions/index.js';

export const COMMAND_GROUPS = [
  connectionCommands,
  serverCommands,
  replicationCommands,
  genericCommands,
  waitCommands,
  stringCommands,
  listCommands,
  setCommands,
  hashCommands,
  sortedSetCommands,
  geoCommands,
  streamCommands,
  bitmapCommands,
  hyperLogLogCommands,
  transactionCommands,
  scriptingCommands,
  clusterCommands,
  pubSubCommands,
] as const;

const tables = new Map<RedisVersion, CommandTable>();

/**
 * The table of a version; made once and shared by all nodes of that version that rename no command.
 * @throws ConfigError for names that a server would not start with.
 */
export function commandTableOf(
  version: RedisVersion,
  renamedCommands: readonly ConfigLine[] = [],
): CommandTable {
  let table = tables.get(version);
  if (table === undefined) {
    table = new CommandTable(version, COMMAND_GROUPS);
    tables.set(version, table);
  }
  if (renamedCommands.length === 0) return table;
  const renames = renamedCommands.map(({ args }) => [args[0] ?? '', args[1] ?? ''] as const);
  return table.renamed(renames, (index, reason) => {
    const line = renamedCommands[index];
    throw new ConfigError(reason, line?.number, line?.text);
  });
}
