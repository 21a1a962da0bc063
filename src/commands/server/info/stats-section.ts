/** INFO stats: counters since the start or CONFIG RESETSTAT. */
import type { CommandContext } from '../../context.js';
import type { InfoLines } from './section.js';

export function statsSection({ node }: CommandContext): InfoLines {
  const { stats, keyspace, pubSub, tracking, memory, rates } = node;
  const exceeded = memory.exceededUs;
  const lines: InfoLines = [
    ['total_connections_received', stats.totalConnectionsReceived],
    ['total_commands_processed', stats.totalCommandsProcessed],
    ['instantaneous_ops_per_sec', rates.commandsPerSecond],
    ['total_net_input_bytes', stats.totalNetInputBytes],
    ['total_net_output_bytes', stats.totalNetOutputBytes],
    ['total_net_repl_input_bytes', stats.replicationInputBytes],
    ['total_net_repl_output_bytes', stats.replicationOutputBytes],
    ['instantaneous_input_kbps', kilobytes(rates.inputBytesPerSecond)],
    ['instantaneous_output_kbps', kilobytes(rates.outputBytesPerSecond)],
    ['instantaneous_input_repl_kbps', kilobytes(rates.replicationInputBytesPerSecond)],
    ['instantaneous_output_repl_kbps', kilobytes(rates.replicationOutputBytesPerSecond)],
    ['rejected_connections', stats.rejectedConnections],
    ['sync_full', stats.syncFull],
    ['sync_partial_ok', stats.syncPartialOk],
    ['sync_partial_err', stats.syncPartialError],
    ['expired_keys', keyspace.expired],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', 0],
    ['evicted_keys', keyspace.evicted],
    ['evicted_clients', stats.evictedClients],
    ['total_eviction_exceeded_time', Math.floor(exceeded.total / 1000)],
    ['current_eviction_exceeded_time', Math.floor(exceeded.current / 1000)],
    ['keyspace_hits', keyspace.hits],
    ['keyspace_misses', keyspace.misses],
    ['pubsub_channels', pubSub.channels.size],
    ['pubsub_patterns', pubSub.patterns.size],
    ['pubsubshard_channels', pubSub.shardChannels.size],
    ['latest_fork_usec', node.persistence.child.latestForkUs],
    ['total_forks', node.persistence.child.forks],
    ['migrate_cached_sockets', node.migrationLinks.count],
    ['slave_expires_tracked_keys', node.keyspace.ownExpiries.size],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', stats.unexpectedErrorReplies],
    ['total_error_replies', stats.totalErrorReplies],
    ['dump_payload_sanitizations', stats.sanitizedDumps],
    ['total_reads_processed', stats.reads],
    ['total_writes_processed', stats.writes],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', stats.replyBufferShrinks],
    ['reply_buffer_expands', stats.replyBufferExpands],
  ];
  if (node.version === '7.0') return lines;
  return [
    ...lines,
    ['eventloop_cycles', stats.cycles],
    ['eventloop_duration_sum', stats.heldUs],
    ['eventloop_duration_cmd_sum', stats.heldUs],
    ['instantaneous_eventloop_cycles_per_sec', rates.cyclesPerSecond],
    ['instantaneous_eventloop_duration_usec', rates.cycleDurationUs],
    ['acl_access_denied_auth', stats.aclDenied.auth],
    ['acl_access_denied_cmd', stats.aclDenied.command],
    ['acl_access_denied_key', stats.aclDenied.key],
    ['acl_access_denied_channel', stats.aclDenied.channel],
  ];
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(2);
}

/** INFO debug, since 7.2: only the commands of a cycle take time here. */
export function debugSection({ node }: CommandContext): InfoLines {
  return [
    ['eventloop_duration_aof_sum', 0],
    ['eventloop_duration_cron_sum', 0],
    ['eventloop_duration_max', 0],
    ['eventloop_cmd_per_cycle_max', node.stats.mostCommandsInCycle],
  ];
}
