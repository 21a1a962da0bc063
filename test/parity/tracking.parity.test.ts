/** Client side caching against a real redis-server: which invalidations come, and when. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

const TRACKING_FIELDS = [
  'tracking_clients',
  'tracking_total_keys',
  'tracking_total_items',
  'tracking_total_prefixes',
];

describeParity('client tracking', () => {
  it('tells who has read a key', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      a3: CLIENT TRACKING ON
      a3: GET k
      b: SET k 1
      b: SET k 2
      a3: MGET k l k
      a3: EXISTS m
      a3: STRLEN k
      b: MSET k 1 l 2 m 3
      a3: GET k
      a3: SET k own
      a3: GET k | SET k 1 | GET k | SET k 2
      a3: GET k
      a3: MULTI | GET l | SET l 1 | SET k 2 | GET m | EXEC
      b: SET l 1
      b: SET m 1
      a3: HSET h f v
      a3: HGETALL h
      b: HDEL h f
      a3: KEYS k
      a3: GET x
      b: RENAME m x
      a3: GET x | GET h
      b: FLUSHDB
      a3: GET x
      a3: FLUSHALL
      a3: MULTI | GET x | FLUSHALL | PING | EXEC
      a3: GET x
      a3: CLIENT TRACKING OFF
      b: SET x 1
      a3: CLIENT TRACKING ON
      b: SET x 1
    `);
  });

  it('spares and asks by option', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      a3: CLIENT TRACKING ON NOLOOP
      a3: GET k
      a3: SET k 1
      a3: GET k
      b: SET k 1
      a3: FLUSHALL
      a3: CLIENT TRACKING OFF
      a3: CLIENT TRACKING ON OPTIN
      a3: GET k
      b: SET k 1
      a3: CLIENT CACHING YES
      a3: CLIENT TRACKINGINFO
      a3: GET k
      a3: CLIENT TRACKINGINFO
      a3: GET l
      b: MSET k 1 l 1
      a3: CLIENT CACHING YES | NOTHING | GET k
      b: SET k 1
      a3: CLIENT CACHING YES | GET | GET k
      b: SET k 1
      a3: CLIENT CACHING YES | MULTI | GET k | GET l | EXEC | GET m
      b: MSET k 1 l 1 m 1
      a3: CLIENT TRACKING OFF
      a3: CLIENT TRACKING ON OPTOUT
      a3: CLIENT CACHING NO | GET k | GET l
      b: MSET k 1 l 1
      a3: CLIENT CACHING NO | MULTI | GET k | EXEC | GET l
      b: MSET k 1 l 1
    `);
  });

  it('broadcasts', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      a3: CLIENT TRACKING ON BCAST PREFIX a PREFIX b
      c3: CLIENT TRACKING ON BCAST
      d3: CLIENT TRACKING ON BCAST NOLOOP PREFIX b
      w: SET a1 x
      w: SET b2 x | SET b1 x | SET c x | SET b2 y
      w: MSET b9 1 a9 1 b1 2
      w: GET a1
      d3: SET b1 x
      d3: SET b1 x | SET a2 x
      w: DEL nothing
      w: DEL b1 b2
      a3: SET a7 own
      a3: MULTI | SET a1 x | SET b1 x | EXEC
      a3: CLIENT TRACKING ON BCAST PREFIX c
      w: SET c1 x
      a3: CLIENT TRACKINGINFO
      w: FLUSHALL
      c3: FLUSHALL
      a3: CLIENT TRACKING OFF
      w: SET a1 x
      c3: RESET
      w: SET b1 x
    `);
    await transcript.fields('w', 'stats', TRACKING_FIELDS);
    await transcript.fields('w', 'clients', TRACKING_FIELDS);
    await transcript.list('w', ['flags', 'redir']);
  });

  it('redirects', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      r2: PING
      a: PING
      a: CLIENT TRACKING ON REDIRECT <id:r2>
      a: GET k
      w: SET k 1
      r2: SUBSCRIBE __redis__:invalidate
      a: GET k
      w: SET k 1
      a: GET k | SET k 2
      a: GET k
      w: FLUSHALL
      b3: CLIENT TRACKING ON REDIRECT <id:r2>
      b3: GET k
      w: SET k 1
      a: CLIENT TRACKING OFF
      w: FLUSHALL
      r3: PING
      a: CLIENT TRACKING ON REDIRECT <id:r3>
      a: GET k
      w: SET k 1
      w: FLUSHALL
      c3: CLIENT TRACKING ON BCAST PREFIX k REDIRECT <id:r2>
      w: SET k 1 | SET kk 2
      b3: GET x
      a: GET x
      r2: close
      r3: close
      w: SET x 1
      b3: CLIENT TRACKINGINFO
      b3: GET x
      w: SET x 1
      w: FLUSHALL
    `);
  });

  it('tells of keys that expire', async () => {
    await using transcript = await Transcript.start({ config: { 'enable-debug-command': 'yes' } });
    await transcript.play(`
      w: DEBUG SET-ACTIVE-EXPIRE 0
      a3: CLIENT TRACKING ON
      c3: CLIENT TRACKING ON BCAST NOLOOP
      w: SET k v PX 80
      a3: GET nothing
      a3: MGET k
      w: DEBUG SLEEP 0.09
      a3: GET k
      w: SET k v PX 80
      a3: MGET k l
      w: DEBUG SLEEP 0.09
      c3: GET k
      w: SET l v PX 80
      a3: MGET l
      w: DEBUG SLEEP 0.09
      w: DEBUG SET-ACTIVE-EXPIRE 1 | a3 hears
    `);
  });

  it('keeps the table small', async () => {
    await using transcript = await Transcript.start({ config: { 'tracking-table-max-keys': '2' } });
    await transcript.play(`
      a3: CLIENT TRACKING ON
      a3: GET a
      a3: GET b
      a3: PING
    `);
    await transcript.fields('w', 'stats', TRACKING_FIELDS);
    await transcript.play(`
      a3: CLIENT TRACKING OFF
      a3: CLIENT TRACKING ON BCAST
    `);
  });

  it('puts messages alike where events come too', async () => {
    await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': 'KEA' } });
    await transcript.play(`
      a3: CLIENT TRACKING ON
      a3: SUBSCRIBE __keyevent@0__:set __keyevent@0__:hset
      a3: GET k | HGET h f
      a3: SET k 1
      a3: HSET h f v
      a3: GET k | HGET h f | SET k 1 | HSET h f v
      a3: GET k
      a3: MULTI | SET k 1 | GET k | SET k 2 | PING | EXEC
      a3: CLIENT REPLY OFF | GET k | SET k 1
      a3: CLIENT REPLY ON
    `);
  });

  it('tells clients that wait for keys, as monitors and subscribers are told', async () => {
    await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': 'KEA' } });
    await transcript.play(`
      m: MONITOR
      b3: SUBSCRIBE __keyevent@0__:lpop news
      b3: CLIENT TRACKING ON
      b3: LRANGE l 0 -1
      b3: BLPOP l 0
      c: PUBLISH news x
      c: RPUSH l a b
      b3: BLPOP l 0
      b3: LRANGE l 0 -1
      b3: BLPOP l 0
      c: MULTI | RPUSH l a b | EXEC
      d3: CLIENT TRACKING ON
      d3: LRANGE q 0 -1
      d3: BLPOP q 0
      c: RPUSH q 1
    `);
  });

  it('works in a cluster', async () => {
    await using transcript = await Transcript.start({ cluster: true });
    await transcript.play(`
      a3: CLIENT TRACKING ON
      a3: GET x | GET y
      w: SET x 1
      w: CLUSTER DELSLOTS 16287
      w: SET y 1
    `);
  });
});
