/** nodes.conf: what is written, what is read back, and that a malformed file is always named as such. */
import { describe, expect, it } from 'vitest';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { CorruptNodesConfError, readNodesConf, writeNodesConf } from '../../src/cluster/nodes-conf.js';
import { Random } from '../../src/time/random.js';
import { addNode, assignRange, becomeReplicaOf, FakeHost, fakeLink, fakeState, NOW_MS } from './fake-host.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const SHARD = '5'.repeat(40);
const MYSELF = `${A} 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5`;

const read = (text: string, config = {}) => readNodesConf(text, new FakeHost(config));

/** The line that is quoted, or null when the file is read. */
function corruptLine(text: string): string | null {
  try {
    read(text);
    return null;
  } catch (error) {
    if (error instanceof CorruptNodesConfError) return error.line;
    throw error;
  }
}

describe('writing', () => {
  it('writes what Redis 7.2 writes', () => {
    const state = fakeState();
    const other = addNode(state, 1);
    const replica = addNode(state, 2, other);
    assignRange(state, state.myself, 0, 8000);
    assignRange(state, other, 8001, 16383);
    other.configEpoch = 2;
    other.pongReceivedMs = 1_795_332_472_330;
    other.link = fakeLink(other, false);
    replica.hostname = 'host-a.example';
    replica.nodename = 'nameA';
    replica.tlsPort = 8002;
    state.currentEpoch = 5;
    state.lastVoteEpoch = 4;
    expect(writeNodesConf(state)).toBe(
      [
        `${'0'.repeat(40)} 127.0.0.1:7000@17000,,tls-port=0,shard-id=${A} myself,master - 0 0 0 connected 0-8000`,
        `${'1'.repeat(40)} 127.0.0.1:7001@17001,,tls-port=0,shard-id=${B} master - 0 1795332472330 2 connected 8001-16383`,
        `${'2'.repeat(40)} 127.0.0.1:7002@17002,host-a.example,tls-port=8002,nodename=nameA,shard-id=${B} slave ${'1'.repeat(40)} 0 0 2 disconnected`,
        'vars currentEpoch 5 lastVoteEpoch 4\n',
      ].join('\n'),
    );
  });

  it('writes the short form of Redis 7.0', () => {
    const state = fakeState();
    state.myself.hostname = 'host-a.example';
    const other = addNode(state, 1);
    other.tlsPort = 8001;
    expect(writeNodesConf(state, '7.0').split('\n').slice(0, 2)).toEqual([
      `${'0'.repeat(40)} 127.0.0.1:7000@17000,host-a.example myself,master - 0 0 0 connected`,
      `${'1'.repeat(40)} 127.0.0.1:7001@17001 master - 0 0 0 disconnected`,
    ]);
    (state.host as FakeHost).config['tls-cluster'] = true;
    expect(writeNodesConf(state, '7.0')).toContain(' 127.0.0.1:8001@17001 ');
  });

  it('leaves out handshakes and shows open slots on its own line only', () => {
    const state = fakeState();
    const other = addNode(state, 1);
    const stranger = addNode(state, 2);
    stranger.flags = NodeFlag.HANDSHAKE;
    state.slots.migratingTo.set(77, other);
    state.slots.importingFrom.set(5, other);
    expect(writeNodesConf(state, '7.0')).toBe(
      `${'0'.repeat(40)} 127.0.0.1:7000@17000 myself,master - 0 0 0 connected [5-<-${'1'.repeat(40)}] [77->-${'1'.repeat(40)}]\n` +
        `${'1'.repeat(40)} 127.0.0.1:7001@17001 master - 0 0 0 disconnected\n` +
        'vars currentEpoch 0 lastVoteEpoch 0\n',
    );
  });
});

describe('reading', () => {
  it('gives back what was written', () => {
    const state = fakeState();
    const other = addNode(state, 1);
    const third = addNode(state, 2);
    addNode(state, 3, third);
    becomeReplicaOf(state, other);
    assignRange(state, other, 0, 100);
    assignRange(state, third, 200, 200);
    assignRange(state, other, 300, 16383);
    other.configEpoch = 7;
    third.configEpoch = 9;
    third.flags |= NodeFlag.FAIL | NodeFlag.NOFAILOVER;
    third.nodename = 'third';
    third.hostname = 'third.example';
    third.tlsPort = 9002;
    state.currentEpoch = 12;
    state.lastVoteEpoch = 11;
    for (const version of ['7.0', '7.2'] as const) {
      const text = writeNodesConf(state, version);
      const copy = read(text);
      expect(writeNodesConf(copy, version)).toBe(text);
      expect(copy.myself.replicaOf?.replicas).toEqual([copy.myself]);
      expect(copy.slots.ownerOf(200)?.id).toBe(third.id);
    }
  });

  it('takes the captured line of Redis 7.2 apart', () => {
    const id = '19bb'.repeat(10);
    const text = `${id} 10.1.2.3:31001@41001,name.example,tls-port=31002,nodename=n-1,shard-id=${SHARD} myself,master - 0 1795332472330 2 connected 8001-16383\nvars currentEpoch 2 lastVoteEpoch 1\n`;
    const { myself, currentEpoch, lastVoteEpoch } = read(text);
    expect(myself).toMatchObject({
      id,
      ip: '10.1.2.3',
      port: 31001,
      tlsPort: 31002,
      busPort: 41001,
      hostname: 'name.example',
      nodename: 'n-1',
      shardId: SHARD,
      configEpoch: 2,
      pingSentMs: 0,
      pongReceivedMs: NOW_MS,
    });
    expect(myself.slots.ranges).toEqual([[8001, 16383]]);
    expect([currentEpoch, lastVoteEpoch]).toEqual([2, 1]);
  });

  it('knows which port a file without named ports means', () => {
    expect(read(MYSELF).myself).toMatchObject({ port: 7000, tlsPort: 0 });
    expect(read(MYSELF, { 'tls-cluster': true }).myself).toMatchObject({ port: 0, tlsPort: 7000 });
    const withoutBusPort = MYSELF.replace('@17000', '');
    expect(read(withoutBusPort).myself.busPort).toBe(17000);
    const both = MYSELF.replace('@17000', '@1,,tcp-port=3,tls-port=4');
    expect(read(both).myself).toMatchObject({ port: 3, tlsPort: 4, busPort: 1 });
    const tlsFirst = MYSELF.replace('@17000', '@1,,tcp-port=3');
    expect(read(tlsFirst).myself).toMatchObject({ port: 3, tlsPort: 7000 });
  });

  it('reads an IPv6 address up to the last colon', () => {
    const { myself } = read(MYSELF.replace('127.0.0.1', '2001:db8::1'));
    expect(myself).toMatchObject({ ip: '2001:db8::1', port: 7000 });
  });

  it('makes nodes for ids that have no line of their own', () => {
    const state = read(`${A} :0@0 myself,slave ${B} 0 0 1 connected [7-<-${C}]\n`);
    expect(state.myself.replicaOf?.id).toBe(B);
    expect(state.nodes.get(C)?.flags).toBe(0);
    expect(state.slots.importingFrom.get(7)?.id).toBe(C);
  });

  it('puts replicas of a file without shard ids into the shard of their master', () => {
    const state = read(`${B} :0@0 slave ${A} 0 0 1 connected\n${MYSELF}\n`);
    expect(state.nodes.get(B)?.shardId).toBe(state.myself.shardId);
  });

  it('keeps the epoch of a replica at 0 and raises currentEpoch to the greatest one', () => {
    const state = read(
      `${MYSELF}\n${B} :0@0 slave ${A} 0 0 9 connected\n${C} :0@0 master - 0 0 8 connected\n`,
    );
    expect(state.nodes.get(B)?.configEpoch).toBe(0);
    expect(state.currentEpoch).toBe(8);
  });

  it('notes the time of a FAIL flag, and takes flags in any case', () => {
    const state = read(`${MYSELF}\n${B} :0@0 MASTER,fail - 1 1 0 connected\n`);
    expect(state.nodes.get(B)).toMatchObject({ failTimeMs: NOW_MS, pingSentMs: NOW_MS });
    expect(state.nodes.get(B)?.isMaster).toBe(true);
  });

  it('understands quoted tokens', () => {
    const quoted = MYSELF.replace('127.0.0.1:7000@17000', '"127.0.0.1:\\x37000@17000"');
    expect(read(quoted).myself.port).toBe(7000);
  });

  it('skips blank lines and unknown variables, which it logs', () => {
    const host = new FakeHost();
    const state = readNodesConf(`\n${MYSELF}\n\n\nvars bogus 1 CURRENTEPOCH 12x\n`, host);
    expect(state.currentEpoch).toBe(12);
    expect(host.logs).toEqual([
      "Skipping unknown cluster config variable 'bogus'",
      `Node configuration loaded, I'm ${A}`,
    ]);
  });

  it('gives a slot that is written twice to the first node', () => {
    const state = read(`${MYSELF}\n${B} :0@0 master - 0 0 0 connected 5-6 6 9-8\n`);
    expect(state.slots.ownerOf(5)).toBe(state.myself);
    expect(state.nodes.get(B)?.slots.ranges).toEqual([[6, 6]]);
  });
});

describe('a corrupt file', () => {
  const other = `${B} 127.0.0.1:7001@17001 master - 0 0 0 connected`;

  it.each([
    ['too few fields', `${B} :0@0 master - 0 0 0`],
    ['an unbalanced quote', `"${other}`],
    ['white space only', ' \t'],
    ['a short id', other.replace('b', '')],
    ['an id in upper case', other.toUpperCase()],
    ['no colon in the address', other.replace('127.0.0.1:7001', '127.0.0.1')],
    ['a field that is no pair', other.replace('@17001', '@17001,,bogus')],
    ['a field with two equal signs', other.replace('@17001', '@17001,,nodename=a=b')],
    ['an unknown field', other.replace('@17001', '@17001,,bogus=1')],
    ['an empty field', other.replace('@17001', '@17001,,')],
    ['a forbidden character in a field', other.replace('@17001', '@17001,,nodename=a@b')],
    ['a bad shard id', other.replace('@17001', '@17001,,shard-id=1')],
    ['a port out of range', other.replace('@17001', '@17001,,tls-port=65536')],
    ['a port of six digits', other.replace('@17001', '@17001,,tcp-port=000001')],
    ['a second myself', other.replace('master', 'myself,master')],
    ['an unknown flag', other.replace('master', 'master,bogus')],
    ['a bad master id', other.replace(' - ', ' x ')],
    ['a node that is its own master', other.replace(' - ', ` ${B} `)],
    ['a slot out of range', `${other} 16384`],
    ['a range out of range', `${other} 0-16384`],
    ['an open slot without arrow', `${other} [5]`],
    ['an open slot out of range', `${other} [16384->-${A}]`],
    ['an open slot without bracket', `${other} [5->-${A}`],
    ['an open slot with a bad id', `${other} [5->-x]`],
    ['variables without value', 'vars currentEpoch'],
  ])('is known by %s', (_what, line) => {
    expect(corruptLine(`${MYSELF}\n${line}\n`)).toBe(`${line}\n`);
  });

  it('is one without myself: the last line is quoted', () => {
    expect(corruptLine(`${other}\nvars currentEpoch 1 lastVoteEpoch 0\n`)).toBe(
      'vars currentEpoch 1 lastVoteEpoch 0\n',
    );
    expect(corruptLine('')).toBe('');
  });

  it('is one in which a replica and its master are of different shards', () => {
    const master = MYSELF.replace('@17000', `@17000,,shard-id=${SHARD}`);
    const replica = `${B} :0@0,,shard-id=${B} slave ${A} 0 0 0 connected`;
    expect(corruptLine(`${master}\n${replica}\n`)).toBe(`${replica}\n`);
    expect(corruptLine(`${replica}\n${master}\n`)).toBe(`${master}\n`);
    expect(corruptLine(`${master}\n${replica.replace(`shard-id=${B}`, `shard-id=${SHARD}`)}\n`)).toBeNull();
  });

  it('is named in the sentence of Redis', () => {
    expect(() => read('bogus\n')).toThrow('Unrecoverable error: corrupted cluster config file "bogus\n".');
  });
});

describe('fuzzing', () => {
  const valid =
    `${MYSELF} [6->-${C}]\n` +
    `${B} 127.0.0.1:7001@17001,h.example,tls-port=0,nodename=n,shard-id=${SHARD} slave,fail? ${A} 1 2 3 connected\n` +
    `${C} 127.0.0.1:7002@17002 master - 0 0 4 disconnected 7 9-16383\nvars currentEpoch 4 lastVoteEpoch 2\n`;
  const pieces = [
    '',
    ' ',
    '\n',
    '"',
    "'",
    ',',
    ':',
    '@',
    '-',
    '[',
    ']',
    '=',
    '\\x',
    '\0',
    '99999999999999999999',
    'myself',
    A,
    B,
    '+1',
    '-1',
    'é',
  ];

  it.each([1, 2, 3, 4])('never ends in anything but a state or a CorruptNodesConfError (seed %i)', (seed) => {
    const random = new Random(seed);
    let corrupt = 0;
    for (let round = 0; round < 1500; round++) {
      let text = valid;
      for (let change = random.below(4); change >= 0; change--) {
        const start = random.below(text.length);
        const end = random.below(3) === 0 ? random.below(text.length) : start + random.below(4);
        text = text.slice(0, start) + pieces[random.below(pieces.length)] + text.slice(Math.max(start, end));
      }
      if (corruptLine(text) !== null) corrupt++;
      else writeNodesConf(read(text));
    }
    expect(corrupt).toBeGreaterThan(100);
    expect(corrupt).toBeLessThan(1500);
  });
});
