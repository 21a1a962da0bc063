// Directives of replication.
import { directiveTable } from '../directive.js';
import { masterAddress } from '../list-directives.js';
import { INT_MAX, integer, LONG_MAX, memory } from '../number-directives.js';
import { choice, text, yesNo } from '../scalar-directives.js';

const MB = 1024 * 1024;
const PORT_MAX = 65535;
const BACKLOG_MIN = 16n * 1024n;

export const REPLICATION_DIRECTIVES = directiveTable({
  replicaof: masterAddress({ alias: 'slaveof', immutable: true }),
  masteruser: text('', { sensitive: true }),
  masterauth: text('', { sensitive: true, binary: true }),
  'replica-serve-stale-data': yesNo(true, { alias: 'slave-serve-stale-data' }),
  'replica-read-only': yesNo(true, { alias: 'slave-read-only' }),
  'replica-lazy-flush': yesNo(false, { alias: 'slave-lazy-flush' }),
  'replica-ignore-maxmemory': yesNo(true, { alias: 'slave-ignore-maxmemory' }),
  'replica-ignore-disk-write-errors': yesNo(false),
  'replica-priority': integer(100, 0, INT_MAX, { alias: 'slave-priority' }),
  'replica-announced': yesNo(true),
  'replica-announce-ip': text('', { alias: 'slave-announce-ip' }),
  'replica-announce-port': integer(0, 0, PORT_MAX, { alias: 'slave-announce-port' }),
  'repl-timeout': integer(60, 1, INT_MAX),
  'repl-ping-replica-period': integer(10, 1, INT_MAX, { alias: 'repl-ping-slave-period' }),
  'repl-disable-tcp-nodelay': yesNo(false),
  'repl-backlog-size': memory(MB, 1, LONG_MAX, {
    clamp: (bytes) => (bytes < BACKLOG_MIN ? BACKLOG_MIN : bytes),
  }),
  'repl-backlog-ttl': integer(3600, 0, LONG_MAX),
  'repl-diskless-sync': yesNo(true),
  'repl-diskless-sync-delay': integer(5, 0, INT_MAX),
  'repl-diskless-sync-max-replicas': integer(0, 0, INT_MAX),
  'repl-diskless-load': choice(['disabled', 'on-empty-db', 'swapdb'], 'disabled', { denyLoading: true }),
  'min-replicas-to-write': integer(0, 0, INT_MAX, { alias: 'min-slaves-to-write' }),
  'min-replicas-max-lag': integer(10, 0, INT_MAX, { alias: 'min-slaves-max-lag' }),
  'propagation-error-behavior': choice(['ignore', 'panic', 'panic-on-replicas'], 'ignore'),
});
