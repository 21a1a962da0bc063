/** Scripts that take long: the node is still until busy-reply-threshold, then refuses all but a few commands, and SCRIPT KILL ends what only reads. */
import { describe, expect, it } from 'vitest';
import { luaEngine } from '../../src/io/lua-interpreter.js';
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
    'while true do xpcall(function() while true do end end, function() end) end',
    'coroutine.wrap(function() while true do end end)()',
    'for x in function() while true do end end do end',
    'string.gsub("a", ".", function() while true do end end)',
    'setmetatable({}, { __index = function() while true do end end }).x = ({}).y .. setmetatable({}, { __concat = function() while true do end end })',
  ])('is ended where it cannot be left: %s', (source) => {
    const { script } = start();
    expect(evaluate(script, source)).toMatch(/^-ERR Script ended: it ran for 10 s where nothing else/);
    expect(script.ask('PING')).toBe('+PONG\r\n');
  });

  it('is ended in a transaction, which cannot be left either', () => {
    const { script } = start();
    script.send('MULTI');
    script.sendBytes(encodeRequest(['EVAL', ENDLESS, '0']));
    script.send('INCR key', 'EXEC');
    expect(script.take()).toMatch(/\*2\r\n-ERR Script ended: .*\r\n:1\r\n$/);
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
