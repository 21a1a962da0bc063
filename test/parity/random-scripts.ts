/** Scripts that return made-up values, and send them through commands, from a seed. */
import { Random } from '../../src/time/random.js';

const NUMBERS = [
  '0',
  '-1',
  '3.7',
  '-0.5',
  '1e15',
  '1e17',
  '-2^63',
  '2^63',
  '0.1',
  '1/3',
  '100000000000000000000',
];
const TEXTS = ['""', '"text"', '"1"', '"a\\r\\nb"', '"\\0\\255"', '"-ERR x"', '"CODE y"'];
const MARKS = [
  'ok',
  'err',
  'double',
  'big_number',
  'map',
  'set',
  'verbatim_string',
  'format',
  'string',
  'other',
];

export function randomScripts(seed: number, count: number): string[] {
  const random = new Random(seed);
  const one = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const value = (depth: number): string => {
    switch (random.below(depth > 3 ? 4 : 8)) {
      case 0:
        return one(NUMBERS);
      case 1:
        return one(TEXTS);
      case 2:
        return one(['true', 'false', 'nil']);
      case 3:
        return one([
          'tostring',
          'coroutine.create(function() end)',
          'nosuch',
          'KEYS',
          'redis.pcall("INCR")',
          'redis.status_reply("S t")',
          'redis.error_reply("E t")',
        ]);
      case 4:
        // One entry: the order of more is not defined.
        return `{map = {[${one(['1', '"k"', 'true'])}] = ${value(depth + 1)}}}`;
      case 5:
        return `{${one(MARKS)} = ${value(depth + 1)}}`;
      case 6:
        return `{verbatim_string = {format = ${one(TEXTS)}, string = ${value(depth + 1)}}}`;
      default:
        return `{${Array.from({ length: random.below(4) }, () => value(depth + 1)).join(', ')}}`;
    }
  };
  return Array.from({ length: count }, () => {
    const protocol = one(['', 'redis.setresp(3) ', 'redis.setresp(2) ']);
    const script =
      random.below(3) === 0
        ? `redis.call("SET", KEYS[1], ${one([...NUMBERS, ...TEXTS])}) return {redis.call("GET", KEYS[1]), ${value(1)}}`
        : `return ${value(0)}`;
    return protocol + script;
  });
}
