/** checkDeterminism(): the same seed gives the same run, event for event. */
import { runPlan, type Workload } from './simulate.js';
import { SimulationFailure } from './simulation-failure.js';
import { planRuns, type RunPlan, type SimulateOptions, type SimulationRun } from './simulation-options.js';

/** Lines before the first difference that are shown. */
const SHOWN_BEFORE = 5;

/**
 * Runs each seed twice and compares everything that happened, line by line: events with their virtual times, faults,
 * writes, and who owns what in the end. What a workload does must come from `sim.random` and virtual time alone.
 * @throws SimulationFailure with the invariant `determinism` and the first difference; or as simulate().
 * @example
 * await checkDeterminism({ seeds: [7], masters: 3, replicas: 1 });
 */
export async function checkDeterminism(
  options: SimulateOptions = {},
  workload?: Workload,
): Promise<SimulationRun[]> {
  const runs: SimulationRun[] = [];
  for (const plan of planRuns(options)) {
    const first = await runPlan(plan, workload);
    const second = await runPlan(plan, workload);
    compare(plan, first.record, second.record);
    runs.push(first.run);
    options.onRun?.(first.run);
  }
  return runs;
}

function compare(plan: RunPlan, first: readonly string[], second: readonly string[]): void {
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    if (first[index] === second[index]) continue;
    const before = first.slice(Math.max(0, index - SHOWN_BEFORE), index).join('\n');
    const story = `the same until\n${before}\nthen the first run has\n${first[index] ?? 'ended'}\nand the second\n${second[index] ?? 'ended'}`;
    const text = `two runs differ from line ${index + 1} of their records on`;
    throw new SimulationFailure(plan, [{ invariant: 'determinism', atMs: 0, text }], story);
  }
}
