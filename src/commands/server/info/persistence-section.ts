/** INFO persistence: loading, RDB and AOF. The child that saves is modelled, and what is copied on write. */
import type { CommandContext } from '../../context.js';
import type { InfoLines } from './section.js';

export function persistenceSection({ node, nowMs }: CommandContext): InfoLines {
  const { child, rdb, aof, rewriter, lastLoad } = node.persistence;
  const running = child.running;
  const runningS = running === null ? -1 : seconds(nowMs) - seconds(running.startedAtMs);
  const isSaving = child.isRunning('rdb');
  const isRewriting = child.isRunning('aof');
  const keys = running?.keys ?? 0;
  const percent = keys === 0 ? 0 : (child.savedKeys / keys) * 100;
  const aofFailed = aof.writeFailure !== null || aof.syncFailure !== null;
  return [
    ['loading', node.loading === true ? 1 : 0],
    ['async_loading', node.asyncLoading === true ? 1 : 0],
    ['current_cow_peak', child.copiedBytes],
    ['current_cow_size', child.copiedBytes],
    ['current_cow_size_age', 0],
    ['current_fork_perc', percent.toFixed(2)],
    ['current_save_keys_processed', child.savedKeys],
    ['current_save_keys_total', keys],
    ['rdb_changes_since_last_save', rdb.changes],
    ['rdb_bgsave_in_progress', isSaving ? 1 : 0],
    ['rdb_last_save_time', seconds(rdb.lastSaveMs)],
    ['rdb_last_bgsave_status', rdb.lastStatusOk ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', rdb.lastDurationS],
    ['rdb_current_bgsave_time_sec', isSaving ? runningS : -1],
    ['rdb_saves', rdb.saves],
    ['rdb_last_cow_size', child.lastCopiedBytes('rdb')],
    ['rdb_last_load_keys_expired', lastLoad.expired],
    ['rdb_last_load_keys_loaded', lastLoad.keys],
    ['aof_enabled', aof.state === 'off' ? 0 : 1],
    ['aof_rewrite_in_progress', isRewriting ? 1 : 0],
    ['aof_rewrite_scheduled', rewriter.isScheduled ? 1 : 0],
    ['aof_last_rewrite_time_sec', rewriter.lastDurationS],
    ['aof_current_rewrite_time_sec', isRewriting ? runningS : -1],
    ['aof_last_bgrewrite_status', rewriter.lastStatusOk ? 'ok' : 'err'],
    ['aof_rewrites', rewriter.rewrites],
    ['aof_rewrites_consecutive_failures', rewriter.consecutiveFailures],
    ['aof_last_write_status', aofFailed ? 'err' : 'ok'],
    ['aof_last_cow_size', child.lastCopiedBytes('aof')],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(node.config.values.appendonly ? aofLines(node.persistence) : []),
    ...(node.loading === true || node.asyncLoading === true ? loadingLines(node.persistence, nowMs) : []),
  ];
}

function aofLines({ aof, rewriter }: CommandContext['node']['persistence']): InfoLines {
  return [
    ['aof_current_size', aof.currentSize],
    ['aof_base_size', aof.baseSize],
    ['aof_pending_rewrite', rewriter.isScheduled ? 1 : 0],
    ['aof_buffer_length', aof.bufferLength],
    ['aof_pending_bio_fsync', aof.pendingSyncs],
    ['aof_delayed_fsync', aof.delayedSyncs],
  ];
}

function loadingLines(
  { lastLoad, loadDurationMs }: CommandContext['node']['persistence'],
  nowMs: number,
): InfoLines {
  const elapsedMs = nowMs - lastLoad.startedAtMs;
  const part = loadDurationMs === 0 ? 1 : Math.min(1, elapsedMs / loadDurationMs);
  const loaded = Math.floor(lastLoad.bytes * part);
  const elapsedS = seconds(nowMs) - seconds(lastLoad.startedAtMs);
  const etaS = elapsedS === 0 ? 1 : Math.floor((elapsedS * (lastLoad.bytes - loaded)) / (loaded + 1));
  return [
    ['loading_start_time', seconds(lastLoad.startedAtMs)],
    ['loading_total_bytes', lastLoad.bytes],
    ['loading_rdb_used_mem', 0],
    ['loading_loaded_bytes', loaded],
    ['loading_loaded_perc', (part * 100).toFixed(2)],
    ['loading_eta_seconds', etaS],
  ];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
