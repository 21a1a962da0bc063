/** Floating point arguments: what strtod of glibc reads, less what string2d refuses. */
import { describe, expect, it } from 'vitest';
import { parseDouble, parseLooseDouble } from '../../src/resp/double.js';

describe('parseDouble', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['1', 1],
    ['+1', 1],
    ['007', 7],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5e1', -5],
    ['5.e3', 5000],
    ['3.0E-2', 0.03],
    ['1e308', 1e308],
    ['4.94e-324', 5e-324],
    ['2.5e-324', 5e-324],
    ['0e999999', 0],
    ['inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['+INFINITY', Number.POSITIVE_INFINITY],
    ['0x10', 16],
    ['-0X1P-1', -0.5],
    ['0x.8', 0.5],
    ['0x8.p0', 8],
    ['0x1.8p1', 3],
    ['-0x0', -0],
    ['0x1p1023', 2 ** 1023],
    ['0x1p-1074', 5e-324],
    ['0x1.8p-1075', 5e-324],
    // ties to even, and beyond a tie
    ['0x1.00000000000008p0', 1],
    ['0x1.00000000000018p0', 1 + 2 ** -51],
    ['0x1.000000000000080000001p0', 1 + 2 ** -52],
  ])('reads %s', (text, value) => {
    expect(parseDouble(text)).toBe(value);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '\t1',
    '1\0',
    '.',
    '-',
    '+-1',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '1,5',
    '1_0',
    '0b1',
    '0o7',
    'nan',
    '-nan',
    'nan(1)',
    'infinit',
    'infinityx',
    'Infinity1',
    '1e309',
    '-1e309',
    '1e-400',
    '2e-324',
    '0x',
    '0x.',
    '0xg',
    '0x1p',
    '0x1p1024',
    '0x1.fffffffffffff8p1023',
    '0x1p-1075',
    '0x1p99999999999999999999',
    '0x1p-99999999999999999999',
    '1\n',
  ])('refuses %j', (text) => {
    expect(parseDouble(text)).toBeNull();
  });

  it('takes time in proportion to the length of what it refuses', () => {
    const digits = '1'.repeat(1_000_000);
    expect(parseDouble(`${digits}x`)).toBeNull();
    expect(parseDouble(`0x${digits}x`)).toBeNull();
    expect(parseDouble(`0.${'0'.repeat(1_000_000)}`)).toBe(0);
  });
});

describe('parseLooseDouble', () => {
  it.each([
    ['', 0],
    ['1', 1],
    [' 1', 1],
    ['\t\n\v\f\r-2.5', -2.5],
    ['1\0x', 1],
    ['\0', 0],
    ['1e400', Number.POSITIVE_INFINITY],
    ['-1e400', Number.NEGATIVE_INFINITY],
    ['1e-400', 0],
    ['+inf', Number.POSITIVE_INFINITY],
    ['-INFINITY', Number.NEGATIVE_INFINITY],
    ['0x10', 16],
    ['0x1p99999', Number.POSITIVE_INFINITY],
    ['0x1p-99999', 0],
    ['0x1p99999999999999999', Number.POSITIVE_INFINITY],
    ['0x0p99999999999999999', 0],
  ])('reads %j', (text, value) => {
    expect(parseLooseDouble(text)).toBe(value);
  });

  it.each([' ', 'x', '1 ', '1x', '1e', '0x', 'nan', '-nan', '(1', '1,5', '--1', 'infin'])(
    'refuses %j',
    (text) => {
      expect(parseLooseDouble(text)).toBeNull();
    },
  );
});
