/** Properties of the bus codec over seeded random messages. */
import { describe, expect, it } from 'vitest';
import { NODE_ID_LENGTH } from '../../../src/cluster/constants.js';
import { type BusMessage, MESSAGE_TYPES, type PingMessage } from '../../../src/cluster/message.js';
import { SlotSet } from '../../../src/cluster/slot-bitmap.js';
import { decodeMessage } from '../../../src/cluster/wire/decode-message.js';
import { encodeMessage } from '../../../src/cluster/wire/encode-message.js';
import { Random } from '../../../src/time/random.js';
import { comparable, quietHeader, randomMessage, randomSlots } from './random-message.js';

const RUNS = 200;

function decoded(message: BusMessage, previousSlots?: SlotSet): BusMessage {
  const result = decodeMessage(encodeMessage(message), previousSlots);
  if ('dropped' in result) throw new Error(`dropped: ${result.dropped}`);
  return result;
}

describe('every message survives the wire', () => {
  it.each(MESSAGE_TYPES)('%s', (type) => {
    for (let seed = 0; seed < RUNS; seed++) {
      const message = randomMessage(new Random(seed), type);
      expect(comparable(decoded(message)), `seed ${seed}`).toEqual(comparable(message));
    }
  });

  it('and in the form of Redis 7.0 keeps the hostname as its only extension', () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const message = randomMessage(new Random(seed), 'ping') as PingMessage;
      const { hostname } = message.extensions;
      const extensions = hostname === undefined ? {} : { hostname };
      const result = decodeMessage(encodeMessage(message, '7.0'));
      expect(comparable(result), `seed ${seed}`).toEqual(comparable({ ...message, extensions }));
    }
  });
});

describe('numbers of 64 bits', () => {
  const packet = (field: number, value: bigint): Uint8Array => {
    const bytes = Buffer.from(encodeMessage({ ...quietHeader, type: 'mfstart' }));
    bytes.writeBigUInt64BE(value, field);
    return bytes;
  };

  it('are exact up to 2^53 - 1', () => {
    expect(decodeMessage(packet(16, 2n ** 53n - 1n))).toMatchObject({
      currentEpoch: Number.MAX_SAFE_INTEGER,
    });
    expect(decodeMessage(packet(32, 2n ** 64n - 5n))).toMatchObject({ offset: -5 });
  });

  it('are cut to that beyond it, since Redis would not drop the packet', () => {
    expect(decodeMessage(packet(16, 2n ** 53n))).toMatchObject({ currentEpoch: Number.MAX_SAFE_INTEGER });
    expect(decodeMessage(packet(24, 2n ** 64n - 1n))).toMatchObject({ configEpoch: Number.MAX_SAFE_INTEGER });
    expect(decodeMessage(packet(32, 2n ** 63n))).toMatchObject({ offset: -Number.MAX_SAFE_INTEGER });
  });
});

describe('gossip times', () => {
  it('are cut to 32 bits, as in Redis', () => {
    const gossip = [
      {
        id: 'b'.repeat(NODE_ID_LENGTH),
        pingSentS: 2 ** 32 + 5,
        pongReceivedS: 2 ** 33 + 6,
        ip: '',
        port: 1,
        secondaryPort: 0,
        busPort: 2,
        flags: 0,
      },
    ];
    expect(decoded({ ...quietHeader, type: 'ping', gossip, extensions: {} })).toMatchObject({
      gossip: [{ pingSentS: 5, pongReceivedS: 6 }],
    });
  });
});

describe('names and addresses', () => {
  it('that are empty are not sent as extensions', () => {
    const message: BusMessage = {
      ...quietHeader,
      type: 'ping',
      gossip: [],
      extensions: { hostname: '', nodename: '' },
    };
    expect(decoded(message)).toEqual({ ...message, extensions: {} });
  });

  it.each([6, 7, 8])('of %i bytes keep a NUL at the end of a block that is a multiple of 8', (length) => {
    const hostname = 'h'.repeat(length);
    const message: BusMessage = { ...quietHeader, type: 'ping', gossip: [], extensions: { hostname } };
    const packet = encodeMessage(message);
    expect(packet.length).toBe(2256 + (length < 8 ? 16 : 24));
    expect(packet.at(-1)).toBe(0);
    expect(decodeMessage(packet)).toEqual(message);
  });

  it('are cut to the 45 bytes that fit', () => {
    const header = { ...quietHeader, ip: '1'.repeat(60) };
    expect(decoded({ ...header, type: 'mfstart' }).ip).toBe('1'.repeat(45));
  });
});

describe('slot bitmaps', () => {
  it('that did not change are the object of the last message', () => {
    const slots = randomSlots(new Random(3));
    const message: BusMessage = { ...quietHeader, type: 'mfstart', slots };
    const first = decoded(message).slots;
    expect(first).not.toBe(slots);
    expect(decoded(message, first).slots).toBe(first);
  });

  it('that are empty are the empty set', () => {
    expect(decoded({ ...quietHeader, type: 'mfstart' }, randomSlots(new Random(3))).slots).toBe(
      SlotSet.EMPTY,
    );
  });

  it('do not keep the packet in memory', () => {
    const packet = encodeMessage({ ...quietHeader, type: 'mfstart', slots: randomSlots(new Random(3)) });
    const result = decodeMessage(packet) as BusMessage;
    expect(result.slots.bytes.buffer.byteLength).toBe(2048);
    expect(result.slots.bytes).not.toBeInstanceOf(Buffer);
    packet.fill(0);
    expect(result.sender).toBe('a'.repeat(NODE_ID_LENGTH));
    expect(result.slots.equals(randomSlots(new Random(3)))).toBe(true);
  });
});
