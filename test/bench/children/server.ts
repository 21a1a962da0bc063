/** A cluster of one node that serves until the parent hangs up. Says its port first, then its CPU time when asked. */
import { startCluster } from '../../../src/index.js';
import { cpuMs } from '../measure.js';

export interface ServerAnswer {
  readonly port: number;
  /** CPU time of the process so far. */
  readonly cpuMs: number;
}

export async function serve(): Promise<void> {
  const cluster = await startCluster(1, 0);
  const { port } = cluster.nodes[0] ?? {};
  if (port === undefined) throw new Error('the cluster has no node');
  const say = (): void => {
    const answer: ServerAnswer = { port, cpuMs: cpuMs() };
    process.send?.(answer);
  };
  process.on('message', say);
  say();
  await new Promise<void>((resolve) => {
    process.once('disconnect', () => resolve());
  });
  await cluster.stop();
}
