/** The header of my messages: who I am and what I claim (cluster.c, clusterBuildMessageHdr; specification, "Heartbeat packet content"). */
import { announcedPorts } from './announced-address.js';
import type { ClusterState } from './cluster-state.js';
import type { MessageHeader } from './message.js';

/** @param forceAck asks for votes although the master is up; only in the vote requests of a manual failover. */
export function buildHeader(state: ClusterState, forceAck = false): MessageHeader {
  const { host, myself } = state;
  const { config } = host;
  const { port, tlsPort, busPort } = announcedPorts(config);
  const tls = config['tls-cluster'];
  // A replica speaks for its master. One that lost its master sends its own empty set and no master,
  // so that the others take it for a master without slots.
  const owner = myself.isReplica && myself.replicaOf !== null ? myself.replicaOf : myself;
  return {
    sender: myself.id,
    currentEpoch: state.currentEpoch,
    configEpoch: owner.configEpoch,
    offset: host.replication.offset(),
    slots: owner.slots.snapshot(),
    replicaOf: myself.replicaOf === null ? null : myself.replicaOf.id,
    ip: config['cluster-announce-ip'],
    port: tls ? tlsPort : port,
    secondaryPort: tls ? port : tlsPort,
    busPort,
    flags: myself.flags,
    stateOk: state.ok,
    paused: myself.isMaster && state.manualFailover.endMs !== 0,
    forceAck,
  };
}
