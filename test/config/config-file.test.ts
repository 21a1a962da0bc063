import { describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { parseCommandLine, parseConfigFile } from '../../src/config/config-file.js';

describe('a configuration file', () => {
  it('has one directive a line, with comments and quotes', () => {
    const lines = parseConfigFile('# comment\r\n\r\n  PORT 7000 \nlogfile ""\nrequirepass "a b"\n');
    expect(lines.map(({ name, args, number }) => [name, args, number])).toEqual([
      ['port', ['7000'], 3],
      ['logfile', [''], 4],
      ['requirepass', ['a b'], 5],
    ]);
  });

  it('takes the last of repeated directives, but collects save points', () => {
    const { values } = new Config(parseConfigFile('port 1\nport 2\nsave 1 2\nsave 3 4 5 6'));
    expect(values.port).toBe(2);
    expect(values.save.map(({ seconds }) => seconds)).toEqual([1, 3, 5]);
    expect(new Config(parseConfigFile('save 1 2\nsave ""')).values.save).toEqual([]);
  });

  it('includes others where it says so', () => {
    const files: Record<string, string> = { 'one.conf': 'hz 20\ninclude two.conf', 'two.conf': 'hz 30' };
    const { values } = new Config(
      parseConfigFile('hz 10\ninclude one.conf\nport 1', (name) => [files[name]!]),
    );
    expect(values.hz).toBe(30);
    expect(values.port).toBe(1);
  });

  it('may hold users, modules and renamed commands', () => {
    const { fileOnly } = new Config(
      parseConfigFile(
        'user alice on >x ~*\nloadmodule a.so b\nrename-command FLUSHALL ""\nlua-replicate-commands yes',
      ),
    );
    expect(fileOnly.users.map(({ args }) => args)).toEqual([['alice', 'on', '>x', '~*']]);
    expect(fileOnly.modules).toHaveLength(1);
    expect(fileOnly.renamedCommands.map(({ args }) => args)).toEqual([['FLUSHALL', '']]);
  });

  it.each([
    ['port', 'wrong number of arguments', 1],
    ['hz 1\nport x', "argument couldn't be parsed into an integer", 2],
    ['nothing x', 'Bad directive or wrong number of arguments', 1],
    ['hz 1\n\nlogfile "x', 'Unbalanced quotes in configuration line', 3],
    ['sentinel monitor x', 'sentinel directive while not in sentinel mode', 1],
    ['module.thing', 'Module config specified without value', 1],
    ['cluster-enabled yes\nreplicaof 1.2.3.4 5', 'replicaof directive not allowed in cluster mode', null],
  ])('%j is refused', (text, reason, line) => {
    let caught: unknown;
    try {
      new Config(parseConfigFile(text));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigError);
    expect((caught as ConfigError).reason).toBe(reason);
    expect((caught as ConfigError).line).toBe(line);
  });
});

describe('a command line', () => {
  it.each([
    [['a.conf', '--port', '7000'], 'a.conf', 'port "7000" '],
    [['--port', '7000', '--save', '900', '1'], null, 'port "7000" \nsave "900" "1" '],
    [['--port 7000', '--hz', '20'], null, 'port 7000 \nhz "20" '],
    [['--save', '--hz', '20'], null, 'save ""\nhz "20" '],
    [['--save'], null, 'save ""'],
    [['--requirepass', '--secret'], null, 'requirepass "--secret" '],
    [['--logfile', ''], null, 'logfile "" '],
    [[], null, ''],
  ])('%j', (argv, file, options) => {
    expect(parseCommandLine(argv)).toEqual({ file, readsStdin: false, options });
  });

  it('reads more from the standard input when told by a dash', () => {
    expect(parseCommandLine(['-', '--port', '1'])).toEqual({
      file: null,
      readsStdin: true,
      options: 'port "1" ',
    });
    expect(parseCommandLine(['a.conf', '-']).readsStdin).toBe(true);
  });
});
