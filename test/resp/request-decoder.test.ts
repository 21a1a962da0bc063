/** The request decoder: frames, inline commands, limits, and the accounting of bytes. */
import { describe, expect, it } from 'vitest';
import { RequestDecoder } from '../../src/resp/request-decoder.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { decodeAll, inPieces, type Limits } from './decode-all.js';

const everyByte = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');

const pipeline: string[][] = [
  ['PING'],
  ['SET', 'key:000000000001', 'xxx'],
  ['SET', '', ''],
  ['ECHO', everyByte],
  ['MSET', ...Array.from({ length: 40 }, (_, index) => `${index}`)],
  ['SET', 'big', 'v'.repeat(3000)],
  ['GET', 'a'],
];
const pipelineBytes = pipeline.map(encodeRequest).join('');

function protocolError(bytes: string, limits: Limits = {}): string | null {
  return decodeAll([bytes], limits).error;
}

describe('multibulk requests', () => {
  it('are decoded from a pipeline in one chunk', () => {
    const decoded = decodeAll([pipelineBytes]);
    expect(decoded.requests).toEqual(pipeline);
    expect(decoded.error).toBeNull();
  });

  it('are decoded when the chunk ends after any byte', () => {
    for (let split = 1; split < pipelineBytes.length; split++) {
      const chunks = [pipelineBytes.slice(0, split), pipelineBytes.slice(split)];
      expect(decodeAll(chunks).requests).toEqual(pipeline);
    }
  });

  it.each([1, 2, 3, 7, 64, 1000])('are decoded from chunks of %i bytes', (size) => {
    expect(decodeAll(inPieces(pipelineBytes, size)).requests).toEqual(pipeline);
  });

  it('are skipped silently when empty or of negative length', () => {
    const bytes = `*0\r\n*-1\r\n*-9223372036854775808\r\n${encodeRequest(['PING'])}`;
    expect(decodeAll([bytes]).requests).toEqual([['PING']]);
  });

  it('may have any two bytes behind a bulk and any byte behind a CR, as in Redis', () => {
    expect(decodeAll(['*2\rx$4\ryECHOab$1\r\nz!!']).requests).toEqual([['ECHO', 'z']]);
  });

  it('announce a huge count without memory being set aside', () => {
    const decoded = decodeAll(['*2147483647\r\n$1\r\na\r\n']);
    expect(decoded).toEqual({ requests: [], error: null, consumedBytes: 0, bufferedBytes: 20 });
  });

  it('are decoded from any Uint8Array', () => {
    const decoder = new RequestDecoder();
    const memory = new Uint8Array(64);
    const bytes = encodeRequest(['ECHO', '\xff']);
    for (let index = 0; index < bytes.length; index++) memory[index + 5] = bytes.charCodeAt(index);
    decoder.push(memory.subarray(5, 5 + bytes.length));
    expect(decoder.next()).toEqual(['ECHO', '\xff']);
  });

  it('keep nothing of the chunk they were cut from', () => {
    const decoder = new RequestDecoder();
    const chunk = Buffer.from(encodeRequest(['SET', 'k'.repeat(5), 'v'.repeat(50)]), 'latin1');
    decoder.push(chunk);
    const argv = decoder.next();
    chunk.fill(0);
    expect(argv).toEqual(['SET', 'k'.repeat(5), 'v'.repeat(50)]);
    expect(decoder.queryBufferBytes).toBe(0);
  });

  it('with a bulk of 64 MB in 64 kB chunks are decoded without copying it over and over', () => {
    const decoder = new RequestDecoder();
    const size = 64 * 1024 * 1024;
    const part = Buffer.alloc(64 * 1024, 'x');
    decoder.push(Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${size}\r\n`));
    for (let sent = 0; sent < size; sent += part.length) {
      expect(decoder.next()).toBeNull();
      decoder.push(part);
    }
    expect(decoder.next()).toBeNull();
    decoder.push(Buffer.from(`\r\n${encodeRequest(['PING'])}`));
    const argv = decoder.next();
    expect(argv?.[2]).toHaveLength(size);
    expect(decoder.next()).toEqual(['PING']);
    expect(decoder.bufferedBytes).toBe(0);
  }, 20_000);

  it('wait in the buffer, in chunks of one byte, while nobody asks for them', () => {
    const decoder = new RequestDecoder();
    const bytes = encodeRequest(['PING']).repeat(20_000);
    for (const byte of bytes) decoder.push(Buffer.from(byte));
    expect(decoder.bufferedBytes).toBe(bytes.length);
    let count = 0;
    while (decoder.next() !== null) count++;
    expect(count).toBe(20_000);
  });
});

describe('inline requests', () => {
  it('are split into arguments', () => {
    expect(decodeAll(['SET  key "a\\x00b"\r\nGET key\n']).requests).toEqual([
      ['SET', 'key', 'a\0b'],
      ['GET', 'key'],
    ]);
  });

  it('are skipped silently when blank', () => {
    const decoder = new RequestDecoder();
    decoder.push(Buffer.from('\r\n\n   \t \r\nPING\r\n'));
    expect(decoder.next()).toEqual(['PING']);
    expect(decoder.emptyLines).toBe(2);
  });

  it('mix with multibulk requests', () => {
    const bytes = `PING\r\n${encodeRequest(['ECHO', 'x'])}\r\nPING\r\n`;
    expect(decodeAll(inPieces(bytes, 1)).requests).toEqual([['PING'], ['ECHO', 'x'], ['PING']]);
  });

  it('lose only one CR before the line feed', () => {
    expect(decodeAll(['ECHO "a"\r\r\n']).requests).toEqual([['ECHO', 'a']]);
  });

  it('end for good at a NUL, which hides the line feed', () => {
    expect(decodeAll(['PI\0NG\r\nPING\r\n'])).toMatchObject({ requests: [], error: null, bufferedBytes: 13 });
  });
});

describe('protocol errors', () => {
  it.each([
    ['*a\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*+1\r\n', 'invalid multibulk length'],
    ['*-0\r\n', 'invalid multibulk length'],
    ['* 1\r\n', 'invalid multibulk length'],
    ['*2147483648\r\n', 'invalid multibulk length'],
    ['*9223372036854775808\r\n', 'invalid multibulk length'],
    ['*1\r\n:1\r\n', "expected '$', got ':'"],
    ['*1\r\n\r\n', "expected '$', got ' '"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$x\r\n', 'invalid bulk length'],
    ['*1\r\n$00\r\n', 'invalid bulk length'],
    ['*1\r\n$536870913\r\n', 'invalid bulk length'],
    ['GET "a\r\n', 'unbalanced quotes in request'],
    ["GET 'a'b\r\n", 'unbalanced quotes in request'],
  ])('of %j say %j', (bytes, text) => {
    expect(protocolError(bytes)).toBe(`ERR Protocol error: ${text}`);
    expect(decodeAll(inPieces(bytes, 1)).error).toBe(`ERR Protocol error: ${text}`);
  });

  it('come after the requests before them, and nothing comes after', () => {
    const decoder = new RequestDecoder();
    decoder.push(Buffer.from(`${encodeRequest(['PING'])}*x\r\n${encodeRequest(['PING'])}`));
    expect(decoder.next()).toEqual(['PING']);
    expect(decoder.protocolError).toBeNull();
    expect(decoder.next()).toBeNull();
    expect(decoder.protocolError?.text).toBe('ERR Protocol error: invalid multibulk length');
    decoder.push(Buffer.from(encodeRequest(['PING'])));
    expect(decoder.next()).toBeNull();
  });

  it.each([
    ['', 'too big inline request'],
    ['*', 'too big mbulk count string'],
    ['*1\r\n$', 'too big bulk count string'],
    ['a\0\r\n', 'too big inline request'],
    ['*1\0\r\n', 'too big mbulk count string'],
  ])('of a line that begins with %j and does not end in 64 kB say %j', (start, text) => {
    const lineStart = start.startsWith('*1\r\n') ? start.length - 1 : 0;
    const longest = start.padEnd(lineStart + 65536, '1');
    expect(protocolError(longest)).toBeNull();
    expect(protocolError(`${longest}1`)).toBe(`ERR Protocol error: ${text}`);
    expect(decodeAll(inPieces(`${longest}1`, 10_000)).error).toBe(`ERR Protocol error: ${text}`);
  });

  it('do not come for an inline request of 64 kB', () => {
    const word = 'x'.repeat(65535);
    expect(decodeAll([`${word}\r\n`]).requests).toEqual([[word]]);
    expect(protocolError(`x${word}\r\n`)).toBe('ERR Protocol error: too big inline request');
  });
});

describe('limits', () => {
  it('allow a client that has to authenticate ten arguments of 16 kB', () => {
    const limits = { authenticated: false };
    const largest = encodeRequest(Array.from({ length: 10 }, () => 'x'.repeat(16384)));
    expect(decodeAll([largest], limits).requests).toHaveLength(1);
    expect(protocolError('*11\r\n', limits)).toBe('ERR Protocol error: unauthenticated multibulk length');
    expect(protocolError('*1\r\n$16385\r\n', limits)).toBe('ERR Protocol error: unauthenticated bulk length');
  });

  it('follow AUTH in the middle of a pipeline', () => {
    const decoder = new RequestDecoder();
    decoder.authenticated = false;
    const wide = Array.from({ length: 11 }, () => 'x');
    decoder.push(Buffer.from(encodeRequest(['AUTH', 'secret']) + encodeRequest(wide)));
    expect(decoder.next()).toEqual(['AUTH', 'secret']);
    decoder.authenticated = true;
    expect(decoder.next()).toEqual(wide);
  });

  it('of proto-max-bulk-len can be set', () => {
    const limits = { maxBulkLength: 1024 * 1024 };
    expect(protocolError('*1\r\n$1048577\r\n', limits)).toBe('ERR Protocol error: invalid bulk length');
    expect(protocolError('*1\r\n$1048576\r\n', limits)).toBeNull();
  });

  it('do not count for a master, but it may not send inline commands', () => {
    const limits = { fromMaster: true, maxBulkLength: 4, queryBufferLimit: 4 };
    const bytes = `\n${encodeRequest(['SET', 'k', 'longer'])}`;
    expect(decodeAll([bytes], limits).requests).toEqual([['SET', 'k', 'longer']]);
    expect(protocolError('\r\nPING\r\n', limits)).toMatch(/^ERR Protocol error: Master/);
  });

  it('of client-query-buffer-limit are exceeded by what is not parsed yet', () => {
    const decoder = new RequestDecoder();
    decoder.queryBufferLimit = 1000;
    decoder.push(Buffer.from(encodeRequest(['SET', 'k', 'v']).repeat(100)));
    while (decoder.next() !== null);
    expect(decoder.exceedsQueryBufferLimit).toBe(false);
    decoder.push(Buffer.from(`*2\r\n$3\r\nGET\r\n$5000\r\n${'x'.repeat(1000)}`));
    expect(decoder.next()).toBeNull();
    expect(decoder.exceedsQueryBufferLimit).toBe(false);
    decoder.push(Buffer.from('x'));
    expect(decoder.exceedsQueryBufferLimit).toBe(true);
  });

  it('of client-query-buffer-limit are exceeded by an argument of this size, even if all of it is there', () => {
    const decoder = new RequestDecoder();
    decoder.queryBufferLimit = 1000;
    decoder.push(Buffer.from(encodeRequest(['GET', 'x'.repeat(1000)])));
    expect(decoder.next()).toBeNull();
    expect(decoder.exceedsQueryBufferLimit).toBe(true);
  });
});

describe('the accounting of bytes', () => {
  it('gives the wire size of each request, with the blank lines before it', () => {
    const decoder = new RequestDecoder();
    const wire = ['PING\r\n', '\n\r\n*0\r\nGET  a\n', encodeRequest(['SET', 'a', 'b']), '*1\rx$4\ryPING--'];
    decoder.push(Buffer.from(`${wire.join('')}*2\r\n$3\r\nGET\r\n$1`));
    let consumed = 0;
    for (const bytes of wire) {
      expect(decoder.next()).not.toBeNull();
      consumed += bytes.length;
      expect(decoder.consumedBytes).toBe(consumed);
    }
    expect(decoder.next()).toBeNull();
    expect(decoder.consumedBytes).toBe(consumed);
    expect(decoder.bufferedBytes).toBe('*2\r\n$3\r\nGET\r\n$1'.length);
    expect(decoder.queryBufferBytes).toBe('$1'.length);
  });

  it('hands over what is left at every position of a stream, as it was received', () => {
    for (let split = 0; split <= pipelineBytes.length; split += 13) {
      const decoder = new RequestDecoder();
      decoder.push(Buffer.from(pipelineBytes.slice(0, split), 'latin1'));
      while (decoder.next() !== null);
      const { consumedBytes, bufferedBytes } = decoder;
      const remaining = decoder.takeRemaining();
      expect(remaining).toHaveLength(bufferedBytes);
      expect(Buffer.from(remaining).toString('latin1')).toBe(pipelineBytes.slice(consumedBytes, split));
      expect(decoder.bufferedBytes).toBe(0);
      decoder.push(Buffer.from(encodeRequest(['PING'])));
      expect(decoder.next()).toEqual(['PING']);
    }
  });
});
