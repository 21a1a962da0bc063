import { describe, expect, it } from 'vitest';
import { globMatches } from '../../src/structures/glob.js';

describe('a glob pattern', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', false],
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['**a', 'a', true],
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hallo', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true],
    ['h[c-a]llo', 'hbllo', true],
    ['h[a-c]llo', 'hdllo', false],
    ['[a\\]]', ']', true],
    ['[\\a]', 'a', true],
    ['[ab', 'a', true],
    ['[ab', 'b', true],
    ['[', 'a', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a\\', 'a\\', true],
    ['[é-ü]', 'ö', true],
    ['a', 'A', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it('ignores the case of letters when asked, but not after a backslash in a class', () => {
    expect(globMatches('MAX*[A-C]', 'maxmemory-b', true)).toBe(true);
    expect(globMatches('[x]', 'X', true)).toBe(true);
    expect(globMatches('[\\x]', 'X', true)).toBe(false);
  });

  it('does not take for ever on many stars', () => {
    expect(globMatches(`${'a*'.repeat(30)}b`, 'a'.repeat(60))).toBe(false);
  });
});
