/** The lines of MONITOR: https://redis.io/docs/latest/commands/monitor/ */
import { beforeEach, expect, it } from 'vitest';
import { commandTableOf } from '../../src/commands/index.js';
import { Monitors } from '../../src/node/monitors.js';
import { type FakeSession, fakeSession } from './fake-session.js';

let monitors: Monitors;
let monitor: FakeSession;
let loading: boolean;

beforeEach(() => {
  loading = false;
  monitors = new Monitors({
    isLoading: () => loading,
    nowMs: () => 1_700_000_000_007,
    masterAddress: () => '10.0.0.9:6379',
    print: (session, line) => session.sendRaw(line),
  });
  monitor = fakeSession();
  monitors.add(monitor);
});

function shown(session: Partial<FakeSession>, ...argv: readonly string[]): string | undefined {
  const command = commandTableOf('7.2').resolve(argv);
  if (command === undefined) throw new Error('no such command');
  monitors.feed(Object.assign(fakeSession(), session), command, argv);
  return monitor.sent.pop();
}

it('begin with time, database and address', () => {
  expect(shown({ dbIndex: 3 }, 'get', 'k')).toBe('+1700000000.007000 [3 10.0.0.1:1234] "get" "k"\r\n');
  expect(shown({ address: '/tmp/redis.sock:0' }, 'PING')).toBe(
    '+1700000000.007000 [0 unix:/tmp/redis.sock] "PING"\r\n',
  );
  expect(shown({ kind: 'master-link' }, 'PING')).toBe('+1700000000.007000 [0 10.0.0.9:6379] "PING"\r\n');
});

it('have arguments as they can be typed', () => {
  expect(shown({}, 'SET', '', '"\\\n\r\t\x07\b\0é ')).toContain(
    '"SET" "" "\\"\\\\\\n\\r\\t\\a\\b\\x00\\xe9 "',
  );
});

it.each([
  [['AUTH', 'secret'], '"AUTH" "(redacted)"'],
  [['AUTH', 'user', 'secret'], '"AUTH" "(redacted)" "(redacted)"'],
  [['AUTH', 'user', 'secret', 'x'], '"AUTH" "user" "secret" "x"'],
  [
    ['HELLO', '3', 'setname', 'auth', 'Auth', 'u', 'p'],
    '"HELLO" "3" "setname" "auth" "Auth" "(redacted)" "(redacted)"',
  ],
  [['HELLO', '3', 'AUTH', 'u'], '"HELLO" "3" "AUTH" "u"'],
  [['HELLO', '3', 'NOTHING', 'AUTH', 'u', 'p'], '"HELLO" "3" "NOTHING" "AUTH" "u" "p"'],
])('do not tell passwords: %j', (argv, line) => {
  expect(shown({}, ...argv)).toContain(` ${line}\r\n`);
});

it('leave out what administrators do, and everything while the node loads', () => {
  expect(shown({}, 'CONFIG', 'GET', 'x')).toBeUndefined();
  loading = true;
  expect(shown({}, 'PING')).toBeUndefined();
});

it('end when the client is no monitor any more', () => {
  expect(monitor.isMonitor).toBe(true);
  monitors.remove(monitor);
  expect([monitor.isMonitor, monitors.isEmpty, shown({}, 'PING')]).toEqual([false, true, undefined]);
});
