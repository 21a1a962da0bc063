/** Files that a crash or a bad disk left behind: the node starts or says why not, and never hangs. */
import { describe, expect, it } from 'vitest';
import { StartError } from '../../src/persistence/start-error.js';
import { Random } from '../../src/time/random.js';
import type { Machine } from '../node/world.js';
import { World } from '../node/world.js';
import { startWith, textOf } from './machine.js';

const ROUNDS = 150;
const COMMANDS = [
  'SET text value',
  'RPUSH list a b c',
  'SADD set 1 2 3',
  'HSET hash f v g w',
  'ZADD zset 1 a 2 b',
  'XADD stream 1-1 f v',
  'SET expiring v PX 100000000',
];

const TARGETS = [
  ['dump.rdb', { save: '' }],
  ['appendonlydir/appendonly.aof.manifest', { save: '', appendonly: true }],
  ['appendonlydir/appendonly.aof.2.base.rdb', { save: '', appendonly: true }],
  ['appendonlydir/appendonly.aof.2.incr.aof', { save: '', appendonly: true }],
  ['appendonlydir/appendonly.aof.2.base.aof', { save: '', appendonly: true, 'aof-use-rdb-preamble': false }],
] as const;

function fill(machine: Machine): void {
  const client = machine.connect();
  for (const command of COMMANDS) client.ask(command);
  client.ask('SAVE', 'BGREWRITEAOF');
  machine.world.pass(200);
  for (const command of COMMANDS) client.ask(command.replace(/ (\w+)/, ' late-$1'));
}

/** Starts with the file as it was damaged. @returns keys, or null: it did not start, and said why. */
function startDamaged(machine: Machine, file: string, content: Buffer): number | null {
  machine.process.kill();
  machine.storage.write(file, content, true);
  machine.logs.length = 0;
  try {
    machine.process.start();
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    expect(machine.logs.some((line) => line.startsWith('warning: '))).toBe(true);
    expect(machine.process.state).toBe('stopped');
    return null;
  }
  expect(machine.ask('PING')).toBe('+PONG\r\n');
  return Number(machine.ask('DBSIZE').slice(1));
}

function restore(machine: Machine, files: ReadonlyMap<string, Uint8Array>): void {
  machine.process.kill();
  machine.storage.erase();
  for (const [path, content] of files) machine.storage.write(path, content, true);
}

function filesOf({ storage }: Machine): Map<string, Uint8Array> {
  return new Map(storage.files.map((path) => [path, Buffer.from(storage.read(path) ?? [])]));
}

describe.each(TARGETS)('%s', (file, config) => {
  it('with flipped bits', () => {
    const machine = startWith(config);
    fill(machine);
    const files = filesOf(machine);
    const whole = Buffer.from(textOf(machine, file), 'latin1');
    const random = new Random(7);
    for (let round = 0; round < ROUNDS; round++) {
      const content = Buffer.from(whole);
      const flips = 1 + random.below(3);
      for (let flip = 0; flip < flips; flip++) {
        const at = random.below(content.length);
        content[at]! ^= 1 << random.below(8);
      }
      restore(machine, files);
      startDamaged(machine, file, content);
    }
  });

  it('cut off anywhere', () => {
    const machine = startWith(config);
    fill(machine);
    const files = filesOf(machine);
    const whole = Buffer.from(textOf(machine, file), 'latin1');
    const random = new Random(8);
    for (let round = 0; round < ROUNDS; round++) {
      const length = random.below(whole.length);
      restore(machine, files);
      const keys = startDamaged(machine, file, whole.subarray(0, length));
      // Of an increment that ends early, everything before its end is there.
      if (file.endsWith('.incr.aof')) expect(keys).toBeGreaterThanOrEqual(COMMANDS.length);
    }
  });
});

describe('nodes.conf', () => {
  it('that is damaged starts a node, or is refused in the words of Redis', () => {
    const random = new Random(9);
    const world = new World();
    const machine = world.start({ cluster: true });
    const whole = Buffer.from(textOf(machine, 'nodes.conf'), 'latin1');
    for (let round = 0; round < ROUNDS; round++) {
      const content = Buffer.from(whole.subarray(0, 1 + random.below(whole.length)));
      if (round % 2 === 0) content[random.below(content.length)]! ^= 1 << random.below(8);
      machine.process.kill();
      machine.storage.write('nodes.conf', content, true);
      try {
        machine.process.start();
      } catch (error) {
        expect(String(error)).toMatch(
          /Unrecoverable error: corrupted cluster config file|Unknown flag in redis cluster config file/,
        );
        continue;
      }
      expect(machine.ask('CLUSTER MYID')).toMatch(/^\$40\r\n/);
    }
  });
});
