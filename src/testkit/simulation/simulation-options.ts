/** The options of simulate(), checked and completed. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import { Random } from '../../time/random.js';
import type { ClusterOptions } from '../cluster-options.js';
import { type Duration, toMilliseconds } from '../duration.js';

/**
 * What may happen to the cluster: `crash` kills nodes and starts them again, with the data they had or without, `pause` stops
 * and continues them, `suspend` stops all of them for some seconds, `partition` cuts groups off (also one way) and heals,
 * `reconnect` breaks the connections of a node, `failover` sends CLUSTER FAILOVER, also with FORCE and TAKEOVER, `migrate`
 * moves slots, `config` changes directives, `delay` and `drop` slow down and lose messages of the bus.
 */
export type FaultKind =
  | 'crash'
  | 'pause'
  | 'suspend'
  | 'partition'
  | 'reconnect'
  | 'failover'
  | 'migrate'
  | 'config'
  | 'delay'
  | 'drop';

export const FAULT_KINDS: readonly FaultKind[] = [
  'crash',
  'pause',
  'suspend',
  'partition',
  'reconnect',
  'failover',
  'migrate',
  'config',
  'delay',
  'drop',
];

/** A number, or a range, both ends inclusive, from which each seed draws one. */
export type CountOrRange = number | readonly [least: number, most: number];

export interface SimulateOptions {
  /** How many seeds, from 1 on; or which. Default 10. With REDIS_SIM_SEED in the environment only that one is run. */
  readonly seeds?: number | readonly number[] | { readonly from: number; readonly count: number };
  /** Default 3. */
  readonly masters?: CountOrRange;
  /** Of each master; default 1. */
  readonly replicas?: CountOrRange;
  /** Faults of the default workload. Default 14. */
  readonly steps?: number;
  /** Which faults there may be; default all. */
  readonly faults?: readonly FaultKind[];
  /** cluster-node-timeout, default '2s'. */
  readonly nodeTimeout?: Duration;
  /** Virtual time in which the cluster has to be well again when all faults are over. Default '120s'. */
  readonly bound?: Duration;
  /** Anything else of the clusters. With `bus: 'tcp'` there are sockets, and a seed does not give the very same run again. */
  readonly cluster?: Pick<ClusterOptions, 'version' | 'config' | 'bus'>;
  /** Is told of each run that held. */
  readonly onRun?: (run: SimulationRun) => void;
}

/** What one seed did. */
export interface SimulationRun {
  readonly seed: number;
  readonly masters: number;
  readonly replicas: number;
  /** Virtual time that passed, ms. */
  readonly virtualMs: number;
  readonly faults: number;
  readonly acknowledgedWrites: number;
  /** Acknowledged writes that were lost, by the reason that allowed it. */
  readonly lostWrites: Readonly<Record<string, number>>;
}

/** One seed with everything decided. */
export interface RunPlan {
  readonly seed: number;
  readonly masters: number;
  readonly replicas: number;
  readonly steps: number;
  readonly faults: readonly FaultKind[];
  readonly nodeTimeoutMs: number;
  readonly boundMs: number;
  readonly cluster: NonNullable<SimulateOptions['cluster']>;
}

const SEED_VARIABLE = 'REDIS_SIM_SEED';
/** A majority needs three masters. */
const FEWEST_MASTERS = 3;
const MOST_MASTERS = 50;
const MOST_REPLICAS = 10;

/** @throws RedisTestClusterError INVALID_ARGUMENT */
export function planRuns(options: SimulateOptions): RunPlan[] {
  const masters = range('masters', options.masters ?? 3, FEWEST_MASTERS, MOST_MASTERS);
  const replicas = range('replicas', options.replicas ?? 1, 0, MOST_REPLICAS);
  const faults = options.faults ?? FAULT_KINDS;
  const unknown = faults.find((kind) => !FAULT_KINDS.includes(kind));
  if (unknown !== undefined || faults.length === 0)
    fail(`faults must be some of ${FAULT_KINDS.join(', ')}, got ${unknown ?? 'none'}`);
  const shared = {
    steps: integer('steps', options.steps ?? 14, 0, 100_000),
    faults,
    nodeTimeoutMs: toMilliseconds(options.nodeTimeout ?? '2s', 'nodeTimeout'),
    boundMs: toMilliseconds(options.bound ?? '120s', 'bound'),
    cluster: options.cluster ?? {},
  };
  return seedsOf(options.seeds).map((seed) => {
    // The size is drawn apart: a run with the same numbers given is the same run.
    const random = new Random(seed ^ 0x51_2e);
    const draw = ([least, most]: readonly [number, number]): number => least + random.below(most - least + 1);
    return { seed, masters: draw(masters), replicas: draw(replicas), ...shared };
  });
}

/** The call that repeats a run. */
export function repeatLine(plan: RunPlan): string {
  const { seed, masters, replicas, steps, nodeTimeoutMs, boundMs, faults, cluster } = plan;
  const parts = [`seeds: [${seed}]`, `masters: ${masters}`, `replicas: ${replicas}`, `steps: ${steps}`];
  parts.push(`nodeTimeout: ${nodeTimeoutMs}`, `bound: ${boundMs}`);
  if (faults.length < FAULT_KINDS.length) parts.push(`faults: ${JSON.stringify(faults)}`);
  if (Object.keys(cluster).length > 0) parts.push(`cluster: ${JSON.stringify(cluster)}`);
  return `simulate({ ${parts.join(', ')} })   (or ${SEED_VARIABLE}=${seed} and the test as it is)`;
}

function seedsOf(seeds: SimulateOptions['seeds'] = 10): readonly number[] {
  const only = process.env[SEED_VARIABLE];
  if (only !== undefined && only !== '') return [seed(Number(only))];
  if (Array.isArray(seeds)) return seeds.map(seed);
  const { from, count } =
    typeof seeds === 'number' ? { from: 1, count: seeds } : (seeds as { from: number; count: number });
  const first = seed(from);
  return Array.from({ length: integer('seeds', count, 1, 10_000_000) }, (_, index) => first + index);
}

function seed(value: number): number {
  return integer('seeds: a seed', value, 0, Number.MAX_SAFE_INTEGER);
}

function range(name: string, given: CountOrRange, min: number, max: number): readonly [number, number] {
  const [least, most] = typeof given === 'number' ? [given, given] : given;
  return [integer(name, least, min, max), integer(name, most, least, max)];
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  return fail(`${name} must be an integer from ${min} to ${max}, got ${String(value)}`);
}

function fail(message: string): never {
  throw new RedisTestClusterError('INVALID_ARGUMENT', `simulate(): ${message}`);
}
