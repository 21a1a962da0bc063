/** What redis-server does instead of serving: --version, --help, --test-memory, --check-system. */
import { existsSync, readFileSync } from 'node:fs';
import type { RedisVersion } from '../../commands/command.js';

const RELEASES: Readonly<Record<RedisVersion, string>> = { '7.0': '7.0.15', '7.2': '7.2.4' };
const MB = 1024 * 1024;
const PATTERNS = [0x00, 0xff, 0x55, 0xaa];

const USAGE = `Usage: ./redis-server [/path/to/redis.conf] [options] [-]
       ./redis-server - (read config from stdin)
       ./redis-server -v or --version
       ./redis-server -h or --help
       ./redis-server --test-memory <megabytes>
       ./redis-server --check-system

Examples:
       ./redis-server (run the server with default conf)
       echo 'maxmemory 128mb' | ./redis-server -
       ./redis-server /etc/redis/6379.conf
       ./redis-server --port 7777
       ./redis-server --port 7777 --replicaof 127.0.0.1 8888
       ./redis-server /etc/myredis.conf --loglevel verbose -
       ./redis-server /etc/myredis.conf --loglevel verbose

Sentinel mode:
       ./redis-server /etc/sentinel.conf --sentinel
`;

export function releaseOf(version: RedisVersion): string {
  return RELEASES[version];
}

/** @returns the exit code, or null: the arguments ask for a server. */
export function runSpecialOption(argv: readonly string[], version: RedisVersion): number | null {
  switch (argv[0]) {
    case '-v':
    case '--version':
      process.stdout.write(
        `Redis server v=${RELEASES[version]} sha=00000000:0 malloc=libc bits=64 build=0\n`,
      );
      return 0;
    case '-h':
    case '--help':
      process.stderr.write(USAGE);
      return 1;
    case '--test-memory':
      return testMemory(argv);
    case '--check-system':
      return checkSystem();
    default:
      return null;
  }
}

function testMemory(argv: readonly string[]): number {
  if (argv.length !== 2) {
    process.stderr.write(
      'Please specify the amount of memory to test in megabytes.\nExample: ./redis-server --test-memory 4096\n\n',
    );
    return 1;
  }
  const megabytes = Math.max(0, Math.floor(Number(argv[1]) || 0));
  for (let tested = 0; tested < megabytes; tested++) {
    const block = Buffer.alloc(MB);
    for (const pattern of PATTERNS) {
      block.fill(pattern);
      if (block.some((byte) => byte !== pattern)) {
        process.stdout.write('*** MEMORY ERROR DETECTED ***\n');
        return 1;
      }
    }
  }
  process.stdout.write('\nYour memory passed this test.\n');
  return 0;
}

interface SystemCheck {
  readonly name: string;
  readonly file: string;
  /** What is wrong with the content; null: nothing. */
  problem(content: string): string | null;
}

const CHECKS: readonly SystemCheck[] = [
  {
    name: 'xen-clocksource',
    file: '/sys/devices/system/clocksource/clocksource0/current_clocksource',
    problem: (source) =>
      source.trim() === 'xen' ? 'The clock source is xen, which slows the server down.' : null,
  },
  {
    name: 'overcommit',
    file: '/proc/sys/vm/overcommit_memory',
    problem: (value) =>
      value.trim() === '1'
        ? null
        : 'Memory overcommit must be enabled! Without it, a background save or replication may fail under low memory condition.',
  },
  {
    name: 'THP',
    file: '/sys/kernel/mm/transparent_hugepage/enabled',
    problem: (value) =>
      value.includes('[always]')
        ? 'You have Transparent Huge Pages (THP) support enabled in your kernel.'
        : null,
  },
];

function checkSystem(): number {
  let failed = false;
  for (const { name, file, problem } of CHECKS) {
    const found = existsSync(file) ? problem(readFileSync(file, 'latin1')) : null;
    const word = existsSync(file) ? (found === null ? 'OK' : 'WARNING:') : 'skipped';
    process.stdout.write(`[${name}]...${word}\n${found === null ? '' : `${found}\n\n`}`);
    failed ||= found !== null;
  }
  return failed ? 1 : 0;
}
