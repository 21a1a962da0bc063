/** The ACL file: a `user` line for each user (ACLLoadFromFile and ACLSaveToFile of acl.c). https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { RULE_ERRORS } from './rule-errors.js';
import { hasSpaces, type RuleContext } from './selector-rules.js';
import type { User } from './user.js';
import { applyUserRule, mergeSelectors } from './user-rules.js';

export interface LoadedUsers {
  readonly users: ReadonlyMap<ByteString, User>;
  /** What is wrong with the file, each with a space behind it; '' = nothing. */
  readonly errors: ByteString;
}

/** @param newUser makes one that may do nothing. */
export function parseAclFile(
  context: RuleContext,
  path: ByteString,
  text: ByteString,
  newUser: (name: ByteString) => User,
): LoadedUsers {
  const users = new Map<ByteString, User>();
  let errors = '';
  for (const [index, rawLine] of asCString(text).split('\n').entries()) {
    const line = rawLine.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    if (line === '') continue;
    const place = `${path}:${index + 1}`;
    const [keyword, name, ...rules] = line.split(' ');
    if (keyword !== 'user' || name === undefined) {
      errors += `${place} should start with user keyword followed by the username. `;
    } else if (hasSpaces(name)) {
      errors += `'${place}: username '${name}' contains invalid characters. `;
    } else if (users.has(name)) {
      errors += `WARNING: Duplicate user '${name}' found on line ${index + 1}. `;
    } else {
      const user = newUser(name);
      users.set(name, user);
      errors += applyRules(context, user, rules, place);
    }
  }
  return { users, errors };
}

export function formatAclFile(lines: readonly ByteString[]): ByteString {
  return lines.map((line) => `user ${line}\n`).join('');
}

function applyRules(context: RuleContext, user: User, args: readonly ByteString[], place: string): string {
  const { rules, unmatched } = mergeSelectors(context, args);
  if (unmatched !== null) return `${place}: Unmatched parenthesis in selector definition.`;
  let errors = '';
  let hasOtherError = false;
  for (const rawRule of rules) {
    const rule = rawRule.replace(/^[\t\r\n]+|[\t\r\n]+$/g, '');
    const error = applyUserRule(context, user, rule);
    if (error === 'unknown') {
      errors += `${place}: Error in applying operation '${rule}': ${RULE_ERRORS[error]}. `;
    } else if (error !== null && !hasOtherError) {
      // The rule itself may be a secret, and what follows may be wrong because of it.
      errors += `${place}: ${RULE_ERRORS[error]}. `;
      hasOtherError = true;
    }
  }
  user.settle();
  return errors;
}
