import { describe, expect, it } from 'vitest';
import {
  parseAddedId,
  parseIntervalEnd,
  parseIntervalStart,
  parseStreamId,
} from '../../../src/commands/stream/id-arguments.js';
import { keyPositionsOfRead } from '../../../src/commands/stream/read-arguments.js';
import { keyForNode } from '../../../src/index.js';
import {
  INVALID_INTERVAL_END,
  INVALID_INTERVAL_START,
  INVALID_STREAM_ID,
} from '../../../src/resp/errors/index.js';
import { MAX_STREAM_ID, streamId } from '../../../src/structures/stream-id.js';
import { START_TIME, startScenario } from '../../scenarios/scenario.js';

describe('stream IDs', () => {
  it.each([
    ['5-3', streamId(5n, 3n)],
    ['5', streamId(5n, 0n)],
    ['0-0', 0n],
    ['18446744073709551615-18446744073709551615', MAX_STREAM_ID],
    ['+5-+3', streamId(5n, 3n)],
    ['18446744073709551616', null],
    ['5-', null],
    ['-5', null],
    ['-', null],
    ['+', null],
    ['', null],
    ['5-3-1', null],
    [`${'0'.repeat(127)}5`, null],
  ])('%s', (text, id) => {
    expect(parseStreamId(text)).toBe(id);
  });

  it('of XADD may leave the sequence to the stream', () => {
    expect(parseAddedId('7-*')).toEqual({ kind: 'sequence', ms: 7n });
    expect(parseAddedId('7-1')).toEqual({ kind: 'given', id: streamId(7n, 1n) });
    expect(parseAddedId('7-1-*')).toBeNull();
    expect(parseAddedId('x-*')).toBeNull();
  });

  it('of intervals may be left out', () => {
    expect(parseIntervalStart('(5')).toBe(streamId(5n, 1n));
    expect(parseIntervalEnd('(5-0')).toBe(streamId(4n, 2n ** 64n - 1n));
    expect(parseIntervalEnd('5')).toBe(streamId(5n, 2n ** 64n - 1n));
    expect(parseIntervalStart(`(${MAX_STREAM_ID >> 64n}-${MAX_STREAM_ID >> 64n}`)).toBe(
      INVALID_INTERVAL_START,
    );
    expect(parseIntervalEnd('(0-0')).toBe(INVALID_INTERVAL_END);
    expect(parseIntervalStart('(-')).toBe(INVALID_STREAM_ID);
  });

  it('come behind the keys of XREAD, wherever else STREAMS is named', () => {
    const keysOf = keyPositionsOfRead;
    expect(keysOf(['XREAD', 'COUNT', '1', 'STREAMS', 'a', 'b', '0', '0'])).toEqual([4, 5]);
    expect(keysOf(['XREADGROUP', 'GROUP', 'streams', 'c', 'STREAMS', 'streams', '>'])).toEqual([5]);
    expect(keysOf(['XREAD', 'COUNT', 'streams', 'STREAMS', 'a', 'b', '0', '0'])).toEqual([4, 5]);
    expect(keysOf(['XREAD', 'STREAMS', 'a', 'b', '0'])).toEqual([]);
    expect(keysOf(['XREAD', 'BOGUS', 'STREAMS', 'a', '0'])).toEqual([]);
    expect(keysOf(['XREAD', 'STREAMS', 'a'])).toEqual([]);
  });
});

describe('streams on virtual time', () => {
  it('generate IDs of the time of the node, and count idle time by it', async () => {
    const cluster = await startScenario({ masters: 1 });
    const node = cluster.masters[0]!;
    const run = (...call: string[]): Promise<unknown> => node.command(...(call as [string]));
    const first = String(await run('XADD', 's', '*', 'f', 'v'));
    const started = Number(first.split('-')[0]);
    expect(started).toBeGreaterThanOrEqual(START_TIME);
    expect(await run('XADD', 's', '*', 'f', 'v')).toBe(`${started}-1`);
    await run('XGROUP', 'CREATE', 's', 'g', '0');
    await run('XREADGROUP', 'GROUP', 'g', 'alice', 'STREAMS', 's', '>');
    await cluster.advance('1h');
    const pending = (await run('XPENDING', 's', 'g', '-', '+', '1')) as unknown[][];
    expect(Number(pending[0]?.[2])).toBe(3_600_000);
    expect(await run('XCLAIM', 's', 'g', 'bob', '3600001', first, 'JUSTID')).toEqual([]);
    expect(await run('XCLAIM', 's', 'g', 'bob', '3600000', first, 'JUSTID')).toEqual([first]);
    expect(await run('XADD', 's', '*', 'f', 'v')).toBe(`${started + 3_600_000}-0`);
  });

  it('reach a replica with all their groups, by its first snapshot and by what follows', async () => {
    const cluster = await startScenario({ masters: 3, replicas: 1 });
    const master = cluster.masters.find((each) => each.replicas.length > 0)!;
    const replica = master.replicas[0]!;
    const key = keyForNode(master);
    const run = (...call: string[]): Promise<unknown> => master.command(...(call as [string]));
    for (let index = 0; index < 250; index++) await run('XADD', key, `${index + 1}-1`, 'f', `v${index}`);
    await run('XGROUP', 'CREATE', key, 'g', '0');
    await run('XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '10', 'STREAMS', key, '>');
    await run('XACK', key, 'g', '3-1');
    await cluster.advance('2s');
    await replica.command('READONLY');
    // How many entries a group has read is not replicated with what it reads: the rest is.
    for (const call of [
      ['XRANGE', key, '-', '+'],
      ['XPENDING', key, 'g', '-', '+', '100'],
      ['XINFO', 'STREAM', key],
    ] as const) {
      expect(await replica.command(...call)).toEqual(await master.command(...call));
    }
  });
});
