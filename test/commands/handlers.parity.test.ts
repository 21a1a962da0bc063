// Handlers alone, outside of cluster mode: replies, keyspace events, and what is replicated (read from the append-only
// file of a real redis-server). Propagation: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { Random } from '../../src/time/random.js';
import { type Call, expectSame, show } from '../parity/compare.js';
import { RandomCommands } from '../parity/random-commands.js';
import { parseTypedReply, type TypedReply } from '../parity/typed-reply.js';
import {
  describeParity,
  type RealConnection,
  type RealRedis,
  startRealRedis,
} from '../support/real-redis.js';
import { FakeNode } from './fake-node.js';

const COMMANDS = 5000;

/** So that each command's part of the file and of the events can be told. */
const SEPARATOR = 'separator';
const EVENT_CHANNEL = /^__keyevent@([0-9]+)__:(.*)$/s;
const SEPARATOR_CHANNEL = `__keyevent@0__:${SEPARATOR}`;

/** The separator is a key there that is none here. */
const EXTRA_KEY_COUNTS = new Set(['KEYS']);

const SETTINGS = ['--appendonly', 'yes', '--appendfsync', 'no', '--aof-use-rdb-preamble', 'no'];

/** Values of notify-keyspace-events; each holds for a part of the commands. */
const EVENT_CLASSES = ['E$gxhmn', 'E$', 'Eg', 'Eh', 'Em', 'En', 'EA'];
const ALL_CLASSES = 'g$lshzxetd';

describeParity('handlers on random commands', () => {
  const seed = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

  it(`do what redis-server does (seed ${seed})`, { timeout: 60_000 }, async () => {
    await using server = await startRealRedis({ args: SETTINGS });
    const listener = await server.connect();
    await listener.command('PSUBSCRIBE', '__keyevent@*');
    const node = new FakeNode({ version: server.version.startsWith('7.0.') ? '7.0' : '7.2' });
    const commands = new RandomCommands(new Random(seed), { databases: true });
    const randomCalls = Array.from({ length: COMMANDS }, () => commands.next());
    const calls = randomCalls.map(({ call }) => call);
    const ours = calls.map((call, index) => effectsOf(node, call, classesAt(index)));
    const replies = await Promise.all(
      calls.map(async (call, index) => {
        const [, reply] = await Promise.all([
          server.raw('CONFIG', 'SET', 'notify-keyspace-events', classesAt(index)),
          server.raw(...call),
          server.raw('SET', SEPARATOR, ''),
          server.raw('PUBLISH', SEPARATOR_CHANNEL, ''),
        ]);
        return parseTypedReply(reply);
      }),
    );
    const propagated = propagatedBy(server);
    expect(propagated).toHaveLength(COMMANDS);
    for (const [index, call] of calls.entries()) {
      const theirs = { events: await nextEvents(listener), propagated: propagated[index]!.map(comparable) };
      const { reply, ...effects } = ours[index]!;
      expect(effects, `seed ${seed}, command ${index}: ${show(call)}`).toEqual(theirs);
      if (reply !== null && !EXTRA_KEY_COUNTS.has(String(call[0]))) {
        expectSame(call, replies[index]!, reply, randomCalls[index]!.options);
      }
    }
  });
});

interface Effects {
  /** `event key@db` */
  readonly events: readonly string[];
  readonly propagated: readonly (readonly string[])[];
  /** Null for commands of other groups. */
  readonly reply: TypedReply | null;
}

function classesAt(index: number): string {
  return EVENT_CLASSES[Math.floor((index * EVENT_CLASSES.length) / COMMANDS)] as string;
}

function effectsOf(node: FakeNode, call: Call, classes: string): Effects {
  node.clear();
  node.nowMs = Date.now();
  const argv = call.map((argument) => Buffer.from(String(argument)).toString('latin1'));
  const reply = node.has(...argv) ? encodeReply(node.run(...argv), 2) : null;
  const wanted = classes.includes('A') ? ALL_CLASSES : classes;
  return {
    events: node.events.filter((event) => wanted.includes(event.charAt(0))).map((event) => event.slice(2)),
    propagated: node.propagated.map(comparable),
    reply: reply === null ? null : parseTypedReply(Buffer.from(reply, 'latin1')),
  };
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

/** Times count from the moment of the command, which differs. */
function comparable(argv: readonly string[]): readonly string[] {
  return argv.map((argument) =>
    /^1[0-9]{12}$/.test(argument) ? String(Math.round(Number(argument) / 300_000)) : argument,
  );
}

function propagatedBy(server: RealRedis): string[][][] {
  const directory = join(server.directory, 'appendonlydir');
  const name = readdirSync(directory).find((file) => file.endsWith('.incr.aof')) as string;
  const text = readFileSync(join(directory, name), 'latin1');
  const groups: string[][][] = [];
  let current: string[][] = [];
  for (const argv of parseCommands(text)) {
    const verb = argv[0]!.toUpperCase();
    if (verb === 'SELECT' || verb === 'MULTI' || verb === 'EXEC') continue;
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
