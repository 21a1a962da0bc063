/** Carries directives that are set at run time to the parts that keep something made from them. The others read them anew each time. */
import type { DirectiveName, RefusedChange } from '../config/config.js';
import type { Node } from './node.js';

const ACCESS_DIRECTIVES: readonly DirectiveName[] = ['maxmemory-policy', 'lfu-log-factor', 'lfu-decay-time'];
const REPLICA_LIMITS: readonly DirectiveName[] = ['min-replicas-to-write', 'min-replicas-max-lag'];
const REQUEST_LIMITS: readonly DirectiveName[] = ['proto-max-bulk-len', 'client-query-buffer-limit'];

/** To be called once, when the node is made. */
export function followConfig(node: Node): void {
  applyAccessPolicy(node);
  applyKeyspaceEvents(node);
  node.config.mirror('dir', () => node.storage.directory);
  node.config.onChange((names) => {
    const refused = followDirectory(node, names) ?? followAppendOnly(node, names);
    if (refused !== undefined) return refused;
    if (names.has('aof-disable-auto-gc')) node.persistence.removeHistory();
    if (ACCESS_DIRECTIVES.some((name) => names.has(name))) applyAccessPolicy(node);
    if (names.has('notify-keyspace-events')) applyKeyspaceEvents(node);
    if (names.has('maxmemory')) node.evictSoon();
    if (names.has('repl-backlog-size')) node.replication.resizeBacklog();
    if (REPLICA_LIMITS.some((name) => names.has(name))) node.replication.refreshGoodReplicas();
    if (REQUEST_LIMITS.some((name) => names.has(name))) {
      for (const session of node.sessions.values()) session.setRequestLimits(requestLimitsOf(node));
    }
    for (const name of names) node.cluster?.onConfigChanged(name);
    return undefined;
  });
}

function followDirectory(node: Node, names: ReadonlySet<DirectiveName>): RefusedChange | undefined {
  if (!names.has('dir')) return undefined;
  try {
    node.storage.changeDirectory(node.config.values.dir);
    return undefined;
  } catch (error) {
    return { name: 'dir', refused: error instanceof Error ? error.message : String(error) };
  }
}

function followAppendOnly(node: Node, names: ReadonlySet<DirectiveName>): RefusedChange | undefined {
  if (!names.has('appendonly') || node.persistence.followAppendOnly()) return undefined;
  return { name: 'appendonly', refused: 'Unable to turn on AOF. Check server logs.' };
}

/** Sizes in bytes that a client's requests may not exceed. */
export interface RequestLimits {
  readonly bulk: number;
  readonly queryBuffer: number;
}

export function requestLimitsOf({ config }: Pick<Node, 'config'>): RequestLimits {
  return {
    bulk: config.values['proto-max-bulk-len'],
    queryBuffer: config.values['client-query-buffer-limit'],
  };
}

function applyAccessPolicy({ keyspace, config }: Node): void {
  keyspace.accessPolicy = {
    kind: config.values['maxmemory-policy'].endsWith('-lfu') ? 'lfu' : 'lru',
    lfuLogFactor: config.values['lfu-log-factor'],
    lfuDecayMinutes: config.values['lfu-decay-time'],
  };
}

function applyKeyspaceEvents({ keyspaceEvents, config }: Node): void {
  keyspaceEvents.configure(config.values['notify-keyspace-events']);
}
