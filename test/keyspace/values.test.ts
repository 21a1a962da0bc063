import { describe, expect, it } from 'vitest';
import { HashValue } from '../../src/keyspace/values/hash-value.js';
import { RawString } from '../../src/keyspace/values/raw-string.js';
import {
  copyOfValue,
  encodingOfValue,
  isStringValue,
  typeOfValue,
} from '../../src/keyspace/values/stored-value.js';
import { isSharedInteger, textValue } from '../../src/keyspace/values/string-value.js';

describe('RawString', () => {
  it('grows at its end and within', () => {
    const raw = new RawString('ab');
    raw.append('cd');
    raw.write(1, 'XY');
    raw.write(6, 'z');
    expect([raw.toString(), raw.length]).toEqual(['aXYd\0\0z', 7]);
    expect(raw.slice(1, 3)).toBe('XY');
    raw.setByte(8, 0xff);
    expect([raw.byteAt(8), raw.byteAt(7), raw.byteAt(100), raw.length]).toEqual([0xff, 0, 0, 9]);
    expect(raw.slice(6, 100)).toBe('z\0\xff');
    expect([...raw.bytes()].slice(0, 2)).toEqual([97, 88]);
    raw.grow(3);
    expect(raw.length).toBe(9);
  });

  it('a copy goes its own way', () => {
    const raw = new RawString('a');
    const copy = raw.copy();
    copy.append('b');
    expect([raw.toString(), copy.toString()]).toEqual(['a', 'ab']);
  });

  it('keeps every byte', () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    const raw = new RawString('');
    raw.append(all);
    expect(raw.toString()).toBe(all);
  });

  it('appends a hundred thousand times without copying everything each time', () => {
    const raw = new RawString('');
    for (let index = 0; index < 100_000; index++) raw.append('0123456789');
    expect(raw.length).toBe(1_000_000);
    expect(raw.slice(999_990, 1_000_000)).toBe('0123456789');
  });
});

describe('encodings of strings', () => {
  it.each([
    ['0', 'int'],
    ['-9223372036854775808', 'int'],
    ['9223372036854775808', 'embstr'],
    ['01', 'embstr'],
    ['', 'embstr'],
    ['x'.repeat(44), 'embstr'],
    ['x'.repeat(45), 'raw'],
  ])('%s is %s', (text, encoding) => {
    expect(encodingOfValue(text)).toBe(encoding);
  });

  it('what was changed in place is raw, what INCRBYFLOAT leaves is text', () => {
    expect(encodingOfValue(new RawString('1'))).toBe('raw');
    expect(encodingOfValue(textValue('3'))).toBe('embstr');
    expect(encodingOfValue(copyOfValue(textValue('3')))).toBe('embstr');
    expect(textValue('3.5')).toBe('3.5');
    expect(textValue('3').toString()).toBe('3');
  });

  it('small integers are shared until they are copied', () => {
    expect(['0', '9999', '10000', '-1', 'x'].map(isSharedInteger)).toEqual([true, true, false, false, false]);
    const copy = copyOfValue('7');
    expect(isStringValue(copy) && isSharedInteger(copy)).toBe(false);
    expect([encodingOfValue(copy), String(copy), typeOfValue(copy)]).toEqual(['int', '7', 'string']);
    expect(copyOfValue('long text')).toBe('long text');
  });
});

describe('HashValue', () => {
  const limits = { maxListpackEntries: 3, maxListpackValue: 5 };

  it('keeps the order in which the fields came', () => {
    const hash = new HashValue();
    expect([hash.set('b', '1', limits), hash.set('a', '2', limits), hash.set('b', '3', limits)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([...hash.entries()]).toEqual([
      ['b', '3'],
      ['a', '2'],
    ]);
    hash.delete('b');
    hash.set('b', '4', limits);
    expect([...hash.fields()]).toEqual(['a', 'b']);
    expect([...hash.values()]).toEqual(['2', '4']);
  });

  it('becomes a hash table at its limits, and stays one', () => {
    const hash = new HashValue();
    for (const field of ['a', 'b', 'c']) hash.set(field, '12345', limits);
    expect(hash.encoding).toBe('listpack');
    hash.set('d', '', limits);
    expect(hash.encoding).toBe('hashtable');
    hash.delete('d');
    hash.set('a', '', limits);
    expect(hash.encoding).toBe('hashtable');
    for (const [field, value] of [
      ['123456', ''],
      ['', '123456'],
    ] as const) {
      const other = new HashValue();
      other.set(field, value, limits);
      expect(other.encoding).toBe('hashtable');
    }
  });

  it('a copy goes its own way', () => {
    const hash = new HashValue('hashtable', [['a', '1']]);
    const copy = copyOfValue(hash) as HashValue;
    copy.set('a', '2', limits);
    expect([hash.get('a'), copy.get('a'), copy.encoding]).toEqual(['1', '2', 'hashtable']);
  });

  it('numbers its fields anew when they change', () => {
    const hash = new HashValue();
    hash.set('a', '', limits);
    expect(hash.fieldList()).toEqual(['a']);
    hash.set('b', '', limits);
    expect(hash.fieldList()).toEqual(['a', 'b']);
    hash.delete('a');
    expect(hash.fieldList()).toEqual(['b']);
  });

  it('is scanned in one step as a listpack, else in steps that survive changes', () => {
    const small = new HashValue();
    small.set('a', '', limits);
    expect(small.scan(99, 1)).toEqual({ cursor: 0, fields: ['a'] });
    const large = new HashValue('hashtable');
    for (let index = 0; index < 300; index++) large.set(`f${index}`, '', limits);
    const seen = new Set<string>();
    let cursor = 0;
    let steps = 0;
    do {
      const step = large.scan(cursor, 10);
      for (const field of step.fields) seen.add(field);
      cursor = step.cursor;
      large.delete(`f${299 - steps}`);
      large.set(`new${steps++}`, '', limits);
    } while (cursor !== 0);
    for (let index = 0; index < 300 - steps; index++) expect(seen.has(`f${index}`)).toBe(true);
  });
});
