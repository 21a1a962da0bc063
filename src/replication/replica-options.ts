/** The options of REPLCONF that a replica sends to its master before PSYNC, and its acknowledgements (replconfCommand in replication.c). */
import type { ByteString } from '../resp/byte-string.js';
import * as errors from '../resp/errors/index.js';
import { parseSafeInteger } from '../resp/integer.js';
import { type ErrorReply, NO_REPLY, OK, type Reply } from '../resp/reply.js';
import { splitArguments } from '../resp/split-arguments.js';
import type { Replica } from './replica.js';

const MAX_HOST_LENGTH = 255;

export interface ReplconfActions {
  /** REPLCONF ACK of an attached replica: its offset, and what it fsynced if it told. */
  onAck(offset: number, aofOffset: number | null): void;
  /** REPLCONF GETACK: our master wants to know our offset. */
  onGetAck(): void;
}

/** @param argv the whole command. */
export function applyReplconf(
  replica: Replica,
  argv: readonly ByteString[],
  actions: ReplconfActions,
): Reply {
  if (argv.length % 2 === 0) return errors.SYNTAX_ERROR;
  for (let index = 1; index < argv.length; index += 2) {
    const option = argv[index]!.toLowerCase();
    if (option === 'ack') {
      acknowledge(replica, argv.slice(index), actions);
      return NO_REPLY;
    }
    if (option === 'getack') {
      actions.onGetAck();
      return NO_REPLY;
    }
    const error = setOption(replica, option, argv[index]!, argv[index + 1]!);
    if (error !== null) return error;
  }
  return OK;
}

/** @param words ACK offset [FACK offset] */
function acknowledge(replica: Replica, words: readonly ByteString[], actions: ReplconfActions): void {
  if (replica.state === null) return;
  const offset = parseSafeInteger(words[1]!);
  if (offset === null) return;
  let aofOffset: number | null = null;
  if (words.length > 3 && words[2]!.toLowerCase() === 'fack') {
    aofOffset = parseSafeInteger(words[3]!);
    if (aofOffset === null) {
      replica.ackOffset = Math.max(replica.ackOffset, offset);
      return;
    }
  }
  actions.onAck(offset, aofOffset);
}

function setOption(
  replica: Replica,
  option: string,
  asSent: ByteString,
  value: ByteString,
): ErrorReply | null {
  switch (option) {
    case 'listening-port': {
      const port = parseSafeInteger(value);
      if (port === null) return errors.NOT_AN_INTEGER;
      replica.listeningPort = port;
      return null;
    }
    case 'ip-address':
      if (value.length > MAX_HOST_LENGTH) return errors.replicaAddressTooLong(value.length);
      replica.announcedIp = value;
      return null;
    case 'capa':
      // What this master does not understand is left aside.
      if (value.toLowerCase() === 'eof') replica.understandsEof = true;
      if (value.toLowerCase() === 'psync2') replica.understandsPsync2 = true;
      return null;
    case 'rdb-only':
      return setSnapshotOnly(replica, value);
    case 'rdb-filter-only':
      return setFilter(replica, value);
    default:
      return errors.unrecognizedReplconfOption(asSent);
  }
}

function setSnapshotOnly(replica: Replica, value: ByteString): ErrorReply | null {
  const flag = parseSafeInteger(value);
  if (flag === null) return errors.NOT_AN_INTEGER;
  if (flag !== 0 && flag !== 1) return errors.outOfRangeBetween(0, 1);
  replica.snapshotOnly = flag === 1;
  return null;
}

function setFilter(replica: Replica, value: ByteString): ErrorReply | null {
  const filters = splitArguments(value);
  if (filters === null) return errors.MISSING_RDB_FILTER;
  replica.excludeData = true;
  replica.excludeFunctions = true;
  for (const filter of filters) {
    if (filter.toLowerCase() !== 'functions') return errors.unsupportedRdbFilter(filter);
    replica.excludeFunctions = false;
  }
  return null;
}
