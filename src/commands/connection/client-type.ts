/** The types of clients by which CLIENT LIST and CLIENT KILL choose (getClientType in networking.c). */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import type { NodeContext } from '../context.js';
import type { Session } from '../session.js';

export type ClientType = 'normal' | 'replica' | 'pubsub' | 'master';

const TYPES: Readonly<Partial<Record<string, ClientType>>> = {
  normal: 'normal',
  slave: 'replica',
  replica: 'replica',
  pubsub: 'pubsub',
  master: 'master',
};

export function parseClientType(name: ByteString): ClientType | null {
  return TYPES[toLowerAscii(asCString(name))] ?? null;
}

export function clientTypeOf(session: Session): ClientType {
  if (session.kind === 'master-link') return 'master';
  if (session.isReplica) return 'replica';
  return isSubscriber(session) ? 'pubsub' : 'normal';
}

export function isSubscriber({ subscriptions }: Session): boolean {
  return subscriptions !== null && subscriptions !== undefined;
}

/** Every session, and the link to our master, in the order in which they came. */
export function allClientsOf({
  sessions,
  masterClient,
}: Pick<NodeContext, 'sessions' | 'masterClient'>): Session[] {
  const clients = [...sessions.values()];
  if (!masterClient) return clients;
  return [...clients, masterClient].sort((one, other) => one.id - other.id);
}
