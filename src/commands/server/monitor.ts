/** MONITOR: the connection is shown every command that the node runs. https://redis.io/docs/latest/commands/monitor/ */
import { MONITOR_MAY_NOT_BLOCK } from '../../resp/errors/index.js';
import { NO_REPLY, OK } from '../../resp/reply.js';
import type { Command } from '../command.js';

export const monitor = {
  name: 'monitor',
  summary: 'Shows the connection every command that the node runs from now on.',
  since: '1.0.0',
  group: 'server',
  arity: 1,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  run({ node, session }) {
    if (session.transaction !== null) return MONITOR_MAY_NOT_BLOCK;
    // A replica, or a connection that is a monitor already, is not even answered.
    if (session.isReplica || session.isMonitor) return NO_REPLY;
    node.monitors.add(session);
    return OK;
  },
} as const satisfies Command;
