/** The counters of one node since its start or CONFIG RESETSTAT. */
import type { NodeStats } from '../commands/context.js';

export type ServerStats = NodeStats;

export function createNodeStats(startedAtMs: number): ServerStats {
  return {
    startedAtMs,
    totalConnectionsReceived: 0,
    rejectedConnections: 0,
    totalCommandsProcessed: 0,
    totalErrorReplies: 0,
    totalNetInputBytes: 0,
    totalNetOutputBytes: 0,
    replicationInputBytes: 0,
    replicationOutputBytes: 0,
    reads: 0,
    writes: 0,
    cycles: 0,
    heldUs: 0,
    mostCommandsInCycle: 0,
    lazyFreed: 0,
    sanitizedDumps: 0,
    unexpectedErrorReplies: 0,
    evictedClients: 0,
    replyBufferShrinks: 0,
    replyBufferExpands: 0,
    syncFull: 0,
    syncPartialOk: 0,
    syncPartialError: 0,
    aclDenied: { auth: 0, command: 0, key: 0, channel: 0 },
    commands: new Map(),
    errors: new Map(),
  };
}
