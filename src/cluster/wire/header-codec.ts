/** The 2256-byte header that begins every bus packet: what the sender says of itself. */
import type { SliceableBuffer } from '../../resp/byte-string.js';
import { NODE_ID_LENGTH } from '../constants.js';
import type { MessageHeader } from '../message.js';
import type { SlotSet } from '../slot-bitmap.js';
import {
  readI64,
  readId,
  readSlots,
  readText,
  readU64,
  write64,
  writeId,
  writeText,
} from './packet-fields.js';
import { HeaderOffset, IP_FIELD_LENGTH, MessageFlag, PROTOCOL_VERSION, SIGNATURE } from './packet-layout.js';

const NO_NODE = '\0'.repeat(NODE_ID_LENGTH);

/** The part of a header that the payload decides. */
export interface PacketFrame {
  /** Index in MESSAGE_TYPES. */
  readonly type: number;
  readonly gossipCount: number;
  readonly extensionCount: number;
}

/** Writes the header into a packet that is zero and has its final length. */
export function writeHeader(packet: Buffer, header: MessageHeader, frame: PacketFrame): void {
  packet.write(SIGNATURE, HeaderOffset.SIGNATURE, 'latin1');
  packet.writeUInt32BE(packet.length, HeaderOffset.TOTAL_LENGTH);
  packet.writeUInt16BE(PROTOCOL_VERSION, HeaderOffset.VERSION);
  packet.writeUInt16BE(header.port, HeaderOffset.PORT);
  packet.writeUInt16BE(frame.type, HeaderOffset.TYPE);
  packet.writeUInt16BE(frame.gossipCount, HeaderOffset.GOSSIP_COUNT);
  write64(packet, HeaderOffset.CURRENT_EPOCH, header.currentEpoch);
  write64(packet, HeaderOffset.CONFIG_EPOCH, header.configEpoch);
  write64(packet, HeaderOffset.REPLICATION_OFFSET, header.offset);
  writeId(packet, HeaderOffset.SENDER, header.sender);
  packet.set(header.slots.bytes, HeaderOffset.SLOTS);
  if (header.replicaOf !== null) writeId(packet, HeaderOffset.REPLICA_OF, header.replicaOf);
  writeText(packet, HeaderOffset.IP, IP_FIELD_LENGTH, header.ip);
  packet.writeUInt16BE(frame.extensionCount, HeaderOffset.EXTENSION_COUNT);
  packet.writeUInt16BE(header.secondaryPort, HeaderOffset.SECONDARY_PORT);
  packet.writeUInt16BE(header.busPort, HeaderOffset.BUS_PORT);
  packet.writeUInt16BE(header.flags, HeaderOffset.FLAGS);
  packet[HeaderOffset.STATE] = header.stateOk ? 0 : 1;
  packet[HeaderOffset.MESSAGE_FLAGS] =
    (header.paused ? MessageFlag.PAUSED : 0) |
    (header.forceAck ? MessageFlag.FORCE_ACK : 0) |
    (frame.extensionCount > 0 ? MessageFlag.EXTENSIONS : 0);
}

/** Reads the header of a packet of at least 2256 bytes. @param previousSlots see readSlots. */
export function readHeader(packet: SliceableBuffer, previousSlots: SlotSet): MessageHeader {
  const messageFlags = packet[HeaderOffset.MESSAGE_FLAGS] ?? 0;
  const replicaOf = readId(packet, HeaderOffset.REPLICA_OF);
  return {
    sender: readId(packet, HeaderOffset.SENDER),
    currentEpoch: readU64(packet, HeaderOffset.CURRENT_EPOCH),
    configEpoch: readU64(packet, HeaderOffset.CONFIG_EPOCH),
    offset: readI64(packet, HeaderOffset.REPLICATION_OFFSET),
    slots: readSlots(packet, HeaderOffset.SLOTS, previousSlots),
    replicaOf: replicaOf === NO_NODE ? null : replicaOf,
    ip: readText(packet, HeaderOffset.IP, IP_FIELD_LENGTH),
    port: packet.readUInt16BE(HeaderOffset.PORT),
    secondaryPort: packet.readUInt16BE(HeaderOffset.SECONDARY_PORT),
    busPort: packet.readUInt16BE(HeaderOffset.BUS_PORT),
    flags: packet.readUInt16BE(HeaderOffset.FLAGS),
    stateOk: packet[HeaderOffset.STATE] === 0,
    paused: (messageFlags & MessageFlag.PAUSED) !== 0,
    forceAck: (messageFlags & MessageFlag.FORCE_ACK) !== 0,
  };
}
