/** The arguments of the stream commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const streamArguments: Readonly<Record<string, string>> = {
  xack: 'key:key#0 group id*',
  xadd: 'key:key#0 !NOMKSTREAM?@6.2.0 trim(strategy(!MAXLEN | !MINID@6.2.0) operator(equal="=" | approximately="~")? threshold LIMIT>count:int?@6.2.0)? id-selector(auto-id="*" | id) data(field value)*',
  'xadd 7.0':
    'key:key#0 !NOMKSTREAM?@6.2.0 trim(strategy(!MAXLEN | !MINID@6.2.0) operator(equal="=" | approximately="~")? threshold LIMIT>count:int?@6.2.0)? id_or_auto(auto_id="*" | id) field_value(field value)*',
  xautoclaim: 'key:key#0 group consumer min-idle-time start COUNT>count:int? !JUSTID?',
  xclaim:
    'key:key#0 group consumer min-idle-time id* IDLE>ms:int? TIME>unix-time-milliseconds:time? RETRYCOUNT>count:int? !FORCE? !JUSTID? LASTID>lastid?',
  'xclaim 7.0':
    'key:key#0 group consumer min-idle-time id* IDLE>ms:int? TIME>unix-time-milliseconds:time? RETRYCOUNT>count:int? !FORCE? !JUSTID? LASTID>id?',
  xdel: 'key:key#0 id*',
  'xgroup|create': 'key:key#0 group id-selector(id | new-id="$") !MKSTREAM? ENTRIESREAD>entries-read:int?',
  'xgroup|create 7.0': 'key:key#0 groupname id(id | new_id="$") !MKSTREAM? ENTRIESREAD>entries_read:int?',
  'xgroup|createconsumer': 'key:key#0 group consumer',
  'xgroup|createconsumer 7.0': 'key:key#0 groupname consumername',
  'xgroup|delconsumer': 'key:key#0 group consumer',
  'xgroup|delconsumer 7.0': 'key:key#0 groupname consumername',
  'xgroup|destroy': 'key:key#0 group',
  'xgroup|destroy 7.0': 'key:key#0 groupname',
  'xgroup|setid': 'key:key#0 group id-selector(id | new-id="$") ENTRIESREAD>entriesread:int/entries-read?',
  'xgroup|setid 7.0': 'key:key#0 groupname id(id | new_id="$") ENTRIESREAD>entries_read:int?',
  'xinfo|consumers': 'key:key#0 group',
  'xinfo|consumers 7.0': 'key:key#0 groupname',
  'xinfo|groups': 'key:key#0',
  'xinfo|stream': 'key:key#0 full-block(!FULL COUNT>count:int?)?',
  'xinfo|stream 7.0': 'key:key#0 FULL>full(COUNT>count:int?)?',
  xlen: 'key:key#0',
  xpending: 'key:key#0 group filters(IDLE>min-idle-time:int?@6.2.0 start end count:int consumer?)?',
  xrange: 'key:key#0 start end COUNT>count:int?',
  xread: 'COUNT>count:int? BLOCK>milliseconds:int? STREAMS>streams(key:key#0* id*)',
  xreadgroup:
    'GROUP>group-block(group consumer) COUNT>count:int? BLOCK>milliseconds:int? !NOACK? STREAMS>streams(key:key#0* id*)',
  'xreadgroup 7.0':
    'GROUP>group_consumer(group consumer) COUNT>count:int? BLOCK>milliseconds:int? !NOACK? STREAMS>streams(key:key#0* id*)',
  xrevrange: 'key:key#0 end start COUNT>count:int?',
  xsetid: 'key:key#0 last-id ENTRIESADDED>entries-added:int?@7.0.0 MAXDELETEDID>max-deleted-id?@7.0.0',
  'xsetid 7.0':
    'key:key#0 last-id ENTRIESADDED>entries_added:int?@7.0.0 MAXDELETEDID>max_deleted_entry_id?@7.0.0',
  xtrim:
    'key:key#0 trim(strategy(!MAXLEN | !MINID@6.2.0) operator(equal="=" | approximately="~")? threshold LIMIT>count:int?@6.2.0)',
};
