/** ASKING, READONLY and READWRITE: how a connection wants its requests routed. https://redis.io/docs/latest/commands/asking/ */
import { OK } from '../../resp/reply.js';
import type { Command } from '../command.js';
import { inClusterMode } from './subcommand.js';

export const clientModeCommands = [
  {
    name: 'asking',
    summary: 'Announces that the next command follows an ASK redirection.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 1,
    flags: ['fast'],
    aclCategories: ['connection'],
    run: inClusterMode((_cluster, _argv, { session }) => {
      session.asking = true;
      return OK;
    }),
  },
  {
    name: 'readonly',
    summary: 'Lets a replica answer reads of this connection that its master would serve.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    aclCategories: ['connection'],
    run: inClusterMode((_cluster, _argv, { session }) => {
      session.readonlyMode = true;
      return OK;
    }),
  },
  {
    name: 'readwrite',
    summary: 'Takes back READONLY.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    aclCategories: ['connection'],
    run: inClusterMode((_cluster, _argv, { session }) => {
      session.readonlyMode = false;
      return OK;
    }),
  },
] as const satisfies readonly Command[];
