/** A user: passwords, switches and selectors (user of server.h). */
import { type ByteString, byteStringToBytes } from '../../resp/byte-string.js';
import { sha256 } from '../../structures/sha256.js';
import { Selector } from './selector.js';

export const DEFAULT_USER = 'default';

export class User {
  readonly name: ByteString;
  enabled = false;
  /** Any password will do. */
  noPassword = false;
  /** RESTORE of this user: `skip-sanitize-payload`, `sanitize-payload` or, before 7.2, neither. */
  sanitizing: 'skip' | 'sanitize' | null;
  /** SHA-256 in hex. */
  passwords: readonly string[] = [];
  /** The permissions that belong to the user itself. */
  root: Selector;
  /** Those in parentheses. */
  selectors: readonly Selector[] = [];
  /** May do everything: a command of this user needs no check. Kept by `settle`. */
  isUnrestricted = false;

  constructor(name: ByteString, options: { readonly allChannels: boolean; readonly sanitizes: boolean }) {
    this.name = name;
    this.sanitizing = options.sanitizes ? 'sanitize' : null;
    this.root = new Selector(options.allChannels);
  }

  get allSelectors(): readonly Selector[] {
    return this.selectors.length === 0 ? [this.root] : [this.root, ...this.selectors];
  }

  /** Takes over what `other` may do, not its name. */
  become(other: User): void {
    this.enabled = other.enabled;
    this.noPassword = other.noPassword;
    this.sanitizing = other.sanitizing;
    this.passwords = other.passwords;
    this.root = other.root.copy();
    this.selectors = other.selectors.map((selector) => selector.copy());
    this.settle();
  }

  /** To be called when rules were applied. */
  settle(): void {
    this.isUnrestricted = this.allSelectors.some((selector) => selector.allowsEverything);
  }

  accepts(password: ByteString): boolean {
    return this.enabled && (this.noPassword || this.passwords.includes(hashPassword(password)));
  }
}

export function hashPassword(password: ByteString): string {
  return Buffer.from(sha256(byteStringToBytes(password))).toString('hex');
}
