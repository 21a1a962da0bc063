/** INFO memory. A node here has no heap of its own, so the sizes are what a server with that much in it would use, roughly. */
import type { CommandContext } from '../../context.js';
import { humanBytes, type InfoLines } from './section.js';

/** What a key takes in the table of keys beside its name. */
const KEY_ENTRY_BYTES = 40;
/** Of the interpreter of scripts, before the first one. */
const LUA_BYTES = 31_744;
const SYSTEM_BYTES = 16 * 1024 ** 3;

export function memorySection(context: CommandContext): InfoLines {
  const { node } = context;
  const { values } = node.config;
  const { memory, keyspace } = node;
  const used = memory.usedBytes;
  const peak = memory.peakBytes;
  const { normal, replica } = memory.clientBytes;
  const links = clusterLinkBytes(context);
  const overhead = Math.min(
    used,
    memory.startupBytes +
      memory.replicationBytes +
      normal +
      keyspace.databases.reduce(
        (sum, database) => sum + database.tableBytes + KEY_ENTRY_BYTES * database.size,
        0,
      ),
  );
  const dataset = used - overhead;
  const backlog = node.replication.backlogBytes;
  const luaBytes = node.scripting?.stateBytes ?? LUA_BYTES;
  const scriptBytes = node.scripting?.scriptBytes ?? 0;
  const functionVmBytes = node.functions?.stateBytes ?? 0;
  const functionBytes = node.functions?.libraryBytes ?? 0;
  const vmTotal = luaBytes + functionVmBytes;
  return [
    ...withHuman('used_memory', used),
    ...withHuman('used_memory_rss', used),
    ...withHuman('used_memory_peak', peak),
    ['used_memory_peak_perc', `${((used * 100) / peak).toFixed(2)}%`],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', memory.startupBytes],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', `${((dataset * 100) / (used - memory.startupBytes || 1)).toFixed(2)}%`],
    ['allocator_allocated', used],
    ['allocator_active', used],
    ['allocator_resident', used],
    ...withHuman('total_system_memory', SYSTEM_BYTES),
    ['used_memory_lua', luaBytes],
    ['used_memory_vm_eval', luaBytes],
    ['used_memory_lua_human', humanBytes(luaBytes)],
    ['used_memory_scripts_eval', scriptBytes],
    ['number_of_cached_scripts', node.scripting?.scriptCount ?? 0],
    ['number_of_functions', node.functions?.functionCount ?? 0],
    ['number_of_libraries', node.functions?.libraryCount ?? 0],
    ['used_memory_vm_functions', functionVmBytes],
    ...withHuman('used_memory_vm_total', vmTotal),
    ['used_memory_functions', functionBytes],
    ...withHuman('used_memory_scripts', functionBytes + scriptBytes),
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
    ['mem_not_counted_for_evict', memory.uncountedBytes],
    ['mem_replication_backlog', backlog],
    ['mem_total_replication_buffers', memory.replicationBytes],
    ['mem_clients_slaves', replica],
    ['mem_clients_normal', normal],
    ['mem_cluster_links', links],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'libc'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', node.stats.lazyFreed],
  ];
}

function withHuman(name: string, bytes: number): InfoLines {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
}

function clusterLinkBytes({ node }: CommandContext): number {
  let bytes = 0;
  for (const { link, inboundLink } of node.cluster?.state.nodes.list ?? []) {
    bytes += (link?.sendBufferBytes ?? 0) + (inboundLink?.sendBufferBytes ?? 0);
  }
  return bytes;
}
