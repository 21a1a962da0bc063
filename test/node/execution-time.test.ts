/** Time stands still for the commands of one execution (updateCachedTime and execution_nesting of server.c). */
import { expect, it } from 'vitest';
import { World } from './world.js';

/** The microseconds that two TIMEs in one transaction tell. */
function timesInTransaction(version: '7.0' | '7.2'): [string, string] {
  const machine = new World().start({ version });
  const reply = machine.ask('MULTI', 'TIME', 'TIME', 'EXEC');
  const [first = '', second = ''] = [...reply.matchAll(/\$\d+\r\n(\d+)\r\n\$\d+\r\n(\d+)/g)].map(
    ([, , microseconds]) => microseconds,
  );
  return [first, second];
}

it('TIME is the same in all of a transaction', () => {
  const [first, second] = timesInTransaction('7.2');
  expect(first).toMatch(/^\d+$/);
  expect(second).toBe(first);
});

it('TIME of 7.0 goes on', () => {
  const [first, second] = timesInTransaction('7.0');
  expect(Number(second)).toBeGreaterThan(Number(first));
});
