/** What a node counted: proof of which node served a client, and of the redirects it was given. */
import type { Cluster, TestNode } from '../../src/index.js';

/** How often the node answered with this error, such as MOVED, since it started. */
export async function errorCount(node: TestNode, code: string): Promise<number> {
  const info = String(await node.command('INFO', 'errorstats'));
  return Number(new RegExp(`^errorstat_${code}:count=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}

/** How often the node ran the command, such as `get`, since it started. */
export async function callCount(node: TestNode, command: string): Promise<number> {
  const info = String(await node.command('INFO', 'commandstats'));
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}

/** Client sockets that are open on all nodes together. */
export function connectionCount(cluster: Cluster): number {
  return cluster.nodes.reduce((count, node) => count + node.connectionCount, 0);
}

/** For what takes some turns of the event loop, on a busy machine too. */
export const SOON = { interval: 1, timeout: 5_000 };
