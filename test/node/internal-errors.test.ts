/** A handler that throws is our own fault: the client is told, the node lives on. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/commands/command.js';
import { commandTableOf } from '../../src/commands/index.js';
import { CommandTable } from '../../src/commands/table.js';
import { OK } from '../../src/resp/reply.js';
import { type Machine, World } from './world.js';

const declare = (name: string, run: NonNullable<Command['run']>, more: Partial<Command> = {}): Command => ({
  name,
  summary: '',
  since: '1.0.0',
  group: 'generic',
  arity: -1,
  flags: ['write'],
  run,
  ...more,
});

const BROKEN: readonly Command[] = [
  declare('throws', () => {
    throw new Error('it broke');
  }),
  declare('throws-in-keys', () => OK, {
    keyPositions: () => {
      throw new Error('no keys');
    },
  }),
];

function start(cluster = false): Machine {
  const machine = new World().start({ cluster });
  const groups = [[...commandTableOf('7.2').commands.values()].map(({ declaration }) => declaration), BROKEN];
  Object.assign(machine.node, { commands: new CommandTable('7.2', groups) });
  return machine;
}

describe('a handler that throws', () => {
  it('is an error reply, and what follows is handled', () => {
    const machine = start();
    expect(machine.ask('PING', 'THROWS', 'PING')).toBe('+PONG\r\n-ERR internal error: it broke\r\n+PONG\r\n');
    expect(machine.process.state).toBe('running');
  });

  it('is logged with its stack and shown in the timeline', () => {
    const machine = start();
    machine.ask('THROWS');
    expect(machine.logs.at(-1)).toMatch(
      /^warning: Internal error while handling throws: Error: it broke\n +at /,
    );
    expect(machine.events.at(-1)).toMatchObject({
      kind: 'internal-error',
      message: expect.stringMatching(/^throws: Error: it broke/),
    });
  });

  it('fails its own part of a transaction only', () => {
    const machine = start();
    expect(machine.ask('MULTI', 'SET key 1', 'THROWS', 'GET key', 'EXEC')).toMatch(
      /\*3\r\n\+OK\r\n-ERR internal error: it broke\r\n\$1\r\n1\r\n$/,
    );
  });

  it('counts as a failed call', () => {
    const machine = start();
    machine.ask('THROWS');
    expect(machine.node.stats.commands.get('throws')).toMatchObject({ calls: 1, rejected: 0, failed: 1 });
    expect(machine.node.stats.errors.get('ERR')).toBe(1);
  });

  it('leaves propagation in order', () => {
    const machine = start();
    const stream = machine.watchStream();
    machine.ask('MULTI', 'SET a 1', 'THROWS', 'SET b 1', 'EXEC', 'SET c 1');
    expect(stream).toEqual(['-1 MULTI', '0 SET a 1', '0 SET b 1', '-1 EXEC', '0 SET c 1']);
    expect(machine.node.propagation.depth).toBe(0);
  });
});

describe('a part before the handler that throws', () => {
  it('ends the connection of that client, who would wait for ever otherwise', () => {
    const machine = start(true);
    const client = machine.connect();
    const other = machine.connect();
    client.send('THROWS-IN-KEYS', 'PING');
    expect(machine.logs.at(-1)).toMatch(/Internal error while handling/);
    expect([client.take(), client.closed]).toEqual(['-ERR internal error: no keys\r\n', 'end']);
    expect(other.ask('PING')).toBe('+PONG\r\n');
  });
});

describe('an input that throws', () => {
  it('is logged, and the node goes on with the next one', () => {
    const machine = start();
    machine.process.deliver(() => {
      throw new Error('bad input');
    });
    expect(machine.logs.at(-1)).toMatch(/^warning: Internal error while handling input: Error: bad input/);
    expect(machine.ask('PING')).toBe('+PONG\r\n');
  });

  it('does not hold back what was queued before', () => {
    const machine = start();
    const client = machine.connect();
    machine.process.deliver(() => {
      client.session.receive(Buffer.from('PING\r\n'));
      throw new Error('bad input');
    });
    expect(client.take()).toBe('+PONG\r\n');
  });
});
