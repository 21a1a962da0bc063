// Directives of memory, eviction, expiry and the encodings of values.
import { directiveTable } from '../directive.js';
import { INT_MAX, INT_MIN, integer, LONG_MAX, memory, ULONG_MAX } from '../number-directives.js';
import { choice, yesNo } from '../scalar-directives.js';

const MB = 1024 * 1024;

export const DATA_DIRECTIVES = directiveTable({
  maxmemory: memory(0, 0, ULONG_MAX, { unsigned: true }),
  'maxmemory-policy': choice(
    [
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'noeviction',
    ],
    'noeviction',
  ),
  'maxmemory-samples': integer(5, 1, INT_MAX),
  'maxmemory-eviction-tenacity': integer(10, 0, 100),
  'lfu-log-factor': integer(10, 0, INT_MAX),
  'lfu-decay-time': integer(1, 0, INT_MAX),
  'active-expire-effort': integer(1, 1, 10),
  'active-defrag-ignore-bytes': memory(100 * MB, 1, LONG_MAX, { unsigned: true }),
  'lazyfree-lazy-eviction': yesNo(false),
  'lazyfree-lazy-expire': yesNo(false),
  'lazyfree-lazy-server-del': yesNo(false),
  'lazyfree-lazy-user-del': yesNo(false),
  'lazyfree-lazy-user-flush': yesNo(false),
  'sanitize-dump-payload': choice(['no', 'yes', 'clients'], 'no'),

  'hash-max-listpack-entries': integer(512, 0, LONG_MAX, {
    unsigned: true,
    alias: 'hash-max-ziplist-entries',
  }),
  'hash-max-listpack-value': memory(64, 0, LONG_MAX, { unsigned: true, alias: 'hash-max-ziplist-value' }),
  'list-max-listpack-size': integer(-2, INT_MIN, INT_MAX, { alias: 'list-max-ziplist-size' }),
  'list-compress-depth': integer(0, 0, INT_MAX),
  'set-max-intset-entries': integer(512, 0, LONG_MAX, { unsigned: true }),
  'set-max-listpack-entries': integer(128, 0, LONG_MAX, { unsigned: true, since: '7.2' }),
  'set-max-listpack-value': integer(64, 0, LONG_MAX, { unsigned: true, since: '7.2' }),
  'zset-max-listpack-entries': integer(128, 0, LONG_MAX, {
    unsigned: true,
    alias: 'zset-max-ziplist-entries',
  }),
  'zset-max-listpack-value': memory(64, 0, LONG_MAX, { unsigned: true, alias: 'zset-max-ziplist-value' }),
  'hll-sparse-max-bytes': memory(3000, 0, LONG_MAX, { unsigned: true }),
  'stream-node-max-bytes': memory(4096, 0, LONG_MAX, { unsigned: true }),
  'stream-node-max-entries': integer(100, 0, LONG_MAX),
});
