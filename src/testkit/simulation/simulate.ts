/** simulate(): whole clusters under random faults, one for each seed, and the invariants of Redis Cluster checked all the way. */
import { Simulation } from './simulation.js';
import { planRuns, type RunPlan, type SimulateOptions, type SimulationRun } from './simulation-options.js';

/** What drives a run; the default one is `steps` times `sim.step()`. */
export type Workload = (sim: Simulation) => Promise<void> | void;

/**
 * Runs a cluster on virtual time for each seed. The seed decides everything random: latencies, crashes, pauses, cuts, broken
 * connections, failovers, slots that move, lost messages, who writes what and where. No sockets are opened. While it runs,
 * wherever something happens, the invariants are checked: S1 one vote an epoch (on disk before it leaves), S2 a majority for
 * every promotion, S3 one winner, S4 who may vote, S5 epochs only grow, S6 only newer claims win, S7 one owner for each
 * slot and epoch, S8 failures take a majority, S9 and S10 no writes while down or in a minority, S11 nobody is back too
 * soon, S12 no write is lost without a reason, S13 what WAIT counts is there, S14 graceful failovers lose none, S15 no winner
 * with old data, S16 keys are in one place, S17 true redirects, S18 replicas accept no writes, S19 transactions happen at one
 * node and all of them, S20 replies come in order, S21 nobody waits for what a node has lost, S22 subscribers are told that a
 * slot goes. In the end everything is healed and the cluster has to find together within `bound`: L1 one view of the slots,
 * L2 distinct config epochs, L3 one current epoch, L4 ok everywhere, L5 no idle masters, L6 nobody suspected, L7 replicas in
 * sync, L8 no orphaned master, L9 clients that try again get through. Then, in half of the runs, a master dies for good, and a
 * replica has to take its place in the time that the specification gives it (L4).
 *
 * @param options all have defaults: seeds 1 to 10, three masters with a replica each, 14 faults.
 * @param workload drives the run instead: `sim.step()`, `sim.write()`, `sim.client`, `sim.cluster`, `sim.random`.
 * @returns what each seed did.
 * @throws SimulationFailure at the first seed that breaks an invariant, with everything to repeat it; INVALID_ARGUMENT.
 * @example
 * await simulate({ seeds: 100, masters: 3, replicas: 1 });
 * await simulate({ seeds: { from: 1, count: 20 } }, async (sim) => {
 *   await sim.client.command('SET', 'key', 'value');
 *   for (let fault = 0; fault < 5; fault++) await sim.step();
 * });
 */
export async function simulate(options: SimulateOptions = {}, workload?: Workload): Promise<SimulationRun[]> {
  const runs: SimulationRun[] = [];
  for (const plan of planRuns(options)) {
    const { run } = await runPlan(plan, workload);
    runs.push(run);
    options.onRun?.(run);
  }
  return runs;
}

/** One seed from start to end; the record is there for whoever compares. */
export async function runPlan(
  plan: RunPlan,
  workload: Workload = defaultWorkload(plan.steps),
): Promise<{ run: SimulationRun; record: readonly string[] }> {
  const simulation = await Simulation.start(plan);
  try {
    const run = await simulation.run(workload);
    return { run, record: simulation.record };
  } finally {
    await simulation.cluster.stop();
  }
}

function defaultWorkload(steps: number): Workload {
  return async (sim) => {
    for (let step = 0; step < steps; step++) await sim.step();
  };
}
