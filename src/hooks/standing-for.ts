/** What hooks give before there is a cluster. */
import { RedisTestClusterError } from '../index.js';

/**
 * An object that behaves as the cluster that is there when it is touched.
 * @param prototype of such clusters, for instanceof.
 */
export function standingFor<C extends object>(call: string, prototype: C, current: () => C | null): C {
  const cluster = (property: string | symbol): object => {
    const running = current();
    if (running !== null) return running;
    // Runners and consoles look at everything that they are shown.
    if (typeof property === 'symbol' || property === 'then' || property === 'toJSON') return {};
    throw new RedisTestClusterError(
      'NOT_STARTED',
      `${call}: the cluster is there in tests and in hooks after beforeAll only; '${property}' was asked for outside of them`,
    );
  };
  return new Proxy(Object.create(prototype) as C, {
    get: (_target, property) => {
      const running = cluster(property);
      const value: unknown = Reflect.get(running, property, running);
      return typeof value === 'function' ? (value.bind(running) as unknown) : value;
    },
    has: (_target, property) => Reflect.has(cluster(property), property),
    set: () => false,
  });
}
