/** What a run of the benchmark was asked for. */
import { parseArgs } from 'node:util';

export const PARTS = ['start', 'failover', 'memory', 'scale', 'throughput', 'scripts'] as const;
export type Part = (typeof PARTS)[number];

export interface Settings {
  readonly parts: readonly Part[];
  /** Fewer repetitions; the real failover at a short node timeout. */
  readonly quick: boolean;
  /** Also 300 and 1,000 nodes. */
  readonly large: boolean;
  /** redis-server, redis-cli and redis-benchmark are here to compare with. */
  readonly hasRedis: boolean;
}

export const USAGE = `Usage: npm run bench [-- [--quick] [--large] [part ...]]
  parts    ${PARTS.join(', ')} (default: all)
  --quick  fewer repetitions, and 1 s node timeout in the failover of the real cluster
  --large  also start 300 and 1,000 nodes, which takes minutes`;

/** Null: the arguments ask for help, or make no sense. */
export function readSettings(args: readonly string[], hasRedis: boolean): Settings | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        large: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const unknown = positionals.find((part) => !PARTS.some((known) => known === part));
    if (values.help === true || unknown !== undefined) return null;
    return {
      parts: positionals.length === 0 ? PARTS : PARTS.filter((part) => positionals.includes(part)),
      quick: values.quick === true,
      large: values.large === true,
      hasRedis,
    };
  } catch {
    return null;
  }
}
