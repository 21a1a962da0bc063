/** Where the nodes' log lines go: nowhere by default, to `onLog`, or to standard error when an environment variable asks for them. */
import type { LogLevel } from '../node/ports.js';

/** A line as redis-server would write it to its log. */
export interface LogLine {
  /** Virtual time, Unix milliseconds. */
  readonly atMs: number;
  /** `host:port` of the node. */
  readonly node: string;
  readonly level: LogLevel;
  readonly text: string;
}

export type LogListener = (line: LogLine) => void;

/** Set to debug, verbose, notice or warning to see the nodes' logs on standard error. */
export const LOG_VARIABLE = 'REDIS_TEST_CLUSTER_LOG';

const LEVELS: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];
/** The marks redis-server puts before its lines. */
const MARKS: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' };

/** The listener that REDIS_TEST_CLUSTER_LOG asks for; null when it is not set. An unknown level shows everything. */
export function logListenerOfEnvironment(): LogListener | null {
  const wanted = process.env[LOG_VARIABLE];
  if (wanted === undefined || wanted === '') return null;
  const threshold = LEVELS.indexOf(wanted as LogLevel);
  return (line) => {
    if (LEVELS.indexOf(line.level) >= threshold) process.stderr.write(`${formatLogLine(line)}\n`);
  };
}

export function formatLogLine(line: LogLine): string {
  return `${new Date(line.atMs).toISOString()} ${line.node} ${MARKS[line.level]} ${line.text}`;
}
