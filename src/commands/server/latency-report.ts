/** LATENCY GRAPH and DOCTOR: the samples of latency events as a picture and in words (sparkline.c, createLatencyReport in latency.c). */
import type { LatencyEvents, LatencySample } from '../context.js';

const COLUMNS = 80;
const ROWS = 4;
/** What a column ends with, by how much of its row is filled. */
const LEVELS = ['_', 'o', '#'];

export function latencyGraph(events: LatencyEvents, name: string, nowMs: number): string {
  const samples = events.samplesOf(name);
  const values = samples.map(({ latencyMs }) => latencyMs);
  const high = Math.max(...values);
  const low = Math.min(...values);
  const parts: string[] = [];
  for (let start = 0; start < samples.length; start += COLUMNS) {
    parts.push(renderPart(samples.slice(start, start + COLUMNS), low, high, nowMs));
  }
  return `${name} - high ${high} ms, low ${low} ms (all time high ${events.maxMsOf(name)} ms)\n${'-'.repeat(COLUMNS)}\n${parts.join('\n')}`;
}

function renderPart(samples: readonly LatencySample[], low: number, high: number, nowMs: number): string {
  const range = high === low ? 1 : high - low;
  const steps = LEVELS.length * ROWS;
  const heights = samples.map(({ latencyMs }) =>
    Math.min(steps - 1, Math.floor(((latencyMs - low) * steps) / range)),
  );
  const labels = samples.map(({ atS }) => agoOf(Math.floor(nowMs / 1000) - atS));
  const lines: string[] = [];
  for (let row = ROWS - 1; row >= 0; row--) {
    lines.push(heights.map((height) => columnAt(height - row * LEVELS.length)).join(''));
  }
  lines.push(' '.repeat(samples.length));
  for (let row = 0; row < Math.max(...labels.map(({ length }) => length)); row++) {
    lines.push(labels.map((label) => label[row] ?? ' ').join(''));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function columnAt(level: number): string {
  if (level < 0) return ' ';
  return LEVELS[level] ?? '|';
}

function agoOf(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** @param thresholdMs latency-monitor-threshold. */
export function latencyDoctor(events: LatencyEvents, thresholdMs: number): string {
  if (thresholdMs === 0) {
    return 'Latency monitoring is disabled: CONFIG SET latency-monitor-threshold <milliseconds> enables it.\n';
  }
  const lines = events.names.map((name, index) => {
    const values = events.samplesOf(name).map(({ latencyMs }) => latencyMs);
    const mean = Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
    const deviation = Math.floor(
      values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / values.length,
    );
    return `${index + 1}. ${name}: ${values.length} latency spikes (average ${mean}ms, mean deviation ${deviation}ms). Worst all time event ${events.maxMsOf(name)}ms.\n`;
  });
  if (lines.length === 0) return 'No latency spike was observed in the lifetime of this node.\n';
  return `Latency spikes were observed:\n\n${lines.join('')}\nOn this clock only what holds up the node on purpose, as DEBUG SLEEP does, takes any time.\n`;
}
