/** As much of a session as pub/sub, tracking and MONITOR look at. */
import type { Session } from '../../src/commands/session.js';

export interface FakeSession extends Session {
  /** What was sent to it. */
  readonly sent: string[];
}

let lastId = 0;

export function fakeSession(protocol: 2 | 3 = 3): FakeSession {
  const sent: string[] = [];
  const session = {
    id: ++lastId,
    kind: 'normal',
    address: '10.0.0.1:1234',
    protocol,
    dbIndex: 0,
    replyMode: 'on',
    subscriptions: null,
    tracking: null,
    sent,
    sendRaw: (bytes: string) => void sent.push(bytes),
  };
  return session as unknown as FakeSession;
}

/** A message as a client gets it, from its items; numbers are integers. */
export function message(protocol: 2 | 3, ...items: readonly (string | number)[]): string {
  const encoded = items.map((item) =>
    typeof item === 'number' ? `:${item}\r\n` : `$${item.length}\r\n${item}\r\n`,
  );
  return `${protocol === 2 ? '*' : '>'}${items.length}\r\n${encoded.join('')}`;
}
