import { describe, expect, it } from 'vitest';
import { AccessControl } from '../../../src/commands/acl/access-control.js';
import { denialOf, mayReadEveryKey } from '../../../src/commands/acl/permission.js';
import type { RedisVersion } from '../../../src/commands/command.js';
import { commandTableOf } from '../../../src/commands/index.js';
import { Config } from '../../../src/config/config.js';

const SANITIZES = { '7.0': '', '7.2': ' sanitize-payload' };

describe('rules of a user', () => {
  it.each([
    ['', '-@all', '-@all'],
    ['+get +set', '-@all +get +set', '-@all +get +set'],
    // 7.2 remembers what was asked for; 7.0 looks for the categories that come near.
    ['+get +set -get', '-@all +set -get', '-@all +set'],
    ['+@all -get +get', '+@all +get', '+@all'],
    ['+@read -@read', '-@all -@read', '-@all'],
    ['+@all -@transaction', '+@all -@transaction', '+@all -@transaction'],
    ['+config -config|set +config', '-@all +config', '-@all +config'],
    ['+@all -config|set', '+@all -config|set', '+@all -config|set'],
    ['+select|0 +SELECT|1', '-@all +select|0 +select|1', '-@all +select|0 +select|1'],
    ['+select|0 -@all', '-@all', '-@all'],
  ])('%j is shown as %j, by 7.0 as %j', (rules, in72, in70) => {
    expect(describeUser('7.2', rules)).toBe(`u off${SANITIZES['7.2']} resetchannels ${in72}`);
    expect(describeUser('7.0', rules)).toBe(`u off${SANITIZES['7.0']} resetchannels ${in70}`);
  });

  it('are taken all or none', () => {
    const acl = accessControl();
    expect(acl.setUser('u', ['on', '+get', '~a'])).toBeNull();
    expect(acl.setUser('u', ['off', '+nosuch'])?.text).toMatch(/modifier '\+nosuch': Unknown command/);
    expect(acl.describe(acl.userOf('u')!)).toBe('u on sanitize-payload ~a resetchannels -@all +get');
  });
});

describe('a command', () => {
  it.each([
    ['~a* +get', 'GET a', null],
    ['~a* +get', 'GET b', 'key 1'],
    ['~a* +get', 'SET a b', 'command 0'],
    ['~a* +mget', 'MGET a b c', 'key 2'],
    // AUTH, HELLO and the like are for everybody.
    ['', 'HELLO 3', null],
    ['%R~a +@all', 'GET a', null],
    ['%R~a +@all', 'SET a b', 'key 1'],
    ['%W~a +@all', 'SET a b', null],
    ['%W~a +@all', 'SET a b GET', 'key 1'],
    ['%W~a +@all', 'STRLEN a', null],
    ['%R~a +@all', 'BITFIELD a GET u8 0', null],
    ['%R~a +@all', 'BITFIELD a INCRBY u8 0 1', 'key 1'],
    ['%R~a %W~b +@all', 'COPY a b', null],
    ['%R~a %W~b +@all', 'COPY b a', 'key 1'],
    ['%R~a %W~b +@all', 'SORT a STORE b', null],
    ['%R~a +@all', 'SORT a STORE a', 'key 3'],
    ['~b +@all', 'MIGRATE h 1 a 0 1', 'key 3'],
    ['~a +@all', 'MIGRATE h 1  0 1 KEYS a b', 'key 8'],
    ['~a +@all', 'EVAL x 2 a b', 'key 4'],
    ['~a +@all', 'XREADGROUP GROUP g c STREAMS a b > >', 'key 6'],
    ['+publish &n*', 'PUBLISH news x', null],
    ['+publish &n*', 'PUBLISH gossip x', 'channel 1'],
    ['+subscribe &n*', 'SUBSCRIBE news gossip', 'channel 2'],
    ['+psubscribe &n*', 'PSUBSCRIBE n*', null],
    ['+psubscribe &n*', 'PSUBSCRIBE news', 'channel 1'],
    ['+select|0', 'SELECT 0', null],
    ['+select|0', 'SELECT 1', 'command 0'],
    ['(~a_+get) (~b_+set)', 'SET b x', null],
    // Of the selectors' reasons the heaviest is told.
    ['(~a_+get) (~b_+set)', 'SET a x', 'key 1'],
  ])('of a user with %j: %j is refused for %j', (rules, command, refused) => {
    const acl = accessControl();
    acl.setUser('u', argumentsOf(rules));
    const argv = command.split(' ');
    const denial = denialOf(acl.userOf('u'), commandTableOf('7.2').resolve(argv)!, argv);
    expect(denial === null ? null : `${denial.reason} ${denial.position}`).toBe(refused);
  });

  it('reads every key only where one selector allows both', () => {
    const acl = accessControl();
    const argv = ['SORT', 'a', 'BY', 'w*'];
    const sort = commandTableOf('7.2').resolve(argv)!;
    acl.setUser('u', ['+sort', '~a', '(%R~* +get)']);
    expect(mayReadEveryKey(acl.userOf('u'), sort, argv)).toBe(false);
    acl.setUser('u', ['(%R~* +sort)']);
    expect(mayReadEveryKey(acl.userOf('u'), sort, argv)).toBe(true);
  });

  it('of the default user needs no check', () => {
    const { defaultUser } = accessControl();
    expect(defaultUser.isUnrestricted).toBe(true);
  });
});

function describeUser(version: RedisVersion, rules: string): string {
  const acl = accessControl(version);
  expect(acl.setUser('u', argumentsOf(rules))).toBeNull();
  return acl.describe(acl.userOf('u')!);
}

/** Rules between spaces; a space within a rule is written as `_`. */
function argumentsOf(rules: string): string[] {
  return rules.split(' ').map((rule) => rule.replaceAll('_', ' '));
}

function accessControl(version: RedisVersion = '7.2'): AccessControl {
  return new AccessControl({
    config: new Config({}, version),
    commands: commandTableOf(version),
    log: () => undefined,
    files: { read: () => null, write: () => undefined },
    disconnect: () => undefined,
    disconnectSubscribers: () => undefined,
  });
}
