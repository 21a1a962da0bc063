/** The table at the end: what was measured, ours and real, the ratio and the aim. */

export interface Row {
  readonly what: string;
  readonly ours: string;
  /** '' where there is nothing to compare with. */
  readonly real?: string;
  readonly ratio?: string;
  /** '' where there is no aim. */
  readonly aim?: string;
  /** Undefined where there is no aim, or it could not be measured. */
  readonly isMet?: boolean;
}

const HEADINGS = ['', 'ours', 'real Redis', 'ratio', 'aim', ''] as const;

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ours, real = '', ratio = '', aim = '', isMet }) => [
    what,
    ours,
    real,
    ratio,
    aim,
    isMet === undefined ? '' : isMet ? 'met' : 'MISSED',
  ]);
  const lines = [[...HEADINGS], ...cells];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [text[0], '-'.repeat(text[0]?.length ?? 0), ...text.slice(1)].join('\n');
}

export function ms(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** Wall time, with the CPU time behind it: on a busy machine the second one tells more. */
export function msWithCpu({ wallMs, cpuMs }: { readonly wallMs: number; readonly cpuMs: number }): string {
  return `${ms(wallMs)} (cpu ${ms(cpuMs)})`;
}

export function times(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)}x`;
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
