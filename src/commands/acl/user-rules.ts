/** The rules of ACL SETUSER about a user; those about permissions are its root selector's (ACLSetUser of acl.c). https://redis.io/docs/latest/commands/acl-setuser/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import type { RuleError } from './rule-errors.js';
import { applySelectorRule, parseSelector, type RuleContext } from './selector-rules.js';
import { hashPassword, type User } from './user.js';

/** @returns what is wrong with the rule, or null. `settle` the user afterwards. */
export function applyUserRule(context: RuleContext, user: User, rule: ByteString): RuleError | null {
  if (rule === '') return null;
  switch (toLowerAscii(asCString(rule))) {
    case 'on':
      user.enabled = true;
      return null;
    case 'off':
      user.enabled = false;
      return null;
    case 'skip-sanitize-payload':
      user.sanitizing = 'skip';
      return null;
    case 'sanitize-payload':
      user.sanitizing = 'sanitize';
      return null;
    case 'nopass':
      user.noPassword = true;
      user.passwords = [];
      return null;
    case 'resetpass':
      user.noPassword = false;
      user.passwords = [];
      return null;
    case 'clearselectors':
      user.selectors = [];
      return null;
    case 'reset':
      reset(context, user);
      return null;
  }
  switch (rule[0]) {
    case '>':
      return addPassword(user, hashPassword(rule.slice(1)));
    case '#':
      return addPassword(user, rule.slice(1));
    case '<':
      return removePassword(user, hashPassword(rule.slice(1)));
    case '!':
      return removePassword(user, rule.slice(1));
  }
  if (rule.startsWith('(') && rule.endsWith(')')) {
    const selector = parseSelector(context, rule);
    if (typeof selector === 'string') return selector;
    user.selectors = [...user.selectors, selector];
    return null;
  }
  return applySelectorRule(context, user.root, rule);
}

export interface MergedRules {
  readonly rules: readonly ByteString[];
  /** Where a parenthesis opens that is not closed. */
  readonly unmatched: number | null;
}

/** A selector may be spread over several arguments. */
export function mergeSelectors({ commands }: RuleContext, args: readonly ByteString[]): MergedRules {
  const rules: ByteString[] = [];
  let selector = '';
  let openedAt: number | null = null;
  // Before 7.2 a second opening parenthesis begins a new selector, and the first one is lost.
  const restarts = commands.version === '7.0';
  for (const [index, arg] of args.entries()) {
    if ((openedAt === null || restarts) && arg.startsWith('(') && !arg.endsWith(')')) {
      selector = arg;
      openedAt = index;
    } else if (openedAt !== null) {
      selector += ` ${asCString(arg)}`;
      if (!arg.endsWith(')')) continue;
      rules.push(selector);
      openedAt = null;
    } else {
      rules.push(arg);
    }
  }
  return { rules, unmatched: openedAt };
}

function reset(context: RuleContext, user: User): void {
  user.enabled = false;
  user.noPassword = false;
  user.passwords = [];
  user.sanitizing = 'sanitize';
  user.selectors = [];
  const { root } = user;
  root.allKeys = false;
  root.keyPatterns = [];
  root.allChannels = context.allChannelsByDefault;
  root.channelPatterns = [];
  root.setAllCommands(false);
}

function addPassword(user: User, hash: string): RuleError | null {
  if (!isHash(hash)) return 'bad-hash';
  if (!user.passwords.includes(hash)) user.passwords = [...user.passwords, hash];
  user.noPassword = false;
  return null;
}

function removePassword(user: User, hash: string): RuleError | null {
  if (!isHash(hash)) return 'bad-hash';
  if (!user.passwords.includes(hash)) return 'no-such-password';
  user.passwords = user.passwords.filter((each) => each !== hash);
  return null;
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
