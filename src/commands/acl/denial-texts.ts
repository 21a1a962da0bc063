/** How a refusal is worded, which 7.2 changed (getAclErrorMessage of acl.c). */
import type { ByteString } from '../../resp/byte-string.js';
import type { RedisVersion } from '../command.js';
import type { ResolvedCommand } from '../table.js';
import type { Denial } from './permission.js';
import type { User } from './user.js';

/** What follows NOPERM. */
export function refusalText(
  version: RedisVersion,
  user: User,
  command: ResolvedCommand,
  { reason }: Denial,
): string {
  if (version === '7.0') {
    const what = {
      command: `run the '${command.fullName}' command`,
      key: 'access one of the keys used as arguments',
      channel: 'access one of the channels used as arguments',
    };
    return `this user has no permissions to ${what[reason]}`;
  }
  if (reason === 'command') return mayNotRun(`User ${user.name}`, command);
  return `No permissions to access a ${reason}`;
}

/** What a script is told. */
export function refusalInScript(
  version: RedisVersion,
  user: User,
  command: ResolvedCommand,
  denial: Denial,
): string {
  if (version !== '7.0') return `ACL failure in script: ${refusalText(version, user, command, denial)}`;
  const what = {
    command: "can't run this command or subcommand",
    key: "can't access at least one of the keys mentioned in the command arguments",
    channel: "can't publish to the channel mentioned in the command",
  };
  return `The user executing the script ${what[denial.reason]}`;
}

/** What ACL DRYRUN answers: it names the key or channel. */
export function dryRunText(
  version: RedisVersion,
  user: User,
  command: ResolvedCommand,
  argv: readonly ByteString[],
  { reason, position }: Denial,
): ByteString {
  const who = version === '7.0' ? 'This user' : `User ${user.name}`;
  if (reason === 'command') return mayNotRun(who, command);
  return `${who} has no permissions to access the '${argv[position]}' ${reason}`;
}

function mayNotRun(who: string, { fullName }: ResolvedCommand): string {
  return `${who} has no permissions to run the '${fullName}' command`;
}
