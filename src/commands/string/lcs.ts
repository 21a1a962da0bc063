/** LCS: the longest common subsequence of two strings. https://redis.io/docs/latest/commands/lcs/ */
import { isStringValue } from '../../keyspace/values/stored-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  LCS_LENGTH_AND_INDEXES,
  LCS_NEEDS_STRINGS,
  LCS_TABLE_TOO_BIG,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, MapReply, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys } from '../key-specs.js';

interface LcsOptions {
  length: boolean;
  indexes: boolean;
  withMatchLength: boolean;
  minMatchLength: bigint | number;
}

/** A run that both strings have; ends are included. */
interface Match {
  readonly length: number;
  readonly inFirst: readonly [start: number, end: number];
  readonly inSecond: readonly [start: number, end: number];
}

function runLcs(context: CommandContext, argv: readonly ByteString[]): Reply {
  const first = context.db.lookupRead(argv[1]!) ?? '';
  const second = context.db.lookupRead(argv[2]!) ?? '';
  if (!isStringValue(first) || !isStringValue(second)) return LCS_NEEDS_STRINGS;
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  if (options.length && options.indexes) return LCS_LENGTH_AND_INDEXES;
  const tableBytes = (first.length + 1) * (second.length + 1) * Uint32Array.BYTES_PER_ELEMENT;
  if (tableBytes > context.node.config.values['proto-max-bulk-len']) return LCS_TABLE_TOO_BIG;

  const a = first.toString();
  const b = second.toString();
  const table = lengthTable(a, b);
  const length = table[table.length - 1]!;
  if (options.length) return length;
  const { common, matches } = walkBack(a, b, table);
  if (!options.indexes) return common;
  const ranges = matches
    .filter((match) => options.minMatchLength <= 0 || match.length >= options.minMatchLength)
    .map(({ inFirst, inSecond, length: matchLength }): Reply => {
      const both: Reply[] = [[...inFirst], [...inSecond]];
      return options.withMatchLength ? [...both, matchLength] : both;
    });
  return new MapReply(['matches', ranges, 'len', length]);
}

function parseOptions(argv: readonly ByteString[]): LcsOptions | ErrorReply {
  const options: LcsOptions = { length: false, indexes: false, withMatchLength: false, minMatchLength: 0 };
  for (let position = 3; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'idx') {
      options.indexes = true;
    } else if (option === 'len') {
      options.length = true;
    } else if (option === 'withmatchlen') {
      options.withMatchLength = true;
    } else if (option === 'minmatchlen' && position + 1 < argv.length) {
      const minimum = parseInteger(argv[++position]!);
      if (minimum === null) return NOT_AN_INTEGER;
      options.minMatchLength = minimum;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

/** Length of the longest common subsequence of the first i bytes of `a` and j bytes of `b`, at i * (b.length + 1) + j. */
function lengthTable(a: ByteString, b: ByteString): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const here = i * width + j;
      table[here] =
        code === b.charCodeAt(j - 1)
          ? table[here - width - 1]! + 1
          : Math.max(table[here - width]!, table[here - 1]!);
    }
  }
  return table;
}

/** Follows the table from its end: the subsequence itself, and its runs from the last to the first. */
function walkBack(
  a: ByteString,
  b: ByteString,
  table: Uint32Array,
): { common: ByteString; matches: Match[] } {
  const width = b.length + 1;
  const matches: Match[] = [];
  let common = '';
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a.charCodeAt(i - 1) !== b.charCodeAt(j - 1)) {
      // Of two ways that are equally good Redis goes back in the second string.
      if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
      else j--;
      continue;
    }
    const [endA, endB] = [i, j];
    while (i > 0 && j > 0 && a.charCodeAt(i - 1) === b.charCodeAt(j - 1)) {
      i--;
      j--;
    }
    common = a.slice(i, endA) + common;
    matches.push({ length: endA - i, inFirst: [i, endA - 1], inSecond: [j, endB - 1] });
  }
  return { common, matches };
}

export const lcs = {
  name: 'lcs',
  summary: 'Finds the longest subsequence that the strings under two keys have in common.',
  since: '7.0.0',
  group: 'string',
  complexity: 'O(N*M), N and M being the lengths of the two strings.',
  arity: -3,
  flags: ['readonly'],
  aclCategories: ['string'],
  keySpecs: [{ ...allKeys(1, 'RO', 'access'), findKeys: { lastKey: 1, step: 1, limit: 0 } }],
  run: runLcs,
} as const satisfies Command;
