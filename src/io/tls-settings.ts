/** What the directives tls-* of a node mean for its sockets (tls.c of Redis). */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions, SecureVersion, TLSSocket, TlsOptions } from 'node:tls';
import type { Config } from '../config/config.js';
import type { Identity } from './certificate.js';

export interface TlsSettings {
  /** For sockets that are accepted. */
  readonly server: TlsOptions;
  /** For connections to other nodes. */
  readonly client: ConnectionOptions;
  /** False for a client that shows a certificate, though it need not, and one that nobody vouches for. */
  isWelcome(socket: TLSSocket): boolean;
}

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const DEFAULT_VERSIONS = ['TLSv1.2', 'TLSv1.3'];

/**
 * @param generated what is used where the directives name no files.
 * @throws Error, with the system's words, when a file cannot be read.
 */
export function tlsSettingsOf(values: Config['values'], generated: Identity | null): TlsSettings {
  const file = (path: string): Buffer | undefined => (path === '' ? undefined : readFileSync(path));
  const ca = file(values['tls-ca-cert-file']) ?? generated?.cert;
  const cert = file(values['tls-cert-file']) ?? generated?.cert;
  const key = file(values['tls-key-file']) ?? generated?.key;
  const [minVersion, maxVersion] = versionsOf(values['tls-protocols']);
  const ciphers = [values['tls-ciphersuites'], values['tls-ciphers']].filter((list) => list !== '').join(':');
  const shared = { ca, minVersion, maxVersion, ...(ciphers === '' ? {} : { ciphers }) };
  const authentication = values['tls-auth-clients'];
  const dhparam = file(values['tls-dh-params-file']);
  const passphrase = values['tls-key-file-pass'];
  const own = { cert, key, ...(passphrase === '' ? {} : { passphrase }) };
  const clientCert = file(values['tls-client-cert-file']);
  const clientPassphrase = values['tls-client-key-file-pass'];
  const asClient =
    clientCert === undefined
      ? own
      : {
          cert: clientCert,
          key: file(values['tls-client-key-file']),
          ...(clientPassphrase === '' ? {} : { passphrase: clientPassphrase }),
        };
  return {
    server: {
      ...shared,
      ...own,
      ...(dhparam === undefined ? {} : { dhparam }),
      honorCipherOrder: values['tls-prefer-server-ciphers'],
      requestCert: authentication !== 'no',
      rejectUnauthorized: authentication === 'yes',
    },
    // Redis checks who vouches for the other node, not what it is called.
    client: { ...shared, ...asClient, checkServerIdentity: () => undefined },
    isWelcome: (socket) =>
      authentication !== 'optional' ||
      socket.authorized ||
      Object.keys(socket.getPeerCertificate()).length === 0,
  };
}

function versionsOf(protocols: string): [SecureVersion, SecureVersion] {
  const named = protocols === '' ? DEFAULT_VERSIONS : protocols.split(/\s+/);
  const allowed = VERSIONS.filter((version) =>
    named.some((name) => name.toLowerCase() === version.toLowerCase()),
  );
  return [allowed[0] ?? 'TLSv1.2', allowed.at(-1) ?? 'TLSv1.3'];
}
