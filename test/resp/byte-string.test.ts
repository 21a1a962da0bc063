/** Byte strings and the two ways between them and text or bytes. */
import { describe, expect, it } from 'vitest';
import {
  asBuffer,
  asCString,
  byteStringToBytes,
  bytesToByteString,
  fromByteString,
  toByteString,
  toLowerAscii,
  toUpperAscii,
} from '../../src/resp/byte-string.js';

describe('a byte string', () => {
  it('holds the UTF-8 bytes of a text', () => {
    expect(toByteString('plain')).toBe('plain');
    expect(toByteString('né€😀')).toBe('n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80');
    expect(fromByteString('n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80')).toBe('né€😀');
    expect(fromByteString('\xff')).toBe('\ufffd');
  });

  it('holds any bytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => code);
    expect(byteStringToBytes(bytesToByteString(bytes))).toEqual(Buffer.from(bytes));
    expect(bytesToByteString(bytes.subarray(65, 68))).toBe('ABC');
  });

  it('changes case as C does, for ASCII letters only', () => {
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    expect(toLowerAscii(all).length).toBe(256);
    expect(toLowerAscii('GET\xc9\xb5')).toBe('get\xc9\xb5');
    expect(toUpperAscii('get\xe9\xb5\xff\xdf')).toBe('GET\xe9\xb5\xff\xdf');
    expect(toLowerAscii('get')).toBe('get');
  });

  it('ends at a NUL or a limit when C prints it', () => {
    expect(asCString('abc')).toBe('abc');
    expect(asCString('ab\0c')).toBe('ab');
    expect(asCString('abc', 2)).toBe('ab');
    expect(asCString('a\0bc', 2)).toBe('a');
  });
});

describe('asBuffer', () => {
  it('shares the memory', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const buffer = asBuffer(bytes.subarray(1, 3));
    bytes[1] = 65;
    expect(buffer.latin1Slice()).toBe('A\x03');
    expect(asBuffer(buffer)).toBe(buffer);
  });
});
