/** What a node puts into the replication stream, and when (propagatePendingCommands of server.c). */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/commands/command.js';
import { CommandTable } from '../../src/commands/table.js';
import { OK } from '../../src/resp/reply.js';
import { type Machine, START_MS, World } from './world.js';

function start(): { machine: Machine; stream: string[] } {
  const machine = new World().start();
  return { machine, stream: machine.watchStream() };
}

describe('the replication stream', () => {
  it('gets a command that changed something, alone', () => {
    const { machine, stream } = start();
    machine.ask('SET key value', 'INCR counter', 'DEL key');
    expect(stream).toEqual(['0 SET key value', '0 INCR counter', '0 DEL key']);
  });

  it('gets nothing for reads, for commands that changed nothing and for those that failed', () => {
    const { machine, stream } = start();
    machine.ask('SET key value');
    stream.length = 0;
    machine.ask(
      'GET key',
      'DEL nothing',
      'INCR key',
      'SETNX key other',
      'EXPIRE nothing 10',
      'PERSIST key',
      'SET',
      'CONFIG SET hz 20',
    );
    expect(stream).toEqual([]);
  });

  it('gets the database of each command', () => {
    const { machine, stream } = start();
    machine.ask('SELECT 3', 'SET key value', 'SELECT 0', 'SET key value');
    expect(stream).toEqual(['3 SET key value', '0 SET key value']);
  });

  it('gets what has the same effect later instead of the command, where that differs', () => {
    const { machine, stream } = start();
    machine.ask(
      'SET key value EX 10',
      'EXPIRE key 20',
      'INCRBYFLOAT number 1.5',
      'GETEX key PX 500',
      'GETDEL key',
    );
    expect(stream).toEqual([
      `0 SET key value PXAT ${START_MS + 10_000}`,
      `0 PEXPIREAT key ${START_MS + 20_000}`,
      '0 SET number 1.5 KEEPTTL',
      `0 PEXPIREAT key ${START_MS + 500}`,
      '0 DEL key',
    ]);
  });

  it('gets a transaction as one, with MULTI and EXEC around it', () => {
    const { machine, stream } = start();
    machine.ask('MULTI', 'SET a 1', 'GET a', 'SET b 2', 'EXEC');
    expect(stream).toEqual(['-1 MULTI', '0 SET a 1', '0 SET b 2', '-1 EXEC']);
  });

  it('gets, in 7.0, the database of a transaction before it', () => {
    const machine = new World().start({ version: '7.0' });
    const stream = machine.watchStream();
    machine.ask('SELECT 2', 'MULTI', 'SET a 1', 'SELECT 3', 'SET b 2', 'EXEC');
    expect(stream).toEqual(['2 MULTI', '2 SET a 1', '3 SET b 2', '-1 EXEC']);
  });

  it('gets a transaction without MULTI and EXEC when only one command of it changed something', () => {
    const { machine, stream } = start();
    machine.ask('MULTI', 'SET a 1', 'GET a', 'DEL nothing', 'EXEC');
    expect(stream).toEqual(['0 SET a 1']);
  });

  it('gets nothing for a transaction that only reads, that fails or that is discarded', () => {
    const { machine, stream } = start();
    machine.ask(
      'MULTI',
      'GET a',
      'EXEC',
      'MULTI',
      'SET a 1',
      'NOSUCH',
      'EXEC',
      'MULTI',
      'SET a 1',
      'DISCARD',
    );
    const client = machine.connect();
    client.ask('WATCH key');
    machine.ask('SET key 1');
    stream.length = 0;
    client.ask('MULTI', 'SET key 2', 'EXEC');
    expect(stream).toEqual([]);
  });

  it('gets the changes of a transaction up to the database it was in', () => {
    const { machine, stream } = start();
    machine.ask('MULTI', 'SET a 1', 'SELECT 2', 'SET a 2', 'EXEC');
    expect(stream).toEqual(['-1 MULTI', '0 SET a 1', '2 SET a 2', '-1 EXEC']);
  });

  it('gets the deletion of an expired key before the command that met it, as one unit', () => {
    const { machine, stream } = start();
    machine.ask('DEBUG SET-ACTIVE-EXPIRE 0', 'SET key value PX 10');
    machine.world.pass(11);
    stream.length = 0;
    machine.ask('INCR key');
    expect(stream).toEqual(['-1 MULTI', '0 DEL key', '0 INCR key', '-1 EXEC']);
  });

  it('gets the deletion of an expired key that was only read', () => {
    const { machine, stream } = start();
    machine.ask('DEBUG SET-ACTIVE-EXPIRE 0', 'SET a value PX 10', 'SET b value PX 10');
    machine.world.pass(11);
    stream.length = 0;
    machine.ask('GET a');
    expect(stream).toEqual(['0 DEL a']);
    machine.ask('CONFIG SET lazyfree-lazy-expire yes', 'MGET a b');
    expect(stream).toEqual(['0 DEL a', '0 UNLINK b']);
  });

  it('gets two deletions of one command as a unit', () => {
    const { machine, stream } = start();
    machine.ask('DEBUG SET-ACTIVE-EXPIRE 0', 'SET a value PX 10', 'SET b value PX 10');
    machine.world.pass(11);
    stream.length = 0;
    machine.ask('MGET a b');
    expect(stream).toEqual(['-1 MULTI', '0 DEL a', '0 DEL b', '-1 EXEC']);
  });

  it.each(['SCAN 0', 'RANDOMKEY'])('gets the deletions of %s one by one: it named no keys', (command) => {
    const { machine, stream } = start();
    machine.ask('DEBUG SET-ACTIVE-EXPIRE 0', 'SET a value PX 10', 'SET b value PX 10', 'SET c value PX 10');
    machine.world.pass(11);
    stream.length = 0;
    machine.ask(command);
    expect(stream.length).toBeGreaterThan(1);
    expect([...stream].sort()).toEqual(['0 DEL a', '0 DEL b', '0 DEL c'].slice(0, stream.length));
  });

  it('gets the deletions of the expiry cycle one by one', () => {
    const { machine, stream } = start();
    machine.ask('SET a value PX 10', 'SET b value PX 10');
    stream.length = 0;
    machine.world.pass(300);
    expect([...stream].sort()).toEqual(['0 DEL a', '0 DEL b']);
  });

  it('gets the commands of several waiting clients one by one, in their order', () => {
    const { machine, stream } = start();
    machine.ask('CLIENT PAUSE 100000 WRITE');
    const waiting = ['a', 'b', 'c'].map((key) => {
      const client = machine.connect();
      client.send(`SET ${key} 1`, `APPEND ${key} 2`);
      return client;
    });
    machine.ask('CLIENT UNPAUSE', 'SET d 1');
    expect(stream).toEqual([
      '0 SET d 1',
      '0 SET a 1',
      '0 APPEND a 2',
      '0 SET b 1',
      '0 APPEND b 2',
      '0 SET c 1',
      '0 APPEND c 2',
    ]);
    for (const client of waiting) expect(client.take()).toBe('+OK\r\n:2\r\n');
  });

  it('gets what a client sent behind a wait apart from the command that ended the wait', () => {
    const { machine, stream } = start();
    const waiting = machine.connect();
    waiting.send('CLIENT ID', 'WAIT 5 0', 'SET a 1', 'SET b 2');
    const id = waiting.take().slice(1).trim();
    expect(machine.ask(`CLIENT UNBLOCK ${id}`)).toBe(':1\r\n');
    expect(stream).toEqual(['0 SET a 1', '0 SET b 2']);
    expect(waiting.take()).toBe(':0\r\n+OK\r\n+OK\r\n');
  });
});

describe('what a handler asks for', () => {
  const command = (name: string, run: NonNullable<Command['run']>): Command => ({
    name,
    summary: '',
    since: '1.0.0',
    group: 'generic',
    arity: -1,
    flags: ['write'],
    run,
  });
  const commands: readonly Command[] = [
    command('plain', ({ node }) => {
      node.keyspace.dirty++;
      return OK;
    }),
    command('as', (context) => {
      context.node.keyspace.dirty++;
      context.propagateAs(['OTHER', 'words']);
      return OK;
    }),
    command('also', (context) => {
      context.node.keyspace.dirty++;
      context.alsoPropagate(['ONE']);
      context.alsoPropagate(['TWO']);
      return OK;
    }),
    command('only', (context) => {
      context.node.keyspace.dirty++;
      context.preventPropagation();
      context.alsoPropagate(['ONE']);
      return OK;
    }),
    command('prevented', (context) => {
      context.node.keyspace.dirty++;
      context.preventPropagation();
      return OK;
    }),
    command('forced', (context) => {
      context.forcePropagation();
      return OK;
    }),
  ];

  it.each<[name: string, stream: string[]]>([
    ['plain', ['0 plain x']],
    ['as', ['0 OTHER words']],
    ['also', ['-1 MULTI', '0 also x', '0 ONE', '0 TWO', '-1 EXEC']],
    ['only', ['0 ONE']],
    ['prevented', []],
    ['forced', ['0 forced x']],
  ])('is what is replicated: %s', (name, expected) => {
    const { machine, stream } = start();
    Object.assign(machine.node, { commands: new CommandTable('7.2', [commands]) });
    expect(machine.ask(`${name} x`)).toBe('+OK\r\n');
    expect(stream).toEqual(expected);
  });
});
