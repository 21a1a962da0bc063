/** Turns a message of the cluster bus into the bytes that Redis sends for it. */
import type { BusMessage } from '../message.js';
import { MESSAGE_TYPES } from '../message.js';
import { type BusVersion, encodeExtensions } from './extensions-codec.js';
import { writeGossip } from './gossip-codec.js';
import { writeHeader } from './header-codec.js';
import { write64, writeId } from './packet-fields.js';
import {
  FAIL_LENGTH,
  GOSSIP_ENTRY_LENGTH,
  HEADER_LENGTH,
  ModuleOffset,
  PublishOffset,
  UPDATE_LENGTH,
  UpdateOffset,
} from './packet-layout.js';

/** @param version '7.0' leaves out the ping extensions that Redis 7.0 does not have. */
export function encodeMessage(message: BusMessage, version: BusVersion = '7.2'): Uint8Array {
  switch (message.type) {
    case 'ping':
    case 'pong':
    case 'meet': {
      const extensions = encodeExtensions(message.extensions, version);
      const gossipLength = message.gossip.length * GOSSIP_ENTRY_LENGTH;
      let offset = HEADER_LENGTH + gossipLength;
      const total = extensions.reduce((sum, extension) => sum + extension.length, offset);
      const packet = framed(message, total, message.gossip.length, extensions.length);
      writeGossip(packet, message.gossip);
      for (const extension of extensions) {
        packet.set(extension, offset);
        offset += extension.length;
      }
      return packet;
    }
    case 'fail': {
      const packet = framed(message, FAIL_LENGTH);
      writeId(packet, HEADER_LENGTH, message.failedNode);
      return packet;
    }
    case 'publish':
    case 'publishshard': {
      const { channel, payload } = message;
      const packet = framed(message, PublishOffset.CHANNEL + channel.length + payload.length);
      packet.writeUInt32BE(channel.length, PublishOffset.CHANNEL_LENGTH);
      packet.writeUInt32BE(payload.length, PublishOffset.PAYLOAD_LENGTH);
      packet.write(channel, PublishOffset.CHANNEL, 'latin1');
      packet.write(payload, PublishOffset.CHANNEL + channel.length, 'latin1');
      return packet;
    }
    case 'update': {
      const packet = framed(message, UPDATE_LENGTH);
      write64(packet, UpdateOffset.CONFIG_EPOCH, message.subjectConfigEpoch);
      writeId(packet, UpdateOffset.ID, message.subject);
      packet.set(message.subjectSlots.bytes, UpdateOffset.SLOTS);
      return packet;
    }
    case 'module': {
      const { payload } = message;
      const packet = framed(message, ModuleOffset.PAYLOAD + payload.length);
      // Redis copies this field as it lies in memory, which is little-endian on every machine in use.
      packet.writeBigUInt64LE(BigInt.asUintN(64, message.moduleId), ModuleOffset.ID);
      packet.writeUInt32BE(payload.length, ModuleOffset.PAYLOAD_LENGTH);
      packet[ModuleOffset.TYPE] = message.moduleType;
      packet.write(payload, ModuleOffset.PAYLOAD, 'latin1');
      return packet;
    }
    case 'auth-req':
    case 'auth-ack':
    case 'mfstart':
      return framed(message, HEADER_LENGTH);
  }
}

/** A packet with its header and a payload of zeros. */
function framed(message: BusMessage, length: number, gossipCount = 0, extensionCount = 0): Buffer {
  const packet = Buffer.alloc(length);
  writeHeader(packet, message, { type: MESSAGE_TYPES.indexOf(message.type), gossipCount, extensionCount });
  return packet;
}
