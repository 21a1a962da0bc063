// README.md beside this file lists the recipes by families of trouble, as the files have them: `vitest run -u` writes it anew.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Families of trouble, as users of Redis Cluster clients report them; 1 has the most reports. */
const FAMILIES: readonly string[] = [
  'A failover while the client has the old slot map',
  'Refreshing the slot map fails, is stale, partial, or comes in storms',
  'Half-open connections and frozen nodes',
  'Slow nodes and late replies',
  'A pipeline that is hit in its middle',
  'Blocking commands across a failover',
  'Subscriptions, also sharded ones, that get lost',
  'Addresses that change, names in their place',
  'Slot migration: ASK, ASKING, TRYAGAIN',
  'Transactions across a redirection',
  'READONLY from a master that was demoted',
  'Reads from replicas',
  'LOADING after a restart',
  'Lost writes, split brain, two holders of a lock',
  'Executed, but the reply is lost',
  'CLUSTERDOWN windows',
  'Odd endpoints: none, empty, unknown, names, NAT',
  'Redirections in a circle',
  'NOSCRIPT on a promoted node',
  'Faults while connecting',
  'AUTH, ACL and TLS, on all nodes or on one',
  'Limits, leaks and storms of connections',
  'Races of operators and failures for one slot',
  'CROSSSLOT and hash tags',
];

interface Recipe {
  readonly file: string;
  /** Null = what all families have in common. */
  readonly family: number | null;
  readonly title: string;
}

const folder = import.meta.dirname;

/** By the titles of their tests: describe('9. ...') says the family, it('...') the recipe. */
function recipesOf(file: string): Recipe[] {
  const recipes: Recipe[] = [];
  let family: number | null = null;
  const titles = /\b(describe|it)(?:\.each\([\s\S]*?\))?\(\s*(['"])(.+?)\2,/g;
  for (const [, kind, , title = ''] of readFileSync(join(folder, file), 'utf8').matchAll(titles)) {
    if (kind === 'it') recipes.push({ file, family, title: title.replaceAll(/%[is]/g, '...') });
    else family = /^\d+\. /.test(title) ? Number.parseInt(title, 10) : null;
  }
  return recipes;
}

const recipes = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts') && file !== 'index.test.ts')
  .sort()
  .flatMap(recipesOf);

function list(chosen: readonly Recipe[]): string {
  return chosen.map(({ file, title }) => `- ${title} ([${file}](${file}))`).join('\n');
}

describe('the cookbook', () => {
  it.each(FAMILIES.map((name, index) => [index + 1, name] as const))(
    'has a recipe for family %i: %s',
    (number) => {
      expect(recipes.filter(({ family }) => family === number)).not.toEqual([]);
    },
  );

  it('lists all recipes in its README', async () => {
    const chapters = FAMILIES.map(
      (name, index) =>
        `## ${index + 1}. ${name}\n\n${list(recipes.filter(({ family }) => family === index + 1))}`,
    );
    const text = [
      '# Cookbook',
      'Tests to copy from: each puts a cluster, and mostly a real client, into one bad moment, in well under a second. The families are those that users report, the most frequent first.',
      ...chapters,
      `## Time\n\n${list(recipes.filter(({ family }) => family === null))}`,
    ].join('\n\n');
    await expect(`${text}\n`).toMatchFileSnapshot('README.md');
  });
});
