/** The address and the names this node announces, from its configuration (cluster.c, deriveAnnouncedPorts and clusterUpdateMyself*). */
import type { ClusterNode } from './cluster-node.js';
import { type ClusterState, Todo } from './cluster-state.js';
import { BUS_PORT_OFFSET } from './constants.js';
import { NodeFlag } from './node-flags.js';
import type { ClusterConfig } from './ports.js';

export interface AnnouncedPorts {
  /** Port of plain clients. */
  readonly port: number;
  readonly tlsPort: number;
  readonly busPort: number;
}

export function announcedPorts(config: ClusterConfig): AnnouncedPorts {
  return {
    port: config['cluster-announce-port'] || config.port,
    tlsPort: config['cluster-announce-tls-port'] || config['tls-port'],
    busPort:
      config['cluster-announce-bus-port'] ||
      config['cluster-port'] ||
      (config['tls-cluster'] ? config['tls-port'] : config.port) + BUS_PORT_OFFSET,
  };
}

export function updateMyPorts(state: ClusterState): void {
  const { port, tlsPort, busPort } = announcedPorts(state.host.config);
  state.myself.port = port;
  state.myself.tlsPort = tlsPort;
  state.myself.busPort = busPort;
}

/** Follows cluster-announce-ip. Taking the option away empties the address, so that the next ping discovers it again. */
export function updateMyIp(state: ClusterState): void {
  const announced = state.host.config['cluster-announce-ip'];
  if (announced === state.announcedIp) return;
  state.announcedIp = announced;
  state.myself.ip = announced;
}

export function updateMyHostname(state: ClusterState): void {
  setHostname(state, state.myself, state.host.config['cluster-announce-hostname']);
}

export function updateMyNodename(state: ClusterState): void {
  setNodename(state, state.myself, state.host.config['cluster-announce-human-nodename']);
}

/** Follows cluster-replica-no-failover. */
export function updateMyFlags(state: ClusterState): void {
  const { myself } = state;
  const before = myself.flags;
  myself.flags &= ~NodeFlag.NOFAILOVER;
  if (state.host.config['cluster-replica-no-failover']) myself.flags |= NodeFlag.NOFAILOVER;
  if (myself.flags !== before) state.doBeforeSleep(Todo.SAVE_CONFIG | Todo.UPDATE_STATE);
}

export function setHostname(state: ClusterState, node: ClusterNode, hostname: string): void {
  if (node.hostname === hostname) return;
  node.hostname = hostname;
  state.doBeforeSleep(Todo.SAVE_CONFIG);
}

export function setNodename(state: ClusterState, node: ClusterNode, nodename: string): void {
  if (node.nodename === nodename) return;
  node.nodename = nodename;
  state.doBeforeSleep(Todo.SAVE_CONFIG);
}
