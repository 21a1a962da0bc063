/** Damaged packets: the codec never throws, and whatever it accepts can be written and read again. */
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../src/cluster/wire/decode-message.js';
import { encodeMessage } from '../../../src/cluster/wire/encode-message.js';
import { PacketReader } from '../../../src/cluster/wire/packet-reader.js';
import { Random } from '../../../src/time/random.js';
import { comparable, pick, randomMessage } from './random-message.js';

const RUNS = 4000;
/** Fields that steer the decoder: lengths, version, type, counts, message flags. */
const STEERING = [4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 2214, 2215, 2253];
const PAYLOAD = 2256;

function damaged(random: Random): Buffer {
  let packet = Buffer.from(encodeMessage(randomMessage(random)));
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = pick(random, [
      pick(random, STEERING),
      PAYLOAD + random.below(Math.max(1, packet.length - PAYLOAD)),
      random.below(packet.length),
    ]);
    const value = pick(random, [0, 1, 8, 0x7f, 0xff, random.below(256)]);
    if (at < packet.length) packet[at] = value;
    if (random.below(6) === 0) packet = packet.subarray(0, random.below(packet.length + 1));
    if (random.below(6) === 0) packet = Buffer.concat([packet, Buffer.alloc(random.below(64), value)]);
    // Mostly with the right total length, so that the checks behind it are reached.
    if (random.below(3) !== 0 && packet.length >= 8) packet.writeUInt32BE(packet.length, 4);
  }
  return packet;
}

describe('damaged packets', () => {
  it('are accepted or dropped, never a crash', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < RUNS; seed++) {
      const result = decodeMessage(damaged(new Random(seed)));
      if ('dropped' in result) {
        outcomes.add(result.dropped);
        continue;
      }
      outcomes.add('accepted');
      // Unknown extensions are the one thing that cannot be written again.
      if ('extensions' in result && result.extensions.unknownTypes !== undefined) continue;
      const again = decodeMessage(encodeMessage(result));
      expect(comparable(again), `seed ${seed}`).toEqual(comparable(result));
    }
    expect([...outcomes].sort()).toEqual([
      'accepted',
      'extension',
      'length',
      'signature',
      'unknown-type',
      'version',
    ]);
  });

  it('come out of a reader whole or break it', () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = new Random(seed);
      const stream = Buffer.concat([damaged(random), damaged(random), damaged(random)]);
      const whole = packetsOf(stream, stream.length);
      expect(packetsOf(stream, 1 + random.below(4000)), `seed ${seed}`).toEqual(whole);
    }
  });
});

/** The packets in the stream when it comes in chunks of `size`, then whether it broke. */
function packetsOf(stream: Uint8Array, size: number): unknown[] {
  const reader = new PacketReader();
  const packets: unknown[] = [];
  for (let start = 0; start < stream.length; start += size) {
    reader.push(stream.subarray(start, start + size));
    for (let packet = reader.next(); packet !== null; packet = reader.next()) {
      packets.push(Buffer.from(packet).toString('base64'));
    }
  }
  return [...packets, reader.broken, reader.pendingBytes];
}
