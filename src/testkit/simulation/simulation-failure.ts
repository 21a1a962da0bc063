/** What a simulation throws: everything that is needed to understand the failure and to have it again. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { Violation } from './invariants/violations.js';
import { type RunPlan, repeatLine } from './simulation-options.js';

/** An invariant did not hold in a run of simulate(). The message has the seed, the virtual time, the last events, and how to repeat it. */
export class SimulationFailure extends RedisTestClusterError {
  readonly seed: number;
  /** The name of the first invariant that was broken: `S1`, `L4`...; `workload` when your own function threw. */
  readonly invariant: string;
  readonly violations: readonly Violation[];

  constructor(plan: RunPlan, violations: readonly Violation[], story: string, cause?: unknown) {
    const lines = violations.map(({ invariant, atMs, text }) => `${invariant} at +${atMs} ms: ${text}`);
    super(
      'INVARIANT_BROKEN',
      `seed ${plan.seed}: ${lines.join('\n')}\n${story}\nrepeat it with\n  ${repeatLine(plan)}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'SimulationFailure';
    this.seed = plan.seed;
    this.invariant = violations[0]?.invariant ?? 'workload';
    this.violations = violations;
  }
}
