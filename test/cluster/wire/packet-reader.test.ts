/** The packet reader: any cut of the stream gives the same packets, garbage breaks it, claimed lengths cost nothing. */
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../src/cluster/wire/encode-message.js';
import { PacketReader } from '../../../src/cluster/wire/packet-reader.js';
import { Random } from '../../../src/time/random.js';
import { quietHeader, randomMessage } from './random-message.js';

function packetOf(length: number): Buffer {
  const payload = 'x'.repeat(length - 2264);
  return Buffer.from(encodeMessage({ ...quietHeader, type: 'publish', channel: '', payload }));
}

/** Bytes as a string: those compare fast. */
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Pushes the stream in chunks of the given sizes (the last one repeats) and takes out packets after each. */
function cut(stream: Uint8Array, sizes: Iterator<number>): string[] {
  const reader = new PacketReader();
  const packets: string[] = [];
  for (let start = 0; start < stream.length; ) {
    const end = start + (sizes.next().value as number);
    reader.push(stream.subarray(start, end));
    start = end;
    for (let packet = reader.next(); packet !== null; packet = reader.next()) packets.push(text(packet));
  }
  expect(reader.pendingBytes).toBe(0);
  expect(reader.broken).toBe(false);
  return packets;
}

function* always(size: number): Generator<number, never> {
  for (;;) yield size;
}

function* upTo(random: Random, size: number): Generator<number, never> {
  for (;;) yield 1 + random.below(size);
}

describe('the same packets come out', () => {
  const random = new Random(11);
  const encoded = Array.from({ length: 30 }, () => encodeMessage(randomMessage(random)));
  const packets = encoded.map(text);
  const stream = Buffer.concat(encoded);

  it.each([1, 7, 8, 9, 2255, 2256, 2257, 100_000_000])('when bytes come %i at a time', (size) => {
    expect(cut(stream, always(size))).toEqual(packets);
  });

  it.each([10, 300, 5000, 20_000])('when bytes come in random chunks of up to %i', (size) => {
    for (let seed = 0; seed < 20; seed++) expect(cut(stream, upTo(new Random(seed), size))).toEqual(packets);
  });

  it('when all chunks are pushed before a packet is taken', () => {
    const reader = new PacketReader();
    for (let start = 0; start < stream.length; start += 1000)
      reader.push(stream.subarray(start, start + 1000));
    const taken: string[] = [];
    for (let packet = reader.next(); packet !== null; packet = reader.next()) taken.push(text(packet));
    expect(taken).toEqual(packets);
  });
});

describe('packets stay what they are', () => {
  it('while more is read', () => {
    const reader = new PacketReader();
    const first = packetOf(3000);
    const second = packetOf(4000);
    const stream = Buffer.concat([first, second]);
    reader.push(stream.subarray(0, 10));
    reader.push(stream.subarray(10, 3500));
    const packet = reader.next();
    reader.push(stream.subarray(3500));
    expect(reader.next()).toEqual(second);
    expect(packet).toEqual(first);
  });
});

describe('what is no bus traffic breaks the reader', () => {
  it.each([
    ['another signature', 'GET / HTTP/1.1\r\n\r\n'],
    ['a length below that of a header', 'RCmb\x00\x00\x08\xcf'],
    ['a length of zero', 'RCmb\x00\x00\x00\x00'],
  ])('%s', (_, garbage) => {
    const reader = new PacketReader();
    reader.push(Buffer.from(garbage, 'latin1'));
    expect(reader.next()).toBeNull();
    expect(reader.broken).toBe(true);
    reader.push(packetOf(2300));
    expect(reader.next()).toBeNull();
    expect(reader.pendingBytes).toBe(0);
  });

  it('not before eight bytes are there, as in Redis', () => {
    const reader = new PacketReader();
    reader.push(Buffer.from('no bus!'));
    expect(reader.next()).toBeNull();
    expect(reader.broken).toBe(false);
    reader.push(Buffer.from('.'));
    expect(reader.next()).toBeNull();
    expect(reader.broken).toBe(true);
  });

  it('after the packets before it', () => {
    const reader = new PacketReader();
    reader.push(Buffer.concat([packetOf(2300), Buffer.from('garbage!')]));
    expect(reader.next()).toHaveLength(2300);
    expect(reader.next()).toBeNull();
    expect(reader.broken).toBe(true);
  });
});

describe('memory', () => {
  it('is not taken for the length a packet claims', () => {
    const reader = new PacketReader();
    const before = process.memoryUsage().arrayBuffers;
    const claim = Buffer.from('RCmb\xff\xff\xff\xff', 'latin1');
    reader.push(claim);
    reader.push(Buffer.alloc(1000));
    expect(reader.next()).toBeNull();
    expect(reader.pendingBytes).toBe(1008);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it('and time grow with what was received, not with its square', () => {
    const packet = packetOf(8_000_000);
    const startedAt = performance.now();
    expect(cut(packet, always(512))).toEqual([text(packet)]);
    // Copying everything again for each chunk would move 60 GB.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
