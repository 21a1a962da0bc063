/** `redis-test-cluster server` as process managers and test suites use it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, RealConnection } from '../../support/real-redis.js';
import { buildCommandLine, removeCommandLine, runToEnd, ServerProcess } from './server-process.js';

beforeAll(() => void buildCommandLine());
afterAll(removeCommandLine);

const LINE = /^\d+:[MS] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} [.\-*#] .+$/;

describe('a server', () => {
  it('says that it is ready, in the format of Redis, and ends with SIGTERM', async () => {
    await using server = await ServerProcess.create(['pidfile server.pid', 'always-show-logo yes']);
    expect(await server.start()).toBeNull();
    expect(await server.ask('PING')).toBe('PONG');
    expect(server.log).toMatch(
      new RegExp(` PID: ${server.pid}[^]*Server initialized[^]*Ready to accept connections tcp`),
    );
    expect(server.read('server.pid')).toBe(`${server.pid}\n`);
    const logged = server.log.split('\n').filter((line) => line.startsWith(`${server.pid}:`));
    expect(logged.length).toBeGreaterThan(4);
    for (const line of logged) expect(line).toMatch(LINE);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(server.log).toContain('# Received SIGTERM scheduling shutdown...');
    expect(server.log.trimEnd().endsWith('# Redis is now ready to exit, bye bye...')).toBe(true);
    expect(existsSync(join(server.directory, 'server.pid'))).toBe(false);
  });

  it('comes back with what was acknowledged before SIGKILL', async () => {
    // Under everysec a write waits while the one before is still on its way to the disk, as in Redis.
    await using server = await ServerProcess.create(['appendonly yes', 'appendfsync always']);
    await server.start();
    const client = await server.connect();
    const writes = Array.from({ length: 200 }, (_, n) => client.command('SET', `key${n}`, n));
    await Promise.all(writes);
    client.close();
    expect(await server.stop('SIGKILL')).toBeNull();
    await server.start();
    expect(await server.ask('DBSIZE')).toBe(200);
    expect(await server.ask('GET', 'key199')).toBe('199');
  });

  it('logs to a file, and rewrites the file it was started with', async () => {
    await using server = await ServerProcess.create(['logfile log.txt', 'maxmemory 100mb']);
    const started = server.start();
    // Nothing is said on standard output.
    await vi.waitFor(() => expect(server.read('log.txt')).toContain('Ready to accept'), 20_000);
    await server.ask('CONFIG', 'SET', 'maxmemory', '200mb');
    expect(await server.ask('CONFIG', 'REWRITE')).toBe('OK');
    expect(server.read('redis.conf')).toContain('\nmaxmemory 200mb\n');
    expect(await server.ask('INFO', 'server')).toContain(
      `config_file:${join(server.directory, 'redis.conf')}`,
    );
    await server.stop();
    expect(await started).toBe(0);
    expect(server.log).toBe('');
  });

  it('listens on a unix socket as well', async () => {
    await using server = await ServerProcess.create(['unixsocket server.sock', 'unixsocketperm 700']);
    await server.start();
    await server.ask('PING');
    expect(server.log).toContain('Ready to accept connections unix');
    expect(statSync(join(server.directory, 'server.sock')).mode & 0o777).toBe(0o700);
  });

  it('sleeps through SIGSTOP, and time has passed for it', async () => {
    await using server = await ServerProcess.create(["save '1 1'"]);
    await server.start();
    await server.ask('SET', 'key', 'value', 'PX', '300');
    process.kill(server.pid, 'SIGSTOP');
    const stoppedAt = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(stoppedAt + 400), 5000);
    process.kill(server.pid, 'SIGCONT');
    expect(await server.ask('GET', 'key')).toBeNull();
  });

  it('changes its directory by CONFIG SET dir', async () => {
    await using server = await ServerProcess.create(['enable-protected-configs yes']);
    const other = mkdtempSync(join(tmpdir(), 'server-other-'));
    await server.start();
    expect(await server.ask('CONFIG', 'SET', 'dir', other)).toBe('OK');
    await server.ask('SAVE');
    expect(readFileSync(join(other, 'dump.rdb'), 'latin1')).toMatch(/^REDIS0011/);
    await expect(server.ask('CONFIG', 'SET', 'dir', '/no/such/place')).rejects.toThrow(
      "CONFIG SET failed (possibly related to argument 'dir') - No such file or directory",
    );
    rmSync(other, { recursive: true });
  });

  it('moves to another port by CONFIG SET port, and keeps who is connected', async () => {
    await using server = await ServerProcess.create();
    await server.start();
    const client = await server.connect();
    const port = await freePort();
    expect(await client.command('CONFIG', 'SET', 'port', port)).toBe('OK');
    const other = await vi.waitFor(() => RealConnection.open(port), 5000);
    expect(await other.command('PING')).toBe('PONG');
    expect(await client.command('PING')).toBe('PONG');
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED');
    client.close();
    other.close();
  });

  it('refuses a port that is taken and an address that is not its own, with all that was set beside them', async () => {
    await using server = await ServerProcess.create();
    await server.start();
    await using taken = await ServerProcess.create();
    await taken.start();
    await expect(
      server.ask('CONFIG', 'SET', 'maxmemory', '10mb', 'port', String(taken.port)),
    ).rejects.toThrow(
      "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
    );
    await expect(server.ask('CONFIG', 'SET', 'bind', '192.0.2.1')).rejects.toThrow(
      "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified addresses.",
    );
    expect(await server.ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '0']);
    expect(server.log).toContain(
      `Warning: Could not create server TCP listening socket 127.0.0.1:${taken.port}: bind: Address already in use`,
    );
    expect(await server.ask('CONFIG', 'SET', 'bind', '127.0.0.1 -::1')).toBe('OK');
    expect(await server.ask('PING')).toBe('PONG');
  });

  it('leaves a report when it crashes', async () => {
    await using server = await ServerProcess.create(['enable-debug-command yes']);
    await server.start();
    await expect(server.ask('DEBUG', 'SEGFAULT')).rejects.toThrow();
    await vi.waitFor(() => expect(server.log).toContain('Redis 7.2.4 crashed by signal: 11'), 5000);
  });

  it('keeps its node id in nodes.conf, which is its alone', async () => {
    await using server = await ServerProcess.create(['cluster-enabled yes']);
    await server.start();
    const id = await server.ask('CLUSTER', 'MYID');
    const second = runToEnd([
      '--port',
      '0',
      '--cluster-port',
      '1',
      '--unixsocket',
      's',
      '--dir',
      server.directory,
      '--cluster-enabled',
      'yes',
    ]);
    expect(second.code).toBe(1);
    expect(second.stdout).toContain(
      'Sorry, the cluster configuration file nodes.conf is already used by a different Redis Cluster node.',
    );
    await server.stop('SIGKILL');
    await server.start();
    expect(await server.ask('CLUSTER', 'MYID')).toBe(id);
  });
});

describe('a server in the background (daemonize yes)', () => {
  it('accepts connections when the command ends, and tells its process id by the pid file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'server-daemon-'));
    const port = await freePort();
    const options = ['--port', port, '--dir', directory, '--pidfile', 'server.pid', '--logfile', 'log.txt'];
    const started = runToEnd([...options.map(String), '--daemonize', 'yes', '-'], {
      input: 'maxmemory 100mb\n',
    });
    const pidFile = join(directory, 'server.pid');
    const pid = Number(readFileSync(pidFile, 'latin1'));
    try {
      expect(started).toEqual({ code: 0, stdout: '', stderr: '' });
      const client = await RealConnection.open(port);
      expect(await client.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '104857600']);
      client.close();
      expect(readFileSync(join(directory, 'log.txt'), 'latin1')).toContain(`${pid}:M `);
    } finally {
      process.kill(pid, 'SIGTERM');
    }
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(false), 20_000);
    rmSync(directory, { recursive: true, force: true });
  });

  it('tells what is wrong with its directives before it goes there', () => {
    const { code, stderr } = runToEnd(['--daemonize', 'yes', '--maxmemory', 'much']);
    expect(code).toBe(1);
    expect(stderr).toContain('*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***');
  });
});

describe('what keeps a server from starting', () => {
  it('a port that is taken', async () => {
    await using server = await ServerProcess.create();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(server.port, '127.0.0.1', resolve));
    expect(await server.start()).toBe(1);
    expect(server.log).toContain(`Failed listening on port ${server.port} (tcp), aborting.`);
    expect(server.log.split('\n')[0]).not.toContain('already in use');
    await new Promise((resolve) => taken.close(resolve));
  });

  it('a directive that is none', () => {
    expect(runToEnd(['--port', '1', '--no-such-thing', 'x'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        '\n*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nReading the configuration file, at line 3\n>>> \'no-such-thing "x"\'\nBad directive or wrong number of arguments\n',
    });
  });

  it('a file that is not there', () => {
    const { code, stdout } = runToEnd(['/no/such/redis.conf']);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "# Fatal error, can't open config file '/no/such/redis.conf': No such file or directory",
    );
  });

  it('a nodes.conf, a manifest or an RDB file that is malformed', async () => {
    for (const [file, content, lines, text] of [
      [
        'nodes.conf',
        'rubbish\n',
        ['cluster-enabled yes'],
        'Unrecoverable error: corrupted cluster config file "rubbish\n".',
      ],
      ['dump.rdb', 'REDIS0011', [], 'Terminating server after rdb file reading failure.'],
      [
        'appendonlydir/appendonly.aof.manifest',
        'rubbish\n',
        ['appendonly yes'],
        '*** FATAL AOF MANIFEST FILE ERROR ***',
      ],
    ] as const) {
      await using server = await ServerProcess.create(lines);
      if (file.includes('/')) {
        await server.start();
        await server.stop('SIGKILL');
      }
      server.write(file, content);
      expect(await server.start()).toBe(1);
      expect(server.log).toContain(text);
      expect(server.read(file)).toBe(content);
    }
  });
});

describe('the sources of directives', () => {
  it('are a file with what it includes, standard input, and options, the last one wins', () => {
    const directory = mkdtempSync(join(tmpdir(), 'server-config-'));
    writeFileSync(join(directory, 'a.conf'), 'timeout 11\ninclude parts/*.conf\n');
    const server = runToEnd(['a.conf', '--loglevel', 'nothing', '--port', '-1', '-'], {
      cwd: directory,
      input: 'timeout 12\n',
    });
    expect(server.stderr).toContain('at line 6\n>>> \'port "-1"\'');
    rmSync(directory, { recursive: true });
  });
});

describe('the options that start no server', () => {
  it('print what redis-server prints', () => {
    expect(runToEnd(['--version']).stdout).toMatch(
      /^Redis server v=7\.2\.4 sha=00000000:0 malloc=\S+ bits=64 build=\w+\n$/,
    );
    expect(runToEnd(['-h'])).toMatchObject({ code: 1, stdout: '' });
    expect(runToEnd(['--test-memory'])).toMatchObject({ code: 1, stdout: '' });
  });
});
