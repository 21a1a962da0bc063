/** Files of a real redis-server are loaded by a node of ours, and files of ours by a real redis-server. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ServerProcess } from '../io/server/server-process.js';
import type { Machine } from '../node/world.js';
import { describeParity, findRedisServer } from '../support/real-redis.js';
import { killAndRestart, startWith } from './machine.js';

const COMMANDS = [
  'SET text value',
  'SET number 12345',
  `SET long ${'abcdefgh'.repeat(40)}`,
  'SET expiring soon PXAT 9000000000000',
  'RPUSH list a b c 1 2 3',
  `RPUSH big ${Array.from({ length: 600 }, (_, n) => `element-${n}`).join(' ')}`,
  'SADD ints 1 2 3 70000 5000000000',
  'SADD set a b c',
  `SADD many ${Array.from({ length: 200 }, (_, n) => `member-${n}`).join(' ')}`,
  'HSET hash f v g w',
  `HSET table ${Array.from({ length: 200 }, (_, n) => `f${n} v${n}`).join(' ')}`,
  'ZADD zset 1.5 a -2 b 3e10 c inf d',
  `ZADD tall ${Array.from({ length: 200 }, (_, n) => `${n / 3} m${n}`).join(' ')}`,
  'XADD stream 1-1 f v g w',
  'XADD stream 2-1 f v',
  'XADD stream 3-5 other x',
  'XDEL stream 2-1',
  'XGROUP CREATE stream group 0',
  'XREADGROUP GROUP group reader COUNT 1 STREAMS stream >',
  'XADD empty 9-9 f v',
  'XTRIM empty MAXLEN 0',
  'PFADD hll a b c',
  'SELECT 5',
  'SET elsewhere 1',
];

const FORMS = [
  { name: 'an RDB file', config: [] as string[], save: 'SAVE' },
  { name: 'an AOF with an RDB base', config: ['appendonly yes'], save: 'BGREWRITEAOF' },
  { name: 'an AOF of commands', config: ['appendonly yes', 'aof-use-rdb-preamble no'], save: 'BGREWRITEAOF' },
];

describeParity('files on the disk', () => {
  const executable = findRedisServer() ?? '';
  const version = /v=7\.0/.test(execFileSync(executable, ['--version'], { encoding: 'latin1' }))
    ? '7.0'
    : '7.2';

  it.each(FORMS)('of a real server: $name is loaded by ours', async ({ config, save }) => {
    await using real = await ServerProcess.create(['enable-debug-command yes', ...config], [executable]);
    await real.start();
    const client = await real.connect();
    for (const command of COMMANDS) await client.command(...command.split(' '));
    await client.command(save);
    // What comes after the rewrite began is in the next increment.
    await client.command('SET', 'later', '1');
    if (save === 'SAVE') await client.command('SAVE');
    else await rewritten(real);
    const digest = await client.command('DEBUG', 'DIGEST');
    client.close();
    await real.stop('SIGKILL');
    const machine = startWith({ save: '', ...directives(config) }, version);
    machine.process.kill();
    machine.storage.erase();
    copyToMemory(real.directory, machine);
    killAndRestart(machine);
    expect(machine.ask('DEBUG DIGEST').trim()).toBe(`+${String(digest)}`);
  });

  it.each(FORMS)('of ours: $name is loaded by a real server', async ({ config, save }) => {
    const machine = startWith({ save: '', ...directives(config) }, version);
    const client = machine.connect();
    for (const command of COMMANDS) client.ask(command);
    client.ask(save);
    client.ask('SET later 1');
    if (save === 'SAVE') client.ask('SAVE');
    machine.world.pass(200);
    const digest = client.ask('DEBUG DIGEST').trim();
    await using real = await ServerProcess.create(['enable-debug-command yes', ...config], [executable]);
    copyToDisk(machine, real.directory);
    expect(await real.start()).toBeNull();
    expect(`+${String(await real.ask('DEBUG', 'DIGEST'))}`).toBe(digest);
  });
});

async function rewritten(server: ServerProcess): Promise<void> {
  await vi.waitFor(
    async () => expect(await server.ask('INFO', 'persistence')).toContain('aof_rewrite_in_progress:0'),
    5000,
  );
}

function directives(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]));
}

function copyToMemory(directory: string, { storage }: Machine): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const folder = entry.parentPath.slice(directory.length + 1);
    if (entry.isDirectory()) storage.makeDirectory(entry.name);
    else if (entry.name !== 'redis.conf')
      storage.write(join(folder, entry.name), readFileSync(join(entry.parentPath, entry.name)), true);
  }
}

function copyToDisk({ storage }: Machine, directory: string): void {
  for (const path of storage.files) {
    const target = join(directory, path.replace(/^\/data\//, ''));
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, storage.read(path) ?? '');
  }
}
