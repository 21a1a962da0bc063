/**
 * A short notation for the arguments of a command, as COMMAND DOCS describes them; read only when somebody asks.
 *
 * - `name` a string; `name:int`, `name:double`, `name:pattern`, `name:time` (a Unix time), `name:key#0` (of key spec 0)
 * - `!TOKEN` the word alone, its name the same in lower case; `name=TOKEN` its name another
 * - `TOKEN>name:int` a word and what follows it
 * - `name(one two)` these together; `name(one | two)` one of them
 * - behind each: `/text` what to display, `?` optional, `*` may be repeated, `+` the same together with its word,
 *   `@6.2.0` since, `~7.0.0` deprecated since. What is no plain word is in double quotes.
 */

export type ArgumentType =
  | 'string'
  | 'integer'
  | 'double'
  | 'key'
  | 'pattern'
  | 'unix-time'
  | 'pure-token'
  | 'oneof'
  | 'block';

export interface ArgumentDoc {
  readonly name: string;
  readonly type: ArgumentType;
  readonly displayText: string;
  /** Undefined: none; '' is a word too. */
  readonly token?: string;
  readonly keySpec?: number;
  readonly since?: string;
  readonly deprecatedSince?: string;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
  readonly repeatsToken: boolean;
  /** Of a block or a choice. */
  readonly parts: readonly ArgumentDoc[];
}

/** Quoted word, plain word, or a sign. */
const LEXEME = /"[^"]*"|[\w.-]+|[^\s\w]/g;

const TYPES: Readonly<Record<string, ArgumentType>> = {
  int: 'integer',
  double: 'double',
  pattern: 'pattern',
  time: 'unix-time',
  key: 'key',
};

export function readArguments(notation: string): ArgumentDoc[] {
  return new NotationReader(notation).readAll();
}

class NotationReader {
  readonly #notation: string;
  readonly #lexemes: readonly string[];
  #at = 0;

  constructor(notation: string) {
    this.#notation = notation;
    this.#lexemes = notation.match(LEXEME) ?? [];
  }

  readAll(): ArgumentDoc[] {
    const all: ArgumentDoc[] = [];
    while (this.#at < this.#lexemes.length) all.push(this.#argument());
    return all;
  }

  #argument(): ArgumentDoc {
    if (this.#takes('!')) {
      const token = this.#word();
      return this.#end({ name: token.toLowerCase(), type: 'pure-token', token }, []);
    }
    const word = this.#word();
    if (this.#takes('=')) return this.#end({ name: word, type: 'pure-token', token: this.#word() }, []);
    if (!this.#takes('>')) return this.#valueOrGroup(word, {});
    return this.#valueOrGroup(this.#word(), { token: word });
  }

  #valueOrGroup(name: string, token: { readonly token?: string }): ArgumentDoc {
    if (this.#takes('(')) {
      const { parts, isChoice } = this.#group();
      return this.#end({ name, type: isChoice ? 'oneof' : 'block', ...token }, parts);
    }
    const type = this.#takes(':') ? TYPES[this.#word()] : 'string';
    if (type === undefined) throw new Error(`an argument of no type: ${name} in ${this.#notation}`);
    const keySpec = this.#takes('#') ? { keySpec: Number(this.#word()) } : {};
    return this.#end({ name, type, ...token, ...keySpec }, []);
  }

  #group(): { parts: ArgumentDoc[]; isChoice: boolean } {
    const parts: ArgumentDoc[] = [];
    let isChoice = false;
    while (!this.#takes(')')) {
      if (this.#takes('|')) isChoice = true;
      else parts.push(this.#argument());
    }
    return { parts, isChoice };
  }

  #end(
    start: Pick<ArgumentDoc, 'name' | 'type' | 'token' | 'keySpec'>,
    parts: readonly ArgumentDoc[],
  ): ArgumentDoc {
    const displayText = this.#takes('/') ? this.#word() : start.name;
    const isOptional = this.#takes('?');
    const repeatsToken = this.#takes('+');
    const isMultiple = repeatsToken || this.#takes('*');
    const since = this.#takes('@') ? { since: this.#word() } : {};
    const deprecated = this.#takes('~') ? { deprecatedSince: this.#word() } : {};
    return { ...start, displayText, isOptional, isMultiple, repeatsToken, ...since, ...deprecated, parts };
  }

  #takes(sign: string): boolean {
    if (this.#lexemes[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #word(): string {
    const lexeme = this.#lexemes[this.#at++];
    if (lexeme === undefined || (lexeme.length === 1 && /[^\w.-]/.test(lexeme)))
      throw new Error(`a word is missing in ${this.#notation}`);
    return lexeme.startsWith('"') ? lexeme.slice(1, -1) : lexeme;
  }
}
