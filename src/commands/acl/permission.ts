/** Whether a user may run a command with these arguments (ACLCheckAllUserCommandPerm of acl.c). https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import type { ByteString } from '../../resp/byte-string.js';
import { asCString } from '../../resp/byte-string.js';
import { globMatches } from '../../structures/glob.js';
import type { KeySpecFlag } from '../command.js';
import { hasKeys, type KeyReference, keyReferencesOf } from '../key-references.js';
import type { ResolvedCommand } from '../table.js';
import type { Selector } from './selector.js';
import type { User } from './user.js';

/** In the order of weight: of the selectors' reasons the heaviest is told. */
const WEIGHTS = { command: 1, key: 2, channel: 4 } as const;

export type DeniedReason = keyof typeof WEIGHTS;

/** Why a command is refused. */
export interface Denial {
  readonly reason: DeniedReason;
  /** Of the key or channel in argv; 0 for a command. */
  readonly position: number;
}

/** What a command does with the channels that its arguments are. */
const CHANNEL_COMMANDS: Readonly<Record<string, { readonly isPattern: boolean; readonly last: number }>> = {
  subscribe: { isPattern: false, last: Number.POSITIVE_INFINITY },
  ssubscribe: { isPattern: false, last: Number.POSITIVE_INFINITY },
  psubscribe: { isPattern: true, last: Number.POSITIVE_INFINITY },
  publish: { isPattern: false, last: 1 },
  spublish: { isPattern: false, last: 1 },
};

/**
 * The one check of permissions: for dispatch, EXEC, scripts and ACL DRYRUN.
 * @param user null: the node itself, its master, or who holds the cluster.
 * @returns null when the command may run.
 */
export function denialOf(
  user: User | null | undefined,
  command: ResolvedCommand,
  argv: readonly ByteString[],
): Denial | null {
  if (user == null || user.isUnrestricted) return null;
  const request = new Request(command, argv);
  let denial: Denial = { reason: 'command', position: 0 };
  for (const selector of user.allSelectors) {
    const found = request.denialBy(selector);
    if (found === null) return null;
    const isHeavier = WEIGHTS[found.reason] > WEIGHTS[denial.reason];
    if (isHeavier || (found.reason === denial.reason && found.position > denial.position)) denial = found;
  }
  return denial;
}

/** True when the user may run the command, and one selector that allows it may read every key there is (SORT BY and GET). */
export function mayReadEveryKey(
  user: User | null | undefined,
  command: ResolvedCommand,
  argv: readonly ByteString[],
): boolean {
  if (user == null || user.isUnrestricted) return true;
  const request = new Request(command, argv);
  return user.allSelectors.some((selector) => {
    const readsAll =
      selector.allKeys ||
      selector.keyPatterns.some(({ read, pattern }) => read && asCString(pattern) === '*');
    return readsAll && request.denialBy(selector) === null;
  });
}

/** A pattern of PSUBSCRIBE has to be among the rules as it is. */
export function allowsChannel(
  patterns: readonly ByteString[],
  channel: ByteString,
  isPattern: boolean,
): boolean {
  return patterns.some((pattern) =>
    isPattern ? asCString(pattern) === asCString(channel) : globMatches(pattern, channel),
  );
}

class Request {
  readonly #command: ResolvedCommand;
  readonly #argv: readonly ByteString[];
  #keys: readonly KeyReference[] | null = null;

  constructor(command: ResolvedCommand, argv: readonly ByteString[]) {
    this.#command = command;
    this.#argv = argv;
  }

  denialBy(selector: Selector): Denial | null {
    if (!this.#mayRun(selector)) return { reason: 'command', position: 0 };
    if (!selector.allKeys && hasKeys(this.#command)) {
      this.#keys ??= keyReferencesOf(this.#command, this.#argv);
      const denied = this.#keys.find(
        ({ position, flags }) => !allowsKey(selector, this.#argv[position]!, flags),
      );
      if (denied !== undefined) return { reason: 'key', position: denied.position };
    }
    return selector.allChannels ? null : this.#channelDenial(selector);
  }

  #mayRun(selector: Selector): boolean {
    const command = this.#command;
    if (selector.allCommands || command.needsNoAuth || selector.allows(command)) return true;
    const argument = this.#argv[command.parent === null ? 1 : 2];
    if (argument === undefined) return false;
    const lower = asCString(argument).toLowerCase();
    return selector.firstArgumentsOf(command).some((each) => each.toLowerCase() === lower);
  }

  #channelDenial({ channelPatterns }: Selector): Denial | null {
    const channels = CHANNEL_COMMANDS[this.#command.fullName];
    if (channels === undefined) return null;
    for (let position = 1; position < this.#argv.length && position <= channels.last; position++) {
      if (!allowsChannel(channelPatterns, this.#argv[position]!, channels.isPattern))
        return { reason: 'channel', position };
    }
    return null;
  }
}

function allowsKey({ keyPatterns }: Selector, key: ByteString, flags: readonly KeySpecFlag[]): boolean {
  const reads = flags.includes('access');
  const writes = flags.includes('insert') || flags.includes('delete') || flags.includes('update');
  return keyPatterns.some(
    ({ pattern, read, write }) => (read || !reads) && (write || !writes) && globMatches(pattern, key),
  );
}
