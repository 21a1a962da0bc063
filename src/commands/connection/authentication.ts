/** Who may use a connection: the port to the users of the node. There is one user, `default`, with the password of requirepass. */
import { type ByteString, byteStringToBytes } from '../../resp/byte-string.js';
import { WRONG_PASS } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import { sha256 } from '../../structures/sha256.js';
import type { CommandContext } from '../context.js';

export const DEFAULT_USER = 'default';

/** Makes the session that user's, or gives the error. A user without password takes any password. */
export function authenticate(
  { node, session }: CommandContext,
  userName: ByteString,
  password: ByteString,
): ErrorReply | null {
  const { requirepass } = node.config.values;
  if (userName !== DEFAULT_USER || (requirepass !== '' && requirepass !== password)) return WRONG_PASS;
  session.userName = userName;
  session.authenticated = true;
  return null;
}

/** What a new connection is: the default user, authenticated when that needs no password. */
export function resetAuthentication({ node, session }: CommandContext): void {
  session.userName = DEFAULT_USER;
  session.authenticated = !defaultUserHasPassword(node);
}

export function defaultUserHasPassword(node: CommandContext['node']): boolean {
  return node.config.values.requirepass !== '';
}

export function userExists(_node: CommandContext['node'], userName: ByteString): boolean {
  return userName === DEFAULT_USER;
}

/** The rules of every user, as `user` lines of a configuration file have them. */
export function describeUsers(node: CommandContext['node']): string[] {
  const { requirepass } = node.config.values;
  const rules = ['~*', '&*', '+@all'];
  if (requirepass === '') return [[DEFAULT_USER, 'on', 'nopass', 'sanitize-payload', ...rules].join(' ')];
  const hash = Buffer.from(sha256(byteStringToBytes(requirepass))).toString('hex');
  return [[DEFAULT_USER, 'on', 'sanitize-payload', `#${hash}`, ...rules].join(' ')];
}
