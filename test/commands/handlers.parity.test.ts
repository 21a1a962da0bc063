/**
 * Which keyspace events a command causes and what it replicates, for random commands: the append-only file of a real
 * redis-server against what a node of ours gives to its replicas.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import { show } from '../parity/compare.js';
import { Dice } from '../parity/random/dice.js';
import { RandomSteps } from '../parity/random/steps.js';
import { startStandaloneNode } from '../parity/standalone-node.js';
import { parseTypedReply } from '../parity/typed-reply.js';
import {
  describeParity,
  type RealConnection,
  type RealRedis,
  startRealRedis,
} from '../support/real-redis.js';

const COMMANDS = 6000;
const FAMILIES = [
  ...([
    'string',
    'bitmap',
    'hyperloglog',
    'list',
    'set',
    'hash',
    'zset',
    'geo',
    'stream',
    'generic',
  ] as const),
  'databases',
] as const;

/** So that each command's part of the file and of the events can be told. */
const SEPARATOR = 'separator';
const EVENT_CHANNEL = /^__keyevent@([0-9]+)__:(.*)$/s;
const SEPARATOR_CHANNEL = `__keyevent@0__:${SEPARATOR}`;

const SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'no',
  '--aof-use-rdb-preamble',
  'no',
  '--databases',
  '2',
];

/** Values of notify-keyspace-events; each holds for a part of the commands. */
const EVENT_CLASSES = ['E$gxhmn', 'E$', 'Eg', 'Eh', 'Em', 'En', 'Elszt', 'EA'];

describeParity('random commands', () => {
  const seed = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

  it(`cause the events and replicate what they do on redis-server (seed ${seed})`, {
    timeout: 60_000,
  }, async () => {
    await using server = await startRealRedis({ args: [...SETTINGS, '--enable-debug-command', 'yes'] });
    const version = server.version.startsWith('7.0.') ? '7.0' : '7.2';
    await using node = await startStandaloneNode(version, { databases: 2, 'enable-debug-command': 'yes' });
    const replicated: (readonly string[])[] = [];
    const { replication } = node.node;
    const propagate = replication.propagate.bind(replication);
    replication.propagate = (dbIndex, argv) => {
      replicated.push(argv);
      propagate(dbIndex, argv);
    };
    const steps = new RandomSteps(new Dice(new Random(seed)), { databases: true, families: FAMILIES });
    const calls = Array.from({ length: COMMANDS }, () => steps.command().call);
    const theirEvents = await eventsOf(await server.connect(), await server.connect(), calls);
    const ourEvents = await eventsOf(await node.connect(), await node.connect(), calls);
    const theirs = cut(parseCommands(appendOnlyFileOf(server)));
    const ours = cut(replicated);
    expect(theirs).toHaveLength(COMMANDS);
    for (const [index, call] of calls.entries()) {
      const before = calls
        .slice(Math.max(0, index - 3), index)
        .map(show)
        .join('; ');
      expect(
        { events: ourEvents[index], replicated: withTheirTimes(ours[index]!, theirs[index]!) },
        `seed ${seed}, command ${index}: ${show(call)} (after ${before})`,
      ).toEqual({ events: theirEvents[index], replicated: theirs[index] });
    }
  });
});

function classesAt(index: number): string {
  return EVENT_CLASSES[Math.floor((index * EVENT_CLASSES.length) / COMMANDS)] as string;
}

/** Runs the commands. @returns the events of each, as `event key@db`. */
async function eventsOf(
  client: RealConnection,
  listener: RealConnection,
  calls: readonly (readonly string[])[],
): Promise<string[][]> {
  await listener.command('PSUBSCRIBE', '__keyevent@*');
  const events: string[][] = [];
  const sent = client.rawAll(
    calls.flatMap((call, index) => [
      ['CONFIG', 'SET', 'notify-keyspace-events', classesAt(index)],
      call,
      ['SET', SEPARATOR, ''],
      ['PUBLISH', SEPARATOR_CHANNEL, ''],
    ]),
  );
  while (events.length < calls.length) events.push(await nextEvents(listener));
  await sent;
  return events;
}

/** The events up to the next separator. */
async function nextEvents(listener: RealConnection): Promise<string[]> {
  const events: string[] = [];
  for (;;) {
    const message = parseTypedReply(await listener.nextPush()).value as readonly { readonly value: string }[];
    const [, dbIndex, event] = EVENT_CHANNEL.exec(message[2]!.value)!;
    const key = message[3]!.value;
    if (event === SEPARATOR) return events;
    if (key !== SEPARATOR) events.push(`${event} ${key}@${dbIndex}`);
  }
}

/** Ours, with their times where ours are about the same: times count from the moment of the command, which differs. */
function withTheirTimes(
  ours: readonly (readonly string[])[],
  theirs: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  return ours.map((argv, row) =>
    argv.map((argument, column) => {
      const theirArgument = theirs[row]?.[column] ?? '';
      const isTime = TIME.test(argument) && TIME.test(theirArgument);
      return isTime && Math.abs(Number(argument) - Number(theirArgument)) < 60_000 ? theirArgument : argument;
    }),
  );
}

const TIME = /^[1-9][0-9]{12,15}$/;

function appendOnlyFileOf(server: RealRedis): string {
  const directory = join(server.directory, 'appendonlydir');
  const name = readdirSync(directory).find((file) => file.endsWith('.incr.aof')) as string;
  return readFileSync(join(directory, name), 'latin1');
}

/** PUBLISH goes to replicas, but not into the file. */
const NOT_OF_A_COMMAND = new Set(['SELECT', 'MULTI', 'EXEC', 'PUBLISH']);

/** What was replicated of each command, up to its separator. */
function cut(replicated: readonly (readonly string[])[]): (readonly string[])[][] {
  const groups: (readonly string[])[][] = [];
  let current: (readonly string[])[] = [];
  for (const argv of replicated) {
    const verb = argv[0]!.toUpperCase();
    if (NOT_OF_A_COMMAND.has(verb)) continue;
    if (argv[1] === SEPARATOR) {
      groups.push(current);
      current = [];
    } else {
      current.push(argv);
    }
  }
  return groups;
}

function parseCommands(text: string): string[][] {
  const commands: string[][] = [];
  let at = 0;
  const line = (): string => {
    const end = text.indexOf('\r\n', at);
    const found = text.slice(at, end);
    at = end + 2;
    return found;
  };
  while (at < text.length) {
    const count = Number(line().slice(1));
    commands.push(
      Array.from({ length: count }, () => {
        const length = Number(line().slice(1));
        const argument = text.slice(at, at + length);
        at += length + 2;
        return argument;
      }),
    );
  }
  return commands;
}
