/** Where one RESP2 or RESP3 reply ends in a stream of bytes, without looking at what it says. */

const CARRIAGE_RETURN = 0x0d;
const LINE_END_LENGTH = 2;

/**
 * @param bytes What was received so far.
 * @param start Where the reply begins.
 * @returns The offset just after the reply, or undefined while it is not complete.
 */
export function replyEnd(bytes: Buffer, start: number): number | undefined {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (start >= bytes.length || lineEnd === -1) return undefined;
  const afterLine = lineEnd + LINE_END_LENGTH;
  const type = String.fromCharCode(bytes[start] ?? CARRIAGE_RETURN);
  const length = Number(bytes.toString('latin1', start + 1, lineEnd));
  switch (type) {
    // Lines: simple string, error, number, null, double, boolean, big number.
    case '+':
    case '-':
    case ':':
    case '_':
    case ',':
    case '#':
    case '(':
      return afterLine;
    // Lengths in bytes: bulk string, bulk error, verbatim string.
    case '$':
    case '!':
    case '=': {
      if (length < 0) return afterLine;
      const end = afterLine + length + LINE_END_LENGTH;
      return end <= bytes.length ? end : undefined;
    }
    // Lengths in elements: array, set, push.
    case '*':
    case '~':
    case '>':
      return elementsEnd(bytes, afterLine, length);
    case '%':
      return elementsEnd(bytes, afterLine, length * 2);
    // Attributes come before the reply that they belong to.
    case '|':
      return elementsEnd(bytes, afterLine, length * 2 + 1);
    default:
      throw new Error(`no RESP type begins with ${JSON.stringify(type)} (at byte ${start})`);
  }
}

function elementsEnd(bytes: Buffer, start: number, count: number): number | undefined {
  let end: number | undefined = start;
  for (let element = 0; element < count && end !== undefined; element++) end = replyEnd(bytes, end);
  return end;
}
