/** A certificate for clusters that speak TLS and were given none: signed by itself, so that it is its own authority (X.509, RFC 5280). */
import { generateKeyPairSync, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** PEM texts. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = {
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
} as const;
const DAY_MS = 86_400_000;
const LIFE_DAYS = 3650;
const LINE = /.{1,64}/g;

/**
 * @param hosts addresses and names that the certificate is for.
 * @param nowMs the time of the day; the certificate is good from the day before, for ten years.
 */
export function createCertificate(hosts: readonly string[], nowMs: number): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = node(
    SEQUENCE,
    node(SET, node(SEQUENCE, objectId(OID.commonName), utf8('redis-test-cluster'))),
  );
  const algorithm = node(SEQUENCE, objectId(OID.ecdsaWithSha256));
  const validity = node(SEQUENCE, utcTime(nowMs - DAY_MS), utcTime(nowMs + LIFE_DAYS * DAY_MS));
  const contents = node(
    SEQUENCE,
    node(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    node(0xa3, node(SEQUENCE, authority(), alternativeNames(hosts))),
  );
  const signature = sign('sha256', contents, privateKey);
  const certificate = node(SEQUENCE, contents, algorithm, node(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(LINE)!.join('\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function authority(): Buffer {
  const isAuthority = node(SEQUENCE, node(0x01, Buffer.from([0xff])));
  return node(
    SEQUENCE,
    objectId(OID.basicConstraints),
    node(0x01, Buffer.from([0xff])),
    node(0x04, isAuthority),
  );
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? node(0x82, Buffer.from(host, 'latin1')) : node(0x87, addressBytes(host)),
  );
  return node(SEQUENCE, objectId(OID.subjectAltName), node(0x04, node(SEQUENCE, ...names)));
}

function addressBytes(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split('.').map(Number));
  const [head = '', tail] = ip.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return Buffer.from([...first, ...middle, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

/** One element in DER: tag, length, contents. */
function node(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), contents]);
}

function integer(value: number): Buffer {
  return node(0x02, Buffer.from([value]));
}

function objectId(bytes: readonly number[]): Buffer {
  return node(0x06, Buffer.from(bytes));
}

function utf8(text: string): Buffer {
  return node(0x0c, Buffer.from(text));
}

/** YYMMDDhhmmssZ, for years before 2050. */
function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 14);
  return node(0x17, Buffer.from(`${digits}Z`));
}
