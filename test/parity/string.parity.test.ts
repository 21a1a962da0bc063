import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';

describeParity('string commands answer as redis-server does', () => {
  for (const protocol of [2, 3] as const) {
    describe(`RESP${protocol}`, () => {
      let pair: Pair;
      beforeAll(async () => {
        pair = await Pair.start({ protocol, config: { 'proto-max-bulk-len': '1048576' } });
      });
      afterAll(() => pair.stop());

      for (const [name, calls] of Object.entries(TABLES)) {
        it(name, async () => {
          await pair.same(['FLUSHALL']);
          await pair.sameAll(calls);
        });
      }
    });
  }
});

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const TABLES: Record<string, Call[]> = {
  'SET with every mix of options': [
    ...callsOf(`
      SET k v
      GET k
      set k v nx
      SET k v2 XX
      SET k v3 GET
      SET none v XX
      SET none v XX GET
      SET k v4 NX GET
      SET k v5 EX 1000
      TTL k
      SET k v6 KEEPTTL
      TTL k
      SET k v7
      TTL k
      SET k v8 PXAT 4102444800123
      PEXPIRETIME k
      SET k v9 EXAT 4102444800
      PEXPIRETIME k
      SET k v EX 10 EX 20
      TTL k
      SET k v EX
      SET k v EX 0
      SET k v EX -1
      SET k v EX 1.5
      SET k v EX ''
      SET k v PX 9223372036854775807
      SET k v EX 9223372036854775807
      SET k v EX 9223372036854775
      SET k v EXAT 9223372036854775
      PEXPIRETIME k
      SET k v PXAT 9223372036854775807
      PEXPIRETIME k
      SET k v EX 10 PX 10
      SET k v EX 10 KEEPTTL
      SET k v KEEPTTL EX 10
      SET k v KEEPTTL KEEPTTL
      SET k v NX XX
      SET k v XX NX
      SET k v NX NX
      SET k v GET GET
      SET k v PERSIST
      SET k v BOGUS
      SET k v NXX
      SET k v '' 
      SET k
      SET
      SET k v PXAT 1
      GET k
      SET k v EXAT 1 GET
      EXISTS k
      SET k v GET
      HSET h f v
      SET h v GET
      SET h v NX
      SET h v NX GET
      SET h v XX
      TYPE h
    `),
    ['SET', 'k', 'v', 'nx\0anything', 'GET'],
    ['SET', 'k', 'v', 'xx\0', 'px\0', '100000'],
  ],
  'binary keys and values': [
    ['SET', EVERY_BYTE, EVERY_BYTE],
    ['GET', EVERY_BYTE],
    ['STRLEN', EVERY_BYTE],
    ['APPEND', EVERY_BYTE, '\u20ac'],
    ['GETRANGE', EVERY_BYTE, 250, -1],
    ['SETRANGE', EVERY_BYTE, 300, Uint8Array.of(255, 0, 10, 13)],
    ['GET', EVERY_BYTE],
    ['SET', '', ''],
    ['GET', ''],
    ['STRLEN', ''],
  ],
  'SETNX, SETEX, PSETEX, GETSET': callsOf(`
    SETNX a 1
    SETNX a 2
    GET a
    SETEX a 1000 x
    TTL a
    PSETEX a 1000000 y
    TTL a
    GET a
    SETEX a 0 x
    SETEX a -5 x
    SETEX a x x
    SETEX a 1.0 x
    SETEX a 9223372036854775807 x
    PSETEX a 0 x
    PSETEX a 9223372036854775807 x
    SETEX a 10
    GETSET a z
    TTL a
    GETSET nothing z
    GET nothing
    HSET h f v
    GETSET h x
    SETNX h x
    SETEX h 100 x
    GETSET h
  `),
  'GETEX and GETDEL': callsOf(`
    GETEX a
    SET a 1
    GETEX a
    GETEX a EX 1000
    TTL a
    GETEX a
    TTL a
    GETEX a PERSIST
    TTL a
    GETEX a PERSIST PERSIST
    GETEX a PX 100000000
    TTL a
    GETEX a EXAT 4102444800
    EXPIRETIME a
    GETEX a PXAT 4102444800999
    PEXPIRETIME a
    GETEX a EX 0
    GETEX a EX -1
    GETEX a EX x
    GETEX a EX
    GETEX a EX 10 PERSIST
    GETEX a PERSIST EX 10
    GETEX a KEEPTTL
    GETEX a NX
    GETEX a GET
    GETEX a BOGUS
    GETEX a EXAT 1
    EXISTS a
    SET a 1
    GETEX a PXAT 1000
    EXISTS a
    GETEX none EX x
    GETEX none BOGUS
    SET a 1
    GETDEL a
    GETDEL a
    HSET h f v
    GETDEL h
    GETEX h
    GETEX h EX x
    GETDEL
    GETEX
  `),
  'INCR, DECR, INCRBY, DECRBY': callsOf(`
    INCR n
    INCR n
    DECR n
    DECRBY n 5
    INCRBY n 10
    INCRBY n -3
    GET n
    INCRBY n 0
    DECRBY n 0
    DECRBY n -7
    SET n 9223372036854775806
    INCR n
    INCR n
    INCRBY n 1
    SET n -9223372036854775807
    DECR n
    DECR n
    DECRBY n 9223372036854775807
    DECRBY n -9223372036854775808
    INCRBY n -9223372036854775808
    SET n 0
    INCRBY n 9223372036854775807
    INCRBY n -9223372036854775808
    GET n
    SET n 9007199254740993
    INCR n
    DECRBY n 2
    GET n
    INCRBY n x
    INCRBY n 1.5
    INCRBY n ''
    INCRBY n +1
    INCRBY n 01
    INCRBY n 9223372036854775808
    SET s abc
    INCR s
    SET s ''
    INCR s
    SET s 1.0
    INCR s
    SET s 01
    INCR s
    SET s -0
    INCR s
    SET s 9223372036854775808
    INCR s
    SET s 12 EX 1000
    INCR s
    TTL s
    HSET h f v
    INCR h
    DECRBY h 1
    INCRBY h x
    INCR
    INCRBY n
    INCRBY n 1 2
    OBJECT ENCODING n
  `),
  INCRBYFLOAT: callsOf(`
    INCRBYFLOAT f 0.1
    INCRBYFLOAT f 0.2
    INCRBYFLOAT f -0.3
    GET f
    SET f 3
    INCRBYFLOAT f 1.1
    SET f 10.50
    INCRBYFLOAT f 0.1
    INCRBYFLOAT f -5
    SET f 5.0e3
    INCRBYFLOAT f 2.0e2
    SET f 1
    INCRBYFLOAT f 1
    OBJECT ENCODING f
    INCR f
    OBJECT ENCODING f
    SET f 0
    INCRBYFLOAT f 1e-17
    INCRBYFLOAT f 1e-18
    INCRBYFLOAT f -1e-17
    INCRBYFLOAT f -1e-30
    SET f 1e17
    INCRBYFLOAT f 0.001
    INCRBYFLOAT f 123456789012345678901234567890
    SET f 18446744073709551615
    INCRBYFLOAT f 1
    INCRBYFLOAT f 1
    SET f 9007199254740993
    INCRBYFLOAT f 0.5
    SET f 0
    INCRBYFLOAT f 1e4932
    STRLEN f
    INCRBYFLOAT f 1e4933
    INCRBYFLOAT f 1.18973149535723176502e4932
    INCRBYFLOAT f inf
    INCRBYFLOAT f -inf
    INCRBYFLOAT f +infinity
    INCRBYFLOAT f nan
    INCRBYFLOAT f NaN
    SET f inf
    INCRBYFLOAT f 1
    INCRBYFLOAT f -inf
    SET f 0
    INCRBYFLOAT f 0x10
    INCRBYFLOAT f 0x1.8p1
    INCRBYFLOAT f -0x.8
    INCRBYFLOAT f 0xG
    INCRBYFLOAT f 1e-5000
    INCRBYFLOAT f 3.6e-4951
    INCRBYFLOAT f 1e5000
    INCRBYFLOAT f +5
    INCRBYFLOAT f 05.50
    INCRBYFLOAT f .5
    INCRBYFLOAT f 5.
    INCRBYFLOAT f .
    INCRBYFLOAT f 1e
    INCRBYFLOAT f 1e+2
    INCRBYFLOAT f ''
    INCRBYFLOAT f abc
    INCRBYFLOAT f 1,5
    INCRBYFLOAT f 1x
    SET f abc
    INCRBYFLOAT f 1
    SET f '' EX 1000
    INCRBYFLOAT f 1
    SET f 1 EX 1000
    INCRBYFLOAT f 1
    TTL f
    SET f -0
    INCRBYFLOAT f -0
    INCRBYFLOAT f -0.000000000000000001
    HSET h f v
    INCRBYFLOAT h 1
    INCRBYFLOAT h abc
    INCRBYFLOAT f
  `).concat([
    ['SET', 'f', ' 1'],
    ['INCRBYFLOAT', 'f', '1'],
    ['SET', 'f', '1 '],
    ['INCRBYFLOAT', 'f', '1'],
    ['SET', 'f', '1\0'],
    ['INCRBYFLOAT', 'f', '1'],
    ['INCRBYFLOAT', 'g', '1\0'],
    ['INCRBYFLOAT', 'g', `0.${'3'.repeat(5000)}`],
    ['INCRBYFLOAT', 'g', `0.${'3'.repeat(5118)}`],
    ['INCRBYFLOAT', 'g', `${'9'.repeat(5100)}e-5099`],
  ]),
  'APPEND, SETRANGE, GETRANGE, SUBSTR, STRLEN': callsOf(`
    APPEND s hello
    APPEND s ''
    APPEND s world
    OBJECT ENCODING s
    GET s
    STRLEN s
    STRLEN none
    GETRANGE s 0 4
    GETRANGE s -5 -1
    GETRANGE s 0 -1
    GETRANGE s 5 2
    GETRANGE s -1 -5
    GETRANGE s 3 3
    GETRANGE s 100 200
    GETRANGE s -100 2
    GETRANGE s -100 -200
    GETRANGE s 0 -100
    GETRANGE s -3 100
    GETRANGE s 9223372036854775807 9223372036854775807
    GETRANGE s -9223372036854775808 9223372036854775807
    GETRANGE s -9223372036854775807 -9223372036854775808
    GETRANGE s -9223372036854775808 -9223372036854775807
    GETRANGE s x 1
    GETRANGE s 1 x
    GETRANGE s 9223372036854775808 1
    GETRANGE none 0 1
    GETRANGE none x 1
    SUBSTR s 1 3
    SUBSTR s 1
    SETRANGE s 6 redis
    GET s
    SETRANGE s 0 ''
    SETRANGE s 20 x
    GET s
    SETRANGE new 5 abc
    GET new
    SETRANGE new2 5 ''
    EXISTS new2
    SETRANGE s -1 x
    SETRANGE s x x
    SETRANGE s 1048576 x
    SETRANGE s 1048575 x
    SETRANGE s 1048576 ''
    SETRANGE s 9223372036854775807 x
    SETRANGE s 9223372036854775807 ''
    SETRANGE other 1048576 x
    EXISTS other
    APPEND s x
    STRLEN s
    SET n 12345
    OBJECT ENCODING n
    APPEND n 6
    OBJECT ENCODING n
    INCR n
    OBJECT ENCODING n
    SETRANGE n 1 9
    OBJECT ENCODING n
    GETRANGE n 0 1
    STRLEN n
    SET n 1 EX 1000
    APPEND n 2
    TTL n
    HSET h f v
    APPEND h x
    SETRANGE h 1 x
    SETRANGE h 1 ''
    GETRANGE h 0 1
    STRLEN h
    APPEND s
    SETRANGE s 1
  `),
  'MGET, MSET, MSETNX': callsOf(`
    MSET {m}a 1 {m}b 2 {m}a 3
    MGET {m}a {m}b {m}none {m}a
    MSETNX {m}c 1 {m}a 9
    MGET {m}c {m}a
    MSETNX {m}d 1 {m}e 2 {m}d 5
    MGET {m}d {m}e
    EXPIRE {m}a 1000
    MSET {m}a 5
    TTL {m}a
    HSET {m}h f v
    MGET {m}h {m}a
    MSETNX {m}h 1
    MSET {m}h 1
    TYPE {m}h
    MSET {m}a
    MSET {m}a 1 {m}b
    MSETNX {m}a 1 {m}b
    MSET
    MGET
    MGET {m}a {other}a
    MSET {m}a 1 {other}a 2
  `),
  LCS: [
    ...callsOf(`
      MSET {l}a ohmytext {l}b mynewtext {l}e ''
      LCS {l}a {l}b
      LCS {l}a {l}b LEN
      LCS {l}a {l}b IDX
      LCS {l}a {l}b idx minmatchlen 4
      LCS {l}a {l}b IDX MINMATCHLEN 4 WITHMATCHLEN
      LCS {l}a {l}b IDX WITHMATCHLEN
      LCS {l}a {l}b IDX MINMATCHLEN -5
      LCS {l}a {l}b IDX MINMATCHLEN 100
      LCS {l}a {l}b IDX MINMATCHLEN 9223372036854775807
      LCS {l}a {l}b IDX MINMATCHLEN x
      LCS {l}a {l}b IDX MINMATCHLEN
      LCS {l}a {l}b IDX LEN
      LCS {l}a {l}b BOGUS
      LCS {l}a {l}b WITHMATCHLEN
      LCS {l}a {l}b LEN MINMATCHLEN 3
      LCS {l}a {l}none
      LCS {l}none {l}none IDX
      LCS {l}none {l}a LEN
      LCS {l}e {l}a
      LCS {l}a {l}a IDX
      LCS {l}a
      HSET {l}h f v
      LCS {l}h {l}a
      LCS {l}a {l}h BOGUS
      SET {l}n 12345
      SET {l}n2 2345678
      LCS {l}n {l}n2
      MSET {l}x abcbdabxyzzyabc {l}y bdcabaxyzyxabc
      LCS {l}x {l}y
      LCS {l}x {l}y IDX WITHMATCHLEN
      LCS {l}y {l}x IDX WITHMATCHLEN
    `),
    ['SET', '{l}big', 'ab'.repeat(1000)],
    ['SET', '{l}big2', 'ba'.repeat(300)],
    ['LCS', '{l}big', '{l}big2', 'LEN'],
    ['LCS', '{l}big', '{l}big', 'LEN'],
  ],
  'encodings and references': [
    ...callsOf(`
      SET k 1
      OBJECT ENCODING k
      OBJECT REFCOUNT k
      SET k 9999
      OBJECT REFCOUNT k
      SET k 10000
      OBJECT REFCOUNT k
      SET k -1
      OBJECT REFCOUNT k
      SET k 9223372036854775807
      OBJECT ENCODING k
      SET k 9223372036854775808
      OBJECT ENCODING k
      SET k 1.0
      OBJECT ENCODING k
      SET k ''
      OBJECT ENCODING k
      OBJECT REFCOUNT k
    `),
    ['SET', 'k', 'x'.repeat(44)],
    ['OBJECT', 'ENCODING', 'k'],
    ['SET', 'k', 'x'.repeat(45)],
    ['OBJECT', 'ENCODING', 'k'],
    ['MSET', '{m}1', '5', '{m}2', 'y'.repeat(45)],
    ['OBJECT', 'ENCODING', '{m}1'],
    ['OBJECT', 'ENCODING', '{m}2'],
    ['GETSET', '{m}2', '77'],
    ['OBJECT', 'ENCODING', '{m}2'],
    ['APPEND', '{m}3', '88'],
    ['OBJECT', 'ENCODING', '{m}3'],
    ['SETRANGE', '{m}4', '0', '9'],
    ['OBJECT', 'ENCODING', '{m}4'],
    ['SETRANGE', '{m}1', '0', ''],
    ['OBJECT', 'ENCODING', '{m}1'],
    ['COPY', '{m}4', '{m}5'],
    ['OBJECT', 'ENCODING', '{m}5'],
    ['COPY', '{m}1', '{m}6'],
    ['OBJECT', 'REFCOUNT', '{m}6'],
    ['INCR', '{m}6'],
    ['OBJECT', 'REFCOUNT', '{m}6'],
    ['RENAME', '{m}4', '{m}7'],
    ['OBJECT', 'ENCODING', '{m}7'],
  ],
};
