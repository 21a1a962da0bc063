/** Where Redis 7.0 publishes an event beside the reply of the command that causes it: before it, but for what is listed here. A client that has subscribed to keyspace events and writes sees the order. */
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';

/** By command, the events that come after its reply. */
const EVENTS_AFTER_REPLY: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    getset: ['new', 'set'],
    getdel: ['del'],
    getex: ['del', 'expire', 'persist'],
    bitfield: ['setbit'],
    expire: ['expire'],
    expireat: ['expire'],
    pexpire: ['expire'],
    pexpireat: ['expire'],
    hset: ['hset'],
    hmset: ['hset'],
    hsetnx: ['hset'],
    hincrby: ['hincrby'],
    hincrbyfloat: ['hincrbyfloat'],
    lpush: ['lpush'],
    lpushx: ['lpush'],
    rpush: ['rpush'],
    rpushx: ['rpush'],
    lset: ['lset'],
    lpop: ['lpop', 'del'],
    rpop: ['rpop', 'del'],
    lmpop: ['lpop', 'rpop', 'del'],
    blmpop: ['lpop', 'rpop', 'del'],
    blpop: ['lpop', 'del'],
    brpop: ['rpop', 'del'],
    // The push to the other list comes before the reply.
    lmove: ['lpop', 'rpop', 'del'],
    blmove: ['lpop', 'rpop', 'del'],
    rpoplpush: ['rpop', 'del'],
    brpoplpush: ['rpop', 'del'],
    spop: ['del'],
    sinterstore: ['sinterstore'],
    sunionstore: ['sunionstore', 'del'],
    sdiffstore: ['sdiffstore', 'del'],
    zadd: ['zadd', 'zincr'],
    zincrby: ['zincr'],
    zrangestore: ['zrangestore', 'del'],
    zunionstore: ['zunionstore', 'del'],
    zinterstore: ['zinterstore', 'del'],
    zdiffstore: ['zdiffstore', 'del'],
    zpopmin: ['del'],
    zpopmax: ['del'],
    zmpop: ['del'],
    bzpopmin: ['del'],
    bzpopmax: ['del'],
    bzmpop: ['del'],
    geoadd: ['zadd'],
    xadd: ['xadd', 'xtrim'],
    xsetid: ['xsetid'],
    'xgroup|create': ['xgroup-create'],
    'xgroup|setid': ['xgroup-setid'],
    'xgroup|destroy': ['xgroup-destroy'],
  }),
);

const EVENTS_AFTER_SET_GET = ['new', 'set', 'expire'];

/** By command, the events that come in the middle of its reply: after so many of the elements that it is written in. */
const EVENTS_INSIDE_REPLY: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map(
  Object.entries({
    zpopmin: { zpopmin: 1 },
    zpopmax: { zpopmax: 1 },
    zmpop: { zpopmin: 3, zpopmax: 3 },
    bzpopmin: { zpopmin: 2 },
    bzpopmax: { zpopmax: 2 },
    bzmpop: { zpopmin: 3, zpopmax: 3 },
    xclaim: { 'xgroup-createconsumer': 1 },
    xautoclaim: { 'xgroup-createconsumer': 3 },
    // Of the first stream: a map and its key.
    xreadgroup: { 'xgroup-createconsumer': 2 },
  }),
);

/** Where an event comes: before the reply, after it, or after so many of its elements. */
export function placeOf(
  event: ByteString,
  { fullName }: ResolvedCommand,
  argv: readonly ByteString[],
): 'before' | 'after' | number {
  if (fullName === 'set') {
    const isAfter =
      EVENTS_AFTER_SET_GET.includes(event) &&
      argv.some((option, index) => index > 2 && option.toLowerCase() === 'get');
    return isAfter ? 'after' : 'before';
  }
  if (EVENTS_AFTER_REPLY.get(fullName)?.includes(event) === true) return 'after';
  return EVENTS_INSIDE_REPLY.get(fullName)?.[event] ?? 'before';
}
