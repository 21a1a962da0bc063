/** CONFIG RESETSTAT: which counters go back to zero (resetServerStats in server.c). */
import type { NodeContext } from '../context.js';

export function resetStats({ stats, keyspace, memory, persistence }: NodeContext): void {
  stats.totalConnectionsReceived = 0;
  stats.rejectedConnections = 0;
  stats.totalCommandsProcessed = 0;
  stats.totalErrorReplies = 0;
  stats.totalNetInputBytes = 0;
  stats.totalNetOutputBytes = 0;
  stats.replicationInputBytes = 0;
  stats.replicationOutputBytes = 0;
  stats.reads = 0;
  stats.writes = 0;
  stats.cycles = 0;
  stats.heldUs = 0;
  stats.mostCommandsInCycle = 0;
  stats.lazyFreed = 0;
  stats.sanitizedDumps = 0;
  stats.unexpectedErrorReplies = 0;
  stats.evictedClients = 0;
  stats.replyBufferShrinks = 0;
  stats.replyBufferExpands = 0;
  stats.syncFull = 0;
  stats.syncPartialOk = 0;
  stats.syncPartialError = 0;
  stats.commands.clear();
  stats.errors.clear();
  keyspace.hits = 0;
  keyspace.misses = 0;
  keyspace.expired = 0;
  keyspace.evicted = 0;
  memory.reset();
  persistence.child.resetStats();
}
