/** The arguments of the sorted-set commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const sortedSetArguments: Readonly<Record<string, string>> = {
  bzmpop: 'timeout:double numkeys:int key:key#0* where(!MIN | !MAX) COUNT>count:int?',
  bzpopmax: 'key:key#0* timeout:double',
  bzpopmin: 'key:key#0* timeout:double',
  zadd: 'key:key#0 condition(!NX | !XX)?@3.0.2 comparison(!GT | !LT)?@6.2.0 change=CH?@3.0.2 increment=INCR?@3.0.2 data(score:double member)*',
  'zadd 7.0':
    'key:key#0 condition(!NX | !XX)?@3.0.2 comparison(!GT | !LT)?@6.2.0 change=CH?@3.0.2 increment=INCR?@3.0.2 score_member(score:double member)*',
  zcard: 'key:key#0',
  zcount: 'key:key#0 min:double max:double',
  zdiff: 'numkeys:int key:key#0* !WITHSCORES?',
  zdiffstore: 'destination:key#0 numkeys:int key:key#1*',
  zincrby: 'key:key#0 increment:int member',
  zinter: 'numkeys:int key:key#0* WEIGHTS>weight:int?* AGGREGATE>aggregate(!SUM | !MIN | !MAX)? !WITHSCORES?',
  zintercard: 'numkeys:int key:key#0* LIMIT>limit:int?',
  zinterstore:
    'destination:key#0 numkeys:int key:key#1* WEIGHTS>weight:int?* AGGREGATE>aggregate(!SUM | !MIN | !MAX)?',
  zlexcount: 'key:key#0 min max',
  zmpop: 'numkeys:int key:key#0* where(!MIN | !MAX) COUNT>count:int?',
  zmscore: 'key:key#0 member*',
  zpopmax: 'key:key#0 count:int?',
  zpopmin: 'key:key#0 count:int?',
  zrandmember: 'key:key#0 options(count:int !WITHSCORES?)?',
  zrange:
    'key:key#0 start stop sortby(!BYSCORE | !BYLEX)?@6.2.0 !REV?@6.2.0 LIMIT>limit(offset:int count:int)?@6.2.0 !WITHSCORES?',
  'zrange 7.0':
    'key:key#0 start stop sortby(!BYSCORE | !BYLEX)?@6.2.0 !REV?@6.2.0 LIMIT>offset_count(offset:int count:int)?@6.2.0 !WITHSCORES?',
  zrangebylex: 'key:key#0 min max LIMIT>limit(offset:int count:int)?',
  'zrangebylex 7.0': 'key:key#0 min max LIMIT>offset_count(offset:int count:int)?',
  zrangebyscore: 'key:key#0 min:double max:double !WITHSCORES?@2.0.0 LIMIT>limit(offset:int count:int)?',
  'zrangebyscore 7.0':
    'key:key#0 min:double max:double !WITHSCORES?@2.0.0 LIMIT>offset_count(offset:int count:int)?',
  zrangestore:
    'dst:key#0 src:key#1 min max sortby(!BYSCORE | !BYLEX)? !REV? LIMIT>limit(offset:int count:int)?',
  'zrangestore 7.0':
    'dst:key#0 src:key#1 min max sortby(!BYSCORE | !BYLEX)? !REV? LIMIT>offset_count(offset:int count:int)?',
  zrank: 'key:key#0 member !WITHSCORE?',
  'zrank 7.0': 'key:key#0 member',
  zrem: 'key:key#0 member*',
  zremrangebylex: 'key:key#0 min max',
  zremrangebyrank: 'key:key#0 start:int stop:int',
  zremrangebyscore: 'key:key#0 min:double max:double',
  zrevrange: 'key:key#0 start:int stop:int !WITHSCORES?',
  zrevrangebylex: 'key:key#0 max min LIMIT>limit(offset:int count:int)?',
  'zrevrangebylex 7.0': 'key:key#0 max min LIMIT>offset_count(offset:int count:int)?',
  zrevrangebyscore: 'key:key#0 max:double min:double !WITHSCORES? LIMIT>limit(offset:int count:int)?',
  'zrevrangebyscore 7.0':
    'key:key#0 max:double min:double !WITHSCORES? LIMIT>offset_count(offset:int count:int)?',
  zrevrank: 'key:key#0 member !WITHSCORE?',
  'zrevrank 7.0': 'key:key#0 member',
  zscan: 'key:key#0 cursor:int MATCH>pattern:pattern? COUNT>count:int?',
  zscore: 'key:key#0 member',
  zunion: 'numkeys:int key:key#0* WEIGHTS>weight:int?* AGGREGATE>aggregate(!SUM | !MIN | !MAX)? !WITHSCORES?',
  zunionstore:
    'destination:key#0 numkeys:int key:key#1* WEIGHTS>weight:int?* AGGREGATE>aggregate(!SUM | !MIN | !MAX)?',
};
