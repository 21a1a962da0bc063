/** COMMAND GETKEYS and GETKEYSANDFLAGS: where the keys of a whole command are (getKeysSubcommandImpl in server.c). https://redis.io/docs/latest/commands/command-getkeys/ */
import type { ByteString } from '../../resp/byte-string.js';
import {
  BAD_COMMAND_ARGUMENTS,
  BAD_COMMAND_ARITY,
  COMMAND_WITHOUT_KEYS,
  INVALID_COMMAND,
} from '../../resp/errors/index.js';
import type { Reply } from '../../resp/reply.js';
import type { KeySpecFlag } from '../command.js';
import type { CommandContext } from '../context.js';
import { hasKeys, keyReferencesOf } from '../key-references.js';
import { describeKeyFlags } from './command-info.js';

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
  if (!hasKeys(command)) return COMMAND_WITHOUT_KEYS;
  if (!command.acceptsArgumentCount(asked.length)) return BAD_COMMAND_ARITY;
  const found = keyReferencesOf(command, asked);
  if (found.length === 0) return command.flags.has('no_mandatory_keys') ? [] : BAD_COMMAND_ARGUMENTS;
  return found.map(({ position, flags }) => show({ key: asked[position]!, flags }));
}
