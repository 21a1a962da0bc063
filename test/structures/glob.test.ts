import { describe, expect, it } from 'vitest';
import { globMatches } from '../../src/structures/glob.js';

describe('globMatches', () => {
  it.each([
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h*llo', 'heeeello', true],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hbllo', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-b]llo', 'hbllo', true],
    ['h[b-a]llo', 'hallo', true],
    ['h\\*llo', 'h*llo', true],
    ['h\\*llo', 'hello', false],
    ['[\\]]', ']', true],
    ['*', '', false],
    ['', '', true],
    ['a', '', false],
    ['', 'a', false],
    ['a**', 'a', true],
    ['*a*b', 'xxaxxb', true],
    ['[abc', 'c', true],
    ['[', 'x', false],
    ['\\', '\\', true],
    ['a\\', 'a\\', true],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it('takes ASCII letters in either case when asked to', () => {
    expect(globMatches('MaxMem*', 'maxmemory', true)).toBe(true);
    expect(globMatches('MaxMem*', 'maxmemory')).toBe(false);
    expect(globMatches('[A-C]x', 'bX', true)).toBe(true);
    expect(globMatches('\u00c4', '\u00e4', true)).toBe(false);
  });

  it('orders bytes in a range as signed chars', () => {
    expect(globMatches('[\x80-\xff]', '\xa0')).toBe(true);
    expect(globMatches('[a-\xff]', 'b')).toBe(false);
    expect(globMatches('[a-\xff]', 'A')).toBe(true);
  });

  it('does not take for ever on many stars', () => {
    expect(globMatches(`${'a*'.repeat(30)}b`, 'a'.repeat(200))).toBe(false);
  });
});
