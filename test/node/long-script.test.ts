/** Scripts that take long: the node is still until busy-reply-threshold, then refuses all but a few commands, and SCRIPT KILL ends what only reads. */
import { describe, expect, it } from 'vitest';
import { luaEngine } from '../../src/io/lua-interpreter.js';
import type { Reply } from '../../src/resp/reply.js';
import { encodeReply } from '../../src/resp/reply-encoder.js';
import { encodeRequest } from '../../src/resp/request-encoder.js';
import { type Client, World } from './world.js';

const ENDLESS = 'while true do end';
const COUNTING = 'local n = 0 for i = 1, 3000000 do n = n + 1 end return n';

/** A node whose scripts take a second of real time between two looks at the clock. */
function start(config: Record<string, string | number> = {}) {
  const world = new World();
  const node = world.start({ config });
  world.lookMs = 1000;
  return { world, node, script: node.connect(), other: node.connect() };
}

/** Runs a script. @returns what comes back at once. */
function evaluate(client: Client, source: string, ...keys: readonly string[]): string {
  client.sendBytes(encodeRequest(['EVAL', source, String(keys.length), ...keys]));
  return client.take();
}

describe('a long script', () => {
  it('holds up the node before the threshold, and makes it answer BUSY after it', () => {
    const { world, script, other } = start({ 'busy-reply-threshold': 8000 });
    expect(evaluate(script, COUNTING)).toBe('');
    expect(other.ask('PING')).toBe('');
    const answers: string[] = [];
    while (world.giveTurn()) answers.push(other.ask('GET key'));
    expect(answers.join('')).toContain('-BUSY Redis is busy running a script.');
    expect(script.take()).toContain(':3000000');
    expect(answers.join('').match(/BUSY/g)).toHaveLength(answers.length);
    expect(other.ask('GET key')).toBe('$-1\r\n');
  });

  it('is killed by SCRIPT KILL, whatever it catches', () => {
    for (const source of [
      ENDLESS,
      'while true do pcall(function() end) end',
      'while true do pcall(function() while true do end end) end',
      'local function f() while true do redis.call("PING") end end while true do pcall(f) end',
      'while true do xpcall(function() while true do end end, function() end) end',
      'coroutine.wrap(function() while true do pcall(error) end end)()',
      'pcall(pcall, function() while true do end end) while true do end',
    ]) {
      const { world, script, other } = start({ 'busy-reply-threshold': 1 });
      evaluate(script, source);
      world.giveTurn();
      expect(other.ask('SCRIPT KILL')).toBe('+OK\r\n');
      for (let turn = 0; turn < 5 && world.giveTurn(); turn++);
      expect(script.take()).toMatch(/^-ERR Script killed by user with SCRIPT KILL/);
      expect(other.ask('SCRIPT KILL')).toMatch(/^-NOTBUSY/);
      expect(script.ask('PING')).toBe('+PONG\r\n');
    }
  });

  it.each([
    'table.sort({ 1, 2, 3 }, function() while true do end end)',
    'table.sort({ 1, 2, 3 }, function() while true do pcall(function() while true do end end) end end)',
    'for x in function() while true do end end do end',
    'string.gsub("a", ".", function() while true do end end)',
    'setmetatable({}, { __index = function() while true do end end }).x = ({}).y .. setmetatable({}, { __concat = function() while true do end end })',
  ])('is ended where it cannot be left: %s', (source) => {
    const { script } = start();
    expect(evaluate(script, source)).toMatch(/^-ERR Script ended: it ran for 10 s where nothing else/);
    expect(script.ask('PING')).toBe('+PONG\r\n');
  });

  it('runs to its end in a transaction, and what follows after it', () => {
    const { world, script, other } = start({ 'busy-reply-threshold': 1 });
    script.send('MULTI', 'SET key 1');
    script.sendBytes(encodeRequest(['EVAL', COUNTING, '0']));
    script.send('INCR key');
    script.sendBytes(encodeRequest(['EVAL', `${COUNTING} + redis.call("GET", KEYS[1])`, '1', 'key']));
    script.send('INCR key', 'EXEC', 'GET key');
    const answers: string[] = [];
    while (world.giveTurn()) answers.push(other.ask('GET key'));
    expect(answers.length).toBeGreaterThan(2);
    expect(answers.slice(0, -1).every((answer) => answer.startsWith('-BUSY'))).toBe(true);
    expect(script.take()).toMatch(/\*5\r\n\+OK\r\n:3000000\r\n:2\r\n:3000002\r\n:3\r\n\$1\r\n3\r\n$/);
    expect(answers.at(-1)).toBe('$1\r\n3\r\n');
  });

  it.each([
    ['return {pcall(function(...) WORK return n, ... end, "a", "b")}', [1, 5000050000, 'a', 'b']],
    ['return {pcall(function() WORK error("text") end)}', [null, 'user_script:1: text']],
    ['return {pcall(function() WORK error({err = "A text"}) end)}', [null, 'A text']],
    ['return {pcall(pcall, function() WORK return 5 end)}', [1, 1, 5]],
    ['return {pcall(function() return pcall(function() WORK WORK return 5 end) end)}', [1, 1, 5]],
    ['return {xpcall(function() WORK return 6, 7 end, error)}', [1, 6, 7]],
    [
      'return {xpcall(function() WORK error("t") end, function(e) return "h " .. e end)}',
      [null, 'h user_script:1: t'],
    ],
    [
      'local f = coroutine.wrap(function(a) WORK local b = coroutine.yield(a + 1) WORK return b * 2 end) return {f(1), f(5)}',
      [2, 10],
    ],
    [
      'local co = coroutine.create(function() WORK coroutine.yield(1) WORK error("late") end) return {select(2, coroutine.resume(co)), coroutine.status(co), select(2, coroutine.resume(co))}',
      [1, 'suspended', 'user_script:1: late'],
    ],
    ['return {pcall(coroutine.wrap(function() WORK return 8 end))}', [1, 8]],
    ['return {pcall(coroutine.wrap(function() WORK error("t") end))}', [null, 'user_script:1: t']],
    [
      'return {pcall(function() local x = coroutine.wrap(function() WORK error("t") end)() end)}',
      [null, 'user_script:1: user_script:1: t'],
    ],
    [
      'local f = coroutine.wrap(function() pcall(function() WORK end) coroutine.yield(redis.call("INCR", KEYS[1])) end) return f()',
      1,
    ],
    [
      'local t = {} for v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do WORK t[v] = v end return t',
      [1, 2, 3],
    ],
  ] as const)('that is left again and again goes on: %s', (source, result) => {
    const { world, script } = start({ 'busy-reply-threshold': 1 });
    const work = 'local n = 0 for i = 1, 100000 do n = n + i end';
    evaluate(script, source.replaceAll('WORK', work), 'key');
    let turns = 0;
    while (world.giveTurn()) turns++;
    expect(turns).toBeGreaterThan(0);
    expect(script.take()).toBe(encodeReply(result as Reply, 2, '7.2'));
  });

  it('that fails after it was left says where', () => {
    const { world, script } = start({ 'busy-reply-threshold': 1 });
    evaluate(
      script,
      `local f = coroutine.wrap(function() ${COUNTING.replace('return n', 'error("t")')} end)\nlocal x = f() return x`,
    );
    while (world.giveTurn());
    expect(script.take()).toMatch(
      /^-ERR user_script:2: user_script:1: t script: \w{40}, on @user_script:2\.\r\n$/,
    );
  });

  it('that has written can only be ended with the node', () => {
    const { world, node, script, other } = start({ 'busy-reply-threshold': 1 });
    evaluate(script, 'redis.call("SET", KEYS[1], 1) while true do end', 'key');
    world.giveTurn();
    expect(other.ask('SCRIPT KILL')).toMatch(/^-UNKILLABLE Sorry/);
    expect(other.ask('SHUTDOWN')).toMatch(/^-BUSY/);
    other.ask('SHUTDOWN NOSAVE');
    world.pass(1000);
    expect(node.process.isRunning).toBe(false);
    expect(world.giveTurn()).toBe(true);
    expect(world.giveTurn()).toBe(false);
  });

  it('lets no timer run and no time pass before its end', () => {
    const { world, script, other } = start({ 'busy-reply-threshold': 1 });
    other.ask('SET key value PX 50');
    evaluate(script, COUNTING.replace('return n', 'return redis.call("GET", KEYS[1])'), 'key');
    world.pass(1000);
    while (world.giveTurn());
    expect(script.take()).toBe('$5\r\nvalue\r\n');
    expect(other.ask('GET key')).toBe('$-1\r\n');
  });

  it('goes on when its client has left', () => {
    const { world, script, other } = start({ 'busy-reply-threshold': 1 });
    evaluate(script, COUNTING.replace('return n', 'return redis.call("SET", KEYS[1], n)'), 'key');
    script.leave();
    while (world.giveTurn());
    expect(other.ask('GET key')).toBe('$7\r\n3000000\r\n');
  });

  it('is refused as a part of what follows MULTI', () => {
    const { world, script, other } = start({ 'busy-reply-threshold': 1 });
    evaluate(script, COUNTING);
    world.giveTurn();
    expect(other.ask('MULTI', 'SET key 1', 'EXEC')).toMatch(/^\+OK\r\n-BUSY .*\r\n-EXECABORT/);
    while (world.giveTurn());
    expect(script.take()).toBe(':3000000\r\n');
  });
});

it('nodes that end leave no Lua state behind', () => {
  const engine = luaEngine();
  const before = engine.stateCount;
  for (let round = 0; round < 50; round++) {
    const world = new World();
    const node = world.start();
    expect(evaluate(node.connect(), 'return redis.call("SET", KEYS[1], 1)', 'key')).toBe('+OK\r\n');
    expect(engine.stateCount).toBe(before + 1);
    node.process.kill();
    expect(engine.stateCount).toBe(before);
  }
});
