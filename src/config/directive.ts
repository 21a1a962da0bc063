// What a configuration directive is: how its value is read, printed and written back to a file.
// https://redis.io/docs/latest/operate/oss_and_stack/management/config/
import type { ByteString } from '../resp/byte-string.js';

/** The release whose directives a node knows. */
export type ConfigVersion = '7.0' | '7.2';

/** What holds for a directive whatever its type is. */
export interface DirectiveOptions {
  /** A second name, the one before "slave" and "ziplist" were renamed. */
  readonly alias?: string;
  /** CONFIG SET refuses it. */
  readonly immutable?: true;
  /** CONFIG GET finds it by its exact name only; '7.2': older releases show it. */
  readonly hidden?: true | '7.2';
  /** Its value is a secret: the slowlog shows `(redacted)`. */
  readonly sensitive?: true;
  /** CONFIG SET refuses it while the dataset is loaded. */
  readonly denyLoading?: true;
  /** CONFIG SET needs enable-protected-configs. */
  readonly protected?: true;
  /** Setting it to the value it has counts as a change (files that may have new content). */
  readonly volatile?: true;
  /** Takes any number of arguments. */
  readonly multiArgument?: true;
  /** First release that knows it, when that is not 7.0. */
  readonly since?: '7.2';
}

export interface ParseContext<T> {
  readonly version: ConfigVersion;
  readonly previous: T;
  /** An earlier line of the same file set this directive already. */
  readonly repeatedInFile: boolean;
}

export interface Accepted<T> {
  readonly value: T;
  /** As CONFIG GET prints it; exact where a number is not. */
  readonly text: ByteString;
}

export interface Refused {
  /** The reason as Redis words it. */
  readonly refused: string;
}

/** A line for the file; `force`: also when the file has none for the directive yet. */
export interface RewrittenLine {
  readonly line: ByteString;
  readonly force: boolean;
}

export interface Directive<T> extends DirectiveOptions {
  readonly defaultValue: T;
  parse(args: readonly ByteString[], context: ParseContext<T>): Accepted<T> | Refused;
  print(value: T): ByteString;
  /** Lines of CONFIG REWRITE; none: lines that the file has are removed. `text` is what CONFIG GET prints. */
  rewrite(name: string, value: T, text: ByteString): readonly RewrittenLine[];
}

/** The type of a directive's value. */
export type ValueOf<D> = D extends Directive<infer T> ? T : never;

/** Keeps the literal names of `directives` as its type. */
export function directiveTable<const D extends Readonly<Record<string, Directive<unknown>>>>(
  directives: D,
): D {
  return directives;
}
