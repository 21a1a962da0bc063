/** The bytes of bus packets: a MEET as a Redis 7.2.4 sent it, and one packet of every other type written out by hand. */
import { describe, expect, it } from 'vitest';
import type { BusMessage } from '../../../src/cluster/message.js';
import { SlotSet } from '../../../src/cluster/slot-bitmap.js';
import { decodeMessage } from '../../../src/cluster/wire/decode-message.js';
import { encodeMessage } from '../../../src/cluster/wire/encode-message.js';
import { quietHeader } from './random-message.js';

const sender = '0123456789abcdef0123456789abcdef01234567';
const other = 'fedcba9876543210fedcba9876543210fedcba98';
const shardId = '507b507b507b507b507b507b507b507b507b507b';

/** Bytes in hex; blanks are for the eye. */
function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

function zeros(count: number): Buffer {
  return Buffer.alloc(count);
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Slots 0, 9 and 16383. */
const slotBytes = Buffer.concat([hex('01 02'), zeros(2045), hex('80')]);
const slots = new SlotSet(new Uint8Array(slotBytes));

describe('a MEET of Redis 7.2.4 with hostname and nodename', () => {
  const packet = Buffer.concat([
    hex('52436d62 00000928 0001 79e1 0002 0000'),
    zeros(24),
    ascii(sender),
    zeros(2048 + 40 + 46),
    hex('0003'),
    zeros(30),
    hex('0000 a0f1 0011 01 040000'),
    hex('00000018 0000 0000'),
    ascii('host-a.example\0\0'),
    hex('00000010 0001 0000'),
    ascii('nameA\0\0\0'),
    hex('00000030 0003 0000'),
    ascii(shardId),
  ]);
  const message: BusMessage = {
    ...quietHeader,
    type: 'meet',
    sender,
    port: 31201,
    busPort: 41201,
    stateOk: false,
    gossip: [],
    extensions: { hostname: 'host-a.example', nodename: 'nameA', shardId },
  };

  it('is read', () => {
    expect(packet).toHaveLength(2344);
    expect(decodeMessage(packet)).toEqual(message);
  });

  it('is written', () => {
    expect(Buffer.from(encodeMessage(message))).toEqual(packet);
  });

  it('has the hostname alone in the form of Redis 7.0', () => {
    const written = Buffer.from(encodeMessage(message, '7.0'));
    expect(written).toHaveLength(2256 + 24);
    expect(written.subarray(2214, 2216)).toEqual(hex('0001'));
    expect(written.subarray(2253)).toEqual(
      Buffer.concat([hex('040000 00000018 0000 0000'), ascii('host-a.example\0\0')]),
    );
  });

  it('has no extensions in the form of Redis 7.0 without a hostname', () => {
    const plain = encodeMessage({ ...message, extensions: { nodename: 'nameA', shardId } }, '7.0');
    const expected = Buffer.concat([packet.subarray(0, 2256)]);
    expected.writeUInt32BE(2256, 4);
    expected.writeUInt16BE(0, 2214);
    expected[2253] = 0;
    expect(Buffer.from(plain)).toEqual(expected);
  });
});

describe('packets by type', () => {
  /** A replica's header: its master's slots and epoch, announced ip, TLS port as second port. */
  const header = {
    ...quietHeader,
    sender,
    currentEpoch: 0x1_0000_0002,
    configEpoch: 7,
    offset: 1142,
    slots,
    replicaOf: other,
    ip: '10.1.2.3',
    port: 6379,
    secondaryPort: 6380,
    busPort: 16379,
    flags: 0x0212,
  };

  function headerBytes(
    total: string,
    type: string,
    count: string,
    messageFlags: string,
    extensions = '0000',
  ): Buffer {
    return Buffer.concat([
      hex(`52436d62 ${total} 0001 18eb ${type} ${count}`),
      hex('0000000100000002 0000000000000007 0000000000000476'),
      ascii(sender),
      slotBytes,
      ascii(other),
      ascii('10.1.2.3'.padEnd(46, '\0')),
      hex(extensions),
      zeros(30),
      hex(`18ec 3ffb 0212 00 ${messageFlags}`),
    ]);
  }

  const cases: readonly (readonly [BusMessage, Buffer])[] = [
    [
      {
        ...header,
        type: 'ping',
        gossip: [
          {
            id: other,
            pingSentS: 0,
            pongReceivedS: 0x65b9c1a0,
            ip: '::1',
            port: 1,
            secondaryPort: 2,
            busPort: 3,
            flags: 0x8008,
          },
        ],
        extensions: { forgottenNodes: [{ id: other, ttlS: 59 }], shardId },
      },
      Buffer.concat([
        headerBytes('000009a0', '0000', '0001', '040000', '0002'),
        ascii(other),
        hex('00000000 65b9c1a0'),
        ascii('::1'.padEnd(46, '\0')),
        hex('0001 0003 8008 0002 0000'),
        hex('00000038 0002 0000'),
        ascii(other),
        hex('000000000000003b'),
        hex('00000030 0003 0000'),
        ascii(shardId),
      ]),
    ],
    [
      { ...header, type: 'pong', paused: true, gossip: [], extensions: {} },
      headerBytes('000008d0', '0001', '0000', '010000'),
    ],
    [
      { ...header, type: 'fail', failedNode: other },
      Buffer.concat([headerBytes('000008f8', '0003', '0000', '000000'), ascii(other)]),
    ],
    [
      { ...header, type: 'publish', channel: 'news', payload: 'h\xe9\0' },
      Buffer.concat([
        headerBytes('000008df', '0004', '0000', '000000'),
        hex('00000004 00000003'),
        ascii('newsh\xe9\0'),
      ]),
    ],
    [{ ...header, type: 'auth-req', forceAck: true }, headerBytes('000008d0', '0005', '0000', '020000')],
    [{ ...header, type: 'auth-ack' }, headerBytes('000008d0', '0006', '0000', '000000')],
    [
      { ...header, type: 'update', subject: other, subjectConfigEpoch: 9, subjectSlots: slots },
      Buffer.concat([
        headerBytes('00001100', '0007', '0000', '000000'),
        hex('0000000000000009'),
        ascii(other),
        slotBytes,
      ]),
    ],
    [{ ...header, type: 'mfstart' }, headerBytes('000008d0', '0008', '0000', '000000')],
    [
      { ...header, type: 'module', moduleId: 0x0102030405060708n, moduleType: 255, payload: 'xy' },
      Buffer.concat([
        headerBytes('000008df', '0009', '0000', '000000'),
        hex('0807060504030201 00000002 ff'),
        ascii('xy'),
      ]),
    ],
    [
      { ...header, type: 'publishshard', channel: '', payload: '' },
      Buffer.concat([headerBytes('000008d8', '000a', '0000', '000000'), zeros(8)]),
    ],
  ];

  it.each(cases.map(([message, packet]) => ({ type: message.type, message, packet })))(
    '$type is written and read',
    ({ message, packet }) => {
      expect(Buffer.from(encodeMessage(message))).toEqual(packet);
      expect(decodeMessage(packet)).toEqual(message);
    },
  );
});
