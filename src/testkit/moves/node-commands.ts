/** Commands that the test kit itself sends to nodes, as an operator's redis-cli would: each on a connection of its own. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { RealTimePump } from '../../io/real-time-pump.js';
import type { ByteString } from '../../resp/byte-string.js';
import { type CommandArgument, CommandClient, type CommandReply } from '../command-client.js';
import { invalid, show } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';

/** That of redis-cli, ms. */
export const MIGRATE_TIMEOUT_MS = 60_000;

/** @returns the reply. @throws as pipelineOn */
export async function runOn(
  node: TestNode,
  pump: RealTimePump,
  ...args: readonly CommandArgument[]
): Promise<CommandReply> {
  const [reply] = await pipelineOn(node, pump, [args]);
  return reply as CommandReply;
}

/**
 * Not on the connection of command(): that one may be in the middle of something.
 * @throws RedisTestClusterError COMMAND_FAILED, also when the node is paused and would never answer; STOPPED.
 */
export async function pipelineOn(
  node: TestNode,
  pump: RealTimePump,
  commands: readonly (readonly CommandArgument[])[],
): Promise<CommandReply[]> {
  if (node.state === 'paused')
    throw new RedisTestClusterError(
      'COMMAND_FAILED',
      `${node.name} is paused and answers nothing; resume() it`,
    );
  const client = new CommandClient(node.process, pump);
  try {
    return await client.runAll(commands);
  } finally {
    client.close();
  }
}

/** MIGRATE of some keys. @param options such as REPLACE. */
export async function migrateKeys(
  pump: RealTimePump,
  from: TestNode,
  to: TestNode,
  keys: readonly ByteString[],
  ...options: readonly string[]
): Promise<void> {
  const place = [to.host, to.port, '', 0, MIGRATE_TIMEOUT_MS];
  const names = keys.map((key) => Buffer.from(key, 'latin1'));
  await runOn(from, pump, 'MIGRATE', ...place, ...options, ...loginOf(to), 'KEYS', ...names);
}

/** Keys of a slot that a node has, those that have expired and are not gone yet included. */
export function keysOfSlot(
  node: TestNode,
  slot: number,
  most: number = Number.POSITIVE_INFINITY,
): ByteString[] {
  return node.isRunning ? node.process.node.keyspace.database(0).keysInSlot(slot, most) : [];
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
function loginOf(node: TestNode): readonly CommandArgument[] {
  const { requirepass } = node.process.node.config.values;
  return requirepass === '' ? [] : ['AUTH', Buffer.from(requirepass, 'latin1')];
}
