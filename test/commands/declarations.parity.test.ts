// The declarations of commands against COMMAND INFO and COMMAND DOCS of a real
// redis-server. Summaries and remarks are in our own words, so of those only the presence is compared.
import { expect, it } from 'vitest';
import type { KeySpec } from '../../src/commands/command.js';
import { genericCommands } from '../../src/commands/generic/index.js';
import { geoCommands } from '../../src/commands/geo/index.js';
import { hashCommands } from '../../src/commands/hash/index.js';
import { listCommands } from '../../src/commands/list/index.js';
import { setCommands } from '../../src/commands/set/index.js';
import { sortedSetCommands } from '../../src/commands/sorted-set/index.js';
import { stringCommands } from '../../src/commands/string/index.js';
import { CommandTable, type ResolvedCommand } from '../../src/commands/table.js';
import { describeParity, type RealRedis, type Reply, startRealRedis } from '../support/real-redis.js';

interface Facts {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  /** First, last, step; null where COMMAND INFO joins the ranges of two key specs. */
  readonly keys: readonly number[] | null;
  readonly aclCategories: readonly string[];
  readonly tips: readonly string[];
  readonly keySpecs: readonly unknown[];
  readonly group: unknown;
  readonly since: unknown;
  readonly hasComplexity: boolean;
  readonly deprecated: unknown;
  readonly history: readonly string[];
  readonly subcommands: readonly Facts[];
}

describeParity('declarations', () => {
  it('say what COMMAND INFO and COMMAND DOCS say', async () => {
    await using server = await startRealRedis();
    const version = server.version.startsWith('7.0.') ? '7.0' : '7.2';
    const table = new CommandTable(version, [
      stringCommands,
      listCommands,
      setCommands,
      hashCommands,
      sortedSetCommands,
      geoCommands,
      genericCommands,
    ]);
    for (const [name, command] of table.commands) {
      expect(declared(command), name).toEqual(await published(server, name));
    }
  });
});

function declared(command: ResolvedCommand): Facts {
  const { declaration } = command;
  return {
    name: command.fullName,
    arity: command.arity,
    flags: [...command.flags],
    keys: command.keySpecs.length > 1 ? null : [command.firstKey, command.lastKey, command.keyStep],
    aclCategories: [...command.aclCategories].map((category) => `@${category}`).sort(),
    tips: declaration.tips ?? [],
    keySpecs: command.keySpecs.map(keySpecFacts),
    group: declaration.group,
    since: declaration.since,
    hasComplexity: declaration.complexity !== undefined,
    deprecated: declaration.deprecated,
    history: (declaration.history ?? []).map(([release]) => release),
    subcommands: byName([...command.subcommands.values()].map(declared)),
  };
}

function keySpecFacts(spec: KeySpec): unknown {
  return {
    hasNotes: spec.notes !== undefined,
    flags: spec.flags,
    beginSearch: spec.beginSearch,
    findKeys: spec.findKeys,
  };
}

async function published(server: RealRedis, name: string): Promise<Facts> {
  const [info] = list(await server.command('COMMAND', 'INFO', name));
  const docs = record(await server.command('COMMAND', 'DOCS', name))[name];
  return factsOf(list(info), record(docs));
}

function factsOf(info: readonly Reply[], docs: Readonly<Record<string, Reply>>): Facts {
  const [name, arity, flags, first, last, step, aclCategories, tips, keySpecs, subcommands] = info;
  const docsOf = record(docs['subcommands'] ?? []);
  const deprecated = docs['deprecated_since'];
  return {
    name: String(name),
    arity: Number(arity),
    flags: list(flags).map(String),
    keys: list(keySpecs).length > 1 ? null : [first, last, step].map(Number),
    aclCategories: list(aclCategories).map(String).sort(),
    tips: list(tips).map(String),
    keySpecs: list(keySpecs).map((spec) => publishedKeySpec(record(spec))),
    group: docs['group'],
    since: docs['since'],
    hasComplexity: docs['complexity'] !== undefined,
    deprecated: deprecated === undefined ? undefined : { since: deprecated, replacedBy: docs['replaced_by'] },
    history: list(docs['history'] ?? []).map((entry) => String(list(entry)[0])),
    subcommands: byName(
      list(subcommands).map((sub) => factsOf(list(sub), record(docsOf[String(list(sub)[0])] ?? []))),
    ),
  };
}

function publishedKeySpec(spec: Readonly<Record<string, Reply>>): unknown {
  const begin = record(spec['begin_search']);
  const find = record(spec['find_keys']);
  return {
    hasNotes: spec['notes'] !== undefined,
    flags: list(spec['flags']).map(String),
    beginSearch: publishedPart(begin, { index: 'index', keyword: 'keyword', startfrom: 'startFrom' }),
    findKeys: publishedPart(find, {
      lastkey: 'lastKey',
      keystep: 'step',
      limit: 'limit',
      keynumidx: 'keyNumIndex',
      firstkey: 'firstKey',
    }),
  };
}

/** @param names what we call the properties. */
function publishedPart(
  part: Readonly<Record<string, Reply>>,
  names: Readonly<Record<string, string>>,
): unknown {
  if (part['type'] === 'unknown') return 'unknown';
  return Object.fromEntries(
    Object.entries(record(part['spec'])).map(([name, value]) => [names[name], value]),
  );
}

function byName(facts: Facts[]): Facts[] {
  return facts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function list(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

function record(reply: Reply | undefined): Record<string, Reply> {
  const items = list(reply);
  const found: Record<string, Reply> = {};
  for (let index = 0; index < items.length; index += 2)
    found[String(items[index])] = items[index + 1] as Reply;
  return found;
}
