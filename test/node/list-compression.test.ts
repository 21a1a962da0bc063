/** What list-compress-depth saves. */
import { expect, it } from 'vitest';
import { World } from './world.js';

function memoryUsage(depth: number): number {
  const machine = new World().start({
    config: { 'list-compress-depth': depth, 'list-max-listpack-size': 2 },
  });
  for (let element = 0; element < 10; element++) machine.ask(`RPUSH list ${'x'.repeat(500)}`);
  return Number(machine.ask('MEMORY USAGE list').slice(1));
}

it('MEMORY USAGE counts nodes far from both ends as compressed', () => {
  // Five nodes; of each depth one pair more at the ends is whole.
  const [none, one, two, three] = [0, 1, 2, 3].map(memoryUsage);
  expect(one).toBeLessThan(two! - 1500);
  expect(two).toBeLessThan(none! - 800);
  expect(three).toBe(none);
});
