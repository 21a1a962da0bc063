/** What can be wrong with a rule of ACL SETUSER, in the words of Redis (ACLSetUserStringError of acl.c). */

export const RULE_ERRORS = {
  unknown: 'Unknown command or category name in ACL',
  syntax: 'Syntax error',
  'after-all-keys':
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  'after-all-channels':
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  'no-such-password': 'The password you are trying to remove from the user does not exist',
  'bad-hash':
    'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  'first-argument-of-subcommand': 'Allowing first-arg of a subcommand is not supported',
} as const;

export type RuleError = keyof typeof RULE_ERRORS;

export const DUPLICATE_USER = 'Duplicate user found. A user can only be defined once in config files';
/** For errors that have no words of their own. */
export const WRONG_FORMAT = 'Wrong format';
