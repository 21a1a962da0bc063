// Directives of Redis Cluster.
import { directiveTable } from '../directive.js';
import { INT_MAX, integer, LONG_MAX, memory, ULONG_MAX } from '../number-directives.js';
import { choice, text, yesNo } from '../scalar-directives.js';
import { validateHostname, validateNodename } from '../validators.js';

const PORT_MAX = 65535;

export const CLUSTER_DIRECTIVES = directiveTable({
  'cluster-enabled': yesNo(false, { immutable: true }),
  'cluster-config-file': text('nodes.conf', { immutable: true, emptyIsValue: true }),
  'cluster-node-timeout': integer(15000, 0, LONG_MAX),
  'cluster-ping-interval': integer(0, 0, LONG_MAX, { hidden: true, since: '7.2' }),
  'cluster-port': integer(0, 0, PORT_MAX, { immutable: true }),
  'cluster-announce-ip': text(''),
  'cluster-announce-port': integer(0, 0, PORT_MAX),
  'cluster-announce-tls-port': integer(0, 0, PORT_MAX),
  'cluster-announce-bus-port': integer(0, 0, PORT_MAX),
  'cluster-announce-hostname': text('', { validate: validateHostname }),
  'cluster-announce-human-nodename': text('', { since: '7.2', validate: validateNodename }),
  'cluster-preferred-endpoint-type': choice(['ip', 'hostname', 'unknown-endpoint'], 'ip'),
  'cluster-require-full-coverage': yesNo(true),
  'cluster-allow-reads-when-down': yesNo(false),
  'cluster-allow-pubsubshard-when-down': yesNo(true),
  'cluster-replica-no-failover': yesNo(false, { alias: 'cluster-slave-no-failover' }),
  'cluster-replica-validity-factor': integer(10, 0, INT_MAX, { alias: 'cluster-slave-validity-factor' }),
  'cluster-migration-barrier': integer(1, 0, INT_MAX),
  'cluster-allow-replica-migration': yesNo(true),
  'cluster-link-sendbuf-limit': memory(0, 0, ULONG_MAX, { unsigned: true }),
});
