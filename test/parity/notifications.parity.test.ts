/** Keyspace events against a real redis-server: which come, in which order, and where beside the command's own reply. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

/** Each with what it needs before. */
const WRITES = `
  SET s 1
  SET s 2 GET
  SET s 3 EX 100 GET
  SET s 4 NX
  SET s 5 KEEPTTL
  SET fresh 1 PX 100000
  SETNX nx 1
  SETEX s 100 v
  PSETEX s 100000 v
  GETSET s 5
  GETSET new-by-getset 5
  GETEX s PERSIST
  GETEX s EX 100
  APPEND s x
  SETRANGE s 0 7
  SET n 1
  INCR n
  DECRBY n 3
  INCRBYFLOAT n 1.5
  MSET a 1 b 2
  MSETNX c 1 d 2
  GETDEL s
  GETDEL missing
  HSET h f 1
  HSET h f 2 g 3
  HMSET h f 1 g 2
  HSETNX h x 1
  HSETNX h x 1
  HINCRBY h f 1
  HINCRBYFLOAT h f 1.5
  HDEL h f nothing
  HDEL h g x
  EXPIRE a 100
  PERSIST a
  PEXPIRE a 100000 NX
  EXPIREAT a 1
  RENAME b e
  RENAMENX e f
  COPY f g
  COPY f g REPLACE
  DEL f g none
  UNLINK c d
  SET t 1
  TOUCH t
  RPUSH l a b c d e f g h
  LPUSH l x
  LPUSHX l x
  LSET l 0 y
  LPOP l
  RPOP l 2
  LMPOP 1 l LEFT
  LMOVE l m LEFT RIGHT
  RPOPLPUSH l m
  LMOVE l l LEFT RIGHT
  LINSERT l BEFORE c q
  LREM l 1 q
  LTRIM l 0 1
  BLPOP l 0
  BRPOP l 0
  BLMOVE m n LEFT LEFT 0
  BLMPOP 0 1 m LEFT
  LPOP n
  LPOP n
  ZADD z 1 a 2 b
  ZADD z INCR 1 a
  ZINCRBY z 2 a
  ZREM z b
  ZRANGESTORE y z 0 1
  ZUNIONSTORE u 2 z y
  ZPOPMIN z
  ZADD z 1 a 2 b 3 c 4 d
  ZPOPMAX z 2
  ZMPOP 1 z MIN
  BZPOPMIN z 0
  BZMPOP 0 1 y MIN COUNT 5
  ZREMRANGEBYRANK u 0 0
  XADD x 1-1 f v
  XADD x MAXLEN 1 1-2 f v
  XSETID x 5-5
  XGROUP CREATE x g 0
  XGROUP SETID x g 0
  XGROUP CREATECONSUMER x g c
  XREADGROUP GROUP g d STREAMS x >
  XCLAIM x g e 0 1-2
  XAUTOCLAIM x g f 0 0
  XGROUP DELCONSUMER x g c
  XGROUP DESTROY x g
  XDEL x 1-2
  GET missing
  EXISTS missing
  TTL missing
  TYPE missing
  HGET missing f
  FLUSHALL
`;

describeParity('keyspace events', () => {
  for (const classes of ['KEA', 'KEAmn']) {
    it(`come alike for every write (${classes})`, async () => {
      await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': classes } });
      await transcript.play('listener3: PSUBSCRIBE __key*__:*');
      await transcript.play(linesOf('writer', WRITES));
    });

    it(`come alike to the client that writes (${classes})`, async () => {
      await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': classes } });
      await transcript.play('writer3: PSUBSCRIBE __key*__:*');
      await transcript.play(linesOf('writer3', WRITES));
      await transcript.play(`
        writer3: MULTI | SET a 1 | HSET h f v | SET a 2 GET | DEL a | EXEC
        writer3: SET a 1 | SET b 2 | DEL a b
      `);
    });
  }

  it('follow the classes asked for', async () => {
    await using transcript = await Transcript.start();
    await transcript.play('listener: PSUBSCRIBE *');
    for (const classes of ['', 'K', 'A', 'K$', 'E$', 'Kg', 'Eh', 'KEx', 'AK', 'En', 'Km', 'KEA', 'KEAn']) {
      await transcript.play(`
        writer: CONFIG SET notify-keyspace-events ${classes === '' ? "''" : classes}
        writer: CONFIG GET notify-keyspace-events
        writer: SET k v
        writer: HSET h f v
        writer: EXPIRE k 100
        writer: GET none
        writer: DEL k h
      `);
    }
  });

  it('name the database', async () => {
    await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': 'KEA' } });
    await transcript.play(`
      listener: PSUBSCRIBE __key*@*
      writer: SELECT 3
      writer: SET k v
      writer: MOVE k 5
      writer: SELECT 5
      writer: COPY k k DB 7
      writer: SWAPDB 5 7
    `);
  });

  it('tell of expiry when it is met and when it is looked for', async () => {
    await using transcript = await Transcript.start({
      config: { 'notify-keyspace-events': 'KEA', 'enable-debug-command': 'yes' },
    });
    await transcript.play(`
      listener3: PSUBSCRIBE __key*__:*
      writer: DEBUG SET-ACTIVE-EXPIRE 0
      writer: SET k v PX 80
      timer: SET other v
      timer: DEBUG SLEEP 0.09
      writer: GET k
      writer: SET k v PX 80
      timer: DEBUG SLEEP 0.09
      writer: SET k w
      writer: SET gone v PX 80
      timer: DEBUG SLEEP 0.09
      writer: DEBUG SET-ACTIVE-EXPIRE 1 | listener3 hears
    `);
  });
});

function linesOf(client: string, commands: string): string {
  return commands
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => `${client}: ${line}`)
    .join('\n');
}
