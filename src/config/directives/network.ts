// Directives of listeners, client connections and TLS.
import { directiveTable } from '../directive.js';
import { bindAddresses, outputBufferLimits } from '../list-directives.js';
import {
  INT_MAX,
  integer,
  LONG_MAX,
  memory,
  memoryOrPercent,
  octal,
  UINT_MAX,
} from '../number-directives.js';
import { choice, text, yesNo } from '../scalar-directives.js';

const KB = 1024;
const MB = 1024 * KB;
const PORT_MAX = 65535;

export const NETWORK_DIRECTIVES = directiveTable({
  bind: bindAddresses(['*', '-::*']),
  'bind-source-addr': text(''),
  port: integer(6379, 0, PORT_MAX),
  'tcp-backlog': integer(511, 0, INT_MAX, { immutable: true }),
  'tcp-keepalive': integer(300, 0, INT_MAX),
  'socket-mark-id': integer(0, 0, UINT_MAX, { immutable: true, unsigned: true }),
  unixsocket: text('', { immutable: true }),
  unixsocketperm: octal(0, 0, 0o777, { immutable: true }),
  'protected-mode': yesNo(true),
  maxclients: integer(10000, 1, UINT_MAX, { unsigned: true }),
  timeout: integer(0, 0, INT_MAX),
  'proto-max-bulk-len': memory(512 * MB, MB, LONG_MAX),
  'client-query-buffer-limit': memory(1024 * MB, MB, LONG_MAX, { unsigned: true }),
  'client-output-buffer-limit': outputBufferLimits({
    normal: { hard: 0, soft: 0, softSeconds: 0 },
    replica: { hard: 256 * MB, soft: 64 * MB, softSeconds: 60 },
    pubsub: { hard: 32 * MB, soft: 8 * MB, softSeconds: 60 },
  }),
  'maxmemory-clients': memoryOrPercent(0, 100, LONG_MAX),
  'tracking-table-max-keys': integer(1000000, 0, LONG_MAX, { unsigned: true }),
  'io-threads': integer(1, 1, 128, { immutable: true }),
  'io-threads-do-reads': yesNo(false, { immutable: true }),

  'tls-port': integer(0, 0, PORT_MAX),
  'tls-cluster': yesNo(false),
  'tls-replication': yesNo(false),
  'tls-auth-clients': choice(['no', 'yes', 'optional'], 'yes'),
  'tls-prefer-server-ciphers': yesNo(false),
  'tls-session-caching': yesNo(true),
  'tls-session-cache-size': integer(20 * KB, 0, INT_MAX),
  'tls-session-cache-timeout': integer(300, 0, INT_MAX),
  'tls-cert-file': text('', { volatile: true }),
  'tls-key-file': text('', { volatile: true }),
  'tls-key-file-pass': text(''),
  'tls-client-cert-file': text('', { volatile: true }),
  'tls-client-key-file': text('', { volatile: true }),
  'tls-client-key-file-pass': text(''),
  'tls-dh-params-file': text('', { volatile: true }),
  'tls-ca-cert-file': text('', { volatile: true }),
  'tls-ca-cert-dir': text('', { volatile: true }),
  'tls-protocols': text(''),
  'tls-ciphers': text(''),
  'tls-ciphersuites': text(''),
});
