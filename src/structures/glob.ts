/** Glob-style patterns as KEYS, SCAN, PSUBSCRIBE and CONFIG GET match them: stringmatchlen in util.c, odd cases included. */

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;

const NO_MATCH = 0;
const MATCH = 1;
/** The rest of the pattern matches nowhere in the rest of the text, so no star before it needs to try a longer run. */
const NO_MATCH_ANYWHERE = 2;

/**
 * True when the pattern matches the whole text. `*` any run, `?` one byte, `[a-z]` and `[^a]` classes, `\` escapes.
 *
 * @param nocase ASCII letters match in either case.
 */
export function globMatches(pattern: string, text: string, nocase = false): boolean {
  return matchFrom(pattern, 0, text, 0, nocase) === MATCH;
}

function matchFrom(
  pattern: string,
  patternStart: number,
  text: string,
  textStart: number,
  nocase: boolean,
): number {
  let at = patternStart;
  let textAt = textStart;
  const end = pattern.length;
  const textEnd = text.length;
  while (at < end && textAt < textEnd) {
    const code = pattern.charCodeAt(at);
    if (code === STAR) return matchStar(pattern, at, text, textAt, nocase);
    if (code === OPENING_BRACKET) {
      at = matchClass(pattern, at, text.charCodeAt(textAt), nocase);
      if (at < 0) return NO_MATCH;
    } else if (code !== QUESTION_MARK) {
      if (code === BACKSLASH && at + 1 < end) at++;
      if (fold(pattern.charCodeAt(at), nocase) !== fold(text.charCodeAt(textAt), nocase)) return NO_MATCH;
    }
    at++;
    textAt++;
    if (textAt === textEnd) {
      while (at < end && pattern.charCodeAt(at) === STAR) at++;
    }
  }
  return at >= end && textAt >= textEnd ? MATCH : NO_MATCH;
}

function matchStar(pattern: string, star: number, text: string, textStart: number, nocase: boolean): number {
  let at = star + 1;
  while (at < pattern.length && pattern.charCodeAt(at) === STAR) at++;
  if (at >= pattern.length) return MATCH;
  for (let textAt = textStart; textAt < text.length; textAt++) {
    const result = matchFrom(pattern, at, text, textAt, nocase);
    if (result !== NO_MATCH) return result;
  }
  return NO_MATCH_ANYWHERE;
}

/** Matches one byte with the class that opens at `opening`. @returns where the class ends, or -1 when it does not match. */
function matchClass(pattern: string, opening: number, code: number, nocase: boolean): number {
  const end = pattern.length;
  let at = opening + 1;
  const negated = at < end && pattern.charCodeAt(at) === CARET;
  if (negated) at++;
  let found = false;
  for (; ; at++) {
    // A class that is never closed ends with the pattern.
    if (at >= end) {
      at = end - 1;
      break;
    }
    const member = pattern.charCodeAt(at);
    if (member === BACKSLASH && at + 1 < end) {
      at++;
      // Redis compares an escaped member exactly, even where case does not matter.
      if (pattern.charCodeAt(at) === code) found = true;
    } else if (member === CLOSING_BRACKET) {
      break;
    } else if (at + 2 < end && pattern.charCodeAt(at + 1) === DASH) {
      if (isInRange(code, member, pattern.charCodeAt(at + 2), nocase)) found = true;
      at += 2;
    } else if (fold(member, nocase) === fold(code, nocase)) {
      found = true;
    }
  }
  return found !== negated ? at : -1;
}

/** Bytes compare as C's signed char: 0x80 to 0xff come before 0. */
function isInRange(code: number, first: number, last: number, nocase: boolean): boolean {
  let low = signed(first);
  let high = signed(last);
  if (low > high) [low, high] = [high, low];
  const value = signed(code);
  if (!nocase) return value >= low && value <= high;
  const folded = fold(value, true);
  return folded >= fold(low, true) && folded <= fold(high, true);
}

function signed(code: number): number {
  return (code << 24) >> 24;
}

function fold(code: number, nocase: boolean): number {
  return nocase && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
