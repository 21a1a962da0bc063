/** Writes nodes.conf through the host (cluster.c, clusterSaveConfig and clusterSaveConfigOrDie). */
import { type ClusterState, Todo } from './cluster-state.js';
import { writeNodesConf } from './nodes-conf.js';

/** Stores the configuration and takes back the pending save. @returns what went wrong, null when it is stored. */
export function saveConfig(state: ClusterState, fsync: boolean): string | null {
  state.todo &= ~Todo.SAVE_CONFIG;
  if (fsync) state.todo &= ~Todo.FSYNC_CONFIG;
  try {
    state.host.saveNodesConf(() => writeNodesConf(state, state.host.version), fsync);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** As saveConfig, for the moments in which a node that cannot store its promises must not go on. */
export function saveConfigOrDie(state: ClusterState, fsync: boolean): void {
  const failure = saveConfig(state, fsync);
  if (failure === null) return;
  state.host.log('warning', "Fatal: can't update cluster config file.");
  state.fatalError ??= `can't update cluster config file: ${failure}`;
}
