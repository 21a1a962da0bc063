/** FUNCTION STATS. https://redis.io/docs/latest/commands/function-stats/ */
import { BUSY_SCRIPT } from '../../resp/errors/index.js';
import { MapReply, type Reply } from '../../resp/reply.js';
import type { CommandContext } from '../context.js';

export function functionStats({ node }: CommandContext): Reply {
  const running = node.scripting?.running ?? null;
  if (running?.kind === 'eval') return BUSY_SCRIPT;
  const script =
    running === null
      ? null
      : MapReply.of([
          ['name', running.name],
          ['command', [...running.argv]],
          ['duration_ms', running.elapsedMs],
        ]);
  return MapReply.of([
    ['running_script', script],
    [
      'engines',
      MapReply.of([
        [
          'LUA',
          MapReply.of([
            ['libraries_count', node.functions?.libraryCount ?? 0],
            ['functions_count', node.functions?.functionCount ?? 0],
          ]),
        ],
      ]),
    ],
  ]);
}
