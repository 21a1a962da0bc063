/** The cluster group: CLUSTER with its subcommands, ASKING, READONLY, READWRITE. https://redis.io/docs/latest/commands/?group=cluster */
import type { CommandGroupTable } from '../command.js';
import { clientModeCommands } from './client-mode.js';
import { describeCommands } from './describe.js';
import { epochCommands } from './epochs.js';
import { failoverCommands } from './failover.js';
import { helpCommands } from './help.js';
import { nodeCommands } from './nodes.js';
import { resetCommands } from './reset.js';
import { setSlotCommands } from './setslot.js';
import { slotKeyCommands } from './slot-keys.js';
import { slotCommands } from './slots.js';

export const clusterCommands: CommandGroupTable = [
  {
    name: 'cluster',
    summary: 'Holds the commands that show and change the cluster.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'Depends on subcommand.',
    arity: -2,
    flags: [],
    subcommands: [
      ...slotCommands,
      ...setSlotCommands,
      ...slotKeyCommands,
      ...nodeCommands,
      ...describeCommands,
      ...epochCommands,
      ...failoverCommands,
      ...resetCommands,
      ...helpCommands,
    ],
  },
  ...clientModeCommands,
];
