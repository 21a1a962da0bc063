/** Commands that the test kit itself sends to nodes, as an operator's redis-cli would: each on a connection of its own. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { RealTimePump } from '../../io/real-time-pump.js';
import { type CommandArgument, CommandClient, type CommandReply } from '../command-client.js';
import { invalid, show } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';

/**
 * Not on the connection of command(): that one may be in the middle of something.
 * @throws RedisTestClusterError COMMAND_FAILED, also when the node is paused and would never answer; STOPPED.
 */
export async function runOn(
  node: TestNode,
  pump: RealTimePump,
  ...args: readonly CommandArgument[]
): Promise<CommandReply> {
  if (node.state === 'paused')
    throw new RedisTestClusterError(
      'COMMAND_FAILED',
      `${node.name} is paused and answers nothing; resume() it`,
    );
  const client = new CommandClient(node.process, pump);
  try {
    return await client.run(args);
  } finally {
    client.close();
  }
}

/** @throws RedisTestClusterError INVALID_ARGUMENT unless it is one of the cluster's nodes. */
export function checkNode(call: string, option: string, node: unknown, nodes: readonly TestNode[]): TestNode {
  const found = nodes.find((candidate) => candidate === node);
  return (
    found ??
    invalid(call, `${option} takes a node of this cluster, such as cluster.masters[0]; got ${show(node)}`)
  );
}

/** @throws RedisTestClusterError INVALID_ARGUMENT unless it is one of the cluster's nodes, runs, and is a master. */
export function checkMaster(
  call: string,
  option: string,
  node: unknown,
  nodes: readonly TestNode[],
): TestNode {
  const found = checkNode(call, option, node, nodes);
  if (found.state !== 'running') invalid(call, `${option}: ${found.name} is ${found.state}`);
  if (found.role !== 'master')
    invalid(
      call,
      `${option} must be a master; ${found.name} is a replica of ${found.master?.name ?? 'none'}`,
    );
  return found;
}

/** The arguments with which MIGRATE logs in where the node wants a password; none where it does not. */
export function loginOf(node: TestNode): readonly CommandArgument[] {
  const { requirepass } = node.process.node.config.values;
  return requirepass === '' ? [] : ['AUTH', Buffer.from(requirepass, 'latin1')];
}
