/** What failover() was asked for, checked. */
import { checkOptions, invalid, show } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';
import { checkNode } from './node-commands.js';

/** How the replica comes to be the master. */
export type FailoverMode = 'graceful' | 'force' | 'takeover' | 'crash';

export interface FailoverOptions {
  /**
   * - `graceful` (default): CLUSTER FAILOVER. The master stops its clients until the replica has all its data; nothing is lost.
   * - `force`: CLUSTER FAILOVER FORCE. The replica asks for votes at once, without a word with its master.
   * - `takeover`: CLUSTER FAILOVER TAKEOVER. It does not even ask for votes.
   * - `crash`: the master is killed (or cut off), the others notice after the node timeout and elect a replica by themselves.
   */
  readonly mode?: FailoverMode;
  /**
   * What becomes of the old master: `replica` = a replica of the new one (a crashed one is started again); `dead` = it is
   * killed; `partitioned` = it is cut off from the other nodes, not from clients, and does not learn of the failover.
   * Default: `dead` with `crash`, otherwise `replica`.
   */
  readonly oldMaster?: 'replica' | 'dead' | 'partitioned';
  /**
   * Begin when clients have sent the master that many more commands (only those of that name, if given). The commands
   * behind them wait at the master until the failover has begun.
   */
  readonly after?: {
    readonly commands: number;
    readonly command?: string;
    /** Real time to wait for them. Default 5000. */
    readonly timeoutMs?: number;
  };
}

export interface FailoverPlan {
  readonly mode: FailoverMode;
  readonly oldMaster: 'replica' | 'dead' | 'partitioned';
  readonly after: NonNullable<FailoverOptions['after']> | null;
  readonly master: TestNode;
  /** The replica that is to be promoted; null = whichever wins. */
  readonly candidate: TestNode | null;
}

const CALL = 'failover()';
const MODES = ['graceful', 'force', 'takeover', 'crash'] as const;
const FATES = ['replica', 'dead', 'partitioned'] as const;

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function planFailover(
  given: TestNode,
  options: FailoverOptions,
  nodes: readonly TestNode[],
): FailoverPlan {
  checkOptions(CALL, options, ['mode', 'oldMaster', 'after']);
  const node = checkNode(CALL, 'its first argument', given, nodes);
  const mode = options.mode ?? 'graceful';
  if (!MODES.includes(mode))
    invalid(CALL, `mode must be 'graceful', 'force', 'takeover' or 'crash', got ${show(mode)}`);
  const oldMaster = options.oldMaster ?? (mode === 'crash' ? 'dead' : 'replica');
  if (!FATES.includes(oldMaster))
    invalid(CALL, `oldMaster must be 'replica', 'dead' or 'partitioned', got ${show(oldMaster)}`);
  if (mode === 'graceful' && oldMaster === 'partitioned')
    invalid(
      CALL,
      "a graceful failover needs the old master; with oldMaster: 'partitioned' take mode: 'force'",
    );
  const master = node.role === 'master' ? node : node.master;
  if (master === null) return invalid(CALL, `${node.name} is a replica whose master is not in this cluster`);
  if (master.state === 'paused') invalid(CALL, `${master.name} is paused; resume() it first`);
  if (!master.isRunning && (mode === 'graceful' || mode === 'crash' || oldMaster === 'partitioned'))
    invalid(CALL, `${master.name} does not run; take mode: 'force' or 'takeover', or waitFor('ok')`);
  return {
    mode,
    oldMaster,
    after: checkAfter(options.after),
    master,
    candidate: candidateOf(node, master, mode),
  };
}

function checkAfter(after: FailoverOptions['after']): FailoverPlan['after'] {
  if (after === undefined) return null;
  checkOptions(`${CALL} after`, after, ['commands', 'command', 'timeoutMs']);
  if (!(Number.isInteger(after.commands) && after.commands >= 1))
    invalid(CALL, `after.commands must be a whole number from 1 on, got ${show(after.commands)}`);
  return after;
}

/** The node itself when it is a replica; of a master the replica with most data, as the election would have it. */
function candidateOf(node: TestNode, master: TestNode, mode: FailoverMode): TestNode | null {
  const running = master.replicas.filter(({ state }) => state === 'running');
  if (running.length === 0) invalid(CALL, `${master.name} has no running replica that could be promoted`);
  if (node !== master) {
    return running.includes(node) ? node : invalid(CALL, `${node.name} is ${node.state}`);
  }
  if (mode === 'crash') return null;
  const offset = (replica: TestNode): number => replica.process.node.replication.offset();
  return running.reduce((best, replica) => (offset(replica) > offset(best) ? replica : best));
}
