/**
 * Turns the bytes of one bus packet into a message. A packet that Redis would ignore is reported as dropped; what Redis
 * would log about it comes along.
 */
import { asBuffer, type SliceableBuffer } from '../../resp/byte-string.js';
import { type BusMessage, MESSAGE_TYPES, type MessageHeader, type MessageType } from '../message.js';
import { SlotSet } from '../slot-bitmap.js';
import { decodeExtensions } from './extensions-codec.js';
import { readGossip } from './gossip-codec.js';
import { readHeader } from './header-codec.js';
import { readId, readSlots, readU64 } from './packet-fields.js';
import {
  FAIL_LENGTH,
  GOSSIP_ENTRY_LENGTH,
  HEADER_LENGTH,
  HeaderOffset,
  MessageFlag,
  ModuleOffset,
  PROTOCOL_VERSION,
  PublishOffset,
  SIGNATURE,
  UPDATE_LENGTH,
  UpdateOffset,
} from './packet-layout.js';

export type DropReason = 'signature' | 'version' | 'length' | 'extension' | 'unknown-type';

export interface DroppedPacket {
  readonly dropped: DropReason;
  /** Redis counts a packet as received before it checks it; null = no type that is counted. */
  readonly type: MessageType | null;
  /** The line Redis logs as a warning; null = it says nothing. */
  readonly warning: string | null;
  /** Of a packet of unknown type only: Redis takes time, epochs and offset of a known sender from it. */
  readonly header: MessageHeader | null;
}

/**
 * @param packet one whole packet, as PacketReader cuts it.
 * @param previousSlots the slots of the last message on the same link: an equal bitmap is not stored again.
 */
export function decodeMessage(
  packet: Uint8Array,
  previousSlots: SlotSet = SlotSet.EMPTY,
): BusMessage | DroppedPacket {
  const bytes = asBuffer(packet);
  if (bytes.length < HEADER_LENGTH) return dropped('length', null);
  if (bytes.latin1Slice(0, SIGNATURE.length) !== SIGNATURE) return dropped('signature', null);
  const typeNumber = bytes.readUInt16BE(HeaderOffset.TYPE);
  const type = MESSAGE_TYPES[typeNumber] ?? null;
  if (bytes.readUInt32BE(HeaderOffset.TOTAL_LENGTH) !== bytes.length) return dropped('length', type);
  if (bytes.readUInt16BE(HeaderOffset.VERSION) !== PROTOCOL_VERSION) return dropped('version', type);
  const header = (): MessageHeader => readHeader(bytes, previousSlots);

  switch (type) {
    case 'ping':
    case 'pong':
    case 'meet':
      return decodePing(bytes, type, header);
    case 'fail':
      if (bytes.length !== FAIL_LENGTH) return wrongLength(bytes, type, FAIL_LENGTH);
      return { ...header(), type, failedNode: readId(bytes, HEADER_LENGTH) };
    case 'publish':
    case 'publishshard': {
      if (bytes.length < PublishOffset.CHANNEL) return wrongLength(bytes, type, PublishOffset.CHANNEL);
      const channelEnd = PublishOffset.CHANNEL + bytes.readUInt32BE(PublishOffset.CHANNEL_LENGTH);
      const end = channelEnd + bytes.readUInt32BE(PublishOffset.PAYLOAD_LENGTH);
      if (bytes.length !== end) return wrongLength(bytes, type, end);
      const channel = bytes.latin1Slice(PublishOffset.CHANNEL, channelEnd);
      return { ...header(), type, channel, payload: bytes.latin1Slice(channelEnd, end) };
    }
    case 'auth-req':
    case 'auth-ack':
    case 'mfstart':
      if (bytes.length !== HEADER_LENGTH) return wrongLength(bytes, type, HEADER_LENGTH);
      return { ...header(), type };
    case 'update':
      if (bytes.length !== UPDATE_LENGTH) return wrongLength(bytes, type, UPDATE_LENGTH);
      return {
        ...header(),
        type,
        subject: readId(bytes, UpdateOffset.ID),
        subjectConfigEpoch: readU64(bytes, UpdateOffset.CONFIG_EPOCH),
        subjectSlots: readSlots(bytes, UpdateOffset.SLOTS, previousSlots),
      };
    case 'module': {
      if (bytes.length < ModuleOffset.PAYLOAD) return wrongLength(bytes, type, ModuleOffset.PAYLOAD);
      const end = ModuleOffset.PAYLOAD + bytes.readUInt32BE(ModuleOffset.PAYLOAD_LENGTH);
      if (bytes.length !== end) return wrongLength(bytes, type, end);
      return {
        ...header(),
        type,
        moduleId: bytes.readBigUInt64LE(ModuleOffset.ID),
        moduleType: bytes[ModuleOffset.TYPE] ?? 0,
        payload: bytes.latin1Slice(ModuleOffset.PAYLOAD, end),
      };
    }
    case null: {
      const warning = `Received unknown packet type: ${typeNumber}`;
      return { dropped: 'unknown-type', type, warning, header: header() };
    }
  }
}

function decodePing(
  bytes: SliceableBuffer,
  type: 'ping' | 'pong' | 'meet',
  header: () => MessageHeader,
): BusMessage | DroppedPacket {
  const gossipCount = bytes.readUInt16BE(HeaderOffset.GOSSIP_COUNT);
  const gossipEnd = HEADER_LENGTH + gossipCount * GOSSIP_ENTRY_LENGTH;
  if (gossipEnd > bytes.length) return wrongLength(bytes, type, gossipEnd);
  // Without the flag Redis does not check the extensions, and a well-formed packet has none.
  const hasExtensions = ((bytes[HeaderOffset.MESSAGE_FLAGS] ?? 0) & MessageFlag.EXTENSIONS) !== 0;
  const extensionCount = hasExtensions ? bytes.readUInt16BE(HeaderOffset.EXTENSION_COUNT) : 0;
  const decoded = decodeExtensions(bytes, gossipEnd, extensionCount);
  if ('broken' in decoded) {
    const warning =
      decoded.broken === 'padding'
        ? `Received a ${type} packet without proper padding (${decoded.length} bytes)`
        : `Received invalid ${type} packet with extension data that exceeds total packet length (${bytes.length})`;
    return dropped('extension', type, warning);
  }
  if (decoded.end !== bytes.length) return wrongLength(bytes, type, decoded.end);
  return { ...header(), type, gossip: readGossip(bytes, gossipCount), extensions: decoded.extensions };
}

function dropped(reason: DropReason, type: MessageType | null, warning: string | null = null): DroppedPacket {
  return { dropped: reason, type, warning, header: null };
}

function wrongLength(bytes: Buffer, type: MessageType, expected: number): DroppedPacket {
  const warning = `Received invalid ${type} packet of length ${bytes.length} but expected length ${expected}`;
  return dropped('length', type, warning);
}
