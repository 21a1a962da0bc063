/**
 * Every command of the table with arguments that make some sense, or none, on keys of every type: whatever comes, the node
 * answers as the protocol allows, and no exception escapes from it. FUZZ_SEED repeats a run.
 */
import { describe, expect, it } from 'vitest';
import { argumentsOf } from '../../src/commands/arguments/index.js';
import type { ArgumentDoc } from '../../src/commands/arguments/notation.js';
import { commandTableOf } from '../../src/commands/index.js';
import type { ResolvedCommand } from '../../src/commands/table.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { Random } from '../../src/time/random.js';
import { type Client, type Machine, World } from '../node/world.js';
import { Dice } from '../parity/random/dice.js';
import { replyEnd } from '../support/reply-end.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
/** Of each command and subcommand. */
const CALLS = Number(process.env['FUZZ_CALLS'] ?? 6);

/** These end or stop the node, as they are meant to. */
const NOT_FUZZED =
  /^(shutdown|debug|monitor|psync|sync|replicaof|slaveof|failover|cluster\|reset|client\|pause)$/;

/** Inside of a transaction these leave a hole in the reply of EXEC, as they do in Redis. */
const WITHOUT_REPLY = /^(client reply|auth|hello)/;

const KEYS = ['string', 'list', 'set', 'hash', 'zset', 'stream', 'hll', 'none'];
const SETUP = [
  'SET {t}string 12',
  'RPUSH {t}list a b 1 2',
  'SADD {t}set 1 2 x',
  'HSET {t}hash f v g 1',
  'ZADD {t}zset 1 a 2 b',
  'XADD {t}stream 1-1 f v',
  'XGROUP CREATE {t}stream g 0',
  'PFADD {t}hll a b',
];

const NUMBERS = [
  ...['0', '1', '-1', '2', '3', '100', '65536', '2147483648', '9223372036854775807', '-9223372036854775808'],
  ...[
    '9223372036854775808',
    '18446744073709551615',
    '1.5',
    'inf',
    '-inf',
    'nan',
    '1e309',
    '',
    ' 1',
    '0x1',
    '1-1',
  ],
];
const TEXTS = [
  '',
  'a',
  'f',
  'x',
  '\0',
  '\r\n',
  '\xff\xfe',
  '*',
  '$',
  '>',
  '-',
  '+',
  '(1',
  '[a',
  '[',
  '{t}',
  '-inf',
  'x'.repeat(200),
];
const WORDS =
  'NX XX GET EX PX LIMIT COUNT WITHSCORES BY STORE ASC DESC ALPHA STREAMS GROUP MATCH TYPE LEFT BEFORE MIN MAX WEIGHTS AGGREGATE BLOCK ID FORCE REV BYSCORE BYLEX FROMLONLAT BYRADIUS km ON OFF'.split(
    ' ',
  );

describe.each(['7.0', '7.2'] as const)('a node of Redis %s', (version) => {
  for (const cluster of [false, true]) {
    const seed = SEED + (cluster ? 1 : 0);
    it(`survives any arguments ${cluster ? 'in' : 'outside of'} cluster mode (seed ${seed})`, {
      timeout: 60_000,
    }, () => {
      const dice = new Dice(new Random(seed));
      for (const command of everyCommand(version)) {
        const world = new World();
        const machine = world.start({ version, cluster });
        for (let call = 0; call < CALLS; call++) {
          const client = connected(machine, dice);
          const argv = [...command.fullName.split('|'), ...someArguments(dice, command, version)];
          client.sendBytes(encodeRequest(argv));
          // What waits is woken by time, what is queued runs.
          client.sendBytes(encodeRequest(['EXEC']));
          world.pass(1000);
          check(
            machine,
            client,
            `FUZZ_SEED=${SEED}: ${JSON.stringify(argv)}`,
            !WITHOUT_REPLY.test(argv.join(' ')),
          );
          client.leave();
        }
        machine.process.kill();
      }
    });
  }
});

/** A client with the keys in place, now and then in a transaction or with RESP3. */
function connected(machine: Machine, dice: Dice): Client {
  const client = machine.connect();
  client.ask('FLUSHALL', ...SETUP);
  if (dice.oneIn(3)) client.ask('HELLO 3');
  if (dice.oneIn(6)) client.ask('MULTI');
  return client;
}

function check(machine: Machine, client: Client, what: string, isAnswered: boolean): void {
  const trouble = machine.events.find(({ kind }) => kind === 'internal-error');
  expect(trouble, what).toBeUndefined();
  expect(machine.process.state, what).toBe('running');
  if (!isAnswered) return;
  const answer = Buffer.from(client.take(), 'latin1');
  let at = 0;
  while (at < answer.length) {
    const end = replyEnd(answer, at);
    expect(
      end,
      `${what} answers whole replies, not ${JSON.stringify(answer.toString('latin1'))}`,
    ).toBeDefined();
    at = end as number;
  }
}

function everyCommand(version: '7.0' | '7.2'): ResolvedCommand[] {
  const all: ResolvedCommand[] = [];
  const add = (command: ResolvedCommand): void => {
    if (!NOT_FUZZED.test(command.fullName)) all.push(command);
    for (const subcommand of command.subcommands.values()) add(subcommand);
  };
  for (const command of commandTableOf(version).commands.values()) add(command);
  return all;
}

function someArguments(dice: Dice, command: ResolvedCommand, version: '7.0' | '7.2'): string[] {
  if (dice.oneIn(4)) return Array.from({ length: dice.below(7) }, () => anything(dice));
  const words = argumentsOf(command.fullName, version).flatMap((argument) => spoken(dice, argument));
  if (dice.oneIn(3) && words.length > 0) words[dice.below(words.length)] = anything(dice);
  if (dice.oneIn(5)) words.splice(dice.below(words.length + 1), 0, anything(dice));
  return dice.oneIn(8) ? words.slice(0, -1) : words;
}

/** The argument as it is described, with values that may not suit it. */
function spoken(
  dice: Dice,
  { type, token, parts, isOptional, isMultiple, repeatsToken }: ArgumentDoc,
): string[] {
  if (isOptional && dice.oneIn(2)) return [];
  const words: string[] = [];
  const times = isMultiple ? dice.between(1, 3) : 1;
  for (let time = 0; time < times; time++) {
    if (token !== undefined && (time === 0 || repeatsToken)) words.push(token);
    if (type === 'pure-token') continue;
    if (type === 'oneof') words.push(...spoken(dice, { ...dice.oneOf(parts), isOptional: false }));
    else if (type === 'block') words.push(...parts.flatMap((part) => spoken(dice, part)));
    else if (type === 'key') words.push(key(dice));
    else if (type === 'string' || type === 'pattern')
      words.push(dice.oneIn(3) ? number(dice) : dice.oneOf(TEXTS));
    else words.push(number(dice));
  }
  return words;
}

function anything(dice: Dice): string {
  return dice.oneOf([key, number, (): string => dice.oneOf(TEXTS), (): string => dice.oneOf(WORDS)])(dice);
}

function key(dice: Dice): string {
  return `${dice.oneIn(20) ? '' : '{t}'}${dice.oneOf(KEYS)}`;
}

function number(dice: Dice): string {
  return dice.oneIn(2) ? String(dice.between(0, 3)) : dice.oneOf(NUMBERS);
}
