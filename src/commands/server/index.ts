/** The server group, without the replication commands. https://redis.io/docs/latest/commands/?group=server */
import { acl } from '../acl/index.js';
import type { CommandGroupTable } from '../command.js';
import { command } from './command.js';
import { config } from './config.js';
import { datasetCommands } from './dataset.js';
import { debug } from './debug.js';
import { info } from './info.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { module } from './module.js';
import { monitor } from './monitor.js';
import { processCommands } from './process.js';
import { savingCommands } from './saving.js';
import { slowlog } from './slowlog.js';

export const serverCommands: CommandGroupTable = [
  acl,
  command,
  config,
  ...datasetCommands,
  debug,
  info,
  ...processCommands,
  ...savingCommands,
  latency,
  memory,
  module,
  monitor,
  slowlog,
];
