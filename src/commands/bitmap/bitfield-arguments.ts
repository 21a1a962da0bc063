/** The subcommands of BITFIELD: GET, SET, INCRBY, OVERFLOW. */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  INVALID_BITFIELD_TYPE,
  INVALID_OVERFLOW_TYPE,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';
import { parseBitOffset } from './bitmap-lookup.js';

export type Overflow = 'wrap' | 'sat' | 'fail';

export interface FieldOperation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly isSigned: boolean;
  readonly bits: number;
  readonly offset: number;
  /** Of SET the value, of INCRBY what is added. */
  readonly operand: bigint;
  readonly overflow: Overflow;
}

export function parseFieldOperations(
  context: CommandContext,
  argv: readonly ByteString[],
): FieldOperation[] | ErrorReply {
  const operations: FieldOperation[] = [];
  let overflow: Overflow = 'wrap';
  for (let position = 2; position < argv.length; position++) {
    const kind = toLowerAscii(asCString(argv[position]!));
    const left = argv.length - position - 1;
    if (kind === 'overflow' && left >= 1) {
      const given = toLowerAscii(asCString(argv[++position]!));
      if (given !== 'wrap' && given !== 'sat' && given !== 'fail') return INVALID_OVERFLOW_TYPE;
      overflow = given;
      continue;
    }
    const isWrite = kind === 'set' || kind === 'incrby';
    if (!(isWrite && left >= 3) && !(kind === 'get' && left >= 2)) return SYNTAX_ERROR;
    const type = parseType(argv[position + 1]!);
    if (type === null) return INVALID_BITFIELD_TYPE;
    const offset = parseBitOffset(context, argv[position + 2]!, type.bits);
    if (offset instanceof ErrorReply) return offset;
    const operand = isWrite ? parseInteger(argv[position + 3]!) : 0;
    if (operand === null) return NOT_AN_INTEGER;
    operations.push({ kind, ...type, offset, operand: BigInt(operand), overflow });
    position += isWrite ? 3 : 2;
  }
  return operations;
}

/** `i` or `u` with the number of bits: up to i64 and u63. */
function parseType(text: ByteString): { readonly isSigned: boolean; readonly bits: number } | null {
  const isSigned = text.startsWith('i');
  if (!isSigned && !text.startsWith('u')) return null;
  const bits = parseInteger(asCString(text.slice(1)));
  if (bits === null || bits < 1 || bits > (isSigned ? 64 : 63)) return null;
  return { isSigned, bits: Number(bits) };
}
