/** The first line of a script, which may name its engine and its flags: `#!lua flags=no-writes,allow-stale` (evalExtractShebangFlags of eval.c). https://redis.io/docs/latest/develop/interact/programmability/eval-intro/#script-flags */
import type { ByteString } from '../resp/byte-string.js';
import { ErrorReply } from '../resp/reply.js';
import { splitArguments } from '../resp/split-arguments.js';

export const SCRIPT_FLAGS = [
  'no-writes',
  'allow-oom',
  'allow-stale',
  'no-cluster',
  'allow-cross-slot-keys',
] as const;

export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

export interface Shebang {
  /** Null: there is no such line; the script is treated as before there were flags. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  /** Bytes of the line without its end: they are no Lua. */
  readonly length: number;
}

const NONE: Shebang = { flags: null, length: 0 };
const ENGINE = '#!lua';
const FLAGS = 'flags=';

export function parseShebang(script: ByteString): Shebang | ErrorReply {
  if (!script.startsWith('#!')) return NONE;
  const length = script.indexOf('\n');
  const nul = script.indexOf('\0');
  if (length < 0 || (nul >= 0 && nul < length)) return new ErrorReply('ERR Invalid script shebang');
  const parts = splitArguments(script.slice(0, length));
  const engine = parts?.[0];
  if (parts === null || engine === undefined) return new ErrorReply('ERR Invalid engine in script shebang');
  if (engine !== ENGINE) return new ErrorReply(`ERR Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const part of parts.slice(1)) {
    if (!part.startsWith(FLAGS)) return new ErrorReply(`ERR Unknown lua shebang option: ${part}`);
    const names = part.slice(FLAGS.length);
    for (const name of names === '' ? [] : names.split(',')) {
      if (!isFlag(name)) return new ErrorReply(`ERR Unexpected flag in script shebang: ${name}`);
      flags.add(name);
    }
  }
  return { flags, length };
}

function isFlag(name: string): name is ScriptFlag {
  return (SCRIPT_FLAGS as readonly string[]).includes(name);
}
