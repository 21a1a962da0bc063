/** Client side caching: https://redis.io/docs/latest/develop/reference/client-side-caching/ What a real server says is in test/parity. */
import { beforeEach, describe, expect, it } from 'vitest';
import { commandTableOf } from '../../src/commands/index.js';
import type { ClientTracking, Session } from '../../src/commands/session.js';
import { Tracking } from '../../src/node/tracking.js';
import { type FakeSession, fakeSession } from './fake-session.js';

const OPTIONS: ClientTracking = {
  redirectTo: 0,
  redirectionBroken: false,
  broadcast: false,
  optIn: false,
  optOut: false,
  noLoop: false,
  caching: false,
  prefixes: [],
};

let sessions: Map<number, FakeSession>;
let runsFor: Session | null;
let maxKeys: number;
let tracking: Tracking;

beforeEach(() => {
  sessions = new Map();
  runsFor = null;
  maxKeys = 0;
  tracking = new Tracking({
    sessions,
    runsFor: () => runsFor,
    maxKeys: () => maxKeys,
    push: (session, bytes) => session.sendRaw(bytes),
  });
});

function client(options: Partial<ClientTracking> | null, protocol: 2 | 3 = 3): FakeSession {
  const session = fakeSession(protocol);
  sessions.set(session.id, session);
  if (options !== null) tracking.enable(session, { ...OPTIONS, ...options });
  return session;
}

function reads(session: FakeSession, ...argv: readonly string[]): void {
  const command = commandTableOf('7.2').resolve(argv);
  if (command === undefined || !session.tracking) throw new Error('no such command, or not tracking');
  tracking.remember(session, session.tracking, command, argv);
}

function invalidate(...keys: readonly string[]): string {
  return `>2\r\n$10\r\ninvalidate\r\n*${keys.length}\r\n${keys.map((key) => `$${key.length}\r\n${key}\r\n`).join('')}`;
}

describe('what a client has read', () => {
  it('is invalidated once', () => {
    const session = client({});
    reads(session, 'GET', 'k');
    tracking.onKeyModified('k', false);
    tracking.onKeyModified('k', false);
    expect(session.sent).toEqual([invalidate('k')]);
    expect([tracking.keyCount, tracking.itemCount]).toEqual([0, 0]);
  });

  it('is counted by key and by client', () => {
    const [one, other] = [client({}), client({})];
    reads(one, 'MGET', 'a', 'b', 'a');
    reads(other, 'GET', 'a');
    expect([tracking.keyCount, tracking.itemCount]).toEqual([2, 3]);
    tracking.onKeyModified('a', false);
    expect([tracking.keyCount, tracking.itemCount]).toEqual([1, 1]);
  });

  it('is invalidated for the client that changed it after its reply, unless it wants no loop', () => {
    const [session, noLoop] = [client({}), client({ noLoop: true })];
    for (const each of [session, noLoop]) {
      reads(each, 'GET', 'k');
      runsFor = each;
      tracking.onKeyModified('k', false);
      expect([each.sent, tracking.isPending]).toEqual([[], each === session]);
      runsFor = null;
      tracking.sendPending(each);
    }
    expect(session.sent).toEqual([invalidate('k')]);
    expect(noLoop.sent).toEqual([]);
  });

  it('is no longer worth a message when the client is gone or tracks no more', () => {
    const [gone, off] = [client({}), client({})];
    for (const each of [gone, off]) reads(each, 'GET', 'k');
    sessions.delete(gone.id);
    tracking.disable(gone);
    tracking.disable(off);
    tracking.onKeyModified('k', false);
    expect([gone.sent, off.sent, tracking.isActive]).toEqual([[], [], false]);
  });

  it('is forgotten, oldest first, when the table is full', () => {
    const session = client({});
    for (const key of ['a', 'b', 'c']) reads(session, 'GET', key);
    tracking.limit();
    expect(session.sent).toEqual([]);
    maxKeys = 1;
    tracking.limit();
    expect(session.sent).toEqual([invalidate('a'), invalidate('b')]);
    expect(tracking.keyCount).toBe(1);
  });

  it('is forgotten with more effort in each round', () => {
    const session = client({});
    for (let key = 0; key < 350; key++) reads(session, 'GET', `${key}`);
    maxKeys = 10;
    const left = [1, 2, 3].map(() => {
      tracking.limit();
      return tracking.keyCount;
    });
    expect(left).toEqual([250, 50, 10]);
  });
});

describe('a flush', () => {
  it('is told to all who track, each by the null of its protocol', () => {
    const [three, two] = [client({}), client({}, 2)];
    const receiver = client(null);
    tracking.enable(two, { ...OPTIONS, redirectTo: receiver.id });
    reads(three, 'GET', 'k');
    tracking.onFlush();
    expect(three.sent).toEqual(['>2\r\n$10\r\ninvalidate\r\n_\r\n']);
    expect(receiver.sent).toEqual(['>2\r\n$10\r\ninvalidate\r\n$-1\r\n']);
    expect(tracking.keyCount).toBe(0);
  });
});

describe('broadcasting', () => {
  it('collects the changes of an input, in the order of prefixes and keys', () => {
    const session = client({ broadcast: true, prefixes: ['a', 'b'] });
    for (const key of ['b2', 'a1', 'c', 'b1', 'b2']) tracking.onKeyModified(key, false);
    expect(session.sent).toEqual([]);
    tracking.broadcast();
    expect(session.sent).toEqual([invalidate('a1'), invalidate('b1', 'b2')]);
    tracking.broadcast();
    expect(session.sent).toHaveLength(2);
  });

  it('leaves out of NOLOOP what the client changed last, but not what expired meanwhile', () => {
    const session = client({ broadcast: true, noLoop: true, prefixes: [''] });
    runsFor = session;
    tracking.onKeyModified('own', false);
    tracking.onKeyModified('expired', true);
    tracking.broadcast();
    expect(session.sent).toEqual([invalidate('expired')]);
  });

  it('forgets prefixes that nobody has', () => {
    const session = client({ broadcast: true, prefixes: ['a', 'b'] });
    expect(tracking.prefixCount).toBe(2);
    tracking.disable(session);
    expect(tracking.prefixCount).toBe(0);
  });
});

describe('redirection', () => {
  it('tells the client when its receiver is gone', () => {
    const session = client({ redirectTo: 999_999 });
    reads(session, 'GET', 'k');
    tracking.onKeyModified('k', false);
    expect(session.sent).toEqual(['>2\r\n$21\r\ntracking-redir-broken\r\n:999999\r\n']);
    expect(session.tracking?.redirectionBroken).toBe(true);
  });

  it('reaches a receiver of RESP2 only while that is a subscriber', () => {
    const receiver = client(null, 2);
    const session = client({ redirectTo: receiver.id }, 2);
    reads(session, 'GET', 'k');
    tracking.onKeyModified('k', false);
    expect(receiver.sent).toEqual([]);
    receiver.subscriptions = { channels: new Set(['x']), patterns: new Set(), shardChannels: new Set() };
    reads(session, 'GET', 'k');
    tracking.onKeyModified('k', false);
    expect(receiver.sent).toEqual([
      '*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\nk\r\n',
    ]);
  });
});
