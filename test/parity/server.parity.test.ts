/** COMMAND, INFO, DEBUG and the other server commands against a real redis-server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_GROUPS } from '../../src/commands/index.js';
import { describeParity } from '../support/real-redis.js';
import { type Call, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

describeParity('server commands', () => {
  describe.each([2, 3] as const)('in RESP%i', (protocol) => {
    let pair: Pair;

    beforeAll(async () => {
      pair = await Pair.start({
        protocol,
        config: {
          'enable-debug-command': 'yes',
          'enable-module-command': 'yes',
          'slowlog-log-slower-than': '-1',
        },
      });
    });

    afterAll(() => pair.stop());

    it('COMMAND INFO of every command is the real one', async () => {
      for (const { name } of COMMAND_GROUPS.flat()) {
        const { theirs, ours } = await pair.both(['COMMAND', 'INFO', name]);
        const isLater = (ours.value as TypedReply[])[0]?.value === null;
        if (!isLater) expect(comparable(ours), `COMMAND INFO ${name}`).toEqual(comparable(theirs));
      }
    });

    it('COMMAND DOCS tells the real facts in our own words', async () => {
      for (const { name } of COMMAND_GROUPS.flat()) {
        const { theirs, ours } = await pair.both(['COMMAND', 'DOCS', name]);
        expect(facts(ours), `COMMAND DOCS ${name}`).toEqual(facts(theirs));
      }
    });

    it('HELP lists the same subcommands', async () => {
      for (const container of [
        ...['ACL', 'CLIENT', 'CLUSTER', 'COMMAND', 'CONFIG', 'DEBUG', 'FUNCTION', 'LATENCY', 'MEMORY'],
        ...['MODULE', 'OBJECT', 'PUBSUB', 'SCRIPT', 'SLOWLOG', 'XGROUP', 'XINFO'],
      ]) {
        await pair.same([container, 'HELP'], { normalise: withoutExplanations });
        await pair.same([container.toLowerCase(), 'help', 'me']);
      }
    });

    it('every subcommand answers alike', async () => {
      await pair.sameAll(SERVER_CALLS);
      // How much it is depends on the allocator of the real server.
      await pair.same(['MEMORY', 'USAGE', 'number'], { normalise: ({ type }) => type });
      await pair.sameAll(UNORDERED_CALLS, { unordered: 'items' });
    });

    it('DEBUG HTSTATS tells of as many entries', async () => {
      const sizes = ({ type, value }: TypedReply): unknown => ({
        type,
        lines: String(value)
          .split('\n')
          .filter((line) => !/slots|chain| \d+: /.test(line)),
      });
      await pair.same(['FLUSHALL']);
      await pair.same(['DEBUG', 'HTSTATS', 0], { normalise: sizes });
      await pair.same(['SET', 'a', 1, 'EX', 100]);
      await pair.same(['SADD', 'set', ...Array.from({ length: 200 }, (_, number) => `member${number}`)]);
      await pair.same(['DEBUG', 'HTSTATS', 0], { normalise: sizes });
      await pair.same(['DEBUG', 'HTSTATS', 0, 'full'], { normalise: sizes });
      if (pair.version !== '7.0') await pair.same(['DEBUG', 'HTSTATS-KEY', 'set'], { normalise: sizes });
    });

    it('INFO has the same sections and fields', async () => {
      await pair.same(['SET', 'key', 'value']);
      for (const sections of INFO_SECTIONS) {
        await pair.same(['INFO', ...sections], { normalise: fieldNames });
      }
    });
  });
});

const SERVER_CALLS: readonly Call[] = [
  ['MODULE'],
  ['MODULE', 'LIST'],
  ['MODULE', 'LIST', 'all'],
  ['MODULE', 'NOSUCH'],
  ['MODULE', 'LOAD'],
  ['MODULE', 'LOAD', '/nowhere.so', 'argument'],
  ['MODULE', 'LOADEX', '/nowhere.so'],
  ['MODULE', 'LOADEX', '/nowhere.so', 'CONFIG', 'name', 'value', 'ARGS', 'argument'],
  ['MODULE', 'LOADEX', '/nowhere.so', 'CONFIG', 'name'],
  ['MODULE', 'LOADEX', '/nowhere.so', 'something'],
  ['MODULE', 'UNLOAD', 'nothing'],
  ['DBSIZE'],
  ['DBSIZE', 'x'],
  ['SET', 'key', 'value'],
  ['DBSIZE'],
  ['FLUSHDB', 'SOMEHOW'],
  ['FLUSHDB', 'SYNC', 'ASYNC'],
  ['FLUSHDB', 'async'],
  ['DBSIZE'],
  ['FLUSHALL', 'sync'],
  ['FLUSHALL'],
  ['SWAPDB', 0, 1],
  ['SWAPDB', 'a', 'b'],
  ['SWAPDB', 0],
  ['TIME', 'x'],
  ['LASTSAVE', 'x'],
  ['LOLWUT'],
  ['LOLWUT', 'VERSION', 1],
  ['COMMAND', 'NOTHING'],
  ['COMMAND', 'COUNT', 'x'],
  ['COMMAND', 'INFO', 'nothing'],
  ['COMMAND', 'INFO', 'nothing', 'config|nothing', 'get|nothing', 'config|get|x'],
  ['COMMAND', 'INFO', 'CONFIG|GET'],
  ['COMMAND', 'DOCS', 'nothing'],
  ['COMMAND', 'GETKEYS'],
  ['COMMAND', 'GETKEYS', 'GET'],
  ['COMMAND', 'GETKEYS', 'GET', 'a'],
  ['COMMAND', 'GETKEYS', 'GET', 'a', 'b'],
  ['COMMAND', 'GETKEYS', 'MSET', 'a', 1, 'b', 2],
  ['COMMAND', 'GETKEYS', 'PING', 'x'],
  ['COMMAND', 'GETKEYS', 'CONFIG', 'GET', 'x'],
  ['COMMAND', 'GETKEYS', 'CONFIG', 'NOTHING', 'x'],
  ['COMMAND', 'GETKEYS', 'NOTHING', 'x'],
  ['COMMAND', 'GETKEYS', 'MEMORY', 'USAGE', 'a'],
  ['COMMAND', 'GETKEYS', 'WATCH', 'a', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'SET', 'a', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'SET', 'a', 'b', 'GET'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'RENAME', 'a', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'DEL', 'a', 'b'],
  ['COMMAND', 'LIST', 'x'],
  ['COMMAND', 'LIST', 'FILTERBY'],
  ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN'],
  ['COMMAND', 'LIST', 'FILTERBY', 'NOTHING', 'x'],
  ['COMMAND', 'LIST', 'FILTERBY', 'MODULE', 'x'],
  ['COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'nothing'],
  ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'mge?'],
  ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'mge?', 'x'],
  ['SLOWLOG'],
  ['SLOWLOG', 'LEN'],
  ['SLOWLOG', 'LEN', 'x'],
  ['SLOWLOG', 'GET'],
  ['SLOWLOG', 'GET', -1],
  ['SLOWLOG', 'GET', -2],
  ['SLOWLOG', 'GET', 'x'],
  ['SLOWLOG', 'GET', 1, 2],
  ['SLOWLOG', 'RESET'],
  ['SLOWLOG', 'NOTHING'],
  ['LATENCY'],
  ['LATENCY', 'LATEST'],
  ['LATENCY', 'HISTORY', 'command'],
  ['LATENCY', 'GRAPH', 'command'],
  ['LATENCY', 'RESET'],
  ['LATENCY', 'RESET', 'command', 'x'],
  ['LATENCY', 'NOTHING'],
  ['LATENCY', 'HISTOGRAM', 'nothing'],
  ['MEMORY'],
  ['MEMORY', 'USAGE'],
  ['MEMORY', 'USAGE', 'nothing'],
  ['MEMORY', 'USAGE', 'nothing', 'SAMPLES'],
  ['MEMORY', 'USAGE', 'nothing', 'SAMPLES', 'x'],
  ['MEMORY', 'USAGE', 'nothing', 'SAMPLES', -1],
  ['MEMORY', 'USAGE', 'nothing', 'SAMPLES', 0],
  ['MEMORY', 'USAGE', 'nothing', 'EXAMPLES', 0],
  ['MEMORY', 'PURGE', 'x'],
  ['MEMORY', 'NOTHING'],
  ['SHUTDOWN', 'SOMEHOW'],
  ['SHUTDOWN', 'SAVE', 'NOSAVE'],
  ['SHUTDOWN', 'ABORT'],
  ['SHUTDOWN', 'ABORT', 'NOW'],
  ['MULTI'],
  ['SHUTDOWN', 'NOSAVE'],
  ['DISCARD'],
  ['DEBUG'],
  ['DEBUG', 'NOTHING'],
  ['DEBUG', 'JMAP'],
  ['DEBUG', 'LOG'],
  ['DEBUG', 'LOG', 'a message'],
  ['DEBUG', 'ERROR', 'ERR a\nb'],
  ['DEBUG', 'ERROR', 'NOTICED this'],
  ['DEBUG', 'SLEEP', 0],
  ['DEBUG', 'SLEEP'],
  ['DEBUG', 'SLEEP', 0, 1],
  ['DEBUG', 'SET-ACTIVE-EXPIRE', 0],
  ['DEBUG', 'SET-ACTIVE-EXPIRE', 1],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '10b'],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', 'much'],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '4gb'],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', 0],
  ['DEBUG', 'CHANGE-REPL-ID'],
  ['DEBUG', 'CHANGE-REPL-ID', 'x'],
  ['DEBUG', 'PAUSE-CRON', 0],
  ['DEBUG', 'DROP-CLUSTER-PACKET-FILTER', 'x'],
  ['DEBUG', 'DROP-CLUSTER-PACKET-FILTER', -1],
  ['DEBUG', 'CLUSTERLINK', 'KILL', 'all', '0123'],
  ['DEBUG', 'CLUSTERLINK', 'MEND', 'all', '0123'],
  ...[
    'string',
    'integer',
    'double',
    'bignum',
    'null',
    'array',
    'set',
    'map',
    'verbatim',
    'true',
    'false',
    'nothing',
  ].map((type) => ['DEBUG', 'PROTOCOL', type] as const),
  ['DEBUG', 'DIGEST'],
  ['DEBUG', 'DIGEST-VALUE'],
  ['DEBUG', 'DIGEST-VALUE', 'nothing'],
  ['DEBUG', 'POPULATE', 'x'],
  ['DEBUG', 'POPULATE', -1],
  ['DEBUG', 'POPULATE', 3],
  ['DEBUG', 'DIGEST'],
  ['DEBUG', 'POPULATE', 3, 'p', 20],
  ['DEBUG', 'POPULATE', 3, 'q', 2],
  ['GET', 'p:1'],
  ['GET', 'q:1'],
  ['SET', 'number', 123],
  ['SET', 'dying', 'x', 'EX', 100],
  ['HSET', 'hash', 'a', 1, 'b', 'two', '', 'three'],
  ['DEBUG', 'DIGEST'],
  ['DEBUG', 'DIGEST-VALUE', 'number', 'dying', 'hash', 'p:1', 'nothing'],
  ['DEBUG', 'STRUCTSIZE'],
  ['DEBUG', 'STRUCTSIZE', 'x'],
  ['DEBUG', 'HTSTATS'],
  ['DEBUG', 'HTSTATS', 'x'],
  ['DEBUG', 'HTSTATS', 16],
  ['DEBUG', 'HTSTATS', -1],
  ['DEBUG', 'HTSTATS-KEY', 'nothing'],
  ['DEBUG', 'HTSTATS-KEY', 'number'],
  ['SADD', 'three', 'a', 'b', 'c', 'd', 'x'.repeat(70)],
  ['DEBUG', 'LISTPACK', 'nothing'],
  ['DEBUG', 'LISTPACK', 'number'],
  ['DEBUG', 'LISTPACK', 'hash'],
  ['RPUSH', 'list', 'a', 'x'.repeat(9000)],
  ['DEBUG', 'QUICKLIST', 'nothing'],
  ['DEBUG', 'QUICKLIST', 'number'],
  ['DEBUG', 'QUICKLIST', 'list'],
  ['DEBUG', 'QUICKLIST', 'list', 1],
  ['DEBUG', 'QUICKLIST', 'list', 1, 2],
  ['DEBUG', 'CLIENT-EVICTION'],
  ['DEBUG', 'REPLYBUFFER', 'RESIZING', 0],
  ['DEBUG', 'REPLYBUFFER', 'RESIZING', 1],
  ['DEBUG', 'REPLYBUFFER', 'RESIZING'],
  ['DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 'never'],
  ['DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 'reset'],
  ['DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 10],
  ['DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 'x'],
  ['DEBUG', 'REPLYBUFFER', 'NOTHING', 'x'],
  ['DEBUG', 'REPLICATE'],
  ['DEBUG', 'REPLICATE', 'PING'],
  ['DEBUG', 'LEAK', 'x'],
  ['DEBUG', 'LEAK'],
  ['DEBUG', 'CONFIG-REWRITE-FORCE-ALL', 'x'],
  ['DEBUG', 'SET-DISABLE-DENY-SCRIPTS', 0],
  ['DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', 1],
  ['RESTORE', 'restored', 0, Buffer.from('0001780a00aaaaaaaaaaaaaaaa', 'hex')],
  ['DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', 0],
  ['RESTORE', 'restored', 0, Buffer.from('0001780a00aaaaaaaaaaaaaaaa', 'hex')],
  ['DEBUG', 'AOF-FLUSH-SLEEP', 0],
  ['DEBUG', 'ZIPLIST', 'hash'],
  ['DEBUG', 'DICT-RESIZING', 0],
  ['DEBUG', 'STRINGMATCH-LEN', 'x', 'y'],
  ['DEBUG', 'OBJECT', 'nothing'],
  ['DEBUG', 'SDSLEN', 'nothing'],
  ['DEBUG', 'SDSLEN', 'number'],
];

/** Answered in the order of a hash table. */
const UNORDERED_CALLS: readonly Call[] = [
  ['COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'transaction'],
  ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'config*'],
  ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'CLIENT|*'],
];

const INFO_SECTIONS: readonly (readonly string[])[] = [
  [],
  ['default'],
  ['SERVER'],
  ['server', 'clients', 'nothing'],
  ['keyspace', 'keyspace', 'cpu'],
  ['modules'],
  ['module_list'],
  ['cluster', 'default'],
  ['nothing'],
  ['persistence'],
  ['stats'],
  ['memory'],
  ['replication'],
];

/** Names of sections and fields; of a replication or memory field the value is the machine's affair. */
function fieldNames(reply: TypedReply): unknown {
  const lines = String(reply.value).split('\r\n');
  return {
    type: reply.type,
    lines: lines.map((line) => line.replace(/:.*/s, '')).filter((line) => !/^errorstat_/.test(line)),
  };
}

/** The lines of syntax; what they mean is in our own words, in as many lines. */
function withoutExplanations(reply: TypedReply): unknown {
  const all = reply.value as readonly TypedReply[];
  // Only some builds of Redis have the allocator that these are about.
  const ofAllocator = all.flatMap(({ value }, index) =>
    String(value).startsWith('MALLCTL') ? [index, index + 1] : [],
  );
  const lines = all.filter((_, index) => !ofAllocator.includes(index));
  return lines.map((line, index) =>
    String(line.value).startsWith('    ') && index < lines.length - 1 ? 'explained' : line,
  );
}

/** What COMMAND DOCS says besides sentences: summaries, the words of the history, complexity in prose. */
function facts(reply: TypedReply): unknown {
  const described: Record<string, unknown> = {};
  const items = reply.value as readonly TypedReply[];
  for (let index = 0; index < items.length; index += 2) {
    const name = String(items[index]!.value);
    const value = items[index + 1]!;
    if (name === 'summary') continue;
    if (name === 'complexity' && !/^O\(\S+\)$/.test(String(value.value))) continue;
    if (name === 'history')
      described[name] = (value.value as TypedReply[]).map((change) => (change.value as TypedReply[])[0]);
    else described[name] = Array.isArray(value.value) && isMapLike(value) ? facts(value) : value;
  }
  return { type: reply.type, described };
}

function isMapLike({ type, value }: TypedReply): boolean {
  return (
    type === '%' ||
    (type === '*' && (value as TypedReply[]).every((item, index) => index % 2 === 1 || item.type === '$'))
  );
}

/** Subcommands come in the order of a hash table, and the notes of key specs are in our own words. */
function comparable(reply: TypedReply): unknown {
  const described = (reply.value as TypedReply[])[0]!;
  const fields = [...(described.value as TypedReply[])];
  const subcommands = fields[9]?.value as TypedReply[];
  const known = [...subcommands].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  return withoutNotes([...fields.slice(0, 9), known]);
}

function withoutNotes(value: unknown): unknown {
  if (!Array.isArray(value)) return isReply(value) ? { ...value, value: withoutNotes(value.value) } : value;
  return value.map((item, index) => {
    const before: unknown = value[index - 1];
    return isReply(before) && before.value === 'notes' ? 'a note' : withoutNotes(item);
  });
}

function isReply(value: unknown): value is TypedReply {
  return typeof value === 'object' && value !== null && 'value' in value;
}

function nameOf(described: TypedReply): string {
  return (described.value as TypedReply[])[0]!.value as string;
}
