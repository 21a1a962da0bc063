/** Gives the cluster brain what it needs of its node (cluster/ports.ts). */
import type { BusLink } from '../cluster/bus-link.js';
import type { ClientsPort, ClusterHost } from '../cluster/ports.js';
import type { RedisVersion } from '../commands/command.js';
import type { Config } from '../config/config.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import { KeyspaceSlotKeys } from '../keyspace/slot-keys.js';
import type { Replication } from '../replication/replication.js';
import type { NodeHost } from './ports.js';

export interface ClusterHostParts {
  readonly host: NodeHost;
  readonly version: RedisVersion;
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly replication: Replication;
  readonly clients: ClientsPort;
}

export function createClusterHost(parts: ClusterHostParts): ClusterHost {
  const { host, config, keyspace, replication, clients } = parts;
  return {
    version: parts.version,
    random: host.random,
    config: config.values,
    keys: new KeyspaceSlotKeys(keyspace, parts.version === '7.2'),
    replication,
    clients,
    nowMs: () => host.clock.nowMs(),
    connect: (ip: string, busPort: number): BusLink | null => host.connectBus(ip, busPort),
    saveNodesConf(text: string, fsync: boolean): void {
      host.storage.write(config.values['cluster-config-file'], Buffer.from(text, 'latin1'), fsync);
    },
    log: (level, text) => host.log(level, text),
    emit: (event) => host.emit(event),
  };
}
