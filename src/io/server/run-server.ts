/** `redis-test-cluster server`: from the arguments of a redis-server to a node that serves. */
import { spawn } from 'node:child_process';
import type { RedisVersion } from '../../commands/command.js';
import { Config } from '../../config/config.js';
import { parseCommandLine } from '../../config/config-file.js';
import { reportBadConfig, Server } from './server.js';
import { ServerConfig } from './server-config.js';
import { ServerLog } from './server-log.js';
import { releaseOf, runSpecialOption } from './special-options.js';

const BUG_REPORT = '\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===';
/** As a process that SIGABRT ends: what the shell tells of it. */
const ABORTED = 128 + 6;
/** Set for the process that a daemonized server runs in. */
const IN_BACKGROUND = 'REDIS_TEST_CLUSTER_DAEMON';

/**
 * @param argv as redis-server takes them.
 * @param version the release it behaves as.
 * @returns the exit code, when the server ends.
 */
export async function runServer(argv: readonly string[], version: RedisVersion): Promise<number> {
  const special = runSpecialOption(argv, version);
  if (special !== null) return special;
  const log = new ServerLog();
  let server: Server;
  try {
    const config = new ServerConfig(parseCommandLine(argv), process.cwd());
    if (await daemonize(config, argv, version)) return 0;
    server = new Server(config, version, log);
  } catch (error) {
    if (reportBadConfig(error, version, log)) return 1;
    throw error;
  }
  process.on('SIGTERM', () => server.onSignal('SIGTERM'));
  process.on('SIGINT', () => server.onSignal('SIGINT'));
  // As Redis: the end of a terminal is not the end of a server.
  process.on('SIGHUP', () => undefined);
  process.on('uncaughtException', (error) => {
    log.write('warning', BUG_REPORT);
    log.write('warning', error.stack ?? error.message);
    process.exit(1);
  });
  process.on('SIGABRT', () => {
    log.write('warning', BUG_REPORT);
    log.write('warning', `Redis ${releaseOf(version)} crashed by signal: 6, si_code: 0`);
    process.exit(ABORTED);
  });
  // Whoever daemonized this process waits for it.
  return await server.run(() => process.send?.('up', () => process.disconnect()));
}

/**
 * `daemonize yes`: another process goes on, as there is no fork here. This one ends when the other one accepts connections or
 * has ended; redis-server does not wait, but its child needs no time to begin.
 * @returns true: this process has nothing more to do. @throws ConfigError, while there is somebody to read it.
 */
async function daemonize(
  config: ServerConfig,
  argv: readonly string[],
  version: RedisVersion,
): Promise<boolean> {
  if (process.env[IN_BACKGROUND] !== undefined || !new Config(config.read(), version).values.daemonize)
    return false;
  const script = process.argv.slice(1, process.argv.length - argv.length);
  const child = spawn(process.execPath, [...process.execArgv, ...script, ...argv], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, [IN_BACKGROUND]: '1' },
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(config.stdin, 'latin1');
  await new Promise<void>((done) => {
    child.once('message', () => done());
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  child.unref();
  return true;
}
