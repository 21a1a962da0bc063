/** A master that talks nonsense does no harm: the replica gives up the link and comes back when the master is sane. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/time/random.js';
import { TestWorld } from './test-world.js';

const NOW = { 'repl-diskless-sync-delay': 0 };
const PIECES = [
  ...[
    '+PONG\r\n',
    '+OK\r\n',
    '\n',
    '-ERR no\r\n',
    '-LOADING x\r\n',
    '+CONTINUE\r\n',
    `+CONTINUE ${'e'.repeat(40)}\r\n`,
  ],
  ...[
    `+FULLRESYNC ${'a'.repeat(40)} 10\r\n`,
    '+FULLRESYNC x\r\n',
    `$EOF:${'c'.repeat(40)}\r\n`,
    '$18\r\n',
    '$-1\r\n',
  ],
  ...[
    '$99999999999999999999\r\n',
    'REDIS0010\xff\0\0\0\0\0\0\0\0',
    'c'.repeat(40),
    '*1\r\n$4\r\nPING\r\n',
    '*3\r\n$3\r\n',
  ],
  ...[
    '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n',
    '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n',
    '*1\r\n$5\r\nMULTI\r\n',
  ],
  ...['*1\r\n$4\r\nEXEC\r\n', 'PING\r\n', '\r\n\r\n', '*-1\r\n', 'x'.repeat(300), '\0\0\0'],
];

describe('nonsense from a master', () => {
  it.each([1, 2, 3, 4])('does no harm, seed %d', (seed) => {
    const random = new Random(seed);
    for (let round = 0; round < 60; round++) {
      const world = new TestWorld(seed);
      world.chunkSize = random.below(3) * 7;
      const master = world.node(7001, NOW);
      master.write(0, 'SET', 'sane', 'yes');
      const replica = world.node(7002, { ...NOW, 'repl-timeout': 5 });
      const serve = master.serve.bind(master);
      master.serve = (session, argv) => {
        for (let count = random.below(4); count > 0; count--) {
          const piece = PIECES[random.below(PIECES.length)]!;
          session.sendRaw(random.below(4) === 0 ? piece.slice(random.below(piece.length)) : piece);
        }
        return serve(session, argv);
      };
      replica.follow(master);
      world.advance(4000);
      master.serve = serve;
      world.advance(40_000);
      expect(replica.replication.isMasterLinkUp()).toBe(true);
      expect(replica.replication.offset()).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('nonsense from a replica', () => {
  it('does no harm', () => {
    const random = new Random(9);
    const words = [
      'PSYNC',
      'SYNC',
      'REPLCONF',
      'ACK',
      'GETACK',
      'capa',
      'eof',
      'psync2',
      'FACK',
      '?',
      '-1',
      '0',
      'x',
      '',
    ];
    words.push(
      '99999999999999999999',
      'listening-port',
      'rdb-only',
      '1',
      'rdb-filter-only',
      'functions',
      'FAILOVER',
    );
    for (let round = 0; round < 150; round++) {
      const world = new TestWorld(round);
      const master = world.node(7001, NOW);
      const good = world.node(7002, NOW);
      good.follow(master);
      const pipe = world.connect(7001, { onConnected: () => {}, onData: () => {}, onClose: () => {} });
      world.advance(20);
      for (let count = 0; count < 8; count++) {
        const name = words[random.below(3)]!;
        const argv = Array.from({ length: random.below(5) }, () => words[random.below(words.length)]!);
        // The arity is checked before these handlers run.
        const parts =
          name === 'PSYNC'
            ? [name, '?', ...argv.slice(0, 2), '0'].slice(0, 4)
            : name === 'SYNC'
              ? [name]
              : [name, ...argv];
        pipe.write(`*${parts.length}\r\n${parts.map((part) => `$${part.length}\r\n${part}\r\n`).join('')}`);
        world.advance(10);
      }
      master.write(0, 'SET', 'k', String(round));
      world.advance(30);
      pipe.cut();
      expect(good.get('k')).toBe(String(round));
      expect(master.replication.replicas).toHaveLength(1);
    }
  });
});
