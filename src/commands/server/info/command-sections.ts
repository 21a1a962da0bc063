/** INFO commandstats, errorstats and latencystats: what happened by command and by error code. */
import { formatPercentile } from '../../../config/list-directives.js';
import type { CommandContext } from '../../context.js';
import type { InfoLines } from './section.js';

export function commandStatsSection({ node }: CommandContext): InfoLines {
  return [...node.stats.commands].map(([command, { calls, microseconds, rejected, failed }]) => {
    const perCall = calls === 0 ? 0 : microseconds / calls;
    return [
      `cmdstat_${safeName(command)}`,
      `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${perCall.toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`,
    ] as const;
  });
}

export function errorStatsSection({ node }: CommandContext): InfoLines {
  return [...node.stats.errors]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, count]) => [`errorstat_${safeName(code)}`, `count=${count}`] as const);
}

export function latencyStatsSection({ node }: CommandContext): InfoLines {
  const { values } = node.config;
  if (!values['latency-tracking']) return [];
  const lines: (readonly [string, string])[] = [];
  for (const [command, { histogram }] of node.stats.commands) {
    if (histogram === null) continue;
    const percentiles = values['latency-tracking-info-percentiles'].map(
      (each) => `p${formatPercentile(each)}=${(histogram.percentile(each) / 1000).toFixed(3)}`,
    );
    lines.push([`latency_percentiles_usec_${safeName(command)}`, percentiles.join(',')]);
  }
  return lines;
}

/** Chars that separate the parts of a line do not occur in names (getSafeInfoString in server.c). */
function safeName(name: string): string {
  return name.replace(/[#:\n\r]/g, '_');
}
