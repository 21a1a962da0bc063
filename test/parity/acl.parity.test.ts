// ACL SETUSER, GETUSER, LIST and the like against a real redis-server: rules and how they are shown.
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { type Call, callsOf, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

/** Of "secret". */
const HASH = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';

describeParity('ACL', () => {
  it('takes rules and shows them as Redis does', async () => {
    await using pair = await Pair.start();
    for (const rules of RULES.map(rulesOf)) {
      await pair.sameAll([
        ['ACL', 'DELUSER', 'u'],
        ['ACL', 'SETUSER', 'u', ...rules],
      ]);
      await sameUser(pair, 'u');
    }
    await pair.same(['ACL', 'DELUSER', 'u']);
    await pair.same(['ACL', 'SETUSER', 'all', 'allkeys', 'allchannels']);
    await pair.sameAll(BAD_RULES.map((rule): Call => ['ACL', 'SETUSER', 'u', rule]));
    await pair.sameAll(BAD_CALLS);
    await pair.sameAll(callsOf(CALLS));
    for (const call of callsOf(REQUIREPASS)) await pair.same(call, { normalise: withSortedRules });
  });

  it('answers in RESP3', async () => {
    await using pair = await Pair.start({ protocol: 3 });
    await pair.sameAll(callsOf(CALLS));
    for (const rules of STEPS.map(rulesOf)) {
      await pair.same(['ACL', 'SETUSER', 'u', ...rules]);
      await sameUser(pair, 'u');
    }
    await pair.sameAll(callsOf(PUBSUB_DEFAULT), { normalise: withSortedRules });
    await pair.sameAll(callsOf(CATEGORIES), { unordered: 'items' });
    await pair.sameAll(callsOf('COMMAND INFO acl'), { normalise: withSortedItems });
    await pair.same(['CONFIG', 'RESETSTAT']);
    for (const call of callsOf(REFUSED)) await pair.same(call);
    await pair.same(['ACL', 'LOG', '100'], { normalise: withoutTimes });
    await pair.same(['ACL', 'LOG', '2'], { normalise: withoutTimes });
    for (const call of SCRIPTS) await pair.same(call);
    await pair.same(['ACL', 'LOG', '5'], { normalise: withoutTimes });
    await pair.same(['INFO', 'commandstats'], { normalise: withoutTimes });
    await pair.same(['INFO', 'errorstats']);
    for (const bits of ['', '1', '5', '4096']) {
      const call = ['ACL', 'GENPASS', ...(bits === '' ? [] : [bits])];
      await pair.same(call, { normalise: ({ value }) => String(value).length });
    }
  });
});

async function sameUser(pair: Pair, name: string): Promise<void> {
  await pair.same(['ACL', 'GETUSER', name], { normalise: withSortedRules });
  await pair.same(['ACL', 'LIST'], { normalise: withSortedRules });
}

/** Before 7.2 single commands come in the order of a hash table. */
function withSortedRules(reply: TypedReply): unknown {
  return JSON.parse(JSON.stringify(reply), (_key, value: unknown) =>
    typeof value === 'string' && value.includes('@all') ? value.split(' ').toSorted() : value,
  );
}

/** Subcommands come in the order of a hash table. */
function withSortedItems(reply: TypedReply): unknown {
  return JSON.parse(JSON.stringify(reply), (_key, value: unknown) =>
    Array.isArray(value) ? value.map((item) => JSON.stringify(item)).toSorted() : value,
  );
}

/** What may differ in ACL LOG and INFO: times, places in memory, the connection. */
function withoutTimes(reply: TypedReply): unknown {
  let previous: unknown;
  return JSON.parse(JSON.stringify(reply), (key, value: unknown) => {
    if (key !== 'value' || typeof value !== 'string') return value;
    const isTime = /^(age-seconds|timestamp-.*)$/.test(String(previous));
    previous = value;
    if (isTime) return 'a time';
    return value
      .replace(/\b(id|addr|laddr|fd|age|idle|obl|qbuf-free|rbs|rbp|tot-mem)=\S+/g, '$1')
      .replace(/usec\w*=[\d.]+/g, '')
      .split('\r\n')
      .toSorted()
      .join();
  });
}

/** Rules are separated by spaces; a space within a rule is written as `_`. */
function rulesOf(line: string): string[] {
  if (line === '') return [];
  return line.split(' ').map((rule) => rule.replaceAll('_', ' ').replace('<hash>', HASH));
}

const BAD_CALLS: readonly Call[] = [
  ['ACL', 'SETUSER', 'all', '~a'],
  ['ACL', 'SETUSER', 'all', '%R~a'],
  ['ACL', 'SETUSER', 'all', '&a'],
  ['ACL', 'SETUSER', 'u', 'on', '+get', '(~a', '+set'],
  ['ACL', 'SETUSER', 'u', '(', '+get', '(~a', '+set)', ')'],
  ['ACL', 'SETUSER', 'u v'],
  ['ACL', 'SETUSER', 'u\0v'],
  ['ACL', 'SETUSER', 'u\tv'],
  ['ACL', 'SETUSER', ''],
  ['ACL', 'USERS'],
  ['ACL', 'LIST'],
  ['ACL', 'DELUSER', '', 'all'],
];

const RULES = [
  '',
  'on nopass ~* &* +@all',
  'ON NoPass AllKeys ALLCHANNELS ALLCOMMANDS',
  'on >secret >other >secret',
  'on #<hash> ~a:* ~b:* %R~c:* %W~d:* %RW~e:* %wr~f %r~g',
  'off nopass >secret nopass',
  'nopass resetpass',
  '>secret >other <secret',
  '>secret !<hash>',
  '~a ~b ~a resetkeys ~c',
  '%R~a %W~a %R~b ~b',
  '%RW~* %R',
  '&a &b &a resetchannels &c*',
  'skip-sanitize-payload',
  'skip-sanitize-payload sanitize-payload',
  '+get',
  '+GET +Set -get',
  '+@read',
  '+@read -get',
  '+@all -@dangerous',
  '+@all -@dangerous +keys',
  '+@all -get +get',
  '+@all -config|set',
  '+@all -config +config|get +config|GET',
  '+config|get +config|set',
  '+config|get +config',
  '+config -config|set +config|set -config',
  '-@all +client|id +client|setname',
  '+@string -@read',
  '+@read +@read -@write +@write',
  '+@hash +@set -@slow',
  '+@all -@write -@read +get',
  '+select|0',
  '+select|0 +select|1 +SELECT|0',
  '+select|0 +select',
  '+select +select|0',
  '+select|0 -select',
  '+select|0 +@all',
  '+@keyspace +@connection -@admin +@pubsub +@transaction',
  '+@all -@all',
  '+@all -@fast -@slow',
  '+@geo +@stream +@bitmap +@hyperloglog +@list +@sortedset',
  '+@blocking -blpop',
  'nocommands',
  '(~a_+get)',
  '(~a +get)',
  '( ~a +get &c ) +set',
  '() ( )',
  '(+@all_-get_~*) (%R~a_+@read_&*)',
  '(+get) clearselectors (+set)',
  '(+get) reset (+set)',
  'on >secret ~* &* +@all (+get) reset',
  'reset',
  '+ping +acl|whoami -hello +auth',
  '+@all -acl +acl|whoami',
];

const STEPS = [
  'on',
  '>secret',
  '+get +set ~a',
  '-get',
  '+@hash',
  '-hget',
  '~b (+get_~c)',
  '(+set_~d) &x',
  'clearselectors',
  '+@all',
  '-@admin -debug',
  '+config|get',
  'resetkeys allkeys resetchannels',
  'off nopass',
  '',
];

const BAD_RULES = [
  'foo',
  '+foo',
  '-foo',
  '+',
  '-',
  '@read',
  '+@foo',
  '-@foo',
  '+@',
  '+config|foo',
  '-config|foo',
  '+config|',
  '+get|',
  '-get|x',
  '+foo|bar',
  '+config|get|key',
  '+config|get|',
  '-select|0',
  '~a b',
  '~a\tb',
  '&a b',
  '%X~a',
  '%RR~a',
  '#abc',
  `#${HASH.toUpperCase()}`,
  `#${HASH}0`,
  '!abc',
  `!${HASH}`,
  '<secret',
  '(foo)',
  '(+foo)',
  '(on)',
  '(~* ~a)',
  '(>secret)',
  '(+get',
  ')',
  'on off',
  'Reset ',
];

const CALLS = `
  ACL
  ACL foo
  ACL whoami
  ACL WHOAMI x
  ACL users
  ACL list
  ACL GETUSER default
  ACL GETUSER nobody
  ACL SETUSER alice on >secret ~a:* +@all -@dangerous (%R~b_+get)
  ACL SETUSER bob
  ACL SETUSER Carol
  ACL USERS
  ACL DELUSER default
  ACL DELUSER alice default
  ACL DELUSER nobody
  ACL DELUSER bob nobody bob Carol
  ACL USERS
  ACL DELUSER
  ACL SETUSER
  ACL CAT
  ACL CAT foo
  ACL CAT @read
  ACL CAT read write
  ACL LOAD
  ACL SAVE
  ACL LOG
  ACL LOG reset
  ACL LOG -1
  ACL LOG x
  ACL LOG 1 2
  ACL GENPASS 0
  ACL GENPASS -1
  ACL GENPASS 4097
  ACL GENPASS x
  ACL GENPASS 1 2
  ACL DRYRUN nobody get a
  ACL DRYRUN default
  ACL DRYRUN default foo
  ACL DRYRUN default config
  ACL DRYRUN default config foo
  ACL DRYRUN default get
  ACL DRYRUN default get a
  ACL DRYRUN default config get a
`;

const CATEGORIES = [
  ...['keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog'],
  ...['geo', 'stream', 'pubsub', 'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection'],
  ...['transaction', 'scripting'],
]
  .map((category) => `ACL CAT ${category}`)
  .join('\n');

const REQUIREPASS = `
  CONFIG SET requirepass first
  PING
  AUTH second
  AUTH first
  ACL LIST
  CONFIG SET requirepass second
  ACL LIST
  AUTH first
  AUTH second
  AUTH default second
  ACL SETUSER default >third
  ACL LIST
  CONFIG GET requirepass
  AUTH third
  CONFIG SET requirepass ''
  ACL LIST
  AUTH x
  AUTH default x
  AUTH nobody x
  CONFIG GET requirepass
  ACL SETUSER default off
  ACL LIST
  AUTH default x
  PING
`;

const PUBSUB_DEFAULT = `
  CONFIG SET acl-pubsub-default allchannels
  ACL SETUSER a
  ACL SETUSER b resetchannels
  ACL SETUSER b reset
  ACL SETUSER b (+get)
  ACL LIST
  CONFIG SET acl-pubsub-default resetchannels
  ACL SETUSER c
  ACL SETUSER a reset
  ACL LIST
  ACL DELUSER a b c
`;

const SCRIPTS: readonly Call[] = [
  ['ACL', 'LOG', 'RESET'],
  [
    'ACL',
    'SETUSER',
    'lua',
    'on',
    'nopass',
    '~{a}*',
    '%R~{r}*',
    '-@all',
    '+@scripting',
    '+get',
    '+set',

    '+acl',
    '+@transaction',
  ],
  ['AUTH', 'lua', 'x'],
  ['EVAL', "return redis.call('get', KEYS[1])", 1, '{a}1'],
  ['EVAL', "return redis.call('get', KEYS[1])", 1, '{b}1'],
  ['EVAL', "return redis.call('set', KEYS[1], 1)", 1, '{r}1'],
  ['EVAL_RO', "return redis.call('get', KEYS[1])", 1, '{r}1'],
  ['EVAL', "return redis.call('get', '{b}1')", 0],
  ['EVAL', "return redis.call('del', KEYS[1])", 1, '{a}1'],
  ['EVAL', "return redis.pcall('set', '{r}1', 1)", 0],
  ['EVAL', "return {redis.acl_check_cmd('get', '{a}1'), redis.acl_check_cmd('set', '{r}1', 1)}", 0],
  ['EVAL', "return redis.acl_check_cmd('nosuch')", 0],
  ['EVAL', "return redis.call('get', '{b}1')", '1x', '{a}1'],
  ['EVAL', 'return 1', '1x', '{b}1'],
  ['MULTI'],
  ['EVAL', "return redis.call('get', '{b}1')", 0],
  ['ACL', 'SETUSER', 'lua', '-eval'],
  ['EVAL', 'return 1', 0],
  ['EXEC'],
  ['EVAL', 'return 1', 0],
  ['AUTH', 'default', 'x'],
];

const REFUSED = `
  ACL SETUSER alice on >secret +@all -keys ~a* resetchannels
  AUTH alice wrong
  AUTH alice secret
  CLIENT SETNAME me
  GET b
  GET b
  SET a 1 GET
  MGET a b
  KEYS *
  PUBLISH c m
  SPUBLISH c m
  MULTI
  GET b
  DISCARD
  MULTI
  KEYS *
  EXEC
  MULTI
  GET a
  SET a 2
  ACL SETUSER alice -get
  EXEC
  MULTI
  GET a
  DISCARD
  MULTI
  SET a 2
  ACL SETUSER alice resetkeys
  SET a 3
  EXEC
  AUTH nobody x
  HELLO 3 AUTH nobody x
  AUTH default x
  CLIENT SETNAME ''
`;
