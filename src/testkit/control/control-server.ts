/** Lets other processes and threads of this machine hold a cluster: see protocol.ts for how they talk. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import { JsonLinesServer } from '../../io/json-lines.js';
import type { Cluster } from '../cluster.js';
import { NodeKeys } from './cluster-state.js';
import { ControlSession } from './control-session.js';
import { Leases } from './lease.js';

/** A cluster that others can connect to. */
export interface SharedCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  /** `redis-test-cluster://127.0.0.1:41234`: what connectCluster() takes, in any process of this machine. */
  readonly address: string;
  /** Nobody can connect any more, and all connections end, with what they hold. The cluster goes on. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
export const ADDRESS_FORM = 'redis-test-cluster://';

/**
 * Shares a cluster with other processes and threads of this machine: they connectCluster() to its address. Ends with the
 * cluster, and keeps no process alive.
 * @param options `port`: default any that is free.
 * @throws RedisTestClusterError PORT_IN_USE, STOPPED.
 * @example
 * const { address } = await shareCluster(await startCluster(3, 1));
 * process.env.REDIS_TEST_CLUSTER_ADDRESS = address;
 */
export async function shareCluster(
  cluster: Cluster,
  options: { readonly port?: number } = {},
): Promise<SharedCluster> {
  cluster.assertRunning();
  const owner = { cluster, keys: new NodeKeys(), leases: new Leases() };
  const sessions = new Set<ControlSession>();
  const { port = 0 } = options;
  let server: JsonLinesServer;
  try {
    server = await JsonLinesServer.listen(HOST, port, (lines) => {
      const session: ControlSession = new ControlSession(owner, lines, () => sessions.delete(session));
      sessions.add(session);
    });
  } catch (error) {
    throw portError(port, error);
  }
  // Clients of Redis in other processes answer from there.
  const forget = cluster.settleWith(async () => {
    await Promise.all([...sessions].map((session) => session.roundTrip()));
  });
  const close = async (): Promise<void> => {
    forget();
    await server.close();
  };
  cluster.onStop(close);
  return {
    cluster,
    address: `${ADDRESS_FORM}${HOST}:${server.port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function portError(port: number, cause: unknown): RedisTestClusterError {
  const message = `shareCluster(): cannot listen on ${HOST}:${port}: ${(cause as Error).message}`;
  return new RedisTestClusterError('PORT_IN_USE', message, { cause });
}
