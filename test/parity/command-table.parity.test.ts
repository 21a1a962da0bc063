/** COMMAND COUNT, LIST, INFO and DOCS as a whole: the same commands and subcommands, described alike. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('the table of commands', () => {
  describe.each([2, 3] as const)('in RESP%i', (protocol) => {
    let pair: Pair;

    beforeAll(async () => {
      pair = await Pair.start({ protocol });
    });

    afterAll(() => pair.stop());

    it('has as many commands, of the same names', async () => {
      await pair.same(['COMMAND', 'LIST'], { normalise: list });
      await pair.same(['COMMAND', 'COUNT']);
    });

    it.each(['COMMAND', 'COMMAND INFO'])('%s describes them alike', async (command) => {
      await pair.same(command.split(' '), { normalise: infos });
    });

    it('COMMAND DOCS tells the same facts of all', async () => {
      await pair.same(['COMMAND', 'DOCS'], { normalise: docs });
    });

    it('every ACL category has the same commands', async () => {
      for (const { value } of (await pair.same(['ACL', 'CAT'])).value as TypedReply[]) {
        await pair.same(['ACL', 'CAT', String(value)], { normalise: list });
        await pair.same(['COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', String(value)], { normalise: list });
      }
    });
  });
});

const SENTENCES = new Set(['summary', 'notes', 'history', 'complexity']);

function list(reply: TypedReply): unknown {
  const names = reply.value as readonly TypedReply[];
  return { type: reply.type, names: names.map(({ type, value }) => `${type}${String(value)}`).sort() };
}

/** By name; subcommands too. The notes of key specs are in our own words. */
function infos(reply: TypedReply): unknown {
  return byName((reply.value as TypedReply[]).map(info));
}

function info(reply: TypedReply): { name: string; fields: unknown } {
  const fields = reply.value as TypedReply[];
  const name = String(fields[0]?.value);
  const subcommands = byName(((fields[9] as TypedReply).value as TypedReply[]).map(info));
  return { name, fields: [...fields.slice(0, 9).map(withoutSentences), fields[9]?.type, subcommands] };
}

function docs(reply: TypedReply): unknown {
  const items = reply.value as TypedReply[];
  const commands = items
    .filter((_, index) => index % 2 === 0)
    .map(({ value }, index) => ({
      name: String(value),
      fields: doc(items[2 * index + 1] as TypedReply),
    }));
  return { type: reply.type, commands: byName(commands) };
}

function doc(reply: TypedReply): unknown {
  const items = reply.value as TypedReply[];
  const fields: unknown[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const name = String(items[index]?.value);
    const value = items[index + 1] as TypedReply;
    if (name === 'subcommands') fields.push([name, docs(value)]);
    else if (name === 'history') fields.push([name, (value.value as TypedReply[]).map(release)]);
    else if (name === 'summary' || (name === 'complexity' && !/^O\(\S+\)$/.test(String(value.value))))
      fields.push([name, 'in our own words']);
    else fields.push([name, value]);
  }
  return { type: reply.type, fields };
}

function release(change: TypedReply): unknown {
  return (change.value as TypedReply[])[0];
}

function withoutSentences(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = reply.value as readonly TypedReply[];
  return {
    type: reply.type,
    items: items.map((item, index) =>
      SENTENCES.has(String(items[index - 1]?.value)) ? 'in our own words' : withoutSentences(item),
    ),
  };
}

function byName<Item extends { readonly name: string }>(items: Item[]): Item[] {
  return items.sort((one, other) => (one.name < other.name ? -1 : 1));
}
