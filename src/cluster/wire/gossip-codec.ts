/** The 104-byte gossip entries of pings, pongs and meets. */
import type { SliceableBuffer } from '../../resp/byte-string.js';
import type { GossipEntry } from '../message.js';
import { readId, readText, writeId, writeText } from './packet-fields.js';
import { GOSSIP_ENTRY_LENGTH, GossipOffset, HEADER_LENGTH, IP_FIELD_LENGTH } from './packet-layout.js';

/** Writes the entries right after the header, into zeroed bytes. */
export function writeGossip(packet: Buffer, entries: readonly GossipEntry[]): void {
  let start = HEADER_LENGTH;
  for (const entry of entries) {
    writeId(packet, start + GossipOffset.ID, entry.id);
    // The low 32 bits, as in Redis: virtual time may be beyond the year 2106.
    packet.writeUInt32BE(entry.pingSentS >>> 0, start + GossipOffset.PING_SENT);
    packet.writeUInt32BE(entry.pongReceivedS >>> 0, start + GossipOffset.PONG_RECEIVED);
    writeText(packet, start + GossipOffset.IP, IP_FIELD_LENGTH, entry.ip);
    packet.writeUInt16BE(entry.port, start + GossipOffset.PORT);
    packet.writeUInt16BE(entry.busPort, start + GossipOffset.BUS_PORT);
    packet.writeUInt16BE(entry.flags, start + GossipOffset.FLAGS);
    packet.writeUInt16BE(entry.secondaryPort, start + GossipOffset.SECONDARY_PORT);
    start += GOSSIP_ENTRY_LENGTH;
  }
}

/** Reads `count` entries; the packet is long enough for them. */
export function readGossip(packet: SliceableBuffer, count: number): GossipEntry[] {
  const entries: GossipEntry[] = [];
  for (let index = 0; index < count; index++) {
    const start = HEADER_LENGTH + index * GOSSIP_ENTRY_LENGTH;
    entries.push({
      id: readId(packet, start + GossipOffset.ID),
      pingSentS: packet.readUInt32BE(start + GossipOffset.PING_SENT),
      pongReceivedS: packet.readUInt32BE(start + GossipOffset.PONG_RECEIVED),
      ip: readText(packet, start + GossipOffset.IP, IP_FIELD_LENGTH),
      port: packet.readUInt16BE(start + GossipOffset.PORT),
      secondaryPort: packet.readUInt16BE(start + GossipOffset.SECONDARY_PORT),
      busPort: packet.readUInt16BE(start + GossipOffset.BUS_PORT),
      flags: packet.readUInt16BE(start + GossipOffset.FLAGS),
    });
  }
  return entries;
}
