/** A set of permissions: which commands on which keys and channels (aclSelector of acl.c). A user has one, and may have more in parentheses. */
import type { ByteString } from '../../resp/byte-string.js';
import type { AclCategory } from '../command.js';
import type { ResolvedCommand } from '../table.js';

export interface KeyPattern {
  readonly pattern: ByteString;
  readonly read: boolean;
  readonly write: boolean;
}

export class Selector {
  /** Every key, whatever the patterns say. */
  allKeys = false;
  allChannels: boolean;
  /** No command was ever taken away: the commands need not be looked at. */
  allCommands = false;
  keyPatterns: readonly KeyPattern[] = [];
  channelPatterns: readonly ByteString[] = [];
  /** What `+@all` and `-@all` set: commands that are in no other rule, those of later releases too. */
  allowsOthers = false;
  /** The rules about commands as 7.2 tells them: in order, without those that a later one overrides. */
  commandRules: readonly ByteString[] = [];
  /** Full names of the commands for which `allowsOthers` does not hold. */
  readonly #exceptions = new Set<string>();
  /** Of commands that are not allowed: the first arguments with which they are. */
  readonly #firstArguments = new Map<string, readonly ByteString[]>();

  constructor(allChannels: boolean) {
    this.allChannels = allChannels;
  }

  copy(): Selector {
    const copy = new Selector(this.allChannels);
    copy.allKeys = this.allKeys;
    copy.allCommands = this.allCommands;
    copy.keyPatterns = this.keyPatterns;
    copy.channelPatterns = this.channelPatterns;
    copy.allowsOthers = this.allowsOthers;
    copy.commandRules = this.commandRules;
    for (const name of this.#exceptions) copy.#exceptions.add(name);
    for (const [name, known] of this.#firstArguments) copy.#firstArguments.set(name, known);
    return copy;
  }

  /** Nothing has to be checked. */
  get allowsEverything(): boolean {
    return this.allCommands && this.allKeys && this.allChannels;
  }

  allows({ fullName }: ResolvedCommand): boolean {
    return this.allowsOthers !== this.#exceptions.has(fullName);
  }

  firstArgumentsOf({ fullName }: ResolvedCommand): readonly ByteString[] {
    return this.#firstArguments.get(fullName) ?? [];
  }

  setAllCommands(allowed: boolean): void {
    this.allCommands = allowed;
    this.allowsOthers = allowed;
    this.commandRules = [];
    this.#exceptions.clear();
    this.#firstArguments.clear();
  }

  /** A container takes its subcommands with it. */
  setCommand(command: ResolvedCommand, allowed: boolean): void {
    this.#set(command, allowed);
    this.#firstArguments.delete(command.fullName);
    for (const subcommand of command.subcommands.values()) this.#set(subcommand, allowed);
  }

  /** @param commands all there are. */
  setCategory(commands: readonly ResolvedCommand[], category: AclCategory, allowed: boolean): void {
    for (const command of commands) {
      if (command.aclCategories.has(category)) this.setCommand(command, allowed);
    }
  }

  addFirstArgument(command: ResolvedCommand, argument: ByteString): void {
    const known = this.firstArgumentsOf(command);
    if (known.some((each) => each.toLowerCase() === argument.toLowerCase())) return;
    this.#firstArguments.set(command.fullName, [...known, argument]);
  }

  /** Puts a rule at the end; it overrides the same one before, and a command overrides its subcommands. */
  addCommandRule(rule: ByteString, allowed: boolean): void {
    const name = rule.toLowerCase();
    const kept = this.commandRules.filter((each) => {
      const other = each.slice(1);
      return other !== name && !other.startsWith(`${name}|`);
    });
    this.commandRules = [...kept, `${allowed ? '+' : '-'}${name}`];
  }

  #set({ fullName }: ResolvedCommand, allowed: boolean): void {
    if (allowed === this.allowsOthers) this.#exceptions.delete(fullName);
    else this.#exceptions.add(fullName);
    if (!allowed) this.allCommands = false;
  }
}
