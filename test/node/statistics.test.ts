/** The counters that commands leave: commandstats, errorstats and the totals (call() and rejectCommand() of server.c). */
import { describe, expect, it } from 'vitest';
import { ErrorReply } from '../../src/resp/reply.js';
import { type Machine, World } from './world.js';

const start = (config: Record<string, string> = {}): Machine => new World().start({ config });

/** INFO commandstats, `calls/rejected/failed` by name. */
function commandsOf(machine: Machine): Record<string, string> {
  const found: Record<string, string> = {};
  const line =
    /^cmdstat_([^:]+):calls=(\d+),usec=\d+,usec_per_call=[\d.]+,rejected_calls=(\d+),failed_calls=(\d+)/gm;
  for (const [, name = '', calls, rejected, failed] of machine.ask('INFO commandstats').matchAll(line)) {
    found[name] = `${calls}/${rejected}/${failed}`;
  }
  return found;
}

/** INFO errorstats, by code. */
function errorsOf(machine: Machine): Record<string, number> {
  const found = machine.ask('INFO errorstats').matchAll(/^errorstat_([^:]+):count=(\d+)/gm);
  return Object.fromEntries([...found].map(([, code, count]) => [code, Number(count)]));
}

describe('commandstats', () => {
  it('count calls, rejected calls and failed calls', () => {
    const machine = start();
    machine.ask('SET key text', 'GET key', 'GET', 'INCR key', 'INCR counter', 'INCR', 'INCR key');
    expect(commandsOf(machine)).toMatchObject({ set: '1/0/0', get: '1/1/0', incr: '3/1/2' });
  });

  it('have a line for each subcommand, and one for a container that was called alone', () => {
    const machine = start();
    machine.ask('CONFIG GET hz', 'CONFIG GET', 'CONFIG', 'CONFIG NOSUCH', 'CLIENT ID');
    expect(commandsOf(machine)).toMatchObject({
      'config|get': '1/1/0',
      config: '0/1/0',
      'client|id': '1/0/0',
    });
  });

  it('have no line for what does not exist', () => {
    const machine = start();
    machine.ask('NOSUCH', 'CONFIG NOSUCH');
    expect(Object.keys(commandsOf(machine))).toEqual([]);
  });

  it('count a queued command when it runs, and its failure as its own, not as one of EXEC', () => {
    const machine = start();
    machine.ask('SET key text', 'MULTI', 'INCR key', 'GET key', 'EXEC');
    expect(commandsOf(machine)).toMatchObject({ multi: '1/0/0', incr: '1/0/1', get: '1/0/0', exec: '1/0/0' });
    machine.ask('MULTI', 'GET key', 'DISCARD', 'MULTI', 'GET', 'EXEC');
    expect(commandsOf(machine)).toMatchObject({ get: '1/1/0', exec: '2/0/1', discard: '1/0/0' });
  });

  it('count an EXEC that was refused as rejected', () => {
    const machine = start();
    const client = machine.connect();
    client.ask('MULTI', 'SET key 1');
    machine.ask('CONFIG SET min-replicas-to-write 1');
    client.ask('EXEC');
    expect(commandsOf(machine)).toMatchObject({ exec: '0/1/0' });
  });

  it.each<[fault: string, command: string, name: string, config: Record<string, string>]>([
    ['password', 'GET key', 'get', { requirepass: 'secret' }],
    ['replicas', 'SET key 1', 'set', { 'min-replicas-to-write': '1' }],
    ['protection', 'DEBUG JMAP', 'debug', { 'enable-debug-command': 'no' }],
  ])('count what is rejected for want of %s', (_fault, command, name, config) => {
    const machine = start(config);
    machine.ask(command);
    expect(machine.node.stats.commands.get(name)).toMatchObject({ calls: 0, rejected: 1, failed: 0 });
  });

  it('count redirections as rejected', () => {
    const machine = new World().start({ cluster: true, config: { 'cluster-require-full-coverage': 'no' } });
    machine.ask('CLUSTER DELSLOTS 12539', 'GET key', 'MGET a b', 'MULTI', 'GET a', 'GET b', 'EXEC');
    expect(commandsOf(machine)).toMatchObject({ get: '0/1/0', mget: '0/1/0', exec: '0/1/0' });
  });

  it('count a command that a pause held back once', () => {
    const machine = start();
    machine.ask('CLIENT PAUSE 100 WRITE');
    machine.connect().send('SET key 1');
    expect(commandsOf(machine)).not.toHaveProperty('set');
    machine.world.pass(100);
    expect(commandsOf(machine)).toMatchObject({ set: '1/0/0' });
  });

  it('begin anew with CONFIG RESETSTAT', () => {
    const machine = start();
    machine.ask('PING', 'NOSUCH', 'CONFIG RESETSTAT', 'ECHO text');
    expect(commandsOf(machine)).toEqual({ 'config|resetstat': '1/0/0', echo: '1/0/0' });
    expect(errorsOf(machine)).toEqual({});
  });
});

describe('errorstats', () => {
  it('count errors by their first word', () => {
    const machine = start();
    machine.ask('SET key text', 'HSET hash f v', 'GET hash', 'INCR key', 'NOSUCH', 'EXEC');
    machine.ask('AUTH a b');
    expect(errorsOf(machine)).toEqual({ ERR: 3, WRONGPASS: 1, WRONGTYPE: 1 });
  });

  it('count errors inside of transactions and the abort at their end', () => {
    const machine = start();
    machine.ask('SET key text', 'MULTI', 'INCR key', 'EXEC', 'MULTI', 'NOSUCH', 'EXEC');
    expect(errorsOf(machine)).toEqual({ ERR: 2, EXECABORT: 1 });
  });

  it('count redirections', () => {
    const machine = new World().start({ cluster: true, config: { 'cluster-require-full-coverage': 'no' } });
    machine.ask('CLUSTER DELSLOTS 12539', 'GET key', 'MGET a b');
    expect(errorsOf(machine)).toEqual({ CLUSTERDOWN: 1, CROSSSLOT: 1 });
  });

  it('count errors that nobody hears', () => {
    const machine = start();
    machine.ask('CLIENT REPLY OFF', 'NOSUCH', 'GET');
    expect(errorsOf(machine)).toEqual({ ERR: 2 });
  });

  it('count protocol errors', () => {
    const machine = start();
    machine.connect().sendBytes('*x\r\n');
    expect(errorsOf(machine)).toEqual({ ERR: 1 });
  });

  it.each([
    ['WRONGTYPE Operation', 'WRONGTYPE'],
    ['OOPS', 'ERR'],
    [`${'X'.repeat(30)} y`, 'X'.repeat(30)],
    [`${'X'.repeat(31)} y`, 'ERR'],
  ])('count %j as %s', (text, code) => {
    expect(new ErrorReply(text).code).toBe(code);
  });
});

describe('the totals', () => {
  const totalOf = (machine: Machine, name: string): number =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(machine.ask('INFO stats'))?.[1]);

  it('count commands that ran, those of transactions too', () => {
    const machine = start();
    const before = totalOf(machine, 'total_commands_processed');
    machine.ask('PING', 'NOSUCH', 'GET', 'MULTI', 'PING', 'PING', 'EXEC');
    // INFO itself counts when it is over: the one before these.
    expect(totalOf(machine, 'total_commands_processed') - before).toBe(1 + 1 + 1 + 2 + 1);
  });

  it('count connections and error replies', () => {
    const machine = start();
    const connections = totalOf(machine, 'total_connections_received');
    machine.ask('NOSUCH', 'GET');
    expect(totalOf(machine, 'total_connections_received') - connections).toBe(2);
    expect(totalOf(machine, 'total_error_replies')).toBe(2);
  });
});
