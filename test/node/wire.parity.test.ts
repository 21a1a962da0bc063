/** Bytes in, bytes out: the same bytes over a socket to a real redis-server and to a node of ours, both in cluster mode. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { rawExchange } from '../resp/raw-exchange.js';
import {
  describeParity,
  RealConnection,
  type RealRedis,
  startRealNode,
  startRealRedis,
} from '../support/real-redis.js';

/** A request as clients write it. */
function request(...argv: readonly string[]): string {
  return `*${argv.length}\r\n${argv.map((argument) => `$${argument.length}\r\n${argument}\r\n`).join('')}`;
}

/** Requests, one a line, arguments split at spaces. */
function requests(...lines: readonly string[]): string {
  return lines.map((line) => request(...line.split(' '))).join('');
}

type Exchange = readonly [what: string, bytes: string];

const INLINE: readonly Exchange[] = [
  ['a command', 'PING\r\n'],
  ['a command that ends with a line feed only', 'PING\n'],
  ['empty lines before a command', '\r\n\n\r\nPING\r\n'],
  ['blanks around words', '  ECHO \t text  \r\n'],
  ['double quotes', 'ECHO "two words"\r\nECHO "\\x41\\n\\t\\"\\\\"\r\nECHO ""\r\n'],
  ['single quotes', "ECHO 'two words'\r\nECHO 'it\\'s \\n'\r\n"],
  ['text behind a quote', 'ECHO "a"b\r\nPING\r\n'],
  ['an open quote', 'PING\r\nECHO "a\r\nPING\r\n'],
  ['a NUL byte', 'PING\r\nECHO a\0b\r\nPING\r\n'],
  ['bytes beyond ASCII', 'SET k \xff\xfe\r\nGET k\r\n'],
  ['an unknown command', 'nosuch a b\r\n'],
  ['a command without the end of its line', 'PING\r\nPING'],
  ['a line of 60 KB', `ECHO ${'x'.repeat(60_000)}\r\n`],
  ['hyphens and numbers', 'SET -1 +5\r\nGET -1\r\n'],
];

const MULTIBULK: readonly Exchange[] = [
  ['a command', request('PING')],
  ['an empty argument', request('ECHO', '')],
  ['an argument with line breaks', request('ECHO', 'a\r\nb\r\n')],
  ['binary arguments', request('SET', 'k', '\0\xff\r\n$5\r\n') + request('GET', 'k')],
  ['no arguments at all', `*0\r\n${request('PING')}*-1\r\n*-5\r\n${request('PING')}`],
  ['any two bytes behind an argument', '*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\n\n'],
  ['both kinds of requests', `PING\r\n${request('ECHO', 'a')}ECHO b\r\n\r\n${request('ECHO', 'c')}`],
  ['an incomplete command at the end', `${request('PING')}*2\r\n$4\r\nECHO\r\n$5\r\nab`],
  ['lines without carriage returns', `${request('PING')}*1\n$4\nPING\n`],
  ['leading zeros and signs', '*01\r\n$4\r\nPING\r\n*+1\r\n$4\r\nPING\r\n'],
  [
    'a large argument',
    request('SET', 'k', 'x'.repeat(100_000)) + request('STRLEN', 'k') + request('GET', 'k'),
  ],
  ['many commands', request('INCR', 'k').repeat(2000)],
];

const PROTOCOL_ERRORS: readonly Exchange[] = [
  ['a count that is no number', '*x\r\n'],
  ['no count', '*\r\n'],
  ['a count beyond all limits', '*2147483648\r\n'],
  ['a count with blanks', '* 1\r\n'],
  ['an argument without a dollar', '*1\r\n+PING\r\n'],
  ['an argument that is an array', '*1\r\n*1\r\n$4\r\nPING\r\n'],
  ['an argument that begins with a NUL', '*1\r\n\0\r\n'],
  ['a length that is no number', '*1\r\n$x\r\n'],
  ['a negative length', '*1\r\n$-1\r\n'],
  ['a length beyond proto-max-bulk-len', '*1\r\n$536870913\r\n'],
].flatMap(([what = '', bytes = '']): Exchange[] => [
  [what, bytes],
  [`${what}, between commands`, `${request('PING')}${bytes}${request('PING')}`],
  [`${what}, in a transaction`, `${requests('MULTI', 'SET k 1')}${bytes}${requests('EXEC')}`],
]);

/** Where more bytes follow, Redis's answer depends on the sizes of its reads. */
const ENDLESS: readonly Exchange[] = [
  ['a count', `*${'1'.repeat(70_000)}`],
  ['a length', `*1\r\n$${'1'.repeat(70_000)}`],
  ['a line', `PING\r\nECHO ${'x'.repeat(70_000)}`],
];

const COMMAND_ERRORS: readonly Exchange[] = [
  [
    'in the middle of a pipeline',
    requests(
      'SET k text',
      'INCR k',
      'NOSUCH',
      'GET',
      'HSET k f v',
      'GET k',
      'CONFIG',
      'CONFIG NOSUCH',
      'PING',
    ),
  ],
  ['of an unknown command without arguments', request('NOSUCH')],
  ['of an empty name', request('')],
  ['of a long name', request('n'.repeat(300), 'a')],
  ['of a name with odd bytes', request('a\r\nb\0c', 'x\r\ny', 'p\0q')],
  ['of a name beyond ASCII', request('\xff\xfe\x80', '\xc3\xa9')],
  ['of long arguments', request('NOSUCH', 'y'.repeat(200), 'z')],
  ['of arguments up to the limit', request('NOSUCH', 'y'.repeat(126), 'zz', 'w')],
  ['of many arguments', request('NOSUCH', ...Array.from({ length: 100 }, (_, index) => `argument-${index}`))],
  [
    'of an unknown subcommand',
    request('CONFIG', 'x'.repeat(300)) + request('CLIENT', 'a\r\nb') + request('config', 'a\0b', 'c'),
  ],
  ['of commands of HTTP', `PING\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['of a POST', `${request('PING')}POST / HTTP/1.1\r\n\r\n`],
  ['of other slots', requests('MGET a b', 'MSET a 1 b 2', 'DEL a b c', 'RENAME a b', 'PING')],
];

const TRANSACTIONS: readonly Exchange[] = [
  ['that succeeds', requests('MULTI', 'SET k 1', 'INCR k', 'GET k', 'EXEC', 'GET k')],
  ['that is empty', requests('MULTI', 'EXEC')],
  ['with a failing command', requests('SET k text', 'MULTI', 'INCR k', 'GET k', 'EXEC')],
  ['with an unknown command', requests('MULTI', 'SET k 1', 'NOSUCH', 'SET k 2', 'EXEC', 'GET k')],
  ['with a wrong number of arguments', requests('MULTI', 'GET', 'EXEC', 'EXEC')],
  ['with a container alone', requests('MULTI', 'CONFIG', 'EXEC')],
  ['with an unknown subcommand', requests('MULTI', 'CONFIG NOSUCH', 'EXEC')],
  ['aborted, then keys of two slots', requests('MULTI', 'NOSUCH', 'GET a', 'GET b', 'EXEC', 'PING')],
  ['with keys of two slots', requests('MULTI', 'GET a', 'GET b', 'EXEC', 'EXEC', 'PING')],
  ['with two slots in one command', requests('MULTI', 'MGET a b', 'GET a', 'EXEC')],
  [
    'whose watched key changed, then keys of two slots',
    requests('WATCH k', 'SET k 1', 'MULTI', 'GET a', 'GET b', 'EXEC', 'GET k'),
  ],
  ['that is nested', requests('MULTI', 'MULTI', 'SET k 1', 'EXEC')],
  ['with WATCH', requests('MULTI', 'WATCH k', 'SET k 1', 'EXEC')],
  ['with a command that may not be in it', requests('MULTI', 'SHUTDOWN NOSAVE', 'PING', 'EXEC')],
  ['with EXEC that has arguments', requests('MULTI', 'PING', 'EXEC now', 'EXEC')],
  ['with DISCARD that has arguments', requests('MULTI', 'PING', 'DISCARD now', 'EXEC')],
  ['with MULTI that has arguments', requests('MULTI', 'MULTI now', 'EXEC')],
  ['that is discarded', requests('MULTI', 'SET k 1', 'DISCARD', 'GET k', 'DISCARD')],
  ['without MULTI', requests('EXEC', 'DISCARD')],
  ['with QUIT', requests('MULTI', 'SET k 1', 'QUIT', 'EXEC')],
  ['with RESET', requests('MULTI', 'SET k 1', 'RESET', 'EXEC', 'GET k')],
  ['with HELLO', requests('MULTI', 'HGETALL k', 'HELLO 3', 'HGETALL k', 'EXEC', 'HGETALL k')],
  ['with ASKING', requests('ASKING', 'MULTI', 'GET k', 'EXEC', 'ASKING', 'ASKING now', 'GET k')],
  ['with READONLY', requests('MULTI', 'READONLY', 'GET k', 'READWRITE', 'EXEC')],
  ['with SELECT', requests('MULTI', 'SELECT 0', 'SELECT 1', 'EXEC')],
  ['with WAIT', requests('MULTI', 'WAIT 1 0', 'EXEC')],
  ['with replies skipped', requests('MULTI', 'SET k 1', 'CLIENT REPLY SKIP', 'EXEC', 'PING', 'ECHO heard')],
  ['inside of silence', requests('CLIENT REPLY OFF', 'MULTI', 'SET k 1', 'EXEC', 'CLIENT REPLY ON', 'GET k')],
];

const CONNECTION: readonly Exchange[] = [
  [
    'HELLO in the middle of a pipeline',
    requests('HGETALL none', 'HELLO 3', 'HGETALL none', 'GET none', 'HELLO 2', 'HGETALL none', 'GET none'),
  ],
  [
    'wrong HELLOs',
    requests(
      'HELLO 3',
      'HELLO 4',
      'HELLO x',
      'HELLO 2 AUTH',
      'HELLO 2 SETNAME',
      'GET none',
      'HELLO 2 AUTH a b',
      'GET none',
    ),
  ],
  ['errors in RESP3', requests('HELLO 3', 'NOSUCH', 'GET', 'MULTI', 'NOSUCH', 'EXEC')],
  ['QUIT and what follows', requests('PING', 'QUIT', 'PING')],
  ['QUIT with arguments', requests('QUIT now please', 'PING')],
  ['RESET in RESP3', requests('HELLO 3', 'CLIENT SETNAME me', 'RESET', 'CLIENT GETNAME', 'GET none')],
  ['SKIP', requests('CLIENT REPLY SKIP', 'PING', 'ECHO heard', 'CLIENT REPLY SKIP', 'NOSUCH', 'ECHO heard')],
  ['SKIP twice', requests('CLIENT REPLY SKIP', 'CLIENT REPLY SKIP', 'PING', 'ECHO heard')],
  ['SKIP before a protocol error', `${requests('CLIENT REPLY SKIP')}*x\r\n`],
  [
    'OFF, SKIP and ON',
    requests('CLIENT REPLY OFF', 'PING', 'CLIENT REPLY SKIP', 'PING', 'CLIENT REPLY ON', 'ECHO heard'),
  ],
  ['OFF before a protocol error', `${requests('CLIENT REPLY OFF')}*x\r\n`],
  ['OFF before QUIT', requests('CLIENT REPLY OFF', 'QUIT')],
  ['protected commands', requests('DEBUG JMAP', 'DEBUG', 'PING')],
];

describeParity('on the wire', () => {
  let server: RealRedis;
  let cluster: Cluster;
  let ports: readonly [theirs: number, ours: number];

  beforeAll(async () => {
    server = await startRealNode();
    cluster = await startCluster(1, 0, { version: server.version.startsWith('7.0.') ? '7.0' : '7.2' });
    ports = [server.port, cluster.nodes[0]!.port];
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), cluster?.stop()]);
  });
  beforeEach(async () => {
    await Promise.all([server.command('FLUSHALL'), cluster.flush()]);
  });

  async function same(bytes: string): Promise<void> {
    const [theirs, ours] = await Promise.all(ports.map((port) => rawExchange(port, bytes)));
    expect(comparable(ours!)).toBe(comparable(theirs!));
  }

  it.each(INLINE)('an inline request is answered alike: %s', async (_what, bytes) => same(bytes));
  it.each(MULTIBULK)('a request is answered alike: %s', async (_what, bytes) => same(bytes));
  it.each(PROTOCOL_ERRORS)('a protocol error is told alike: %s', async (_what, bytes) => same(bytes));
  it.each(ENDLESS)('what never ends is refused alike: %s', async (_what, bytes) => same(bytes));
  it.each(COMMAND_ERRORS)('an error is told alike: %s', async (_what, bytes) => same(bytes));
  it.each(TRANSACTIONS)('a transaction ends alike: one %s', async (_what, bytes) => same(bytes));
  it.each(CONNECTION)('a connection goes on alike: %s', async (_what, bytes) => same(bytes));

  it.each<Exchange>([
    ['a wait', requests('WAIT 1 30', 'PING')],
    ['two waits', requests('WAIT 1 20', 'ECHO a', 'WAIT 1 20', 'ECHO b')],
    ['a wait whose reply is skipped', requests('CLIENT REPLY SKIP', 'WAIT 1 30', 'ECHO b')],
    ['a wait in silence', requests('CLIENT REPLY OFF', 'WAIT 1 30', 'CLIENT REPLY ON')],
    ['a protocol error behind a wait', `${requests('WAIT 1 30')}*x\r\n`],
    [
      'a skipped command that a pause holds back',
      requests('CLIENT PAUSE 50 WRITE', 'CLIENT REPLY SKIP', 'SET k 1', 'GET k'),
    ],
    [
      'a transaction that a pause holds back',
      requests('CLIENT PAUSE 50 WRITE', 'MULTI', 'GET k', 'SET k 1', 'EXEC'),
    ],
    ['QUIT behind a wait', requests('WAIT 1 30', 'QUIT', 'PING')],
  ])('what takes time is answered alike: %s', async (_what, bytes) => {
    const marker = request('ECHO', 'the end');
    const [theirs, ours] = await Promise.all(
      ports.map((port) => exchangeUntil(port, bytes + marker, 'the end\r\n')),
    );
    expect(comparable(ours!)).toBe(comparable(theirs!));
  });

  it('the end of a server in the middle of a pipeline looks alike', async () => {
    const bytes = requests('PING', 'SHUTDOWN NOSAVE', 'PING');
    const other = await startRealRedis({ args: ['--cluster-enabled', 'yes'] });
    await using ending = await startCluster(1, 0, { version: '7.0' });
    const [theirs, ours] = await Promise.all(
      [other.port, ending.nodes[0]!.port].map((port) => exchangeUntil(port, bytes, '+never')),
    );
    await other.stop();
    expect(ours).toBe(theirs);
  });

  it('counters of commands and errors are the same afterwards', async () => {
    const calls = requests(
      'CONFIG RESETSTAT',
      'SET k text',
      'GET k',
      'GET',
      'INCR k',
      'NOSUCH',
      'CONFIG',
      'CONFIG NOSUCH',
      'CONFIG GET',
      'CONFIG GET hz',
      'MULTI',
      'INCR k',
      'GET k',
      'EXEC',
      'MULTI',
      'GET',
      'EXEC',
      'MGET a b',
      'MULTI',
      'GET a',
      'GET b',
      'EXEC',
      'EXEC',
      'EXEC x',
      'HSET k f v',
      'AUTH a b',
      'CLIENT REPLY OFF',
      'NOSUCH',
      'GET k',
      'CLIENT REPLY ON',
      'DEBUG JMAP',
      'RESET',
      'CLIENT REPLY SKIP',
      'GET',
      'INFO commandstats',
      'INFO errorstats',
    );
    const [theirs, ours] = await Promise.all(ports.map((port) => rawExchange(port, calls)));
    expect(countersOf(ours!)).toEqual(countersOf(theirs!));
    expect(countersOf(ours!).length).toBeGreaterThan(10);
  });

  it('one client too many is told so, and counted, alike', async () => {
    const answers = await Promise.all(
      ports.map(async (port) => {
        const connection = await RealConnection.open(port);
        await connection.command('CONFIG', 'RESETSTAT');
        const clients = /connected_clients:(\d+)/.exec(
          String(await connection.command('INFO', 'clients')),
        )?.[1];
        await connection.command('CONFIG', 'SET', 'maxclients', Number(clients));
        const refused = await exchangeUntil(port, '', '+never');
        const stats = String(await connection.command('INFO', 'stats'));
        await connection.command('CONFIG', 'SET', 'maxclients', 1000);
        connection.close();
        return [
          refused,
          /total_connections_received:\d+/.exec(stats)?.[0],
          /rejected_connections:\d+/.exec(stats)?.[0],
        ];
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]![0]).toMatch(/^-ERR max number of clients/);
  });

  it('a request larger than client-query-buffer-limit ends the connection alike', async () => {
    const bytes = requests('CONFIG SET client-query-buffer-limit 1mb', 'PING');
    await same(bytes);
    await same(
      `${request('PING')}*2\r\n$4\r\nECHO\r\n$1500000\r\n${'x'.repeat(1_500_000)}\r\n${request('PING')}`,
    );
    await same(requests('CONFIG SET client-query-buffer-limit 1gb', 'PING'));
  });

  it('a password is asked for alike, before and after commands that fail', async () => {
    await Promise.all([
      server.command('CONFIG', 'SET', 'requirepass', 'secret'),
      cluster.nodes[0]!.command('CONFIG', 'SET', 'requirepass', 'secret'),
    ]);
    for (const bytes of [
      requests(
        'PING',
        'NOSUCH',
        'GET',
        'CONFIG',
        'CONFIG NOSUCH',
        'DEBUG JMAP',
        'MULTI',
        'EXEC',
        'EXEC x',
        'MGET a b',
        'READONLY',
        'ASKING',
      ),
      requests('HELLO', 'HELLO 3', 'HELLO 9', 'HELLO x', 'HELLO 3 AUTH default wrong', 'GET k'),
      requests(
        'AUTH wrong',
        'AUTH default wrong',
        'AUTH nobody secret',
        'PING',
        'AUTH secret',
        'PING',
        'GET k',
      ),
      requests('HELLO 3 AUTH default secret SETNAME me', 'CLIENT GETNAME', 'RESET', 'PING'),
      requests('QUIT', 'PING'),
      requests('RESET', 'PING'),
      '*11\r\n',
      '*10\r\n$4\r\nAUTH\r\n',
      '*2\r\n$4\r\nAUTH\r\n$16385\r\n',
      `*2\r\n$4\r\nAUTH\r\n$16384\r\n${'x'.repeat(16_384)}\r\n`,
      `${requests('AUTH secret')}*11\r\n$4\r\nPING\r\n`,
    ]) {
      await same(bytes);
    }
    await same(requests('AUTH secret', 'CONFIG SET requirepass EMPTY').replace('$5\r\nEMPTY', '$0\r\n'));
  });
});

/** Numbers of clients differ. */
function comparable(text: string): string {
  return text.replace(/(\$2\r\nid\r\n):\d+/g, '$1:id');
}

/** Lines of INFO commandstats and errorstats, without times. */
function countersOf(text: string): string[] {
  const lines = text.match(/^(cmdstat|errorstat)_.*$/gm) ?? [];
  return lines.map((line) => line.trim().replace(/usec=\d+,usec_per_call=[\d.]+,/, '')).sort();
}

/** Sends bytes and gives what comes back, up to the marker or to the end of the connection. */
function exchangeUntil(port: number, bytes: string, marker: string): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes(marker)) socket.destroy();
    });
    // The end may come as a reset: what counts is what was said before.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}
