/** Each thread and process takes its ports from a part of its own: others do not find those of a stopped node free. */
import { describe, expect, it, vi } from 'vitest';
import { isListening, startFor } from './testkit.js';

const FIRST_PORT = 10_000;
const PART_SIZE = 200;

function guardOf(port: number): number {
  return port - ((port - FIRST_PORT) % PART_SIZE);
}

describe('the ports that a thread takes', () => {
  it('are of one part, which is guarded until its last cluster is stopped', async () => {
    const first = await startFor({ masters: 2, replicas: 0 });
    const second = await startFor({ masters: 2, replicas: 0 });
    const guards = new Set([...first.nodes, ...second.nodes].map(({ port }) => guardOf(port)));
    expect(guards.size).toBe(1);
    const [guard] = [...guards];
    await first.stop();
    expect(await isListening(guard!)).toBe(true);
    await second.stop();
    expect(await isListening(guard!)).toBe(false);
  });

  it('are of another part than those of other threads', async () => {
    const parts = new Set<number>();
    const back: (() => Promise<void>)[] = [];
    for (let thread = 0; thread < 3; thread++) {
      vi.resetModules();
      const { choosePort, giveBackPort } = await import('../../src/testkit/port-range.js');
      const ports = [await choosePort(1), await choosePort(1)];
      expect(ports[0]).not.toBe(ports[1]);
      expect(guardOf(ports[0]!)).toBe(guardOf(ports[1]!));
      parts.add(guardOf(ports[0]!));
      back.push(async () => {
        for (const port of ports) await giveBackPort(port);
      });
    }
    expect(parts.size).toBe(3);
    for (const giveBack of back) await giveBack();
  });
});
