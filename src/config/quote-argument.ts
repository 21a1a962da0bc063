// Writes an argument so that it can be read back: in double quotes, with escapes (sdscatrepr in sds.c).
import type { ByteString } from '../resp/byte-string.js';

const NEEDS_ESCAPE = /[^ !#-[\]-~]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

export function quoteArgument(bytes: ByteString): string {
  const escaped = bytes.replace(
    NEEDS_ESCAPE,
    (char) => SHORT_ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}
