/** The rules of ACL SETUSER about commands, keys and channels (ACLSetSelector of acl.c). https://redis.io/docs/latest/commands/acl-setuser/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { splitArguments } from '../../resp/split-arguments.js';
import type { CommandTable, ResolvedCommand } from '../table.js';
import { commandOfRule, everyCommand, isAclCategory } from './categories.js';
import type { RuleError } from './rule-errors.js';
import { type KeyPattern, Selector } from './selector.js';

/** What rules are read with. */
export interface RuleContext {
  readonly commands: CommandTable;
  /** acl-pubsub-default: what a new selector may do with channels. */
  readonly allChannelsByDefault: boolean;
  /** For what is deprecated. */
  warn(text: string): void;
}

/** @returns what is wrong with the rule, or null. */
export function applySelectorRule(
  context: RuleContext,
  selector: Selector,
  rule: ByteString,
): RuleError | null {
  const text = asCString(rule);
  switch (toLowerAscii(text)) {
    case 'allkeys':
    case '~*':
      selector.allKeys = true;
      selector.keyPatterns = [];
      return null;
    case 'resetkeys':
      selector.allKeys = false;
      selector.keyPatterns = [];
      return null;
    case 'allchannels':
    case '&*':
      selector.allChannels = true;
      selector.channelPatterns = [];
      return null;
    case 'resetchannels':
      selector.allChannels = false;
      selector.channelPatterns = [];
      return null;
    case 'allcommands':
    case '+@all':
      selector.setAllCommands(true);
      return null;
    case 'nocommands':
    case '-@all':
      selector.setAllCommands(false);
      return null;
  }
  if (text.startsWith('~') || text.startsWith('%')) return addKeyPattern(selector, rule);
  if (text.startsWith('&')) return addChannelPattern(selector, rule.slice(1));
  if (text.startsWith('+@') || text.startsWith('-@')) return setCategory(context, selector, text);
  if (text.startsWith('+')) {
    return text.includes('|')
      ? allowSubcommand(context, selector, text.slice(1))
      : setCommand(context, selector, text);
  }
  return text.startsWith('-') ? setCommand(context, selector, text) : 'syntax';
}

/** A selector from its rules in parentheses. */
export function parseSelector(context: RuleContext, rule: ByteString): Selector | RuleError {
  const selector = new Selector(context.allChannelsByDefault);
  // Unbalanced quotes make it an empty one.
  for (const each of splitArguments(asCString(rule.slice(1, -1))) ?? []) {
    const error = applySelectorRule(context, selector, each);
    if (error !== null) return error;
  }
  return selector;
}

/** Names and patterns are printed between spaces. */
export function hasSpaces(text: ByteString): boolean {
  return /[\t-\r \0]/.test(text);
}

function addKeyPattern(selector: Selector, rule: ByteString): RuleError | null {
  if (selector.allKeys) return 'after-all-keys';
  let read = true;
  let write = true;
  let start = 1;
  if (rule.startsWith('%')) {
    read = false;
    write = false;
    for (; start < rule.length; start++) {
      const letter = rule[start]!.toUpperCase();
      if (letter === '~') break;
      if (letter === 'R' && !read) read = true;
      else if (letter === 'W' && !write) write = true;
      else return 'syntax';
    }
    start++;
  }
  const pattern = rule.slice(start);
  if (hasSpaces(pattern)) return 'syntax';
  const known = selector.keyPatterns.find((each) => each.pattern === pattern);
  const merged: KeyPattern = {
    pattern,
    read: read || known?.read === true,
    write: write || known?.write === true,
  };
  selector.keyPatterns =
    known === undefined
      ? [...selector.keyPatterns, merged]
      : selector.keyPatterns.map((each) => (each === known ? merged : each));
  return null;
}

function addChannelPattern(selector: Selector, pattern: ByteString): RuleError | null {
  if (selector.allChannels) return 'after-all-channels';
  if (hasSpaces(pattern)) return 'syntax';
  if (!selector.channelPatterns.includes(pattern))
    selector.channelPatterns = [...selector.channelPatterns, pattern];
  return null;
}

function setCategory({ commands }: RuleContext, selector: Selector, rule: ByteString): RuleError | null {
  const category = toLowerAscii(rule.slice(2));
  if (!isAclCategory(category)) return 'unknown';
  const allowed = rule.startsWith('+');
  selector.addCommandRule(rule.slice(1), allowed);
  selector.setCategory(everyCommand(commands), category, allowed);
  return null;
}

function setCommand({ commands }: RuleContext, selector: Selector, rule: ByteString): RuleError | null {
  const command = commandOfRule(commands, rule.slice(1));
  if (command === undefined) return 'unknown';
  const allowed = rule.startsWith('+');
  selector.setCommand(command, allowed);
  selector.addCommandRule(command.fullName, allowed);
  return null;
}

/** `+config|get`, or the deprecated form for a command that has no subcommands: `+select|0`. */
function allowSubcommand(context: RuleContext, selector: Selector, name: ByteString): RuleError | null {
  const bar = name.lastIndexOf('|');
  const command = commandOfRule(context.commands, name.slice(0, bar));
  if (command === undefined) return 'unknown';
  if (command.parent !== null) return 'first-argument-of-subcommand';
  const argument = name.slice(bar + 1);
  if (argument === '') return 'syntax';
  if (command.subcommands.size === 0) {
    allowFirstArgument(context, selector, command, argument);
  } else {
    const subcommand = commandOfRule(context.commands, name);
    if (subcommand === undefined) return 'unknown';
    selector.setCommand(subcommand, true);
  }
  selector.addCommandRule(name, true);
  return null;
}

function allowFirstArgument(
  { warn }: RuleContext,
  selector: Selector,
  command: ResolvedCommand,
  argument: ByteString,
): void {
  warn(
    `Deprecation warning: Allowing a first arg of an otherwise blocked command is a misuse of ACL and may get disabled in the future (offender: +${command.fullName}|${argument})`,
  );
  selector.addFirstArgument(command, argument);
}
