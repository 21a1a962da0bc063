/** COMMAND GETKEYS and GETKEYSANDFLAGS: where the keys of a whole command are (getKeysSubcommandImpl in server.c). https://redis.io/docs/latest/commands/command-getkeys/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  BAD_COMMAND_ARGUMENTS,
  BAD_COMMAND_ARITY,
  COMMAND_WITHOUT_KEYS,
  INVALID_COMMAND,
} from '../../resp/errors/index.js';
import type { Reply } from '../../resp/reply.js';
import type { KeySpecFlag } from '../command.js';
import type { CommandContext } from '../context.js';
import { positionsOfSpec } from '../key-positions.js';
import type { ResolvedCommand } from '../table.js';
import { describeKeyFlags } from './command-info.js';

interface FoundKey {
  readonly position: number;
  readonly flags: readonly KeySpecFlag[];
}

export function getKeys(context: CommandContext, argv: readonly ByteString[]): Reply {
  return answerKeys(context, argv.slice(2), ({ key }) => key);
}

export function getKeysAndFlags(context: CommandContext, argv: readonly ByteString[]): Reply {
  return answerKeys(context, argv.slice(2), ({ key, flags }) => [key, describeKeyFlags(flags)]);
}

function answerKeys(
  { node }: CommandContext,
  asked: readonly ByteString[],
  show: (found: { readonly key: ByteString; readonly flags: readonly KeySpecFlag[] }) => Reply,
): Reply {
  const command = node.commands.resolve(asked);
  if (command === undefined) return INVALID_COMMAND;
  const { keyPositions } = command.declaration;
  if (keyPositions === undefined && !command.keySpecs.some((spec) => !spec.flags.includes('not_key'))) {
    return COMMAND_WITHOUT_KEYS;
  }
  if (!command.acceptsArgumentCount(asked.length)) return BAD_COMMAND_ARITY;
  const found = findKeys(command, asked);
  if (found.length === 0) return command.flags.has('no_mandatory_keys') ? [] : BAD_COMMAND_ARGUMENTS;
  return found.map(({ position, flags }) => show({ key: asked[position]!, flags }));
}

function findKeys(command: ResolvedCommand, asked: readonly ByteString[]): FoundKey[] {
  const { keyPositions } = command.declaration;
  const bySpecs: FoundKey[] = [];
  for (const { flags, ...spec } of command.keySpecs) {
    if (flags.includes('not_key')) continue;
    const actual = flags.includes('variable_flags') ? variableFlags(command.fullName, asked) : flags;
    const positions = positionsOfSpec({ flags, ...spec }, asked);
    if (positions === null && keyPositions === undefined) return [];
    for (const position of positions ?? []) bySpecs.push({ position, flags: actual });
  }
  if (keyPositions === undefined) return bySpecs;
  return keyPositions(asked).map((position) => {
    const flags = bySpecs.find((found) => found.position === position)?.flags ?? [];
    return { position, flags: flags.filter((flag) => flag !== 'incomplete') };
  });
}

/** Where the arguments decide what happens to the key: SET ... GET reads it too, BITFIELD may only read. */
function variableFlags(command: string, asked: readonly ByteString[]): readonly KeySpecFlag[] {
  if (command === 'set') {
    const reads = asked.slice(3).some((arg) => toLowerAscii(asCString(arg)) === 'get');
    return reads ? ['RW', 'access', 'update'] : ['OW', 'update'];
  }
  if (command === 'bitfield') return bitfieldOnlyReads(asked) ? ['RO', 'access'] : ['RW', 'access', 'update'];
  return [];
}

function bitfieldOnlyReads(asked: readonly ByteString[]): boolean {
  for (let index = 2; index < asked.length; index++) {
    const word = toLowerAscii(asCString(asked[index]!));
    const following = asked.length - 1 - index;
    if (word === 'get' && following >= 2) index += 2;
    else if (word === 'overflow' && following >= 1) index += 1;
    else return false;
  }
  return true;
}
