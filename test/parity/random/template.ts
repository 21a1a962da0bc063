/**
 * Patterns of commands, one a line: words as they are, `$word` something random from the vocabulary, `[ ... ]` there or
 * not, `( a | b c | )` one of them, `( ... )+` one to four times, `( ... )++` often enough to outgrow a small encoding.
 * Brackets, bars and words stand apart. A number in front says how often the line is chosen.
 */
import type { Dice } from './dice.js';
import { speak } from './vocabulary.js';

type Part = (dice: Dice, words: string[]) => void;

export interface Template {
  readonly weight: number;
  expand(dice: Dice): string[];
}

const FEW = 4;
const MANY = [20, 150];

export function templatesOf(lines: string): Template[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(templateOf);
}

function templateOf(line: string): Template {
  const [, weight, pattern = ''] = /^(?:(\d+) )?(.*)$/.exec(line) ?? [];
  const part = new PatternReader(pattern.split(/ +/)).read();
  return {
    weight: Number(weight ?? 1),
    expand(dice) {
      const words: string[] = [];
      part(dice, words);
      return words;
    },
  };
}

class PatternReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  read(): Part {
    const alternatives = this.#alternatives();
    if (this.#at < this.#tokens.length) throw new Error(`too many ${this.#tokens[this.#at]} in a pattern`);
    return oneOf(alternatives);
  }

  #alternatives(): Part[] {
    const alternatives: Part[] = [];
    let sequence: Part[] = [];
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at] as string;
      if (token === ']' || token.startsWith(')')) break;
      if (token === '|') {
        alternatives.push(inTurn(sequence));
        sequence = [];
      } else {
        sequence.push(this.#part(token));
      }
    }
    return [...alternatives, inTurn(sequence)];
  }

  #part(token: string): Part {
    if (token === '[') {
      const inner = this.#inner().part;
      return (dice, words) => {
        if (dice.oneIn(3)) inner(dice, words);
      };
    }
    if (token === '(') {
      const { part, end } = this.#inner();
      if (end === ')') return part;
      return (dice, words) => {
        const isLong = end === ')++' && dice.oneIn(12);
        const count = isLong ? dice.oneOf(MANY) : 1 + dice.below(FEW);
        for (let time = 0; time < count; time++) part(dice, words);
      };
    }
    if (token.startsWith('$') && token !== '$') {
      const name = token.slice(1);
      return (dice, words) => speak(name, dice, words);
    }
    return (_dice, words) => words.push(token === "''" ? '' : token);
  }

  #inner(): { part: Part; end: string } {
    this.#at++;
    const part = oneOf(this.#alternatives());
    const end = this.#tokens[this.#at];
    if (end === undefined) throw new Error(`a bracket is open in ${this.#tokens.join(' ')}`);
    return { part, end };
  }
}

function inTurn(parts: readonly Part[]): Part {
  return (dice, words) => {
    for (const part of parts) part(dice, words);
  };
}

function oneOf(alternatives: readonly Part[]): Part {
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) return only;
  return (dice, words) => dice.oneOf(alternatives)(dice, words);
}
