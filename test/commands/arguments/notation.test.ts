import { describe, expect, it } from 'vitest';
import { argumentsOf } from '../../../src/commands/arguments/index.js';
import { readArguments } from '../../../src/commands/arguments/notation.js';
import { commandTableOf } from '../../../src/commands/index.js';
import type { ResolvedCommand } from '../../../src/commands/table.js';

const PLAIN = { isOptional: false, isMultiple: false, repeatsToken: false, parts: [] };

describe('the notation of arguments', () => {
  it('reads names, types, words and remarks', () => {
    expect(readArguments('key:key#0 EX>seconds:int/many?@6.2.0 !NX auth=AUTH~7.0.0 id*')).toEqual([
      { ...PLAIN, name: 'key', type: 'key', keySpec: 0, displayText: 'key' },
      {
        ...{ ...PLAIN, name: 'seconds', type: 'integer', token: 'EX', displayText: 'many' },
        ...{ isOptional: true, since: '6.2.0' },
      },
      { ...PLAIN, name: 'nx', type: 'pure-token', token: 'NX', displayText: 'nx' },
      {
        ...PLAIN,
        name: 'auth',
        type: 'pure-token',
        token: 'AUTH',
        displayText: 'auth',
        deprecatedSince: '7.0.0',
      },
      { ...PLAIN, name: 'id', type: 'string', displayText: 'id', isMultiple: true },
    ]);
  });

  it('tells a choice from what belongs together', () => {
    const [choice, block] = readArguments('one(!A | b(c d)) GET>both(x "*"=">")?+');
    expect([choice?.type, choice?.parts.map(({ type }) => type)]).toEqual(['oneof', ['pure-token', 'block']]);
    expect(block).toMatchObject({ type: 'block', token: 'GET', isMultiple: true, repeatsToken: true });
    expect(block?.parts[1]).toMatchObject({ name: '*', token: '>' });
  });

  it('fails on what makes no sense', () => {
    expect(() => readArguments('a:nothing')).toThrow('no type');
    expect(() => readArguments('a(b')).toThrow('a word is missing');
    expect(() => readArguments('a )')).toThrow('a word is missing');
  });

  it('agrees with the arity of each command', () => {
    const check = (command: ResolvedCommand): void => {
      for (const subcommand of command.subcommands.values()) check(subcommand);
      const needed = argumentsOf(command.fullName, '7.2').filter(({ isOptional }) => !isOptional).length;
      const name = command.fullName.split('|').length;
      expect(needed, command.fullName).toBeLessThanOrEqual(Math.abs(command.arity) - name);
    };
    for (const command of commandTableOf('7.2').commands.values()) check(command);
  });
});
