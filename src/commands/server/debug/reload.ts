/** DEBUG RELOAD and LOADAOF: the dataset is replaced by what the disk has. */
import { asCString, type ByteString, toLowerAscii } from '../../../resp/byte-string.js';
import { RELOAD_OPTIONS } from '../../../resp/errors/index.js';
import type { Reply } from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';

const OPTIONS = ['merge', 'noflush', 'nosave'];

export function reload({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const options = argv.slice(2).map((arg) => toLowerAscii(asCString(arg)));
  if (options.some((option) => !OPTIONS.includes(option))) return RELOAD_OPTIONS;
  return node.persistence.reload({
    saves: !options.includes('nosave'),
    flushes: !options.includes('noflush'),
    merges: options.includes('merge'),
  });
}

export function loadAof({ node }: CommandContext): Reply {
  return node.persistence.reloadAof();
}
