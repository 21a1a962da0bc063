/** RENAME and RENAMENX. https://redis.io/docs/latest/commands/rename/ */
import type { ByteString } from '../../resp/byte-string.js';
import { NO_SUCH_KEY } from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';

/** @param replaces false: an existing key under the new name stays (RENAMENX). */
function renameKey(context: CommandContext, argv: readonly ByteString[], replaces: boolean): Reply {
  const { db } = context;
  const from = argv[1]!;
  const to = argv[2]!;
  const value = db.lookupWrite(from);
  if (value === undefined) return NO_SUCH_KEY;
  if (from === to) return replaces ? OK : 0;
  const expiresAtMs = db.exactExpiry(from);
  if (db.lookupWrite(to) !== undefined) {
    if (!replaces) return 0;
    db.delete(to);
  }
  db.set(to, value);
  if (expiresAtMs !== null) db.setExpiry(to, expiresAtMs);
  db.delete(from);
  db.signalModified(from, 0);
  db.signalModified(to);
  context.notify('g', 'rename_from', from);
  context.notify('g', 'rename_to', to);
  return replaces ? OK : 1;
}

export const rename = {
  name: 'rename',
  summary: 'Gives a key another name; a key that has that name already goes.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 3,
  flags: ['write'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete'), oneKey(2, 'OW', 'update')],
  run: (context, argv) => renameKey(context, argv, true),
} as const satisfies Command;

export const renamenx = {
  name: 'renamenx',
  summary: 'Gives a key another name unless a key has that name already.',
  since: '1.0.0',
  group: 'generic',
  complexity: 'O(1)',
  arity: 3,
  flags: ['write', 'fast'],
  aclCategories: ['keyspace'],
  keySpecs: [oneKey(1, 'RW', 'access', 'delete'), oneKey(2, 'OW', 'insert')],
  history: [['3.2.0', 'Two equal names are no error any more.']],
  run: (context, argv) => renameKey(context, argv, false),
} as const satisfies Command;
