// Every directive of Redis 7.0 and 7.2 by its name, and the type of all values.

import type { ConfigVersion, Directive, ValueOf } from './directive.js';
import { CLUSTER_DIRECTIVES } from './directives/cluster.js';
import { DATA_DIRECTIVES } from './directives/data.js';
import { NETWORK_DIRECTIVES } from './directives/network.js';
import { PERSISTENCE_DIRECTIVES } from './directives/persistence.js';
import { REPLICATION_DIRECTIVES } from './directives/replication.js';
import { SERVER_DIRECTIVES } from './directives/server.js';

export const DIRECTIVES = {
  ...NETWORK_DIRECTIVES,
  ...SERVER_DIRECTIVES,
  ...DATA_DIRECTIVES,
  ...PERSISTENCE_DIRECTIVES,
  ...REPLICATION_DIRECTIVES,
  ...CLUSTER_DIRECTIVES,
} as const;

export type DirectiveName = keyof typeof DIRECTIVES;

/** The value of every directive: yes/no as boolean, numbers in the directive's own unit, choices as their words, unset texts as ''. */
export type ConfigValues = { readonly [N in DirectiveName]: ValueOf<(typeof DIRECTIVES)[N]> };

export const DIRECTIVE_NAMES: readonly DirectiveName[] = Object.keys(DIRECTIVES) as DirectiveName[];

/** A name under which a directive is found: its own or its alias. */
export interface DirectiveEntry {
  /** The name of this entry, lower case. */
  readonly name: string;
  readonly directiveName: DirectiveName;
  readonly directive: Directive<unknown>;
}

const entriesByVersion = new Map<ConfigVersion, ReadonlyMap<string, DirectiveEntry>>();

/** All names that a version knows, aliases too, by lower-case name. */
export function directiveEntries(version: ConfigVersion): ReadonlyMap<string, DirectiveEntry> {
  let entries = entriesByVersion.get(version);
  if (entries === undefined) {
    entries = buildEntries(version);
    entriesByVersion.set(version, entries);
  }
  return entries;
}

function buildEntries(version: ConfigVersion): ReadonlyMap<string, DirectiveEntry> {
  const entries = new Map<string, DirectiveEntry>();
  for (const directiveName of DIRECTIVE_NAMES) {
    const directive = DIRECTIVES[directiveName] as Directive<unknown>;
    if (directive.since === '7.2' && version === '7.0') continue;
    for (const name of [directiveName, directive.alias]) {
      if (name !== undefined) entries.set(name, { name, directiveName, directive });
    }
  }
  return entries;
}

/** Hidden from patterns of CONFIG GET. */
export function isHidden(directive: Directive<unknown>, version: ConfigVersion): boolean {
  return directive.hidden === true || directive.hidden === version;
}
