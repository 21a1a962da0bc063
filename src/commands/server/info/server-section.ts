/** INFO server, clients and cpu: the process and who is connected to it. */
import { allClientsOf, clientTypeOf } from '../../connection/client-type.js';
import type { CommandContext } from '../../context.js';
import type { InfoLines } from './section.js';

const SECONDS_PER_DAY = 86400;
/** The clock of the LRU counts seconds and has 24 bits. */
const LRU_CLOCK_RANGE = 2 ** 24;
/** The same for every build from a released source. */
const BUILD_LINES: InfoLines = [
  ['redis_git_sha1', '00000000'],
  ['redis_git_dirty', 0],
  ['redis_build_id', '0'],
];

export function serverSection({ node, nowMs }: CommandContext): InfoLines {
  const { values } = node.config;
  const uptimeSeconds = Math.max(0, Math.floor((nowMs - node.stats.startedAtMs) / 1000));
  return [
    ['redis_version', node.releaseVersion],
    ...BUILD_LINES,
    ['redis_mode', node.cluster === null ? 'standalone' : 'cluster'],
    ['os', 'Linux 6.1.0 x86_64'],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'epoll'],
    ['atomicvar_api', 'c11-builtin'],
    ['gcc_version', '12.2.0'],
    ['process_id', node.processId ?? 1],
    ['process_supervised', values.supervised === 'auto' ? 'no' : values.supervised],
    ['run_id', node.runId],
    ['tcp_port', values.port || values['tls-port']],
    ['server_time_usec', node.clock.nowUs()],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / SECONDS_PER_DAY)],
    ['hz', values.hz],
    ['configured_hz', values.hz],
    ['lru_clock', Math.floor(nowMs / 1000) % LRU_CLOCK_RANGE],
    ['executable', '/usr/local/bin/redis-server'],
    ['config_file', node.configFile?.path ?? ''],
    ['io_threads_active', 0],
    ...(node.shutdown.remainingMs === null
      ? []
      : ([['shutdown_in_milliseconds', node.shutdown.remainingMs]] as const)),
    ...(node.version === '7.0' ? [] : listenerLines(node)),
  ];
}

function listenerLines({ config: { values } }: CommandContext['node']): InfoLines {
  const addresses = values.bind.map((address) => `bind=${address}`);
  const listeners: string[] = [];
  if (values.port !== 0) listeners.push(['name=tcp', ...addresses, `port=${values.port}`].join(','));
  if (values['tls-port'] !== 0)
    listeners.push(['name=tls', ...addresses, `port=${values['tls-port']}`].join(','));
  if (values.unixsocket !== '') listeners.push(`name=unix,bind=${values.unixsocket}`);
  return listeners.map((listener, index) => [`listener${index}`, listener] as const);
}

export function clientsSection({ node }: CommandContext): InfoLines {
  const sessions = allClientsOf(node);
  const blocked = sessions.filter((session) => session.blocked !== null);
  const replicas = sessions.filter((session) => clientTypeOf(session) === 'replica');
  const knownNodes = node.cluster?.state.nodes.size ?? 1;
  const lines: InfoLines = [
    ['connected_clients', sessions.length - replicas.length],
    // A link to and a link from each of the others.
    ['cluster_connections', (knownNodes - 1) * 2],
    ['maxclients', node.config.values.maxclients],
    ['client_recent_max_input_buffer', node.memory.recentClientBuffers.input],
    ['client_recent_max_output_buffer', node.memory.recentClientBuffers.output],
    ['blocked_clients', blocked.length],
    ['tracking_clients', sessions.filter((session) => session.tracking).length],
    ['clients_in_timeout_table', blocked.filter((session) => (session.blocked?.timeoutAtMs ?? 0) > 0).length],
  ];
  if (node.version === '7.0') return lines;
  const { awaitedKeys, awaitedDeletions } = node.blockedOnKeys;
  return [...lines, ['total_blocking_keys', awaitedKeys], ['total_blocking_keys_on_nokey', awaitedDeletions]];
}

/** A node in this process has no processor time of its own. */
export function cpuSection(): InfoLines {
  return [
    'used_cpu_sys',
    'used_cpu_user',
    'used_cpu_sys_children',
    'used_cpu_user_children',
    'used_cpu_sys_main_thread',
    'used_cpu_user_main_thread',
  ].map((name) => [name, '0.000000'] as const);
}
