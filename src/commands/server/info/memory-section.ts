/** INFO memory. A node here has no heap of its own, so the sizes are what a server with that much in it would use, roughly. */
import type { CommandContext } from '../../context.js';
import { humanBytes, type InfoLines } from './section.js';

/** What a server uses before it has any key. */
const STARTUP_BYTES = 876_064;
/** Of a key with a short string, its entry in the table included. */
const KEY_BYTES = 100;
const CLIENT_BYTES = 1832;
const LUA_BYTES = 31_744;
const FUNCTION_VM_BYTES = 32_768;
const FUNCTION_BYTES = 200;
const SYSTEM_BYTES = 16 * 1024 ** 3;

export function estimateUsedMemory({ node }: CommandContext): number {
  return (
    STARTUP_BYTES +
    node.keyspace.totalKeys * KEY_BYTES +
    node.sessions.size * CLIENT_BYTES +
    node.outputBufferBytes()
  );
}

export function memorySection(context: CommandContext): InfoLines {
  const { node } = context;
  const { values } = node.config;
  const used = estimateUsedMemory(context);
  const dataset = node.keyspace.totalKeys * KEY_BYTES;
  const overhead = used - dataset;
  const backlog = replicationBacklogBytes(context);
  const clients = node.sessions.size * CLIENT_BYTES;
  const vmTotal = LUA_BYTES + FUNCTION_VM_BYTES;
  return [
    ...withHuman('used_memory', used),
    ...withHuman('used_memory_rss', used),
    ...withHuman('used_memory_peak', used),
    ['used_memory_peak_perc', '100.00%'],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', STARTUP_BYTES],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', `${((dataset * 100) / (used - STARTUP_BYTES || 1)).toFixed(2)}%`],
    ['allocator_allocated', used],
    ['allocator_active', used],
    ['allocator_resident', used],
    ...withHuman('total_system_memory', SYSTEM_BYTES),
    ['used_memory_lua', LUA_BYTES],
    ['used_memory_vm_eval', LUA_BYTES],
    ['used_memory_lua_human', humanBytes(LUA_BYTES)],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', FUNCTION_VM_BYTES],
    ...withHuman('used_memory_vm_total', vmTotal),
    ['used_memory_functions', FUNCTION_BYTES],
    ...withHuman('used_memory_scripts', FUNCTION_BYTES),
    ...withHuman('maxmemory', values.maxmemory),
    ['maxmemory_policy', values['maxmemory-policy']],
    ['allocator_frag_ratio', '1.00'],
    ['allocator_frag_bytes', 0],
    ['allocator_rss_ratio', '1.00'],
    ['allocator_rss_bytes', 0],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', '1.00'],
    ['mem_fragmentation_bytes', 0],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', backlog],
    ['mem_total_replication_buffers', backlog],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', clients],
    ['mem_cluster_links', clusterLinkBytes(context)],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'libc'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}

function withHuman(name: string, bytes: number): InfoLines {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
}

function replicationBacklogBytes({ node }: CommandContext): number {
  const line = node.replication.describeReplication().find(([name]) => name === 'repl_backlog_histlen');
  return Number(line?.[1] ?? 0);
}

function clusterLinkBytes({ node }: CommandContext): number {
  let bytes = 0;
  for (const { link, inboundLink } of node.cluster?.state.nodes.list ?? []) {
    bytes += (link?.sendBufferBytes ?? 0) + (inboundLink?.sendBufferBytes ?? 0);
  }
  return bytes;
}
