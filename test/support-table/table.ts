/** The table of commands for readers: which there are, since when, and with which releases of redis-server each was compared. */
import type { RedisVersion } from '../../src/commands/command.js';
import { commandTableOf } from '../../src/commands/index.js';
import type { ResolvedCommand } from '../../src/commands/table.js';

/** By release of redis-server, as `npm run parity` wrote it. */
export type Compared = Readonly<Record<string, readonly string[]>>;

export const SUPPORT_PATH = 'src/commands/SUPPORT.md';
export const COMPARED_PATH = 'test/parity/compared.json';

interface Row {
  readonly name: string;
  readonly since: string;
  readonly group: string;
  readonly versions: readonly RedisVersion[];
}

export function supportTable(compared: Compared): string {
  const rows = allRows();
  const releases = Object.keys(compared).sort();
  const lines = rows.map(({ name, since, group, versions }) => {
    const known = releases.filter((release) => versions.some((version) => release.startsWith(`${version}.`)));
    const tested = known.filter((release) => compared[release]?.includes(name));
    return [name.toUpperCase().replace('|', ' '), since, group, tested.join(', ')];
  });
  return [
    '# Commands',
    '',
    '<!-- Made by `npm run support:generate` from the declarations and from what `npm run parity` compared. -->',
    '',
    `${rows.length} commands and subcommands. The last column names the releases of redis-server whose replies to the`,
    'command were compared with ours by `npm run parity`.',
    '',
    ...table([['Command', 'Since', 'Group', 'Compared with'], ...lines]),
    '',
  ].join('\n');
}

function allRows(): Row[] {
  const rows = new Map<string, Row>();
  for (const version of ['7.0', '7.2'] as const) {
    const add = (command: ResolvedCommand): void => {
      const { since, group } = command.declaration;
      const versions = [...(rows.get(command.fullName)?.versions ?? []), version];
      rows.set(command.fullName, { name: command.fullName, since, group, versions });
      for (const subcommand of command.subcommands.values()) add(subcommand);
    };
    for (const command of commandTableOf(version).commands.values()) add(command);
  }
  return [...rows.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Columns as wide as their longest cell, as the formatter wants them. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
