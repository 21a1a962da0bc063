/** The link of the cluster bus, which the network implements and the brain uses. It stands beside ClusterNode, since the two name each other. */
export type { BusLink } from './cluster-node.js';
