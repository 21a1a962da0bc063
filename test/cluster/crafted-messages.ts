// Messages made by hand, and a link that records, for rules that a running cluster does not show by itself.
import type { BusLink } from '../../src/cluster/bus-link.js';
import type { ClusterNode } from '../../src/cluster/cluster-node.js';
import { buildHeader } from '../../src/cluster/header.js';
import type { BusMessage, MessageHeader, PingMessage } from '../../src/cluster/message.js';
import { SlotBitmap, type SlotSet } from '../../src/cluster/slot-bitmap.js';
import type { TestNode } from './brain-harness.js';

export class RecordingLink implements BusLink {
  node: ClusterNode | null = null;
  readonly inbound: boolean;
  readonly createdAtMs: number;
  readonly peerIp: string;
  readonly localIp: string;
  sendBufferBytes = 0;
  closed = false;
  readonly sent: BusMessage[] = [];

  constructor(options: { inbound?: boolean; peerIp?: string; localIp?: string; createdAtMs?: number } = {}) {
    this.inbound = options.inbound ?? true;
    this.peerIp = options.peerIp ?? '10.9.9.9';
    this.localIp = options.localIp ?? '10.0.0.1';
    this.createdAtMs = options.createdAtMs ?? 0;
  }

  send(message: BusMessage): void {
    this.sent.push(message);
  }

  close(): void {
    this.closed = true;
  }

  sentTypes(): string[] {
    return this.sent.map((message) => message.type);
  }
}

/** The header `from` would send now, with changes. */
export function headerOf(from: TestNode, changes: Partial<MessageHeader> = {}): MessageHeader {
  return { ...buildHeader(from.state), ...changes };
}

/** A heartbeat `from` could send, with changes. */
export function heartbeat(
  from: TestNode,
  type: PingMessage['type'],
  changes: Partial<PingMessage> = {},
): PingMessage {
  const extensions = { shardId: from.state.myself.shardId };
  return { gossip: [], extensions, ...headerOf(from), ...changes, type };
}

/** Lets `to` receive a message on the connection that `from` has to it. */
export function deliver(to: TestNode, from: TestNode, message: BusMessage): void {
  const link = to.view(from).inboundLink;
  if (link === null) throw new Error(`${from.name} has no connection to ${to.name}`);
  to.input((brain) => brain.onMessage(link, message));
}

/** Replaces the connection that `from` has to `to` by one that records. */
export function recordLink(from: TestNode, to: TestNode): RecordingLink {
  const view = from.view(to);
  const link = new RecordingLink({ inbound: false, peerIp: to.ip, createdAtMs: from.cluster.nowMs });
  link.node = view;
  view.link = link;
  return link;
}

export function slotSet(...slots: number[]): SlotSet {
  const bitmap = new SlotBitmap();
  for (const slot of slots) bitmap.add(slot);
  return bitmap.snapshot();
}
