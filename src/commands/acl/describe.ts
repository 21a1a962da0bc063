/** Users and selectors as ACL LIST and ACL GETUSER show them: rules that make the same user again (ACLDescribeUser of acl.c). */
import type { ByteString } from '../../resp/byte-string.js';
import type { AclCategory } from '../command.js';
import type { CommandTable, ResolvedCommand } from '../table.js';
import { ACL_CATEGORIES, everyCommand } from './categories.js';
import { type KeyPattern, Selector } from './selector.js';
import type { User } from './user.js';

/** The rules of a user, without its name. */
export function describeUser(commands: CommandTable, user: User): ByteString {
  const parts = [...userFlags(user), ...user.passwords.map((hash) => `#${hash}`)];
  parts.push(describeSelector(commands, user.root));
  for (const selector of user.selectors) parts.push(`(${describeSelector(commands, selector)})`);
  return parts.join(' ');
}

export function userFlags({ enabled, noPassword, sanitizing }: User): string[] {
  const flags = [enabled ? 'on' : 'off'];
  if (noPassword) flags.push('nopass');
  if (sanitizing !== null) flags.push(sanitizing === 'skip' ? 'skip-sanitize-payload' : 'sanitize-payload');
  return flags;
}

export function describeKeys({ allKeys, keyPatterns }: Selector): ByteString {
  return allKeys ? '~*' : keyPatterns.map(describeKeyPattern).join(' ');
}

export function describeChannels({ allChannels, channelPatterns }: Selector): ByteString {
  return allChannels ? '&*' : channelPatterns.map((pattern) => `&${pattern}`).join(' ');
}

export function describeCommands(commands: CommandTable, selector: Selector): ByteString {
  const all = selector.allowsOthers ? '+@all' : '-@all';
  const rules = commands.version === '7.0' ? shortestCommandRules(commands, selector) : selector.commandRules;
  return [all, ...rules].join(' ');
}

function describeSelector(commands: CommandTable, selector: Selector): ByteString {
  const channels = describeChannels(selector);
  return [
    describeKeys(selector),
    selector.allChannels ? '' : 'resetchannels',
    channels,
    describeCommands(commands, selector),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function describeKeyPattern({ pattern, read, write }: KeyPattern): ByteString {
  if (read && write) return `~${pattern}`;
  return `%${read ? 'R' : ''}${write ? 'W' : ''}~${pattern}`;
}

/**
 * Before 7.2 the rules are forgotten, and categories are looked for that come near to what is allowed: in each turn
 * the one with the fewest commands that are different; what is still different is told command by command.
 */
function shortestCommandRules(commands: CommandTable, selector: Selector): ByteString[] {
  const rules: ByteString[] = [];
  const every = everyCommand(commands);
  const adds = !selector.allowsOthers;
  /** What the rules so far make, and what they have not explained yet. */
  const made = new Selector(false);
  made.setAllCommands(selector.allowsOthers);
  const rest = selector.copy();
  const left = new Set(ACL_CATEGORIES);
  for (;;) {
    const best = bestCategory(every, rest, left, adds);
    if (best === null) break;
    made.setCategory(every, best, adds);
    rest.setCategory(every, best, !adds);
    rules.push(`${adds ? '+' : '-'}@${best}`);
    left.delete(best);
  }
  for (const command of every) {
    const allowed = selector.allows(command);
    if (allowed !== made.allows(command)) {
      rules.push(`${allowed ? '+' : '-'}${command.fullName}`);
      made.setCommand(command, allowed);
    }
    if (allowed) continue;
    for (const argument of selector.firstArgumentsOf(command)) rules.push(`+${command.fullName}|${argument}`);
  }
  return rules;
}

function bestCategory(
  commands: readonly ResolvedCommand[],
  selector: Selector,
  categories: ReadonlySet<AclCategory>,
  adds: boolean,
): AclCategory | null {
  let best: AclCategory | null = null;
  let fewestDifferent = Number.POSITIVE_INFINITY;
  let mostSame = 0;
  for (const category of categories) {
    let same = 0;
    let different = 0;
    for (const command of commands) {
      if (!command.aclCategories.has(category)) continue;
      if (selector.allows(command) === adds) same++;
      else different++;
    }
    if (same <= different) continue;
    if (different < fewestDifferent || (different === fewestDifferent && same > mostSame)) {
      best = category;
      fewestDifferent = different;
      mostSame = same;
    }
  }
  return best;
}
