/** Replication as INFO and ROLE tell it (section 9.10; genRedisInfoString in server.c, roleCommand in replication.c). */
import type { Reply } from '../resp/reply.js';
import type { FailoverState } from './coordinated-failover.js';
import type { ReplicationHistory } from './history.js';
import type { ReplicationHost } from './ports.js';
import type { PrimarySide } from './primary-side.js';
import type { Replica, ReplicaState } from './replica.js';
import type { ReplicaSide } from './replica-side.js';
import { secondsSince } from './unix-seconds.js';

export interface DescribedReplication {
  readonly host: ReplicationHost;
  readonly history: ReplicationHistory;
  readonly primary: PrimarySide;
  readonly link: ReplicaSide;
  readonly failoverState: FailoverState;
}

type Lines = (readonly [name: string, value: string])[];

const STATE_NAMES: Readonly<Record<ReplicaState, string>> = {
  'waiting-for-snapshot': 'wait_bgsave',
  'snapshot-under-way': 'wait_bgsave',
  online: 'online',
  'snapshot-only': 'rdb_transmitted',
};

/** The lines of the section, without its header. */
export function describeReplication(replication: DescribedReplication): Lines {
  const { history, host, link } = replication;
  const lines: Lines = [['role', link.master === null ? 'master' : 'slave']];
  if (link.master !== null) lines.push(...linkLines(host, link, link.master));
  lines.push(
    ...replicaLines(replication),
    ['master_failover_state', replication.failoverState],
    ['master_replid', history.replicationId],
    ['master_replid2', history.secondId],
    ['master_repl_offset', String(history.offset)],
    ['second_repl_offset', String(history.secondOffset)],
    ['repl_backlog_active', history.backlog === null ? '0' : '1'],
    ['repl_backlog_size', String(host.config['repl-backlog-size'])],
    ['repl_backlog_first_byte_offset', String(history.backlog?.firstOffset ?? 0)],
    ['repl_backlog_histlen', String(history.backlog?.length ?? 0)],
  );
  return lines;
}

/** The reply of ROLE. */
export function describeRole({ history, link, primary }: DescribedReplication): Reply {
  if (link.master !== null) {
    return ['slave', link.master.host, link.master.port, link.state, link.liveOffset];
  }
  const replicas = primary.replicas.filter(({ state }) => state === 'online');
  return ['master', history.offset, replicas.map(roleOfReplica)];
}

function roleOfReplica(replica: Replica): Reply {
  return [replica.ip, String(replica.listeningPort), String(replica.ackOffset)];
}

function linkLines(
  host: ReplicationHost,
  link: ReplicaSide,
  master: { readonly host: string; readonly port: number },
): Lines {
  const nowMs = host.clock.nowMs();
  const secondsAgo = (thenMs: number): string => String(secondsSince(thenMs, nowMs));
  const lines: Lines = [
    ['master_host', master.host],
    ['master_port', String(master.port)],
    ['master_link_status', link.state === 'connected' ? 'up' : 'down'],
    [
      'master_last_io_seconds_ago',
      link.lastInteractionMs === null ? '-1' : secondsAgo(link.lastInteractionMs),
    ],
    ['master_sync_in_progress', link.state === 'sync' ? '1' : '0'],
    ['slave_read_repl_offset', String(link.receivedOffset ?? 1)],
    ['slave_repl_offset', String(link.processedOffset ?? 1)],
  ];
  const { transfer } = link;
  if (transfer !== null) {
    const { totalBytes, readBytes } = transfer;
    const percent = totalBytes === 0 ? 0 : (readBytes / totalBytes) * 100;
    lines.push(
      ['master_sync_total_bytes', String(totalBytes)],
      ['master_sync_read_bytes', String(readBytes)],
      ['master_sync_left_bytes', String(totalBytes - readBytes)],
      ['master_sync_perc', percent.toFixed(2)],
      ['master_sync_last_io_seconds_ago', secondsAgo(transfer.lastIoMs)],
    );
  }
  if (link.state !== 'connected') {
    lines.push([
      'master_link_down_since_seconds',
      link.downSinceMs === 0 ? '-1' : secondsAgo(link.downSinceMs),
    ]);
  }
  const { config } = host;
  lines.push(
    ['slave_priority', String(config['replica-priority'])],
    ['slave_read_only', config['replica-read-only'] ? '1' : '0'],
    ['replica_announced', config['replica-announced'] ? '1' : '0'],
  );
  return lines;
}

function replicaLines({ host, primary }: DescribedReplication): Lines {
  const lines: Lines = [['connected_slaves', String(primary.replicas.length)]];
  if (host.config['min-replicas-to-write'] !== 0 && host.config['min-replicas-max-lag'] !== 0) {
    lines.push(['min_slaves_good_slaves', String(primary.goodReplicas)]);
  }
  const nowMs = host.clock.nowMs();
  for (const [index, replica] of primary.replicas.entries()) {
    if (replica.state === null) continue;
    const lag = replica.state === 'online' ? secondsSince(replica.ackAtMs, nowMs) : 0;
    const state = STATE_NAMES[replica.state];
    lines.push([
      `slave${index}`,
      `ip=${replica.ip},port=${replica.listeningPort},state=${state},offset=${replica.ackOffset},lag=${lag}`,
    ]);
  }
  return lines;
}
