/** Scripts and functions that take long, and what other clients may do meanwhile, on a real redis-server and on ours. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

const LIBRARY = `#!lua name=busy
redis.register_function{function_name = 'spin', callback = function() while true do end end, flags = {'no-writes'}}
redis.register_function('write', function(keys) redis.call('SET', keys[1], 'written') while true do end end)
redis.register_function('catch', function() while true do pcall(function() while true do end end) end end)`;

const TEXTS = {
  library: LIBRARY,
  spin: 'while true do end',
  catch: 'while true do pcall(function() while true do end end) end',
  write: "redis.call('SET', KEYS[1], 'written') while true do end",
  handled: 'while true do xpcall(function() while true do end end, function(e) return e end) end',
  coroutine: 'coroutine.wrap(function() while true do end end)()',
  resumed: 'local co = coroutine.create(function() while true do end end) return {coroutine.resume(co)}',
};

const CONFIG = { 'busy-reply-threshold': '20' };

function start(): Promise<Transcript> {
  return Transcript.start({ config: CONFIG, texts: TEXTS });
}

describeParity('a busy node', () => {
  it('refuses what other clients send, and is released by SCRIPT KILL', async () => {
    await using transcript = await start();
    await transcript.play(`
      c: PING
      o: PING
      m: MONITOR
      s: SUBSCRIBE channel
      o: SCRIPT KILL
      o: FUNCTION KILL
      o: FUNCTION STATS
      c: EVAL <text:spin> 0
      o: GET key
      o: PING
      o: EVAL return(1) 0
      o: FUNCTION STATS
      o: FUNCTION LIST
      o: FUNCTION KILL
      o: SCRIPT EXISTS x
      o: SCRIPT FLUSH
      o: SHUTDOWN
      o: SHUTDOWN SAVE
      o: CONFIG GET maxmemory
      o: CLIENT GETNAME
      o: INFO
      o: DEBUG SLEEP 0
      o: HELLO 2 AUTH default x
      o: AUTH x
      o: RESET
      o: QUIT
      o: close
      p: MULTI | GET key | DISCARD
      p: MULTI
      p: GET key
      p: EXEC
      p: WATCH key
      p: UNWATCH
      p: SELECT 1
      p: NOSUCH
      p: GET
      s: UNSUBSCRIBE channel
      s: PING
      p: SCRIPT KILL
      c: PING
      p: SCRIPT KILL
      p: GET key
      p: CONFIG RESETSTAT
    `);
  });

  it('is released however the script protects itself', async () => {
    await using transcript = await start();
    await transcript.play('o: PING');
    for (const text of ['catch', 'handled', 'coroutine', 'resumed'] as const) {
      await transcript.play(`
        c: EVAL <text:${text}> 0
        o: GET key
        o: SCRIPT KILL
        c: PING
      `);
    }
  });

  it('answers CLIENT LIST and INFO of what ran before and after', async () => {
    await using transcript = await start();
    await transcript.play(`
      c: PING
      o: PING
      o: CONFIG RESETSTAT
      c: EVAL <text:spin> 0
      o: GET key
      o: SCRIPT KILL
      c: GET key
    `);
    await transcript.list('o', ['name', 'flags', 'db', 'cmd', 'multi', 'sub', 'resp']);
    await transcript.fields('o', 'errorstats', ['errorstat_ERR', 'errorstat_UNKILLABLE']);
  });

  it('is released by FUNCTION KILL from a function', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: FUNCTION LOAD <text:library>
      c: PING
      c: FCALL spin 0 a b
      o: GET key
      o: FUNCTION STATS
      o: FUNCTION LIST
      o: FUNCTION DUMP
      o: FUNCTION FLUSH
      o: FUNCTION DELETE busy
      o: SCRIPT KILL
      o: FCALL spin 0
      o: FUNCTION KILL
      c: PING
      o: FUNCTION STATS
      c: FCALL_RO spin 0
      o: FUNCTION KILL
      c: FCALL catch 0
      o: FUNCTION KILL
      c: PING
    `);
  });

  it('cannot be released from what has written, but by its end', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: FUNCTION LOAD <text:library>
      c: PING
      c: FCALL write 1 key
      o: FUNCTION KILL
      o: SCRIPT KILL
      o: FUNCTION STATS
      o: SHUTDOWN NOSAVE NOW FORCE
    `);
  });

  it('ends by SHUTDOWN NOSAVE', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: PING
      p: PING
      c: EVAL <text:write> 1 key
      o: SCRIPT KILL
      o: FUNCTION KILL
      o: SHUTDOWN
      p: SHUTDOWN NOSAVE
    `);
  });

  it('keeps what a pipeline holds behind the script', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: PING
      c: SET key 1 | EVAL <text:spin> 0 | GET key | SET key 2
      o: GET key
      o: SCRIPT KILL
      c: GET key
    `);
  });

  it('runs a script of a transaction', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: PING
      c: MULTI | SET key 1 | EVAL <text:spin> 0 | GET key | EVAL <text:catch> 0 | INCR key | EXEC
      o: GET key
      o: FUNCTION STATS
      o: SCRIPT KILL
      o: GET key
      o: SCRIPT KILL
      c: GET key
    `);
  });

  it('lets the client of the script go', async () => {
    await using transcript = await start();
    await transcript.play(`
      o: PING
      c: PING
      d: PING
      c: EVAL <text:spin> 0
      o: CLIENT KILL ID <id:d>
      o: CLIENT KILL ID <id:c>
      o: SCRIPT KILL
      o: CLIENT KILL ID <id:c>
      o: PING
    `);
  });
});
