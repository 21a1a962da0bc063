/** MSET and MSETNX. https://redis.io/docs/latest/commands/mset/ */
import type { ByteString } from '../../resp/byte-string.js';
import { wrongArity } from '../../resp/errors/index.js';
import { OK, type Reply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { allKeys } from '../key-specs.js';

function runMset(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length % 2 === 0) return wrongArity(context.command.fullName);
  storeAll(context, argv);
  return OK;
}

/** All keys or none are set. */
function runMsetnx(context: CommandContext, argv: readonly ByteString[]): Reply {
  if (argv.length % 2 === 0) return wrongArity(context.command.fullName);
  for (let position = 1; position < argv.length; position += 2) {
    if (context.db.lookupWrite(argv[position]!) !== undefined) return 0;
  }
  storeAll(context, argv);
  return 1;
}

function storeAll(context: CommandContext, argv: readonly ByteString[]): void {
  for (let position = 1; position < argv.length; position += 2) {
    const key = argv[position]!;
    context.db.lookupWrite(key);
    context.db.set(key, argv[position + 1]!);
    context.db.signalModified(key);
    context.notify('$', 'set', key);
  }
}

export const mset = {
  name: 'mset',
  summary: 'Stores several strings under their keys in one go.',
  since: '1.0.1',
  group: 'string',
  complexity: 'O(N), N being the number of keys.',
  arity: -3,
  flags: ['write', 'denyoom'],
  aclCategories: ['string'],
  keySpecs: [allKeys(2, 'OW', 'update')],
  tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  run: runMset,
} as const satisfies Command;

export const msetnx = {
  name: 'msetnx',
  summary: 'Stores several strings under their keys in one go, unless one of the keys exists.',
  since: '1.0.1',
  group: 'string',
  complexity: 'O(N), N being the number of keys.',
  arity: -3,
  flags: ['write', 'denyoom'],
  aclCategories: ['string'],
  keySpecs: [allKeys(2, 'OW', 'insert')],
  in70: { tips: ['request_policy:multi_shard', 'response_policy:agg_min'] },
  run: runMsetnx,
} as const satisfies Command;
