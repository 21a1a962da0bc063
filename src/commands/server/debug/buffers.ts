/** DEBUG REPLYBUFFER and CLIENT-EVICTION: the buffers of clients. */
import { asCString, type ByteString, toLowerAscii } from '../../../resp/byte-string.js';
import {
  CLIENT_EVICTION_IS_OFF,
  NOT_AN_INTEGER,
  unknownSubcommandOrArity,
} from '../../../resp/errors/index.js';
import { parseSafeInteger } from '../../../resp/integer.js';
import { OK, type Reply, VerbatimReply } from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';
import { isNonZero } from './process.js';

const DEFAULT_PEAK_RESET_MS = 5000;
const NEVER = -1;
const FIRST_BUCKET_BITS = 15;

export function configureReplyBuffers({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const [command = '', subcommand = '', option = '', value = ''] = argv;
  const switches = node.debugSwitches;
  switch (toLowerAscii(asCString(option))) {
    case 'peak-reset-time': {
      const resetMs = peakResetMs(value);
      if (resetMs === null) return NOT_AN_INTEGER;
      if (switches !== undefined) switches.replyPeakResetMs = resetMs;
      return OK;
    }
    case 'resizing':
      if (switches !== undefined) switches.resizesReplyBuffers = isNonZero(value);
      return OK;
    default:
      return unknownSubcommandOrArity(command, subcommand);
  }
}

function peakResetMs(value: ByteString): number | null {
  const word = toLowerAscii(asCString(value));
  if (word === 'never') return NEVER;
  return word === 'reset' ? DEFAULT_PEAK_RESET_MS : parseSafeInteger(value);
}

/** Clients that may be closed when clients take too much memory, by what they take. */
export function describeClientEviction({ node }: CommandContext): Reply {
  const { clientBuckets } = node.memory;
  if (clientBuckets === null) return CLIENT_EVICTION_IS_OFF;
  const last = clientBuckets.length - 1;
  const lines = clientBuckets.map(({ bytes, clients }, index) => {
    const from = index === 0 ? 0 : 2 ** (FIRST_BUCKET_BITS + index - 1);
    const to = String(2 ** (FIRST_BUCKET_BITS + index) - 1).padStart(10);
    const range = `bucket ${String(from).padStart(10)}${index === last ? '+            : ' : ` - ${to}: `}`;
    return `${range}tot-mem: ${String(bytes).padStart(10)}, clients: ${clients}\n`;
  });
  return new VerbatimReply('txt', lines.join(''));
}
