/** The arguments of the generic commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const genericArguments: Readonly<Record<string, string>> = {
  copy: 'source:key#0 destination:key#1 DB>destination-db:int? !REPLACE?',
  del: 'key:key#0*',
  dump: 'key:key#0',
  exists: 'key:key#0*',
  expire: 'key:key#0 seconds:int condition(!NX | !XX | !GT | !LT)?@7.0.0',
  expireat: 'key:key#0 unix-time-seconds:time condition(!NX | !XX | !GT | !LT)?@7.0.0',
  expiretime: 'key:key#0',
  keys: 'pattern:pattern',
  migrate:
    'host port:int key-selector(key:key#0 | empty-string="") destination-db:int timeout:int !COPY?@3.0.0 !REPLACE?@3.0.0 authentication(AUTH>auth/password@4.0.7 | AUTH2>auth2(username password)@6.0.0)? KEYS>keys:key#1/key?*@3.0.6',
  'migrate 7.0':
    'host port:int key_or_empty_string(key:key#0 | empty_string="") destination-db:int timeout:int !COPY?@3.0.0 !REPLACE?@3.0.0 authentication(AUTH>password?@4.0.7 | AUTH2>username_password(username password)?@6.0.0)? KEYS>key:key#1?*@3.0.6',
  move: 'key:key#0 db:int',
  'object|encoding': 'key:key#0',
  'object|freq': 'key:key#0',
  'object|idletime': 'key:key#0',
  'object|refcount': 'key:key#0',
  persist: 'key:key#0',
  pexpire: 'key:key#0 milliseconds:int condition(!NX | !XX | !GT | !LT)?@7.0.0',
  pexpireat: 'key:key#0 unix-time-milliseconds:time condition(!NX | !XX | !GT | !LT)?@7.0.0',
  pexpiretime: 'key:key#0',
  pttl: 'key:key#0',
  rename: 'key:key#0 newkey:key#1',
  renamenx: 'key:key#0 newkey:key#1',
  restore:
    'key:key#0 ttl:int serialized-value !REPLACE?@3.0.0 !ABSTTL?@5.0.0 IDLETIME>seconds:int?@5.0.0 FREQ>frequency:int?@5.0.0',
  scan: 'cursor:int MATCH>pattern:pattern? COUNT>count:int? TYPE>type?@6.0.0',
  sort: 'key:key#0 BY>by-pattern:pattern#1/pattern? LIMIT>limit(offset:int count:int)? GET>get-pattern:pattern#1/pattern?+ order(!ASC | !DESC)? sorting=ALPHA? STORE>destination:key#2?',
  'sort 7.0':
    'key:key#0 BY>pattern:pattern#1? LIMIT>offset_count(offset:int count:int)? GET>pattern:pattern#1?+ order(!ASC | !DESC)? sorting=ALPHA? STORE>destination:key#2?',
  sort_ro:
    'key:key#0 BY>by-pattern:pattern#1/pattern? LIMIT>limit(offset:int count:int)? GET>get-pattern:pattern#1/pattern?+ order(!ASC | !DESC)? sorting=ALPHA?',
  'sort_ro 7.0':
    'key:key#0 BY>pattern:pattern#1? LIMIT>offset_count(offset:int count:int)? GET>pattern:pattern#1?+ order(!ASC | !DESC)? sorting=ALPHA?',
  touch: 'key:key#0*',
  ttl: 'key:key#0',
  type: 'key:key#0',
  unlink: 'key:key#0*',
  wait: 'numreplicas:int timeout:int',
  waitaof: 'numlocal:int numreplicas:int timeout:int',
};
