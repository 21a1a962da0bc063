/** Gives the cluster brain what it needs of its node (cluster/ports.ts). */
import { ClusterBrain } from '../cluster/brain.js';
import type { BusLink } from '../cluster/bus-link.js';
import type { ClientsPort, ClusterHost } from '../cluster/ports.js';
import type { RedisVersion } from '../commands/command.js';
import type { Config } from '../config/config.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import { KeyspaceSlotKeys } from '../keyspace/slot-keys.js';
import type { Replication } from '../replication/replication.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';

interface ClusterHostParts {
  readonly host: NodeHost;
  readonly version: RedisVersion;
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly replication: Replication;
  readonly clients: ClientsPort;
}

function createClusterHost(parts: ClusterHostParts): ClusterHost {
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
    saveNodesConf(write: () => string, fsync: boolean): void {
      const { storage } = host;
      const file = config.values['cluster-config-file'];
      if (storage.takesLateContent === true)
        storage.writeLate?.(file, () => Buffer.from(write(), 'latin1'), fsync);
      else storage.write(file, Buffer.from(write(), 'latin1'), fsync);
    },
    log: (level, text) => host.log(level, text),
    emit: (event) => host.emit(event),
  };
}

/** The brain of a node, with what its nodes.conf says. */
export function createBrain(node: Node, host: NodeHost): ClusterBrain {
  const clusterHost = createClusterHost({
    host,
    version: node.version,
    config: node.config,
    keyspace: node.keyspace,
    replication: node.replication,
    clients: {
      pauseWritesForFailover: (untilMs) => node.pause.pause('failover', 'write', untilMs),
      endFailoverPause: () => node.pause.unpause('failover'),
      deliverPublish: (channel, payload, sharded) => void node.pubSub.publish(channel, payload, sharded),
      dropShardChannels: (slot) => node.pubSub.dropShardChannels(slot),
      disconnectBlockedClients: () => node.waiting.disconnectBlocked(),
    },
  });
  const saved = host.storage.read(node.config.values['cluster-config-file']);
  return new ClusterBrain(clusterHost, saved === null ? null : Buffer.from(saved).toString('latin1'));
}
