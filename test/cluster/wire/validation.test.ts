/** Which packets are dropped, and what Redis logs about them (clusterProcessPacket of Redis 7.2). */
import { describe, expect, it } from 'vitest';
import { type BusMessage, MESSAGE_TYPES } from '../../../src/cluster/message.js';
import { type DroppedPacket, decodeMessage } from '../../../src/cluster/wire/decode-message.js';
import { encodeMessage } from '../../../src/cluster/wire/encode-message.js';
import { Random } from '../../../src/time/random.js';
import { quietHeader, randomMessage } from './random-message.js';

const EXTENSION_COUNT = 2214;
const MESSAGE_FLAGS = 2253;
const shardId = '5'.repeat(40);

function ping(extensions: object = { shardId }): Buffer {
  return Buffer.from(encodeMessage({ ...quietHeader, type: 'ping', gossip: [], extensions }));
}

/** The packet with more bytes at its end, and a total length that counts them. */
function longer(packet: Uint8Array, extra: number | Uint8Array): Buffer {
  const bytes = Buffer.concat([packet, typeof extra === 'number' ? Buffer.alloc(extra) : extra]);
  bytes.writeUInt32BE(bytes.length, 4);
  return bytes;
}

/** A ping with these bytes as its extension section. */
function pingWith(count: number, section: string): Buffer {
  const packet = longer(ping({}), Buffer.from(section.replace(/\s/g, ''), 'hex'));
  packet.writeUInt16BE(count, EXTENSION_COUNT);
  packet[MESSAGE_FLAGS] = 4;
  return packet;
}

function drop(packet: Uint8Array): DroppedPacket {
  const result = decodeMessage(packet);
  if (!('dropped' in result)) throw new Error(`a ${result.type} was accepted`);
  return result;
}

describe('lengths are exact', () => {
  it.each(MESSAGE_TYPES)('a %s with 8 bytes too many is dropped', (type) => {
    const packet = encodeMessage(randomMessage(new Random(1), type));
    const { dropped, warning } = drop(longer(packet, 8));
    expect(dropped).toBe('length');
    expect(warning).toBe(
      `Received invalid ${type} packet of length ${packet.length + 8} but expected length ${packet.length}`,
    );
  });

  it.each(['fail', 'publish', 'update', 'module', 'publishshard'] as const)(
    'a %s without its payload is dropped',
    (type) => {
      const packet = Buffer.from(encodeMessage(randomMessage(new Random(1), type))).subarray(0, 2256);
      packet.writeUInt32BE(2256, 4);
      expect(drop(packet)).toMatchObject({ dropped: 'length', type });
    },
  );

  it('more gossip entries than there is room for are refused', () => {
    const packet = ping();
    packet.writeUInt16BE(3, 14);
    expect(drop(packet)).toMatchObject({ dropped: 'length', type: 'ping' });
  });

  it('a PUBLISH whose lengths would wrap around in 32 bits is refused', () => {
    const packet = Buffer.from(
      encodeMessage({ ...quietHeader, type: 'publish', channel: 'c', payload: 'p' }),
    );
    packet.writeUInt32BE(0xffffffff, 2256);
    packet.writeUInt32BE(3, 2260);
    expect(drop(packet)).toMatchObject({ dropped: 'length' });
  });

  it('the total length is that of the packet', () => {
    const packet = ping();
    packet.writeUInt32BE(packet.length - 8, 4);
    expect(drop(packet)).toMatchObject({ dropped: 'length', type: 'ping' });
    expect(drop(packet.subarray(0, 100))).toMatchObject({ dropped: 'length', type: null });
  });
});

describe('signature, version and type', () => {
  it('another signature is refused', () => {
    const packet = ping();
    packet.write('RCMB');
    expect(drop(packet)).toMatchObject({ dropped: 'signature', type: null });
  });

  it('another protocol version is dropped silently, but counted', () => {
    const packet = ping();
    packet.writeUInt16BE(2, 8);
    expect(drop(packet)).toEqual({ dropped: 'version', type: 'ping', warning: null, header: null });
  });

  it('an unknown type is reported with its header', () => {
    const message: BusMessage = { ...quietHeader, type: 'mfstart', currentEpoch: 12 };
    const packet = longer(encodeMessage(message), 5);
    packet.writeUInt16BE(11, 12);
    const { type: _, ...header } = message;
    expect(drop(packet)).toEqual({
      dropped: 'unknown-type',
      type: null,
      warning: 'Received unknown packet type: 11',
      header,
    });
  });
});

describe('ping extensions', () => {
  it('count only when the message flag says that there are any', () => {
    const packet = ping({});
    packet.writeUInt16BE(3, EXTENSION_COUNT);
    expect(decodeMessage(packet)).toMatchObject({ type: 'ping', extensions: {} });
    const unflagged = ping();
    unflagged[MESSAGE_FLAGS] = 0;
    expect(drop(unflagged)).toMatchObject({ dropped: 'length' });
  });

  it('may be none although the flag is set, as Valkey does', () => {
    expect(decodeMessage(pingWith(0, ''))).toMatchObject({ type: 'ping', extensions: {} });
  });

  it('of unknown types are skipped and told', () => {
    expect(
      decodeMessage(pingWith(2, '00000008 0005 0000  00000010 0009 0000 0102030405060708')),
    ).toMatchObject({
      extensions: { unknownTypes: [5, 9] },
    });
  });

  it('take the last of several of a kind', () => {
    const twice = '00000010 0000 0000 6161000000000000  00000010 0000 0000 6262000000000000';
    expect(decodeMessage(pingWith(2, twice))).toMatchObject({ extensions: { hostname: 'bb' } });
  });

  it('with names that are not terminated end with their block', () => {
    expect(decodeMessage(pingWith(1, '00000010 0000 0000 6161616161616161'))).toMatchObject({
      extensions: { hostname: 'aaaaaaaa' },
    });
  });

  it('whose length is no multiple of 8 are refused', () => {
    const { dropped, warning } = drop(pingWith(1, '0000000c 0000 0000 61000000'));
    expect(dropped).toBe('extension');
    expect(warning).toBe('Received a ping packet without proper padding (12 bytes)');
  });

  it.each([
    ['beyond the end', 1, '00000018 0000 0000 6100000000000000'],
    ['one too many', 2, '00000010 0000 0000 6100000000000000'],
    ['of length 0, which would make Redis read past the packet', 1, '00000000 0000 0000'],
    ['longer than 16 bits say', 1, '00010010 0000 0000 6100000000000000'],
    ['with half a prefix', 1, '00000008'],
    ['with a shard id that is cut off', 1, '00000010 0003 0000 6100000000000000'],
    ['with a forgotten node that is cut off', 1, '00000010 0002 0000 6100000000000000'],
  ])('%s are refused', (_, count, section) => {
    const { dropped, type, warning } = drop(pingWith(count, section));
    expect({ dropped, type }).toEqual({ dropped: 'extension', type: 'ping' });
    expect(warning).toMatch(
      /^Received invalid ping packet with extension data that exceeds total packet length \(\d+\)$/,
    );
  });
});
