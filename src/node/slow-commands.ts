/** Feeds SLOWLOG: what took longer than slowlog-log-slower-than, without its secrets (slowlogPushCurrentCommand and redactClientCommandArgument). */
import type { NodeContext } from '../commands/context.js';
import type { SlowLog } from '../commands/server/slow-log.js';
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import { REDACTED, withoutSecrets } from './secrets.js';

/** @param durationUs time on the cluster's clock: only what holds up the node on purpose (DEBUG SLEEP) takes any. */
export function logSlowCommand(
  log: SlowLog,
  node: NodeContext,
  session: Session,
  command: ResolvedCommand,
  argv: readonly ByteString[],
  durationUs: number,
): void {
  const thresholdUs = node.config.values['slowlog-log-slower-than'];
  if (thresholdUs < 0 || durationUs < thresholdUs || command.flags.has('skip_slowlog')) return;
  log.add(
    {
      atMs: node.clock.nowMs(),
      durationUs,
      argv: loggedArguments(node, command, argv),
      address: session.address,
      clientName: session.name,
    },
    node.config.values['slowlog-max-len'],
  );
}

/** What MONITOR hides, and what it never shows: secret directives. */
function loggedArguments(
  { config }: NodeContext,
  command: ResolvedCommand,
  argv: readonly ByteString[],
): readonly ByteString[] {
  if (command.fullName !== 'config|set') return withoutSecrets(command, argv);
  return argv.map((argument, index) =>
    index >= 3 && index % 2 === 1 && config.isSensitive(argv[index - 1]!) ? REDACTED : argument,
  );
}
