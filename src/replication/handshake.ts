/** What a replica tells its master before PSYNC, and which answers it accepts (section 9.1; syncWithMaster in replication.c). */
import type { ByteString } from '../resp/byte-string.js';
import { encodeRequest } from '../resp/request-encoder.js';
import type { ReplicationHost } from './ports.js';

/** Anything but these answers to PING ends the attempt: a master that wants AUTH first is fine. */
const ACCEPTED_PING_ANSWERS = ['+', '-NOAUTH', '-NOPERM', '-ERR operation not permitted'];

export const PING = encodeRequest(['PING']);

export function acceptsPingAnswer(line: ByteString): boolean {
  return ACCEPTED_PING_ANSWERS.some((start) => line.startsWith(start));
}

export interface HandshakeStep {
  readonly name: 'auth' | 'listening-port' | 'ip-address' | 'capa';
  readonly request: ByteString;
}

/** What is sent in one go after the answer to PING; one line of answer comes to each. */
export function handshakeSteps(host: ReplicationHost): HandshakeStep[] {
  const { config } = host;
  const steps: HandshakeStep[] = [];
  const { masterauth: password, masteruser: user } = config;
  if (password !== '') {
    const request = encodeRequest(user === '' ? ['AUTH', password] : ['AUTH', user, password]);
    steps.push({ name: 'auth', request });
  }
  const port = config['replica-announce-port'] || host.localListeningPort();
  steps.push({
    name: 'listening-port',
    request: encodeRequest(['REPLCONF', 'listening-port', String(port)]),
  });
  const announcedIp = config['replica-announce-ip'];
  if (announcedIp !== '') {
    steps.push({ name: 'ip-address', request: encodeRequest(['REPLCONF', 'ip-address', announcedIp]) });
  }
  steps.push({ name: 'capa', request: encodeRequest(['REPLCONF', 'capa', 'eof', 'capa', 'psync2']) });
  return steps;
}

export type PsyncAnswer =
  /** The id is empty and the offset -1 when the line is not as it has to be. */
  | { readonly kind: 'full'; readonly replicationId: string; readonly offset: number }
  /** The id is null when the master did not tell one. */
  | { readonly kind: 'continue'; readonly replicationId: string | null }
  | { readonly kind: 'try-later' }
  | { readonly kind: 'not-supported'; readonly isError: boolean };

const ID_LENGTH = 40;

export function parsePsyncAnswer(line: ByteString): PsyncAnswer {
  if (line.startsWith('+FULLRESYNC')) {
    const [, replicationId = '', offset] = line.split(' ');
    if (replicationId.length !== ID_LENGTH || offset === undefined) {
      return { kind: 'full', replicationId: '', offset: -1 };
    }
    return { kind: 'full', replicationId, offset: Number.parseInt(offset, 10) || 0 };
  }
  if (line.startsWith('+CONTINUE')) {
    const id = line.slice('+CONTINUE '.length);
    return { kind: 'continue', replicationId: id.length === ID_LENGTH ? id : null };
  }
  if (line.startsWith('-NOMASTERLINK') || line.startsWith('-LOADING')) return { kind: 'try-later' };
  return { kind: 'not-supported', isError: line.startsWith('-ERR') };
}
