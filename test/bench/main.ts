/**
 * `npm run bench [-- options] [-- parts]`: measures this package against real Redis on this machine and prints one table.
 *
 * Parts: start, failover, memory, scale, throughput, scripts; all of them when none is named. Options: --quick (fewer repetitions,
 * and 1 s node timeout in the real failover), --large (also clusters of 300 and of 1,000 nodes), --help.
 *
 * This file imports nothing by itself, because it is also the entry of the child processes: what a fresh process costs
 * has to be measured in one that has loaded nothing yet.
 */
const [first, ...rest] = process.argv.slice(2);
if (first === 'child') {
  const { runChildRole } = await import('./child-roles.js');
  await runChildRole(rest);
} else {
  const { runBenchmarks } = await import('./run-benchmarks.js');
  process.exitCode = await runBenchmarks(first === undefined ? [] : [first, ...rest]);
}
