import { describe, expect, it } from 'vitest';
import { type Machine, START_MS, World } from './world.js';

const ALICE = 'user alice on nopass sanitize-payload ~* resetchannels -@all +get';
const DEFAULT = 'user default on nopass sanitize-payload ~* &* +@all';

describe('ACL LOG', () => {
  it('counts alike refusals within a minute as one entry', () => {
    const { world, machine } = start();
    machine.ask('ACL SETUSER alice on nopass +get');
    const alice = machine.connect();
    alice.ask('AUTH alice x', 'GET a');
    world.pass(60_000);
    alice.ask('GET a');
    world.pass(60_001);
    alice.ask('GET a', 'GET b', 'SET c d');
    expect(logOf(machine)).toEqual([
      '1 command toplevel set alice age 0 id 3 created 120001 updated 120001',
      '1 key toplevel b alice age 0 id 2 created 120001 updated 120001',
      '1 key toplevel a alice age 0 id 1 created 120001 updated 120001',
      '2 key toplevel a alice age 60.001 id 0 created 0 updated 60000',
    ]);
    world.pass(1500);
    alice.ask('GET a');
    expect(logOf(machine)[0]).toBe('2 key toplevel a alice age 0 id 1 created 120001 updated 121501');
  });

  it('tells where a refusal came from, and who tried to log in', () => {
    const { machine } = start();
    machine.ask('ACL SETUSER alice on >pw +@all ~a');
    const alice = machine.connect();
    alice.ask('auth alice no');
    alice.ask('AUTH alice pw', 'MULTI', 'GET b', 'DISCARD', 'MULTI', 'GET a', 'PUBLISH c m');
    machine.ask('ACL SETUSER alice -get');
    alice.ask('EXEC');
    alice.ask('SUBSCRIBE ch');
    machine.ask('HELLO 3 AUTH bob pw');
    expect(logOf(machine).map((line) => line.replace(/ age .*/, ''))).toEqual([
      '1 auth toplevel HELLO bob',
      '1 channel toplevel ch alice',
      '1 channel multi c alice',
      '1 key multi b alice',
      '1 auth toplevel auth alice',
    ]);
    expect(machine.ask('INFO stats')).toMatch(
      /acl_access_denied_auth:2\r\nacl_access_denied_cmd:0\r\nacl_access_denied_key:1\r\nacl_access_denied_channel:2/,
    );
  });

  it('describes the client, keeps as many entries as acllog-max-len says, and can be emptied', () => {
    const { machine } = start();
    machine.ask('CONFIG SET acllog-max-len 2', 'ACL SETUSER alice on nopass');
    const alice = machine.connect();
    alice.ask('AUTH alice x', 'GET a', 'SET a b', 'DEL a');
    expect(logOf(machine)).toHaveLength(2);
    expect(machine.ask('ACL LOG 1')).toMatch(/id=\d+ addr=127\.0\.0\.1:\d+ .* cmd=del user=alice redir=-1 /);
    expect(machine.ask('ACL LOG RESET', 'ACL LOG')).toBe('+OK\r\n*0\r\n');
  });
});

describe('users', () => {
  it('come from the configuration, and from what CONFIG REWRITE made of it', () => {
    const { machine } = start({ user: ['alice on nopass allkeys +get', 'bob on >secret (~a +set)'] });
    expect(listOf(machine)).toEqual([
      ALICE,
      expect.stringMatching(/^user bob on .* \(~a resetch.* \+set\)$/),
      DEFAULT,
    ]);
    machine.ask('ACL DELUSER bob', 'ACL SETUSER alice +set', 'CONFIG REWRITE');
    machine.process.kill();
    machine.process.start();
    expect(listOf(machine)).toEqual([`${ALICE} +set`, DEFAULT]);
  });

  it('come from an ACL file, which ACL SAVE writes and ACL LOAD reads', () => {
    const { machine } = start({ aclfile: 'users.acl' }, { 'users.acl': 'user alice on nopass ~* +get\n' });
    expect(listOf(machine)).toEqual([ALICE, DEFAULT]);
    expect(machine.ask('ACL SETUSER bob on', 'ACL SAVE')).toBe('+OK\r\n+OK\r\n');
    expect(fileOf(machine)).toBe(`${ALICE}\nuser bob on sanitize-payload resetchannels -@all\n${DEFAULT}\n`);
    const [alice, other] = [machine.connect(), machine.connect()];
    alice.ask('AUTH alice x');
    machine.storage.write(
      'users.acl',
      Buffer.from(`\n user alice on +@all \nuser default on nopass ~a &* +@all`),
      true,
    );
    expect(other.ask('ACL LOAD')).toBe('+OK\r\n');
    expect(listOf(machine)).toEqual([
      'user alice on sanitize-payload resetchannels +@all',
      'user default on nopass sanitize-payload ~a &* +@all',
    ]);
    // A new user of the same name is another one; the default user stays.
    expect(alice.closed).toBe('destroyed');
    expect(other.ask('GET b')).toBe('-NOPERM No permissions to access a key\r\n');
  });

  it('stay as they are when the ACL file is wrong', () => {
    const { machine } = start({ aclfile: 'u.acl' }, { 'u.acl': '' });
    machine.storage.write('u.acl', Buffer.from(BAD_FILE, 'latin1'), true);
    expect(machine.ask('ACL LOAD')).toBe(`-ERR ${BAD_FILE_ERRORS}\r\n`);
    machine.storage.remove('u.acl');
    expect(machine.ask('ACL LOAD')).toBe(
      "-ERR Error loading ACLs, opening file 'u.acl': No such file or directory\r\n",
    );
    expect(listOf(machine)).toEqual([DEFAULT]);
  });

  it.each([
    [
      { user: ['alice on', 'alice off'] },
      "Error in user declaration 'alice': Duplicate user found. A user can only be defined once in config files",
    ],
    [{ user: 'alice on ~a b' }, "Error in user declaration 'on': Syntax error"],
    [{ user: 'alice (+get on' }, "Error in user declaration 'user': Wrong format"],
    [
      { user: 'alice on +foo' },
      "Error loading ACL rule '+foo' for the user named 'alice': Unknown command or category name in ACL",
    ],
    [{ user: '"a b" on' }, 'Spaces not allowed in ACL usernames'],
    [
      { user: 'alice on', aclfile: 'x' },
      'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid.',
    ],
    [
      { aclfile: 'x' },
      "Aborting Redis startup because of ACL errors: Error loading ACLs, opening file 'x': No such file or directory",
    ],
    [{ 'rename-command': 'foo bar' }, 'No such command in rename-command'],
    [{ 'rename-command': 'config|get bar' }, 'No such command in rename-command'],
    [{ 'rename-command': 'get set' }, 'Target command name already exists'],
  ])('keep a node from starting with %j', (config, reason) => {
    expect(() => start(config)).toThrow(reason);
  });

  it('are told when they are deleted: the one who did it gets the answer first', () => {
    const { machine } = start();
    machine.ask('ACL SETUSER alice on nopass +@all ~*');
    const [one, two] = [machine.connect(), machine.connect()];
    one.ask('AUTH alice x');
    two.ask('AUTH alice x', 'BLPOP key 0');
    expect(one.ask('ACL DELUSER alice', 'PING')).toBe(':1\r\n');
    expect([one.closed, two.closed]).toEqual(['end', 'destroyed']);
  });

  it('are hidden from SLOWLOG and MONITOR with their rules', () => {
    const { machine } = start({ 'slowlog-log-slower-than': 0 });
    machine.ask('ACL SETUSER alice >secret', 'ACL GETUSER alice', 'AUTH alice secret');
    expect(machine.ask('SLOWLOG GET 10')).toContain(
      '$7\r\nSETUSER\r\n$10\r\n(redacted)\r\n$10\r\n(redacted)\r\n',
    );
    expect(machine.ask('SLOWLOG GET 10')).not.toContain('secret');
  });
});

describe('rename-command', () => {
  it('gives a command another name, or none', () => {
    const { machine } = start({
      'rename-command': ['FLUSHALL ""', 'Config Secret', 'get set2', 'set GET', 'set2 set'],
    });
    expect(machine.ask('FLUSHALL')).toMatch(/^-ERR unknown command 'FLUSHALL'/);
    expect(machine.ask('CONFIG GET maxmemory')).toMatch(/^-ERR unknown command 'CONFIG'/);
    expect(machine.ask('secret get hz', 'SECRET')).toBe(
      "*2\r\n$2\r\nhz\r\n$2\r\n10\r\n-ERR wrong number of arguments for 'config' command\r\n",
    );
    expect(machine.ask('secret foo')).toBe("-ERR unknown subcommand 'foo'. Try SECRET HELP.\r\n");
    expect(machine.ask('GET key value', 'SET key')).toBe('+OK\r\n$5\r\nvalue\r\n');
    expect(machine.ask('COMMAND COUNT')).toBe(`:${start().machine.node.commands.commands.size - 1}\r\n`);
    expect(machine.ask('COMMAND INFO config')).toBe('*1\r\n$-1\r\n');
    expect(machine.ask('COMMAND INFO secret')).toMatch(/^\*1\r\n\*10\r\n\$6\r\nconfig\r\n/);
  });

  it('leaves the names in rules as they are', () => {
    const { machine } = start({ 'rename-command': ['GET fetch'] });
    machine.ask('ACL SETUSER alice on nopass ~* +get');
    expect(machine.ask('AUTH alice x', 'FETCH a', 'SET a b')).toBe(
      "+OK\r\n$-1\r\n-NOPERM User alice has no permissions to run the 'set' command\r\n",
    );
    expect(machine.ask('ACL SETUSER alice +fetch')).toMatch(/Unknown command or category name in ACL\r\n$/);
    expect(machine.ask('ACL DRYRUN alice get a')).toBe("-ERR Command 'get' not found\r\n");
  });
});

const BAD_FILE = [
  'user alice on nopass ~* +@all',
  'user alice off',
  'foo',
  'user b\tc on',
  'user bob +foo ~a ~* ~b ~c +bar',
  'user carol (+get',
  'user dora #xyz (+foo)',
  '',
  'user erin ( +get ~a ) on',
  'user',
].join('\n');

const BAD_FILE_ERRORS = [
  "WARNING: Duplicate user 'alice' found on line 2. ",
  'u.acl:3 should start with user keyword followed by the username. ',
  "'u.acl:4: username 'b\tc' contains invalid characters. ",
  "u.acl:5: Error in applying operation '+foo': Unknown command or category name in ACL. ",
  "u.acl:5: Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns. ",
  "u.acl:5: Error in applying operation '+bar': Unknown command or category name in ACL. ",
  'u.acl:6: Unmatched parenthesis in selector definition.',
  'u.acl:7: The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters. ',
  "u.acl:7: Error in applying operation '(+foo)': Unknown command or category name in ACL. ",
  'u.acl:10 should start with user keyword followed by the username. ',
  'WARNING: ACL errors detected, no change to the previously active ACL rules was performed',
].join('');

function start(
  config: Readonly<Record<string, string | number | readonly string[]>> = {},
  files: Readonly<Record<string, string>> = {},
): { world: World; machine: Machine } {
  const world = new World();
  return { world, machine: world.start({ config, files }) };
}

function listOf(machine: Machine): string[] {
  return bulksOf(machine.ask('ACL LIST'));
}

function fileOf(machine: Machine): string {
  return Buffer.from(machine.storage.read('users.acl') ?? []).toString('latin1');
}

/** An entry as: count, reason, context, object, user, age, id, and when, counted from the start of the world. */
function logOf(machine: Machine): string[] {
  return machine.node.acl.log.entries.map((entry) => {
    const [created, updated] = [entry.createdAtMs, entry.updatedAtMs].map((ms) => ms - START_MS);
    const age = (machine.world.clock.nowMs() - entry.updatedAtMs) / 1000;
    return `${entry.count} ${entry.reason} ${entry.context} ${entry.object} ${entry.userName} age ${age} id ${entry.id} created ${created} updated ${updated}`;
  });
}

function bulksOf(reply: string): string[] {
  return reply.split('\r\n').filter((line) => !/^[*$]/.test(line) && line !== '');
}
