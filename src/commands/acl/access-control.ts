/** The users of a node: who may log in and do what, and what was refused (acl.c). https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import type { Config, ConfigLine } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { asCString, type ByteString } from '../../resp/byte-string.js';
import { aclFileErrors, badRule, unmatchedParenthesis } from '../../resp/errors/index.js';
import type { ErrorReply } from '../../resp/reply.js';
import type { CommandTable } from '../table.js';
import { formatAclFile, parseAclFile } from './acl-file.js';
import { AclLog } from './acl-log.js';
import { describeUser } from './describe.js';
import { DUPLICATE_USER, RULE_ERRORS, WRONG_FORMAT } from './rule-errors.js';
import { hasSpaces, type RuleContext } from './selector-rules.js';
import { DEFAULT_USER, User } from './user.js';
import { applyUserRule, mergeSelectors } from './user-rules.js';

/** What access control needs of its node. */
export interface AccessControlHost {
  readonly config: Config;
  readonly commands: CommandTable;
  log(level: 'notice' | 'warning', text: string): void;
  /** The aclfile. `read` gives null when there is none; `write` throws with the system's words when it cannot. */
  readonly files: {
    read(file: string): ByteString | null;
    write(file: string, text: ByteString): void;
  };
  /** The user's connections end: it was deleted. */
  disconnect(user: User): void;
  /** The user is about to lose channels: its subscribers that listen to anything but these end. */
  disconnectSubscribers(user: User, allowed: readonly ByteString[]): void;
}

const CRITICAL = 'Critical error while loading ACLs. Exiting.';

export class AccessControl {
  readonly log = new AclLog();
  /** The user of a connection that did not log in. Never replaced: sessions hold it. */
  readonly defaultUser: User;
  readonly #host: AccessControlHost;
  readonly #rules: RuleContext;
  #users = new Map<ByteString, User>();

  /** @throws ConfigError for users that a server would not start with. */
  constructor(host: AccessControlHost) {
    this.#host = host;
    this.#rules = {
      commands: host.commands,
      get allChannelsByDefault() {
        return host.config.values['acl-pubsub-default'] === 'allchannels';
      },
      warn: (text) => host.log('warning', text),
    };
    this.defaultUser = this.#newDefaultUser();
    this.#users.set(DEFAULT_USER, this.defaultUser);
    this.#setDefaultPassword(host.config.values.requirepass);
    host.config.onChange((names) => {
      if (names.has('requirepass')) this.#setDefaultPassword(host.config.values.requirepass);
      return undefined;
    });
    this.#loadAtStart();
  }

  /** True when a connection has to log in before it may do anything. */
  get authRequired(): boolean {
    return !this.defaultUser.noPassword || !this.defaultUser.enabled;
  }

  /** By name, in the order of bytes. */
  get users(): User[] {
    return [...this.#users.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  userOf(name: ByteString): User | undefined {
    return this.#users.get(name);
  }

  describe(user: User): ByteString {
    return `${user.name} ${describeUser(this.#host.commands, user)}`;
  }

  /** ACL SETUSER: all of the rules or none. Null = done. */
  setUser(name: ByteString, args: readonly ByteString[]): ErrorReply | null {
    const { rules, unmatched } = mergeSelectors(this.#rules, args);
    if (unmatched !== null) return unmatchedParenthesis(args[unmatched]!);
    const known = this.#users.get(name);
    const staged = this.#newUser(name);
    if (known !== undefined) staged.become(known);
    for (const rule of rules) {
      const error = applyUserRule(this.#rules, staged, rule);
      if (error !== null) return badRule(rule, RULE_ERRORS[error]);
    }
    staged.settle();
    if (known === undefined) {
      this.#users.set(name, staged);
    } else {
      this.#endLostSubscriptions(known, staged);
      known.become(staged);
    }
    return null;
  }

  /** @returns false when there is no such user. */
  deleteUser(name: ByteString): boolean {
    const user = this.#users.get(name);
    if (user === undefined) return false;
    this.#users.delete(name);
    this.#host.disconnect(user);
    return true;
  }

  /** ACL LOAD. Null = done; an error: nothing has changed. */
  load(): ErrorReply | null {
    const errors = this.#loadFile();
    return errors === null ? null : aclFileErrors(errors);
  }

  /** ACL SAVE. @returns false when the file cannot be written; the log says why. */
  save(): boolean {
    try {
      const lines = this.users.map((user) => this.describe(user));
      this.#host.files.write(this.#host.config.values.aclfile, formatAclFile(lines));
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#host.log('warning', `Opening temp ACL file for ACL SAVE: ${reason}`);
      return false;
    }
  }

  #newUser(name: ByteString): User {
    return new User(name, {
      allChannels: this.#rules.allChannelsByDefault,
      sanitizes: this.#host.commands.version !== '7.0',
    });
  }

  #newDefaultUser(): User {
    const user = this.#newUser(DEFAULT_USER);
    for (const rule of ['+@all', '~*', '&*', 'on', 'nopass']) applyUserRule(this.#rules, user, rule);
    user.settle();
    return user;
  }

  /** What requirepass says; '' = no password. */
  #setDefaultPassword(password: ByteString): void {
    const user = this.defaultUser;
    applyUserRule(this.#rules, user, 'resetpass');
    applyUserRule(this.#rules, user, password === '' ? 'nopass' : `>${password}`);
  }

  #endLostSubscriptions(user: User, upcoming: User): void {
    if (upcoming.allSelectors.some((selector) => selector.allChannels)) return;
    const allowed = upcoming.allSelectors.flatMap((selector) => selector.channelPatterns);
    const keepsAll = user.allSelectors.every(
      ({ allChannels, channelPatterns }) =>
        !allChannels && channelPatterns.every((pattern) => allowed.includes(pattern)),
    );
    if (!keepsAll) this.#host.disconnectSubscribers(user, allowed);
  }

  /** Null = done. Every other user's connections end, whether the file has the user or not. */
  #loadFile(): ByteString | null {
    const { aclfile } = this.#host.config.values;
    const text = this.#host.files.read(aclfile);
    if (text === null) return `Error loading ACLs, opening file '${aclfile}': No such file or directory`;
    const { users, errors } = parseAclFile(this.#rules, aclfile, text, (name) => this.#newUser(name));
    if (errors !== '') {
      return `${errors}WARNING: ACL errors detected, no change to the previously active ACL rules was performed`;
    }
    const before = this.#users;
    this.defaultUser.become(users.get(DEFAULT_USER) ?? this.#newDefaultUser());
    this.#users = new Map([...users, [DEFAULT_USER, this.defaultUser]]);
    for (const user of before.values()) {
      if (user !== this.defaultUser) this.#host.disconnect(user);
    }
    return null;
  }

  #loadAtStart(): void {
    const { fileOnly, values } = this.#host.config;
    const { users } = fileOnly;
    const { aclfile } = values;
    this.#checkUserLines(users);
    if (aclfile !== '' && users.length > 0) {
      this.#refuseStart(
        'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.',
      );
    }
    for (const { args } of users) this.#loadConfiguredUser(args);
    if (aclfile === '') return;
    const errors = this.#loadFile();
    if (errors !== null) this.#refuseStart(`Aborting Redis startup because of ACL errors: ${errors}`);
  }

  /** What is wrong already when the file is read; commands are looked up later, as a module may bring them. */
  #checkUserLines(lines: readonly ConfigLine[]): void {
    const names = new Set<ByteString>();
    for (const { args, number, text } of lines) {
      const [name = '', ...rest] = args;
      const refuse = (argument: ByteString | undefined, reason: string): never => {
        throw new ConfigError(
          `Error in user declaration '${asCString(argument ?? '')}': ${reason}`,
          number,
          text,
        );
      };
      if (names.has(name)) refuse(name, DUPLICATE_USER);
      names.add(name);
      const { rules, unmatched } = mergeSelectors(this.#rules, rest);
      const argv = ['user', ...args];
      if (unmatched !== null) refuse(argv[unmatched], WRONG_FORMAT);
      const trial = this.#newUser(name);
      for (const [index, rule] of rules.entries()) {
        const error = applyUserRule(this.#rules, trial, rule);
        // The place is counted from the first rule and looked up in the whole line, as Redis does.
        if (error !== null && error !== 'unknown') refuse(argv[index], RULE_ERRORS[error]);
      }
    }
  }

  /** What a server logs before it ends. */
  #refuseStart(...reasons: readonly [string, ...string[]]): never {
    for (const reason of reasons) this.#host.log('warning', reason);
    throw new ConfigError(reasons[0]);
  }

  #loadConfiguredUser(args: readonly ByteString[]): void {
    const [name = '', ...rest] = args;
    if (hasSpaces(name)) this.#refuseStart('Spaces not allowed in ACL usernames', CRITICAL);
    let user = this.#users.get(name);
    if (user === undefined) {
      user = this.#newUser(name);
      this.#users.set(name, user);
    } else {
      applyUserRule(this.#rules, user, 'reset');
    }
    for (const rule of mergeSelectors(this.#rules, rest).rules) {
      const error = applyUserRule(this.#rules, user, rule);
      if (error === null) continue;
      this.#refuseStart(
        `Error loading ACL rule '${asCString(rule)}' for the user named '${name}': ${RULE_ERRORS[error]}`,
        CRITICAL,
      );
    }
    user.settle();
    if (!user.enabled) {
      this.#host.log(
        'notice',
        `The user '${name}' is disabled (there is no 'on' modifier in the user description). Make sure this is not a configuration error.`,
      );
    }
  }
}
