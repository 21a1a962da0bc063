/** The backlog keeps what Redis keeps (section 9.8). */
import { describe, expect, it } from 'vitest';
import { ReplicationBacklog } from '../../src/replication/backlog.js';
import { Random } from '../../src/time/random.js';

function readAll(backlog: ReplicationBacklog, offset: number): string {
  return backlog.readFrom(offset).join('');
}

describe('the backlog', () => {
  it('covers from its first byte to the one that is still to come', () => {
    const backlog = new ReplicationBacklog(() => 1024, 101);
    expect([100, 101, 102].map((offset) => backlog.covers(offset))).toEqual([false, true, false]);
    backlog.append('abc');
    expect([100, 101, 104, 105].map((offset) => backlog.covers(offset))).toEqual([false, true, true, false]);
    expect([101, 103, 104].map((offset) => readAll(backlog, offset))).toEqual(['abc', 'c', '']);
  });

  it('gives the end of the stream from any offset it covers', () => {
    const random = new Random(5);
    const backlog = new ReplicationBacklog(() => 40_000, 1);
    let stream = '';
    for (let round = 0; round < 400; round++) {
      const piece = String.fromCharCode(97 + random.below(26)).repeat(
        random.below(round % 50 === 0 ? 50_000 : 1500),
      );
      backlog.append(round % 2 === 0 ? piece : Buffer.from(piece));
      stream += piece;
      const offset = backlog.firstOffset + random.below(backlog.length + 1);
      expect(readAll(backlog, offset) === stream.slice(offset - 1)).toBe(true);
      expect(backlog.firstOffset + backlog.length).toBe(stream.length + 1);
    }
    expect(backlog.length).toBeGreaterThanOrEqual(40_000);
    expect(backlog.length).toBeLessThan(40_000 + 2 * 20_480);
  });

  it('keeps what a replica waits for, and drops it afterwards', () => {
    let neededFrom = 1001;
    const backlog = new ReplicationBacklog(
      () => 20_000,
      1,
      () => neededFrom,
    );
    for (let round = 0; round < 100; round++) backlog.append('x'.repeat(2000));
    expect(backlog.covers(1001)).toBe(true);
    expect(readAll(backlog, 1001)).toHaveLength(199_000);
    neededFrom = Number.POSITIVE_INFINITY;
    backlog.trim();
    expect(backlog.length).toBeLessThan(20_000 + 2 * 20_480);
  });

  it('becomes shorter when the directive does', () => {
    let size = 200_000;
    const backlog = new ReplicationBacklog(() => size, 1);
    backlog.append('x'.repeat(190_000));
    size = 20_000;
    backlog.trim();
    expect(backlog.length).toBeLessThan(20_000 + 2 * 20_480);
    expect(readAll(backlog, backlog.firstOffset)).toHaveLength(backlog.length);
  });
});
