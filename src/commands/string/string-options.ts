/** The options of SET and GETEX, and the expiry times of all string commands (parseExtendedStringArgumentsOrReply in t_string.c). */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { invalidExpireTime, NOT_AN_INTEGER, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { ErrorReply } from '../../resp/reply.js';
import { addInt64, type Int64, multiplyInt64 } from '../../structures/int64.js';
import type { CommandContext } from '../context.js';

/** As spelled in a command: seconds or milliseconds, from now on or as a Unix time. */
export type ExpiryUnit = 'ex' | 'px' | 'exat' | 'pxat';

export interface ExpiryArgument {
  readonly unit: ExpiryUnit;
  readonly text: ByteString;
}

export interface StringOptions {
  condition: 'nx' | 'xx' | null;
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  expiry: ExpiryArgument | null;
}

/** @param start where the options begin in argv. */
export function parseStringOptions(
  argv: readonly ByteString[],
  start: number,
  command: 'get' | 'set',
): StringOptions | ErrorReply {
  const options: StringOptions = {
    condition: null,
    get: false,
    keepTtl: false,
    persist: false,
    expiry: null,
  };
  const isSet = command === 'set';
  for (let position = start; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    switch (option) {
      case 'nx':
      case 'xx':
        if (!isSet || (options.condition !== null && options.condition !== option)) return SYNTAX_ERROR;
        options.condition = option;
        break;
      case 'get':
        if (!isSet) return SYNTAX_ERROR;
        options.get = true;
        break;
      case 'keepttl':
        if (!isSet || options.expiry !== null) return SYNTAX_ERROR;
        options.keepTtl = true;
        break;
      case 'persist':
        if (isSet || options.expiry !== null) return SYNTAX_ERROR;
        options.persist = true;
        break;
      case 'ex':
      case 'px':
      case 'exat':
      case 'pxat': {
        // The same unit may come again; the last one counts.
        const text = argv[position + 1];
        const otherUnit = options.expiry !== null && options.expiry.unit !== option;
        if (text === undefined || options.keepTtl || options.persist || otherUnit) return SYNTAX_ERROR;
        options.expiry = { unit: option, text };
        position++;
        break;
      }
      default:
        return SYNTAX_ERROR;
    }
  }
  return options;
}

/** When the key is to expire, Unix ms: always later than 0, but maybe in the past. */
export function expiryTime(context: CommandContext, { unit, text }: ExpiryArgument): Int64 | ErrorReply {
  const given = parseInteger(text);
  if (given === null) return NOT_AN_INTEGER;
  if (given <= 0) return invalidExpireTime(context.command.fullName);
  let atMs: Int64 | null = unit === 'ex' || unit === 'exat' ? multiplyInt64(given, 1000) : given;
  if (atMs !== null && (unit === 'ex' || unit === 'px')) atMs = addInt64(atMs, context.nowMs);
  return atMs ?? invalidExpireTime(context.command.fullName);
}
