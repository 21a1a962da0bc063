/** Lines of inline commands and configuration files: plain, double quoted and single quoted arguments. */
import { describe, expect, it } from 'vitest';
import { splitArguments } from '../../src/resp/split-arguments.js';

describe('splitArguments', () => {
  it.each([
    ['', []],
    [' \t\v\f\r\n ', []],
    ['a', ['a']],
    ['  set   key\tvalue \n', ['set', 'key', 'value']],
    ['""', ['']],
    ['\'\' ""', ['', '']],
    ['"a b" c', ['a b', 'c']],
    ['"\\n\\r\\t\\b\\a"', ['\n\r\t\b\x07']],
    ['"\\x41\\xfF\\x00"', ['A\xff\0']],
    ['"\\x4g\\x4"', ['x4gx4']],
    ['"\\"\\\\\\q"', ['"\\q']],
    ["'\\n\\'\\x41'", ["\\n'\\x41"]],
    ["'\\\\'", null],
    ['a"b c"', ['ab c']],
    ["a'b c' d", ['ab c', 'd']],
    ['a\\nb', ['a\\nb']],
    ['\\"a b\\"', null],
    ['\va\vb\fc', ['a\vb\fc']],
    ['"a"\vb', ['a', 'b']],
    ['"a"\r"b"', ['a', 'b']],
    ['caf\xe9 \xa0', ['caf\xe9', '\xa0']],
    ['a b\0c d', ['a', 'b']],
    ['"a', null],
    ["'a", null],
    ['"a\\', null],
    ['"a\\"', null],
    ["'a\\'", null],
    ['"a"b', null],
    ["'a'b", null],
    ['"a""b"', null],
    ['a "b\0" c', null],
  ])('splits %j', (line, args) => {
    expect(splitArguments(line)).toEqual(args);
  });
});
