/** Ties the users of a node to its files and to the connections they have. */
import { AccessControl } from '../commands/acl/access-control.js';
import { allowsChannel } from '../commands/acl/permission.js';
import type { User } from '../commands/acl/user.js';
import type { Subscriptions } from '../commands/session.js';
import type { ByteString } from '../resp/byte-string.js';
import type { ClientSession } from './client-session.js';
import type { Node } from './node.js';
import type { NodeHost } from './ports.js';

/** @throws ConfigError for users that a server would not start with. */
export function createAccessControl(node: Node, { storage }: NodeHost): AccessControl {
  return new AccessControl({
    config: node.config,
    commands: node.commands,
    log: (level, text) => node.log(level, text),
    files: {
      read(file) {
        const content = storage.read(file);
        return content === null ? null : Buffer.from(content).toString('latin1');
      },
      write: (file, text) => storage.write(file, Buffer.from(text, 'latin1'), true),
    },
    disconnect(user) {
      for (const session of sessionsOf(node, user)) {
        session.user = node.acl.defaultUser;
        session.authenticated = false;
        end(node, session);
      }
    },
    disconnectSubscribers(user, allowed) {
      for (const session of sessionsOf(node, user)) {
        if (session.subscriptions !== null && !isAllowed(session.subscriptions, allowed)) end(node, session);
      }
    },
  });
}

function sessionsOf(node: Node, user: User): ClientSession[] {
  return [...node.sessions.values()].filter((session) => session.user === user);
}

function isAllowed(
  { channels, patterns, shardChannels }: Subscriptions,
  allowed: readonly ByteString[],
): boolean {
  return (
    [...patterns].every((pattern) => allowsChannel(allowed, pattern, true)) &&
    [...channels, ...shardChannels].every((channel) => allowsChannel(allowed, channel, false))
  );
}

/** The client whose command this is gets its answer first. */
function end(node: Node, session: ClientSession): void {
  if (node.executor.runsFor === session) session.closeAfterReply = true;
  else session.close('ACL');
}
