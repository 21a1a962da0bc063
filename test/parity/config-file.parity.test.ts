/** Configuration files against a real redis-server: what it refuses to start with, and what CONFIG REWRITE leaves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { parseCommandLine, parseConfigFile } from '../../src/config/config-file.js';
import { describeParity, findRedisServer } from '../support/real-redis.js';

describeParity('a configuration file', () => {
  let directory: string;
  let release: string;
  let version: '7.0' | '7.2';

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'redis-test-cluster-config-'));
    const told = spawnSync(findRedisServer()!, ['--version'], { encoding: 'utf8' }).stdout;
    release = /v=(\S+)/.exec(told)![1]!;
    version = release.startsWith('7.0.') ? '7.0' : '7.2';
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  describe('is refused in the same words', () => {
    it.each([
      ['port'],
      ['port 1 2'],
      ['# a comment\n\nport x'],
      ['port 70000'],
      ['PORT -1'],
      ['nothing at all'],
      ['nothing'],
      ['hz 10\nlogfile "x'],
      ["logfile 'x'y"],
      ['maxmemory 1zb'],
      ['maxmemory-clients x'],
      ['appendonly true'],
      ['appendfsync often'],
      ['loglevel loud'],
      ['save 1'],
      ['save 0 1'],
      ['save 900 1\nsave "900 1 x"'],
      ['client-output-buffer-limit normal 1 2'],
      ['client-output-buffer-limit nobody 1 2 3'],
      ['oom-score-adj-values 1 2'],
      ['notify-keyspace-events KEQ'],
      ['latency-tracking-info-percentiles 101'],
      ['shutdown-on-sigterm save nosave'],
      ['shutdown-on-sigterm "save now" x'],
      ['dbfilename a/b'],
      ['appendfilename ""'],
      ['cluster-announce-hostname a_b'],
      ['unixsocketperm 999'],
      ['unixsocketperm 1000'],
      ['replicaof 1.2.3.4'],
      ['replicaof 1.2.3.4 x'],
      ['cluster-enabled yes\nreplicaof 1.2.3.4 5'],
      ['sentinel monitor x'],
      ['module.x'],
      ['include'],
      ['rename-command a'],
    ])('%j', (text) => {
      const path = join(directory, 'bad.conf');
      writeFileSync(path, text);
      const { stderr, status } = spawnSync(findRedisServer()!, [path], { encoding: 'latin1' });
      expect(status).toBe(1);
      expect(reportOf(() => new Config(parseConfigFile(text), version), release)).toBe(stderr);
    });

    it.each([[['--port']], [['--port', 'x', '--hz', '5']], [['--hz', '--port', '1']], [['--save', '1']]])(
      'when it comes from the command line: %j',
      (argv) => {
        const { stderr } = spawnSync(findRedisServer()!, argv, { encoding: 'latin1' });
        // The options are appended to a file that is not there.
        const text = `\n${parseCommandLine(argv).options}`;
        expect(reportOf(() => new Config(parseConfigFile(text), version), release)).toBe(stderr);
      },
    );
  });

  it('is rewritten alike', () => {
    const path = join(directory, 'redis.conf');
    const text = [
      '# the first comment',
      'dir "/elsewhere"',
      'port 0',
      'slave-priority 7',
      '',
      '',
      'SAVE 900 1',
      'save 60 5',
      'save 30 5',
      'maxmemory 100mb # not a comment',
      'maxmemory 104857600',
      'hz 10',
      'logfile ""',
      'client-output-buffer-limit pubsub 1mb 1000 5',
      'list-max-ziplist-entries 5',
      'latency-tracking-info-percentiles 50 99.99',
      'requirepass "a \\"quoted\\" password"',
      `unixsocket ${join(directory, 'socket')}`,
      'bind 127.0.0.1',
      'notify-keyspace-events KEA',
      'shutdown-on-sigterm nosave now',
      'unixsocketperm 700',
      'maxmemory-clients 5%',
      '# the last comment',
    ]
      .filter((line) => !line.includes('not a comment'))
      .join('\n')
      .replace('"/elsewhere"', `"${directory}"`);
    writeFileSync(path, text);
    const script = `"$1" "$2" > /dev/null & server=$!
      until redis-cli -s "$3" --no-auth-warning -a 'a "quoted" password' CONFIG REWRITE 2> /dev/null | grep -q OK; do :; done
      kill $server; wait $server`;
    spawnSync('sh', ['-c', script, 'sh', findRedisServer()!, path, join(directory, 'socket')]);
    const ours = new Config(parseConfigFile(text), version);
    const hash = /^user default .*$/m.exec(readFileSync(path, 'latin1'))![0].slice('user '.length);
    const [kept, generated] = partsOf(ours.rewrite(text, [hash]));
    const [theirKept, theirGenerated] = partsOf(readFileSync(path, 'latin1'));
    expect(kept).toEqual(theirKept);
    expect(generated).toEqual(theirGenerated);
  });
});

function reportOf(load: () => unknown, release: string): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.report(release);
    throw error;
  }
  return '';
}

/** The old lines in their order, and the appended ones, which come in the order of a hash table. */
function partsOf(text: string): [kept: string, generated: string[]] {
  const [kept = '', generated = ''] = text.split('# Generated by CONFIG REWRITE\n');
  return [kept, generated.split('\n').sort()];
}
