/** What goes between nodes, as a test sees it: typed, with sender and receiver, and a line that says what is in it. */
import type { BusMessage, MessageType as WireType } from '../../cluster/message.js';
import type { FrameInfo, Traffic } from '../../network/network.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { TestNode } from '../test-node.js';

/**
 * Types of bus messages by the names of the Redis Cluster specification; `STREAM` is a piece of a link between a master
 * and a replica (either way), `CONNECT`, `ACCEPT` and `CLOSE` are what opens and ends the connections of both.
 */
export type MessageType =
  | 'PING'
  | 'PONG'
  | 'MEET'
  | 'FAIL'
  | 'PUBLISH'
  | 'FAILOVER_AUTH_REQUEST'
  | 'FAILOVER_AUTH_ACK'
  | 'UPDATE'
  | 'MFSTART'
  | 'MODULE'
  | 'PUBLISHSHARD'
  | 'STREAM'
  | 'CONNECT'
  | 'ACCEPT'
  | 'CLOSE';

const TYPES: Readonly<Record<WireType, MessageType>> = {
  ping: 'PING',
  pong: 'PONG',
  meet: 'MEET',
  fail: 'FAIL',
  publish: 'PUBLISH',
  'auth-req': 'FAILOVER_AUTH_REQUEST',
  'auth-ack': 'FAILOVER_AUTH_ACK',
  update: 'UPDATE',
  mfstart: 'MFSTART',
  module: 'MODULE',
  publishshard: 'PUBLISHSHARD',
};
const STEPS = { connect: 'CONNECT', accept: 'ACCEPT', close: 'CLOSE' } as const;

export const MESSAGE_TYPES: readonly MessageType[] = [
  ...Object.values(TYPES),
  'STREAM',
  ...Object.values(STEPS),
];

/** One message between two nodes. */
export interface Message {
  readonly type: MessageType;
  readonly scope: Traffic;
  /** Null when it is no node of this cluster. */
  readonly from: TestNode | null;
  readonly to: TestNode | null;
  /** What is in it, in words. */
  readonly summary: string;
  readonly bytes: number;
  /** Of bus messages: what the sender says of itself. */
  readonly currentEpoch: number | null;
  readonly configEpoch: number | null;
  readonly offset: number | null;
  /** Id of the node that FAIL and UPDATE are about. */
  readonly about: string | null;
}

/** Names for the hosts of the network and for node ids. */
export interface MessageNames {
  nodeOfHost(host: string): TestNode | null;
  nameOfId(id: string): string;
}

export function typeOfFrame(frame: FrameInfo): MessageType {
  if (frame.step !== 'data') return STEPS[frame.step];
  return frame.traffic === 'bus' ? TYPES[(frame.payload as BusMessage).type] : 'STREAM';
}

export function messageOf(frame: FrameInfo, names: MessageNames): Message {
  const message = frame.step === 'data' && frame.traffic === 'bus' ? (frame.payload as BusMessage) : null;
  return {
    type: typeOfFrame(frame),
    scope: frame.traffic,
    from: names.nodeOfHost(frame.from),
    to: names.nodeOfHost(frame.to),
    summary: summaryOf(frame, message, names),
    bytes: frame.bytes,
    currentEpoch: message?.currentEpoch ?? null,
    configEpoch: message?.configEpoch ?? null,
    offset: message?.offset ?? null,
    about: aboutOf(message),
  };
}

function aboutOf(message: BusMessage | null): string | null {
  if (message?.type === 'fail') return message.failedNode;
  return message?.type === 'update' ? message.subject : null;
}

function summaryOf(frame: FrameInfo, message: BusMessage | null, names: MessageNames): string {
  if (message !== null) return describeBusMessage(message, names);
  return frame.step === 'data' ? describeBytes(frame.payload as ByteString | Uint8Array) : frame.step;
}

function describeBusMessage(message: BusMessage, names: MessageNames): string {
  const epochs = `epoch ${message.currentEpoch}, config epoch ${message.configEpoch}, offset ${message.offset}`;
  switch (message.type) {
    case 'ping':
    case 'pong':
    case 'meet': {
      const role = message.replicaOf === null ? 'master' : `replica of ${names.nameOfId(message.replicaOf)}`;
      const state = message.stateOk ? '' : ', cluster state fail';
      return `${role} with ${message.slots.count} slots, ${epochs}, ${message.gossip.length} gossip entries${state}`;
    }
    case 'fail':
      return `${names.nameOfId(message.failedNode)} has failed`;
    case 'auth-req':
      return `asks for a vote in ${epochs}${message.forceAck ? ', although its master is up' : ''}`;
    case 'auth-ack':
      return `votes in epoch ${message.currentEpoch}`;
    case 'update':
      return `${names.nameOfId(message.subject)} has ${message.subjectSlots.count} slots, config epoch ${message.subjectConfigEpoch}`;
    case 'mfstart':
      return 'asks its master for a manual failover';
    case 'publish':
    case 'publishshard':
      return `${shortened(message.channel)}: ${shortened(message.payload)}`;
    case 'module':
      return `module ${message.moduleId}, type ${message.moduleType}`;
  }
}

const SHOWN_CHARS = 60;

/** A request as its words; other bytes as they are. */
function describeBytes(payload: ByteString | Uint8Array): string {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1');
  const words = text.startsWith('*')
    ? text.split('\r\n').filter((line) => !/^[*$]\d+$/.test(line))
    : text.split('\r\n');
  return `${text.length} bytes: ${shortened(words.join(' ').trim())}`;
}

function shortened(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text).slice(1, -1);
}
