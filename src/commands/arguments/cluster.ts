/** The arguments of the cluster commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const clusterArguments: Readonly<Record<string, string>> = {
  'cluster|addslots': 'slot:int*',
  'cluster|addslotsrange': 'range(start-slot:int end-slot:int)*',
  'cluster|addslotsrange 7.0': 'start-slot_end-slot(start-slot:int end-slot:int)*',
  'cluster|count-failure-reports': 'node-id',
  'cluster|countkeysinslot': 'slot:int',
  'cluster|delslots': 'slot:int*',
  'cluster|delslotsrange': 'range(start-slot:int end-slot:int)*',
  'cluster|delslotsrange 7.0': 'start-slot_end-slot(start-slot:int end-slot:int)*',
  'cluster|failover': 'options(!FORCE | !TAKEOVER)?',
  'cluster|forget': 'node-id',
  'cluster|getkeysinslot': 'slot:int count:int',
  'cluster|keyslot': 'key',
  'cluster|meet': 'ip port:int cluster-bus-port:int?@4.0.0',
  'cluster|meet 7.0': 'ip port:int cluster_bus_port:int?@4.0.0',
  'cluster|replicas': 'node-id',
  'cluster|replicate': 'node-id',
  'cluster|reset': 'reset-type(!HARD | !SOFT)?',
  'cluster|reset 7.0': 'hard_soft(!HARD | !SOFT)?',
  'cluster|set-config-epoch': 'config-epoch:int',
  'cluster|setslot':
    'slot:int subcommand(IMPORTING>importing/node-id | MIGRATING>migrating/node-id | NODE>node/node-id | !STABLE)',
  'cluster|setslot 7.0':
    'slot:int subcommand(IMPORTING>node-id | MIGRATING>node-id | NODE>node-id | !STABLE)',
  'cluster|slaves': 'node-id',
};
