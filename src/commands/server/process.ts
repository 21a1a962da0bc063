/** TIME, LASTSAVE, LOLWUT and SHUTDOWN: the process as a whole. https://redis.io/docs/latest/commands/shutdown/ */
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import { SHUTDOWN_MAY_NOT_BLOCK, SYNTAX_ERROR } from '../../resp/errors/index.js';
import { type Reply, VerbatimReply } from '../../resp/reply.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

const US_PER_SECOND = 1_000_000;

export const processCommands = [
  {
    name: 'time',
    summary: 'The time of the server.',
    since: '2.6.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    tips: ['nondeterministic_output'],
    run(context) {
      const { node } = context;
      // In 7.0 it goes on within a script.
      const nowUs = node.version === '7.0' ? node.clock.nowUs() : context.nowUs;
      return [String(Math.floor(nowUs / US_PER_SECOND)), String(nowUs % US_PER_SECOND)];
    },
  },
  {
    name: 'lastsave',
    summary: 'When the dataset was last saved, as Unix time.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    aclCategories: ['admin', 'dangerous'],
    tips: ['nondeterministic_output'],
    // Before the first save, Redis gives the time of its start.
    run: ({ node }) => Math.floor(node.persistence.rdb.lastSaveMs / 1000),
  },
  {
    name: 'lolwut',
    summary: 'Names the release; stable releases with a picture of their own draw it.',
    since: '5.0.0',
    group: 'server',
    arity: -1,
    flags: ['readonly', 'fast'],
    run: ({ node }) => new VerbatimReply('txt', `Redis ver. ${node.releaseVersion}\n`),
  },
  {
    name: 'shutdown',
    summary: 'Ends the server.',
    since: '1.0.0',
    group: 'server',
    complexity:
      'O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'sentinel', 'allow_busy'],
    history: [['7.0.0', 'Modifiers `NOW`, `FORCE` and `ABORT`.']],
    run: shutdown,
  },
] as const satisfies readonly Command[];

const SHUTDOWN_MODIFIERS = ['nosave', 'save', 'now', 'force', 'abort'];

function shutdown({ node, session }: CommandContext, argv: readonly ByteString[]): Reply {
  const modifiers = new Set(argv.slice(1).map((arg) => toLowerAscii(asCString(arg))));
  if ([...modifiers].some((modifier) => !SHUTDOWN_MODIFIERS.includes(modifier))) return SYNTAX_ERROR;
  const aborts = modifiers.has('abort');
  if ((aborts && modifiers.size > 1) || (modifiers.has('save') && modifiers.has('nosave')))
    return SYNTAX_ERROR;
  if (aborts) return node.shutdown.abort();
  if (!modifiers.has('now') && session.transaction !== null) return SHUTDOWN_MAY_NOT_BLOCK;
  // While a script runs nothing is saved.
  const busy = node.scripting?.busyError ?? null;
  if (busy !== null && !modifiers.has('nosave')) return busy;
  const has = (modifier: string): boolean => modifiers.has(modifier);
  const mode = { save: has('save'), nosave: has('nosave'), now: has('now'), force: has('force') };
  return node.shutdown.request(mode, session);
}
