// What users may do, byte for byte against a real redis-server: refusals, logins, transactions, channels, and what ends
// a connection.
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

const REFUSALS = `
  root: ACL SETUSER alice on >secret ~a:* %R~r:* %W~w:* &news.* +@all -@dangerous -config +config|get
  root: ACL SETUSER bob on nopass resetchannels -@all +get +select|0 (~s:* +@write) (%R~x:* +@read &x)
  root: ACL SETUSER off nopass off
  alice: AUTH alice wrong
  alice: AUTH off x
  alice: AUTH alice secret
  alice: ACL WHOAMI
  alice: GET a:1
  alice: SET a:1 x
  alice: GET r:1
  alice: SET r:1 x
  alice: GET w:1
  alice: SET w:1 x
  alice: SET w:1 x GET
  alice: SET r:1 x GET
  alice: SET w:1 x EX 10 get
  alice: BITFIELD r:1 GET u8 0
  alice: BITFIELD r:1 SET u8 0 1
  alice: BITFIELD w:1 SET u8 0 1
  alice: BITFIELD_RO r:1 GET u8 0
  alice: GET b:1
  alice: MGET a:1 r:1 b:1
  alice: MSET a:1 x r:1 x
  alice: COPY r:1 w:1
  alice: COPY w:1 r:1
  alice: RENAME a:1 w:1
  alice: EXISTS w:1
  alice: TYPE w:1
  alice: DEL w:1
  alice: EXPIRE w:1 10
  alice: GETEX r:1
  alice: GETDEL w:1
  alice: INCR w:1
  alice: APPEND w:1 x
  alice: LPUSH w:1 x
  alice: LPOP w:1
  alice: LMPOP 2 a:l b:l LEFT
  alice: LMPOP 9 b:l LEFT
  alice: LMPOP 1x b:l LEFT
  alice: LMPOP 1x a:l LEFT
  alice: ZUNIONSTORE w:z 2 r:a r:b
  alice: ZUNIONSTORE r:z 2 r:a r:b
  alice: ZUNIONSTORE w:z 2 w:a r:b
  alice: ZUNIONSTORE w:z 2x b:a r:b
  alice: SORT r:l STORE w:l
  alice: SORT r:l STORE r:l
  alice: SORT w:l
  alice: SORT r:l BY nosort
  alice: SORT r:l BY x*
  alice: SORT r:l GET x*
  alice: SORT a:l GET #
  alice: SORT_RO r:l BY w*
  alice: XADD w:s 1-1 f v
  alice: XREAD STREAMS r:s 0
  alice: XREAD STREAMS w:s 0
  alice: XREAD STREAMS r:s b:s 0 0
  alice: XREADGROUP GROUP g c STREAMS r:s >
  alice: XREADGROUP GROUP g c STREAMS a:s >
  alice: XGROUP CREATE w:s g $
  alice: GEORADIUS r:g 0 0 1 km STORE w:g
  alice: GEORADIUS r:g 0 0 1 km STORE r:g
  alice: PFCOUNT r:h
  alice: PFMERGE w:h r:h
  alice: OBJECT ENCODING a:1
  alice: OBJECT ENCODING b:1
  alice: DUMP w:1
  alice: DBSIZE
  alice: KEYS *
  alice: FLUSHALL
  alice: CONFIG GET maxmemory
  alice: CONFIG SET maxmemory 1
  alice: CONFIG
  alice: CONFIG FOO
  alice: FOO
  alice: GET
  alice: DEBUG SLEEP 0
  alice: ACL LIST
  alice: COMMAND COUNT x
  alice: WATCH b:1
  alice: PUBLISH news.a x
  alice: PUBLISH other x
  alice: SPUBLISH news.a x
  alice: SPUBLISH other x
  alice: SUBSCRIBE other
  alice: SUBSCRIBE news.a other
  alice: PSUBSCRIBE news.a
  alice: PSUBSCRIBE news.*
  alice: PUNSUBSCRIBE other
  alice: PUNSUBSCRIBE
  alice: SSUBSCRIBE other
  alice: SUBSCRIBE news.a
  alice: UNSUBSCRIBE other
  alice: UNSUBSCRIBE
  bob3: AUTH bob x
  bob3: GET s:1
  bob3: SET s:1 x
  bob3: SET t:1 x
  bob3: GET x:1
  bob3: MGET x:1 s:1
  bob3: SELECT 0
  bob3: SELECT 1
  bob3: SELECT
  bob3: PUBLISH x m
  bob3: SUBSCRIBE x
  bob3: PING
  bob3: RESET
  bob3: ACL WHOAMI
`;

const LOGINS = `
  a: PING
  b: PING
  c: PING
  root: CONFIG SET requirepass sesame
  root: ACL SETUSER alice on >secret +@all ~* &*
  a: RESET
  a: PING
  a: GET
  a: FOO
  a: GET a
  a: HELLO
  a: HELLO 3
  a: HELLO 3 AUTH alice wrong
  a: AUTH wrong
  a: AUTH sesame
  a: PING
  a: AUTH alice wrong
  a: ACL WHOAMI
  a: AUTH alice secret
  a: ACL WHOAMI
  a: PING | AUTH wrong | PING
  a: AUTH wrong | PING
  a: MULTI | AUTH alice wrong | PING | EXEC | PING
  a: MULTI
  a: AUTH alice secret
  a: EXEC
  a: RESET
  a: PING
  a: HELLO 3 AUTH alice secret SETNAME x
  a: ACL WHOAMI
  b: RESET
  b: MULTI
  b: EXEC
  b: AUTH alice secret extra
  b: QUIT
  root: CONFIG SET requirepass ''
  c: PING
  c: AUTH x
  c: AUTH default x
  c: AUTH alice secret
  c: CLIENT KILL USER nobody
  c: CLIENT KILL USER alice SKIPME no
`;

const TRANSACTIONS = `
  root: ACL SETUSER alice on nopass +@all ~a* &*
  a: AUTH alice x
  a: MULTI
  a: SET b 1
  a: EXEC
  a: MULTI
  a: SET a 1
  a: GET a
  a: PUBLISH c m
  a: INCR a
  root: ACL SETUSER alice -get resetkeys ~b resetchannels
  a: EXEC
  root: INFO errorstats
  root: ACL SETUSER alice +get ~a
  a: MULTI
  a: GET a
  root: ACL SETUSER alice -exec
  a: EXEC
  a: GET a
  root: ACL SETUSER alice -multi -discard +exec
  a: MULTI
  a: DISCARD
  a: EXEC
  a: QUIT
`;

const DISCONNECTS = `
  root: ACL SETUSER alice on nopass +@all ~* &*
  root: ACL SETUSER bob on nopass +@all ~* resetchannels &a &b*
  a: AUTH alice x
  a2: AUTH alice x
  a2: SUBSCRIBE a
  a3: AUTH alice x
  a3: PSUBSCRIBE b*
  b: AUTH bob x
  b: SUBSCRIBE a b1
  b2: AUTH bob x
  b2: PSUBSCRIBE b*
  b3: AUTH bob x
  b3: SSUBSCRIBE a
  root: ACL SETUSER bob &c
  root: ACL SETUSER alice off
  a: PING
  root: ACL SETUSER bob resetchannels &a &b1
  root: ACL SETUSER bob resetchannels &c
  root: ACL SETUSER alice resetchannels &b* &a*
  root: ACL SETUSER alice resetchannels
  a: GET x
  a: ACL DELUSER alice | PING
  c: AUTH bob x
  c: BLPOP k 0
  root: ACL DELUSER bob
`;

const BLOCKED = `
  root: ACL SETUSER alice on nopass +@all ~k
  a: AUTH alice x
  a: BLPOP k 0
  root: ACL SETUSER alice -blpop
  root: RPUSH k 1
  a: PING
`;

describeParity('permissions', () => {
  for (const [name, lines] of Object.entries({ REFUSALS, LOGINS, TRANSACTIONS, DISCONNECTS, BLOCKED })) {
    it(`are those of Redis: ${name.toLowerCase()}`, async () => {
      await using both = await Transcript.start();
      await both.play(lines);
    });
  }
});
