/** The connection group. https://redis.io/docs/latest/commands/?group=connection */
import type { Command, CommandGroupTable } from '../command.js';
import { clientHelp } from './client-help.js';
import { clientKill } from './client-kill.js';
import { clientListCommands } from './client-list.js';
import { clientModeCommands } from './client-modes.js';
import { clientNameCommands } from './client-name.js';
import { clientPauseCommands } from './client-pause.js';
import { clientTrackingCommands } from './client-tracking.js';
import { basicCommands } from './connection.js';
import { auth, hello } from './hello.js';

const client = {
  name: 'client',
  summary: 'A container for commands about client connections.',
  since: '2.4.0',
  group: 'connection',
  complexity: 'Depends on subcommand.',
  arity: -2,
  flags: ['sentinel'],
  subcommands: [
    ...clientTrackingCommands,
    ...clientNameCommands,
    ...clientListCommands,
    clientKill,
    ...clientPauseCommands,
    ...clientModeCommands,
    clientHelp,
  ],
} as const satisfies Command;

export const connectionCommands: CommandGroupTable = [auth, client, hello, ...basicCommands];
