/** Patterns of every command that reads or writes keys (see template.ts), by family and by how their replies compare. */
import type { Comparison } from './comparison.js';

export type Family = Partial<Record<Comparison, string>>;

const LIMIT = '[ LIMIT $count $count ]';
const END = '( LEFT | RIGHT )';
const TRIM = '( MAXLEN | MINID ) [ = | ~ ] ( $count | $id ) [ LIMIT ( $count | 0 ) ]';

export const FAMILIES = {
  string: {
    exact: `
      8 SET $string $value [ NX | xx ] [ GET ] [ $life | KEEPTTL ]
      4 GET $string
      GETDEL $string
      2 GETEX $string [ PERSIST | $life ]
      GETSET $string $value
      SETNX $string $value
      SETEX $string $seconds $value
      PSETEX $string $milliseconds $value
      4 APPEND $string $value
      3 SETRANGE $string $offset $value
      2 GETRANGE $string $index $index
      SUBSTR $string $index $index
      2 STRLEN $string
      2 ( INCR | DECR ) $string
      4 ( INCRBY | DECRBY ) $string $int
      4 INCRBYFLOAT $string $float
      2 MSET ( $string $value )+
      MSETNX ( $string $value )+
      2 MGET ( $any )+
      LCS $string $string [ IDX ] [ LEN ] [ WITHMATCHLEN ] [ MINMATCHLEN $count ]
    `,
  },
  bitmap: {
    exact: `
      4 SETBIT $bits $bitoffset $bit
      2 GETBIT $bits $bitoffset
      2 SET $bits $value
      3 BITCOUNT $bits [ $index $index [ BIT | byte ] ]
      3 BITPOS $bits $bit [ $index [ $index [ BIT | BYTE ] ] ]
      3 BITOP ( AND | or | XOR ) $bits ( $bits )+
      BITOP NOT $bits $bits
      3 BITFIELD $bits ( GET $fieldtype $fieldoffset | SET $fieldtype $fieldoffset $int | INCRBY $fieldtype $fieldoffset $smallint | OVERFLOW ( WRAP | sat | FAIL ) )+
      BITFIELD_RO $bits ( GET $fieldtype $fieldoffset )+
      BITFIELD_RO $bits GET u8 0 [ SET u8 0 1 ]
      BITFIELD $bits
      SETRANGE $bits $offset $value
    `,
  },
  hyperloglog: {
    exact: `
      6 PFADD $log ( $member )++
      PFADD $log
      3 PFCOUNT ( $log )+
      2 PFMERGE $log [ ( $log )+ ]
      PFDEBUG ( ENCODING | GETREG | DECODE | TODENSE | BOGUS ) $log
      SETRANGE $log $offset $value
    `,
  },
  list: {
    exact: `
      3 ( LPUSH | RPUSH ) $list ( $element )++
      ( LPUSHX | RPUSHX ) $list ( $element )+
      2 LINSERT $list ( BEFORE | after ) $common $element
      2 LSET $list $index $element
      LREM $list $index $common
      LTRIM $list $index $index
      2 ( LPOP | RPOP ) $list [ $count ]
      2 LMOVE $list $list ${END} ${END}
      RPOPLPUSH $list $list
      2 LRANGE $list $index $index
      LRANGE $list 0 -1
      2 LINDEX $list $index
      2 LPOS $list $common [ RANK $index ] [ COUNT $count ] [ MAXLEN $count ]
      LLEN $list
      LMPOP ( 1 $list | 2 $list $list | 3 $list $list $list | $count $list ) ${END} [ COUNT $count ]
    `,
  },
  set: {
    exact: `
      5 SADD $set ( $smallint )++
      3 SADD $set ( $member )++
      4 SREM $set ( $member )+
      SREM $set ( $smallint )+
      SMOVE $set $set $member
      SISMEMBER $set $member
      SMISMEMBER $set ( $member )+
      2 SCARD $set
      2 ( SINTERSTORE | SUNIONSTORE | SDIFFSTORE ) $set ( $set )+
      SINTERCARD ( 1 $set | 2 $set $set | 3 $set $set $set | $count $set ) [ LIMIT $count ]
    `,
    items: `
      2 SMEMBERS $set
      2 ( SINTER | SUNION | SDIFF ) ( $set )+
    `,
    scan: `
      SSCAN $set 0 [ MATCH $glob ] COUNT 100000
      SSCAN $set 0 COUNT 100000 $bogus
    `,
  },
  hash: {
    exact: `
      6 HSET $hash ( $field $value )++
      HMSET $hash ( $field $value )+
      HSETNX $hash $field $value
      2 HGET $hash $field
      2 HMGET $hash ( $field )+
      2 HDEL $hash ( $field )+
      HLEN $hash
      HEXISTS $hash $field
      HSTRLEN $hash $field
      2 HINCRBY $hash $field $int
      2 HINCRBYFLOAT $hash $field $float
    `,
    pairs: '2 HGETALL $hash',
    items: '2 ( HKEYS | HVALS ) $hash',
    scan: `
      HSCAN $hash 0 [ MATCH $glob ] COUNT 100000
      HSCAN $hash 0 COUNT 100000 $bogus
    `,
  },
  zset: {
    exact: `
      6 ZADD $zset [ NX | XX ] [ gt | LT ] [ CH ] [ INCR ] ( $score $zmember )+
      4 ZADD $zset ( $score $zmember )+
      ZADD $zset ( $score $zmembers )++
      2 ZADD $zset ( 0 $zmember )++
      2 ZINCRBY $zset $score $zmember
      2 ZREM $zset ( $zmember )+
      ZSCORE $zset $zmember
      ZMSCORE $zset ( $zmember )+
      2 ( ZRANK | ZREVRANK ) $zset $zmember [ WITHSCORE ]
      ZCARD $zset
      2 ZCOUNT $zset $bound $bound
      ZLEXCOUNT $lexset $lexbound $lexbound
      3 ZRANGE $zset $index $index [ REV ] [ WITHSCORES ] [ LIMIT 0 1 ]
      2 ZRANGE $zset $bound $bound BYSCORE [ REV ] [ WITHSCORES ] ${LIMIT}
      2 ZADD $lexset ( 0 $zmember )++
      ZREM $lexset ( $zmember )+
      ZRANGE $lexset $lexbound $lexbound bylex [ REV ] ${LIMIT} [ WITHSCORES ]
      ZRANGESTORE $zset $lexset $lexbound $lexbound BYLEX [ REV ] ${LIMIT}
      ZREVRANGE $zset $index $index [ WITHSCORES ]
      2 ( ZRANGEBYSCORE | ZREVRANGEBYSCORE ) $zset $bound $bound [ WITHSCORES ] ${LIMIT}
      ( ZRANGEBYLEX | ZREVRANGEBYLEX ) $lexset $lexbound $lexbound ${LIMIT}
      2 ZRANGESTORE $zset $zset ( $index $index | $bound $bound BYSCORE ) [ REV ] ${LIMIT}
      ZREMRANGEBYRANK $zset $index $index
      ZREMRANGEBYSCORE $zset $bound $bound
      ZREMRANGEBYLEX $lexset $lexbound $lexbound
      2 ( ZPOPMIN | ZPOPMAX ) $zset [ $count ]
      ZMPOP ( 1 $zset | 2 $zset $zset | $count $zset ) ( MIN | max ) [ COUNT $count ]
      3 ( ZUNION | ZINTER ) ( 1 $zset | 2 $zset $zset [ WEIGHTS $weight $weight ] | 2 $set $zset ) [ AGGREGATE ( SUM | min | MAX | avg ) ] [ WITHSCORES ]
      3 ( ZUNIONSTORE | ZINTERSTORE ) $zset ( 1 $zset | 2 $zset $zset [ WEIGHTS $weight $weight ] | 2 $set $zset ) [ AGGREGATE ( SUM | min | MAX ) ]
      ZDIFF ( 1 $zset | 2 $zset $zset | 2 $zset $set | 3 $zset $zset $zset ) [ WITHSCORES ]
      ZDIFFSTORE $zset ( 1 $zset | 2 $zset $zset | 2 $zset $set )
      ZINTERCARD ( 1 $zset | 2 $zset $zset | 2 $set $zset ) [ LIMIT $count ]
    `,
    scan: 'ZSCAN $zset 0 [ MATCH $glob ] COUNT 100000',
  },
  geo: {
    exact: `
      5 GEOADD $geo [ NX | XX ] [ CH ] ( $longitude $latitude $place )+
      2 GEOPOS $geo ( $place )+
      2 GEODIST $geo $place $place [ $unit ]
      GEOHASH $geo ( $place )+
      2 GEOSEARCH $geo ( FROMMEMBER $place | FROMLONLAT $longitude $latitude ) ( BYRADIUS $distance $unit | BYBOX $distance $distance $unit ) ( ASC | desc ) [ COUNT $count ] [ WITHCOORD ] [ WITHDIST ] [ WITHHASH ]
      GEOSEARCHSTORE $geo $geo ( FROMMEMBER $place | FROMLONLAT $longitude $latitude ) ( BYRADIUS $distance $unit | BYBOX $distance $distance $unit ) [ ASC COUNT $count ]
      GEORADIUS $geo $longitude $latitude $distance $unit ( ASC | DESC ) [ COUNT $count ] [ WITHCOORD ] [ WITHDIST ] [ WITHHASH ]
      GEORADIUS $geo $longitude $latitude $distance $unit STORE $geo
      GEORADIUS_RO $geo $longitude $latitude $distance $unit ASC [ WITHDIST ] [ STORE $geo ]
      GEORADIUSBYMEMBER $geo $place $distance $unit ( ASC | DESC ) [ COUNT $count ] [ WITHDIST ]
      GEORADIUSBYMEMBER $geo $place $distance $unit STORE $geo
      GEORADIUSBYMEMBER_RO $geo $place $distance $unit ASC [ WITHHASH ]
      ZREM $geo ( $place )+
    `,
    items: `
      GEOSEARCH $geo ( FROMMEMBER $place | FROMLONLAT $longitude $latitude ) ( BYRADIUS $distance $unit | BYBOX $distance $distance $unit ) [ WITHDIST ]
      GEORADIUS $geo $longitude $latitude $distance $unit [ WITHCOORD ]
    `,
  },
  stream: {
    times: `
      12 XADD $stream [ NOMKSTREAM ] [ ${TRIM} ] $newid $entries
      XADD $stream $newid odd
      XTRIM $stream ${TRIM}
      2 XDEL $stream ( $id )+
      XLEN $stream
      2 XRANGE $stream $edge $edge [ COUNT $count ]
      XREVRANGE $stream $edge $edge [ COUNT $count ]
      2 XREAD [ COUNT $count ] STREAMS ( $stream $id | $stream $stream $id $id )
      3 XGROUP CREATE $stream $group ( $ | 0 | $id ) [ MKSTREAM ] [ ENTRIESREAD $index ]
      XGROUP SETID $stream $group ( $ | 0 | - | $id ) [ ENTRIESREAD $index ]
      XGROUP CREATECONSUMER $stream $group $consumer
      XGROUP DELCONSUMER $stream $group $consumer
      4 XREADGROUP GROUP $group $consumer [ COUNT $count ] [ NOACK ] STREAMS ( $stream > | $stream $id | $stream $stream > > )
      2 XACK $stream $group ( $id )+
      XPENDING $stream $group
      XPENDING $stream $group [ IDLE 0 ] $edge $edge $count [ $consumer ]
      2 XCLAIM $stream $group $consumer 0 ( $id )+ [ FORCE ] [ JUSTID ] [ RETRYCOUNT $index ] [ IDLE ( 0 | 5000 | x | -1 ) ] [ LASTID $id ]
      2 XAUTOCLAIM $stream $group $consumer ( 0 | 100000 ) $edge [ COUNT $count ] [ JUSTID ]
      XINFO STREAM $stream [ FULL [ COUNT $count ] ]
      XINFO GROUPS $stream
      XINFO CONSUMERS $stream $group
      XSETID $stream $id [ ENTRIESADDED $count MAXDELETEDID $id ]
    `,
    rare: 'XGROUP DESTROY $stream $group',
  },
  generic: {
    exact: `
      3 DEL ( $any )+
      UNLINK ( $any )+
      ( EXISTS | TOUCH ) ( $any )+
      2 TYPE $any
      3 OBJECT ( ENCODING | REFCOUNT ) $any
      OBJECT FREQ $any
      RENAME $any $any
      RENAMENX $any $any
      3 COPY $any $any [ REPLACE ]
      2 EXPIRE $any $seconds [ NX | XX | nx XX ]
      PEXPIRE $any $milliseconds [ NX | XX ]
      2 EXPIREAT $any $unixtime [ NX | XX | GT | LT | GT XX | GT LT | NX GT ]
      2 PEXPIREAT $any $unixtimems [ NX | XX | GT | LT ]
      PERSIST $any
      DBSIZE
      2 RPUSH $numbers ( $smallint | $element )+
      2 LPUSH $numbers ( $count )+
      ( LPOP | DEL ) $numbers
      SORT $list ALPHA ${LIMIT} [ ASC | DESC ]
      2 SORT $list ${LIMIT} [ DESC ] [ STORE $list ]
      SORT $numbers BY nosort ${LIMIT} [ DESC ] [ STORE $list ]
      SORT $numbers BY {t}string* ${LIMIT} [ STORE $list ]
      SORT $numbers BY {t}hash*->f1 ${LIMIT} [ DESC ] [ STORE $list ]
      SORT $zset ALPHA ${LIMIT} [ STORE $list ]
      SORT $lexset BY nosort [ DESC ] ${LIMIT}
      SORT $set ALPHA ${LIMIT} [ GET # ] [ STORE $list ]
      SORT $set
      SORT $any [ ALPHA ] [ DESC ] [ GET {t}string* ]
      SORT $list ALPHA GET {t}hash*->f1 GET #
      SORT_RO $list [ ALPHA ] ${LIMIT} [ STORE $list ]
      DEBUG DIGEST-VALUE ( $any )+
      RESTORE $any 0 $value [ REPLACE ]
    `,
    near: '4 ( TTL | PTTL | EXPIRETIME | PEXPIRETIME ) $any',
    items: '2 KEYS $glob',
    scan: 'SCAN 0 [ MATCH $glob ] COUNT 100000 [ TYPE $type ]',
    kind: '( MEMORY USAGE | OBJECT IDLETIME ) $any',
    rare: '( FLUSHDB | FLUSHALL ) [ SYNC | ASYNC | LATER ]',
  },
  connection: {
    exact: `
      PING [ $value ]
      ECHO $value
      SELECT $database
      CLIENT SETNAME ( $field | $value )
      CLIENT GETNAME
      CLIENT NO-EVICT ( on | off | maybe )
      UNWATCH
      DISCARD
      EXEC
      CLUSTER KEYSLOT $any
      COMMAND GETKEYS ( SET $string $value | MGET ( $any )+ | ZUNION 2 $zset $zset | SORT $list STORE $list | XREAD STREAMS $stream $id | PING )
      COMMAND GETKEYSANDFLAGS ( SET $string $value [ GET ] | ZUNIONSTORE $zset 2 $zset $zset | SORT $list STORE $list | $any $any )
      LATENCY LATEST
      WAIT 0 0
      PUBLISH $field $value
      SPUBLISH {t}channel $value
    `,
    pairs: 'CONFIG GET ( hash-max* | set-max-intset-entries | $value )+',
  },
  /** Between databases: outside of cluster mode. */
  databases: {
    exact: `
      3 MOVE $any $database
      3 COPY $any $any DB $database [ REPLACE ]
      SWAPDB $database $database
    `,
  },
} as const satisfies Readonly<Record<string, Family>>;

/** A key that is not there: what waits for it waits to the end. */
const NOTHING = '{t}none';

/** They answer at once, or wait a millisecond for nothing. Inside of a transaction none of them waits. */
export const BLOCKING = `
  ( BLPOP | BRPOP ) ( $list )+ 0.001
  BLMOVE $list $list ${END} ${END} 0.001
  BRPOPLPUSH $list $list 0.001
  BLMPOP 0.001 2 $list $list ${END} [ COUNT $count ]
  ( BZPOPMIN | BZPOPMAX ) ( $zset )+ 0.001
  BZMPOP 0.001 2 $zset $zset ( MIN | MAX ) [ COUNT $count ]
  XREAD [ COUNT $count ] BLOCK 1 STREAMS $stream $id
  XREADGROUP GROUP $group $consumer BLOCK 1 STREAMS $stream >
  BLPOP ${NOTHING} ( -1 | x | 0.001 | nan )
`;
