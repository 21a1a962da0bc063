/** Random steps: a command, a transaction, or a few commands that belong together; each knows how its replies compare. */
import { isDeepStrictEqual } from 'node:util';
import type { TypedReply } from '../typed-reply.js';
import { alike, type Comparison } from './comparison.js';
import type { Dice } from './dice.js';
import { BLOCKING, FAMILIES, type Family } from './families.js';
import { randomChoice } from './random-choice.js';
import { type Template, templatesOf } from './template.js';
import { KEYS, speak } from './vocabulary.js';

export interface Step {
  readonly calls: readonly (readonly string[])[];
  /** Asked only where the bytes differ. */
  isSame(theirs: readonly TypedReply[], ours: readonly TypedReply[]): boolean;
}

/** A step of one command, or of commands that compare one by one. */
export function stepOf(comparison: Comparison, ...calls: readonly (readonly string[])[]): Step {
  return {
    calls,
    isSame: (theirs, ours) =>
      theirs.every((reply, index) => alike(comparison, reply, ours[index] as TypedReply)),
  };
}

interface Choice {
  readonly template: Template;
  readonly comparison: Comparison;
}

const RARE = 1 / 25;
const ENDS_OF_TRANSACTIONS = new Set(['EXEC', 'DISCARD']);

export interface StepsOptions {
  /** Also commands that move keys between databases: not in cluster mode. */
  readonly databases?: boolean;
  /** All of them when none is named. */
  readonly families?: readonly (keyof typeof FAMILIES)[];
  /** Payloads that DUMP has given, for RESTORE. */
  readonly payloads?: readonly string[];
}

/** Commands of the families, one after the other. */
export class RandomSteps {
  readonly #dice: Dice;
  readonly #payloads: readonly string[];
  /** One list for each family, so that none is crowded out. */
  readonly #families: readonly { readonly choices: readonly Choice[]; readonly weights: readonly number[] }[];
  readonly #blocking = templatesOf(BLOCKING);

  constructor(dice: Dice, { databases = false, families, payloads = [] }: StepsOptions = {}) {
    this.#dice = dice;
    this.#payloads = payloads;
    const names = families ?? (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]);
    this.#families = names
      .filter((name) => databases || name !== 'databases')
      .map((name) => weighted(FAMILIES[name]));
  }

  next(): Step {
    const kind = this.#dice.below(250);
    if (kind < 5) return this.#transaction();
    if (kind < 9) return choiceStep(this.#dice);
    if (kind < 10) return stepOf('times', this.#dice.oneOf(this.#blocking).expand(this.#dice));
    if (kind < 13) return this.#restore();
    const { call, comparison } = this.#command();
    return stepOf(comparison, call);
  }

  /** One command, now and then with an argument too few, too many or a wrong one. */
  command(): { call: readonly string[]; comparison: Comparison } {
    return this.#command();
  }

  #command(): { call: readonly string[]; comparison: Comparison } {
    const { choices, weights } = this.#dice.oneOf(this.#families);
    const at = this.#dice.fraction() * (weights.at(-1) as number);
    const { template, comparison } = choices[weights.findIndex((weight) => at < weight)] as Choice;
    const call = template.expand(this.#dice);
    if (!this.#dice.oneIn(60)) return { call, comparison };
    // From another cursor, or with a low COUNT, what a scan tells depends on the seed of the hash function.
    return { call: this.#spoiled(call), comparison: comparison === 'scan' ? 'kind' : comparison };
  }

  #spoiled(call: readonly string[]): readonly string[] {
    if (call.length === 1 || this.#dice.oneIn(3)) return [...call, this.#word('bogus')];
    if (this.#dice.oneIn(2)) return call.slice(0, -1);
    // Not the key, which cluster mode would hash to another slot in every other case.
    const position = this.#dice.between(Math.min(2, call.length - 1), call.length - 1);
    return call.map((argument, index) => (index === position ? this.#word('value') : argument));
  }

  /** MULTI ... EXEC, with WATCH before, or with DISCARD at the end. */
  #transaction(): Step {
    const dice = this.#dice;
    const isBlocking = dice.oneIn(3);
    const queued = Array.from({ length: dice.between(0, 6) }, () =>
      isBlocking
        ? { call: dice.oneOf(this.#blocking).expand(dice), comparison: 'times' as const }
        : this.#command(),
    ).filter(({ call }) => !ENDS_OF_TRANSACTIONS.has(call[0] as string));
    const before: (readonly string[])[] = [];
    if (dice.oneIn(4)) before.push(['WATCH', this.#word('any'), this.#word('string')]);
    if (dice.oneIn(6)) before.push(['APPEND', this.#word('string'), 'x']);
    const end = dice.oneIn(8) ? 'DISCARD' : 'EXEC';
    const calls = [...before, ['MULTI'], ...queued.map(({ call }) => call), [end]];
    const comparisons = queued.map(({ comparison }) => comparison);
    return {
      calls,
      isSame(theirs, ours) {
        const last = calls.length - 1;
        if (!isDeepStrictEqual(ours.slice(0, last), theirs.slice(0, last))) return false;
        return sameResults(comparisons, theirs.slice(before.length + 1), ours[last] as TypedReply);
      },
    };
  }

  /** RESTORE of what DUMP gave, now and then damaged. */
  #restore(): Step {
    if (this.#payloads.length === 0) return stepOf('exact', ['RESTORE', this.#word('any'), '0', '']);
    const dice = this.#dice;
    let payload = dice.oneOf(this.#payloads);
    if (dice.oneIn(8)) {
      const at = dice.below(payload.length);
      payload = payload.slice(0, at) + String.fromCharCode(dice.below(256)) + payload.slice(at + 1);
    }
    const time = dice.oneOf([
      ['0'],
      ['0'],
      ['100000000'],
      ['5000000000000', 'ABSTTL'],
      ['-1'],
      ['x'],
      ['1', 'ABSTTL'],
    ]);
    const options = dice.oneOf([
      [],
      ['REPLACE'],
      ['replace'],
      ['REPLACE', 'IDLETIME', '7'],
      ['FREQ', '300'],
      ['BOGUS'],
    ]);
    return stepOf('exact', [
      'RESTORE',
      this.#word('any'),
      time[0] as string,
      payload,
      ...options,
      ...time.slice(1),
    ]);
  }

  #word(name: string): string {
    const words: string[] = [];
    speak(name, this.#dice, words);
    return words[0] as string;
  }
}

/** @param theirs the replies to what was queued, and that of EXEC or DISCARD. */
function sameResults(
  comparisons: readonly Comparison[],
  theirs: readonly TypedReply[],
  ourResult: TypedReply,
): boolean {
  const theirResult = theirs.at(-1) as TypedReply;
  if (theirResult.type !== '*' || ourResult.type !== '*') return isDeepStrictEqual(ourResult, theirResult);
  // A command that was refused when it was queued aborts the whole transaction, so all of them are here.
  return (
    theirResult.value.length === ourResult.value.length &&
    theirResult.value.every((result, index) =>
      alike(comparisons[index] ?? 'exact', result, ourResult.value[index] as TypedReply),
    )
  );
}

function choiceStep(dice: Dice): Step {
  const { calls, judge } = randomChoice(dice);
  return { calls, isSame: (theirs, ours) => isDeepStrictEqual(judge(ours), judge(theirs)) };
}

/** What each key holds, and all that can be seen of it. */
export function wholeKeySpace(): Step[] {
  return [
    stepOf('exact', ['DEBUG', 'DIGEST']),
    stepOf('items', ['KEYS', '*']),
    ...KEYS.flatMap((key) => [
      stepOf('exact', ['TYPE', key], ['OBJECT', 'ENCODING', key], ['DEBUG', 'DIGEST-VALUE', key]),
      stepOf('near', ['PEXPIRETIME', key]),
      stepOf('dump', ['DUMP', key]),
      ...(key.includes('stream') ? [stepOf('times', ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'])] : []),
    ]),
  ];
}

function weighted(family: Family): { choices: Choice[]; weights: number[] } {
  const choices: Choice[] = [];
  const weights: number[] = [];
  let total = 0;
  for (const [comparison, lines] of Object.entries(family) as [Comparison, string][]) {
    for (const template of templatesOf(lines)) {
      total += template.weight * (comparison === 'rare' ? RARE : 1);
      choices.push({ template, comparison });
      weights.push(total);
    }
  }
  return { choices, weights };
}
