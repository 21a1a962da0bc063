/** DEBUG HTSTATS, HTSTATS-KEY, LISTPACK, QUICKLIST and STRUCTSIZE: how a C server would hold the data. */
import { SetValue } from '../../../keyspace/values/set-value.js';
import { SortedSetValue } from '../../../keyspace/values/sorted-set-value.js';
import { encodingOfValue } from '../../../keyspace/values/stored-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../../resp/byte-string.js';
import {
  DATABASE_OUT_OF_RANGE,
  NO_HASH_TABLE,
  NO_SUCH_KEY,
  NOT_A_LISTPACK,
  NOT_A_QUICKLIST,
  NOT_AN_INTEGER,
} from '../../../resp/errors/index.js';
import { parseInteger } from '../../../resp/integer.js';
import { formatFixed } from '../../../resp/number-format.js';
import { type Reply, SimpleString, VerbatimReply } from '../../../resp/reply.js';
import { dictSlots } from '../../../structures/allocation-size.js';
import type { RedisVersion } from '../../command.js';
import type { CommandContext } from '../../context.js';

/** Longer chains are counted together and not told of. */
const LONGEST_CHAIN = 49;

export function structSizes(): Reply {
  return 'bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 ';
}

export function describeDatabaseTables({ node }: CommandContext, argv: readonly ByteString[]): Reply {
  const index = parseInteger(argv[2]!);
  if (index === null) return NOT_AN_INTEGER;
  const database = node.keyspace.databases[Number(index)];
  if (database === undefined) return DATABASE_OUT_OF_RANGE;
  const isFull = wantsChains(node.version, argv);
  const expiring = [...database.keys()].filter((key) => database.expiresAtMs(key) !== null);
  return new VerbatimReply(
    'txt',
    `[Dictionary HT]\n${describeTable(database.size, database.keys(), isFull)}[Expires HT]\n${describeTable(expiring.length, expiring, isFull)}`,
  );
}

export function describeTableOfKey({ node, db }: CommandContext, argv: readonly ByteString[]): Reply {
  const value = db.peek(argv[2]!);
  if (value === undefined) return NO_SUCH_KEY;
  const isFull = wantsChains(node.version, argv);
  if (value instanceof SetValue && value.encoding === 'hashtable') {
    return new VerbatimReply('txt', describeTable(value.size, value.members(), isFull));
  }
  if (value instanceof SortedSetValue && value.encoding === 'skiplist') {
    const members = [...value.entries()].map(({ member }) => member);
    return new VerbatimReply('txt', describeTable(value.size, members, isFull));
  }
  if (typeof value !== 'string' && value.type === 'hash' && value.encoding === 'hashtable') {
    return new VerbatimReply('txt', describeTable(value.size, value.fields(), isFull));
  }
  return NO_HASH_TABLE;
}

/** The structure itself is printed by a C server; there is none here. */
export function describeListpack({ db }: CommandContext, argv: readonly ByteString[]): Reply {
  const value = db.peek(argv[2]!);
  if (value === undefined) return NO_SUCH_KEY;
  if (encodingOfValue(value) !== 'listpack') return NOT_A_LISTPACK;
  return new SimpleString('Listpack structure printed on stdout');
}

export function describeQuicklist({ db }: CommandContext, argv: readonly ByteString[]): Reply {
  const value = db.peek(argv[2]!);
  if (value === undefined) return NO_SUCH_KEY;
  if (encodingOfValue(value) !== 'quicklist') return NOT_A_QUICKLIST;
  return new SimpleString('Quicklist structure printed on stdout');
}

function wantsChains(version: RedisVersion, argv: readonly ByteString[]): boolean {
  return version === '7.0' || (argv.length >= 4 && toLowerAscii(asCString(argv[3]!)) === 'full');
}

/** As dictGetStats words it; a table is never in the middle of rehashing. */
function describeTable(size: number, keys: Iterable<ByteString>, isFull: boolean): string {
  const title = 'Hash table 0 stats (main hash table):\n';
  if (size === 0) return `${title}No stats available for empty dictionaries\n`;
  const slots = dictSlots(size);
  const lines = [` table size: ${slots}`, ` number of elements: ${size}`];
  if (isFull) lines.push(...describeChains(size, slots, keys));
  return `${title}${lines.join('\n')}\n`;
}

function describeChains(size: number, slots: number, keys: Iterable<ByteString>): string[] {
  const chains = new Map<number, number>();
  for (const key of keys) {
    const slot = hashOf(key) & (slots - 1);
    chains.set(slot, (chains.get(slot) ?? 0) + 1);
  }
  const lengths = new Map<number, number>([[0, slots - chains.size]]);
  let longest = 0;
  for (const length of chains.values()) {
    lengths.set(length, (lengths.get(length) ?? 0) + 1);
    longest = Math.max(longest, length);
  }
  const average = formatFixed(size / chains.size, 2);
  const distribution = [...lengths]
    .filter(([length, count]) => count > 0 && length < LONGEST_CHAIN)
    .sort(([one], [other]) => one - other)
    .map(([length, count]) => `   ${length}: ${count} (${formatFixed((count / slots) * 100, 2)}%)`);
  return [
    ` different slots: ${chains.size}`,
    ` max chain length: ${longest}`,
    ` avg chain length (counted): ${average}`,
    ` avg chain length (computed): ${average}`,
    ' Chain length distribution:',
    ...distribution,
  ];
}

/** FNV-1a: any good hash makes chains as long as those of a C server. */
function hashOf(key: ByteString): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
