/** Messages of every type with random content, for property tests. */
import { NODE_ID_LENGTH, SLOT_BITMAP_BYTES, SLOT_COUNT } from '../../../src/cluster/constants.js';
import {
  type BusMessage,
  type GossipEntry,
  MESSAGE_TYPES,
  type MessageHeader,
  type MessageType,
  type PingExtensions,
} from '../../../src/cluster/message.js';
import { SlotSet } from '../../../src/cluster/slot-bitmap.js';
import type { Random } from '../../../src/time/random.js';

const MAX_U16 = 0x1_0000;
const MAX_U32 = 0x1_0000_0000;

/** Defaults of a quiet master, to be spread under what a test is about. */
export const quietHeader: MessageHeader = {
  sender: 'a'.repeat(NODE_ID_LENGTH),
  currentEpoch: 0,
  configEpoch: 0,
  offset: 0,
  slots: SlotSet.EMPTY,
  replicaOf: null,
  ip: '',
  port: 7000,
  secondaryPort: 0,
  busPort: 17000,
  flags: 0x11,
  stateOk: true,
  paused: false,
  forceAck: false,
};

export function randomMessage(random: Random, type: MessageType = pick(random, MESSAGE_TYPES)): BusMessage {
  const header = randomHeader(random);
  switch (type) {
    case 'ping':
    case 'pong':
    case 'meet':
      return { ...header, type, gossip: list(random, 5, randomGossip), extensions: randomExtensions(random) };
    case 'fail':
      return { ...header, type, failedNode: randomId(random) };
    case 'publish':
    case 'publishshard':
      return { ...header, type, channel: randomBytes(random, 40), payload: randomBytes(random, 3000) };
    case 'auth-req':
    case 'auth-ack':
    case 'mfstart':
      return { ...header, type };
    case 'update':
      return {
        ...header,
        type,
        subject: randomId(random),
        subjectConfigEpoch: randomEpoch(random),
        subjectSlots: randomSlots(random),
      };
    case 'module': {
      const moduleId = (BigInt(random.nextUint32()) << 32n) | BigInt(random.nextUint32());
      return { ...header, type, moduleId, moduleType: random.below(256), payload: randomBytes(random, 100) };
    }
  }
}

function randomHeader(random: Random): MessageHeader {
  return {
    sender: randomId(random),
    currentEpoch: randomEpoch(random),
    configEpoch: randomEpoch(random),
    offset: random.below(4) === 0 ? -1 : randomEpoch(random),
    slots: randomSlots(random),
    replicaOf: random.below(2) === 0 ? null : randomId(random),
    ip: randomIp(random),
    port: random.below(MAX_U16),
    secondaryPort: random.below(MAX_U16),
    busPort: random.below(MAX_U16),
    flags: random.below(MAX_U16),
    stateOk: random.below(2) === 0,
    paused: random.below(2) === 0,
    forceAck: random.below(2) === 0,
  };
}

function randomGossip(random: Random): GossipEntry {
  return {
    id: randomId(random),
    pingSentS: random.below(MAX_U32),
    pongReceivedS: random.below(MAX_U32),
    ip: randomIp(random),
    port: random.below(MAX_U16),
    secondaryPort: random.below(MAX_U16),
    busPort: random.below(MAX_U16),
    flags: random.below(MAX_U16),
  };
}

function randomExtensions(random: Random): PingExtensions {
  const name = (): string => random.hex(1 + random.below(30));
  return {
    ...(random.below(2) === 0 && { hostname: name() }),
    ...(random.below(2) === 0 && { nodename: name() }),
    ...(random.below(2) === 0 && {
      forgottenNodes: [
        { id: randomId(random), ttlS: randomEpoch(random) },
        ...list(random, 3, randomForgotten),
      ],
    }),
    ...(random.below(2) === 0 && { shardId: randomId(random) }),
  };
}

function randomForgotten(random: Random): { id: string; ttlS: number } {
  return { id: randomId(random), ttlS: random.below(60) };
}

function randomId(random: Random): string {
  return random.hex(NODE_ID_LENGTH);
}

function randomIp(random: Random): string {
  const quad = (): string => Array.from({ length: 4 }, () => random.below(256)).join('.');
  return pick(random, ['', quad(), '::1', 'f'.repeat(45), 'node.example']);
}

/** Small ones as in life, and now and then one near the limits of 32 and of 53 bits. */
function randomEpoch(random: Random): number {
  const near = pick(random, [0, 1, MAX_U32, Number.MAX_SAFE_INTEGER - 100]);
  return near + random.below(100);
}

export function randomSlots(random: Random): SlotSet {
  const bytes = new Uint8Array(SLOT_BITMAP_BYTES);
  const end = random.below(SLOT_COUNT);
  for (let slot = random.below(SLOT_COUNT); slot < end; slot++) {
    bytes[slot >> 3] = (bytes[slot >> 3] ?? 0) | (1 << (slot & 7));
  }
  return new SlotSet(bytes);
}

export function randomBytes(random: Random, maxLength: number): string {
  let text = '';
  for (let length = random.below(maxLength + 1); length > 0; length--) {
    text += String.fromCharCode(random.below(256));
  }
  return text;
}

function list<Item>(random: Random, maxLength: number, make: (random: Random) => Item): Item[] {
  return Array.from({ length: random.below(maxLength + 1) }, () => make(random));
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.below(items.length)] as Item;
}

/** The message with its bitmaps as strings, which compare much faster than byte for byte. */
export function comparable(message: object): object {
  const slots = Object.entries(message).map(([name, value]) => [
    name,
    value instanceof SlotSet ? `${value.count}:${Buffer.from(value.bytes).toString('base64')}` : value,
  ]);
  return Object.fromEntries(slots) as object;
}
