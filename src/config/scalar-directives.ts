// The directive types yes/no, choice, set of choices, and text: boolConfig, enumConfig, stringConfig and sdsConfig in config.c.
import { asCString, type ByteString } from '../resp/byte-string.js';
import type { Accepted, ConfigVersion, Directive, DirectiveOptions, Refused } from './directive.js';
import { quoteArgument } from './quote-argument.js';

export function yesNo(
  defaultValue: boolean,
  options: DirectiveOptions & { validate?: (value: boolean) => string | null } = {},
): Directive<boolean> {
  const print = (value: boolean): ByteString => (value ? 'yes' : 'no');
  return {
    ...options,
    defaultValue,
    parse(args) {
      const word = asCString(args[0] ?? '').toLowerCase();
      if (word !== 'yes' && word !== 'no') return { refused: "argument must be 'yes' or 'no'" };
      const value = word === 'yes';
      const refused = options.validate?.(value) ?? null;
      return refused === null ? { value, text: word } : { refused };
    },
    print,
    rewrite: (name, value) => [{ line: `${name} ${print(value)}`, force: value !== defaultValue }],
  };
}

export interface ChoiceOptions<W extends string> extends DirectiveOptions {
  /** Other spellings of a word. They are listed in the error after the word they stand for. */
  readonly synonyms?: Readonly<Record<string, W>>;
  /** Words that only 7.2 knows. */
  readonly since72?: readonly W[];
}

/** One word of several, in any case. */
export function choice<const W extends string>(
  words: readonly W[],
  defaultValue: NoInfer<W>,
  options: ChoiceOptions<NoInfer<W>> = {},
): Directive<W> {
  const synonyms: Readonly<Record<string, W>> = options.synonyms ?? {};
  return {
    ...options,
    defaultValue,
    parse(args, { version }): Accepted<W> | Refused {
      const word = asCString(args[0] ?? '').toLowerCase();
      const known = words.filter((each) => isKnown(each, version, options.since72));
      const value = known.find((each) => each === word) ?? synonyms[word];
      if (args.length === 1 && value !== undefined) return { value, text: value };
      return mustBeOneOf(
        known.flatMap((each) => [
          each,
          ...Object.keys(synonyms).filter((synonym) => synonyms[synonym] === each),
        ]),
      );
    },
    print: (value) => value,
    rewrite: (name, value) => [{ line: `${name} ${value}`, force: value !== defaultValue }],
  };
}

/** Any number of words; the first one stands for none of the others. The value is the words in their order, with spaces between. */
export function choices(
  words: readonly [string, ...string[]],
  options: DirectiveOptions & { readonly conflict?: readonly [string, string, string] } = {},
): Directive<string> {
  const [none] = words;
  return {
    ...options,
    multiArgument: true,
    defaultValue: none,
    parse(args): Accepted<string> | Refused {
      const asked = new Set(args.map((arg) => asCString(arg).toLowerCase()));
      if (asked.size === 0 || [...asked].some((word) => !words.includes(word))) return mustBeOneOf(words);
      if (options.conflict !== undefined) {
        const [one, other, refused] = options.conflict;
        if (asked.has(one) && asked.has(other)) return { refused };
      }
      const chosen = words.filter((word) => word !== none && asked.has(word));
      const value = chosen.length === 0 ? none : chosen.join(' ');
      return { value, text: value };
    },
    print: (value) => value,
    rewrite: (name, value) => [{ line: `${name} ${value}`, force: value !== none }],
  };
}

export interface TextOptions extends DirectiveOptions {
  /** Empty is a value of its own; without this, empty means that the directive is not set. */
  readonly emptyIsValue?: true;
  /** The value may hold any byte (Redis's "sds" type); a text ends at a NUL. */
  readonly binary?: true;
  readonly validate?: (value: ByteString) => string | null;
}

export function text(defaultValue: ByteString, options: TextOptions = {}): Directive<ByteString> {
  return {
    ...options,
    defaultValue,
    parse([arg = '']): Accepted<ByteString> | Refused {
      const value = options.binary === true ? arg : asCString(arg);
      const refused = options.validate?.(value) ?? null;
      return refused === null ? { value, text: value } : { refused };
    },
    print: (value) => value,
    rewrite(name, value) {
      if (value === '' && options.emptyIsValue !== true) return [];
      return [{ line: `${name} ${quoteArgument(value)}`, force: value !== defaultValue }];
    },
  };
}

function isKnown(word: string, version: ConfigVersion, since72: readonly string[] | undefined): boolean {
  return version !== '7.0' || since72?.includes(word) !== true;
}

/** Redis formats the list into a buffer of this size. */
const REASON_LIMIT = 255;

function mustBeOneOf(words: readonly string[]): Refused {
  return { refused: `argument(s) must be one of the following: ${words.join(', ')}`.slice(0, REASON_LIMIT) };
}
