/** onLog and REDIS_TEST_CLUSTER_LOG. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../../src/index.js';
import { formatLogLine, LOG_VARIABLE } from '../../src/testkit/logging.js';
import { START_TIME, startStill } from './testkit.js';

describe('onLog', () => {
  it('gets every line with its virtual time, node and level', async () => {
    const lines: LogLine[] = [];
    const cluster = await startStill({ onLog: (line) => lines.push(line) });
    const [victim] = cluster.masters;
    await victim!.kill();
    await cluster.waitFor('ok');
    const winner = cluster.nodeForSlot(0);
    expect(new Set(lines.map(({ node }) => node))).toEqual(new Set(cluster.nodes.map(({ name }) => name)));
    expect(lines).toContainEqual<LogLine>({
      atMs: expect.any(Number) as number,
      node: winner.name,
      level: cluster.nodes[0]!.process.options.version === '7.0' ? 'warning' : 'notice',
      text: "Failover election won: I'm the new master.",
    });
    const times = lines.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeGreaterThan(START_TIME);
    expect(new Set(lines.map(({ level }) => level))).not.toContain(undefined);
  });

  it('is told what a node logs while its handler fails', async () => {
    const lines: LogLine[] = [];
    const cluster = await startStill({
      masters: 1,
      replicas: 0,
      onLog: (line) => lines.push(line),
      config: { 'enable-debug-command': 'yes' },
    });
    await cluster.nodes[0]!.command('DEBUG', 'LOG', 'hello');
    expect(lines.at(-1)).toEqual({
      atMs: START_TIME,
      node: cluster.nodes[0]!.name,
      level: 'warning',
      text: 'DEBUG LOG: hello',
    });
  });
});

describe(LOG_VARIABLE, () => {
  afterEach(() => vi.unstubAllEnvs());

  async function shown(level: string): Promise<string[]> {
    vi.stubEnv(LOG_VARIABLE, level);
    const written: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const cluster = await startStill({ masters: 1, replicas: 1, config: { 'enable-debug-command': 'yes' } });
    await cluster.nodes[0]!.command('DEBUG', 'LOG', 'hello');
    await cluster.stop();
    write.mockRestore();
    return written;
  }

  it('shows lines of that level and above on standard error', async () => {
    const marksOf = (lines: readonly string[]): Set<string | undefined> =>
      new Set(lines.map((line) => line.split(' ')[2]));
    const warnings = await shown('warning');
    expect(marksOf(warnings)).toEqual(new Set(['#']));
    expect(warnings.at(-1)).toMatch(/^2030-01-01T00:00:00\.000Z 127\.0\.0\.1:\d+ # DEBUG LOG: hello\n$/);
    const notices = await shown('notice');
    expect(marksOf(notices)).toEqual(new Set(['*', '#']));
    expect(notices.length).toBeGreaterThan(warnings.length);
    expect((await shown('debug')).length).toBeGreaterThanOrEqual(notices.length);
  });

  it('shows nothing when it is not set', async () => {
    expect(await shown('')).toEqual([]);
  });

  it('shows everything when nobody knows its level', async () => {
    expect((await shown('loud')).length).toBe((await shown('debug')).length);
  });

  it('gives way to onLog', async () => {
    vi.stubEnv(LOG_VARIABLE, 'debug');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const lines: LogLine[] = [];
    await startStill({ masters: 1, replicas: 1, onLog: (line) => lines.push(line) });
    const calls = write.mock.calls.length;
    write.mockRestore();
    expect(calls).toBe(0);
    expect(lines).not.toEqual([]);
  });

  it('has lines in the form of redis-server, with the name of the node', () => {
    const line = (level: LogLine['level']): string =>
      formatLogLine({ atMs: START_TIME + 5, node: 'a:1', level, text: 'text' });
    expect((['debug', 'verbose', 'notice', 'warning'] as const).map(line)).toEqual([
      '2030-01-01T00:00:00.005Z a:1 . text',
      '2030-01-01T00:00:00.005Z a:1 - text',
      '2030-01-01T00:00:00.005Z a:1 * text',
      '2030-01-01T00:00:00.005Z a:1 # text',
    ]);
  });
});
