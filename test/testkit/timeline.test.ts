/** What a cluster tells about itself: events, and the timeline made of them. */
import { describe, expect, it } from 'vitest';
import type { ClusterLogEntry, NodeEvent } from '../../src/index.js';
import { formatTimeline } from '../../src/testkit/timeline.js';
import { START_TIME, startStill } from './testkit.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const STRANGER = '0123456789'.repeat(4);
const NAMES = new Map([
  [A, '127.0.0.1:7001'],
  [B, '127.0.0.1:7002'],
]);

/** One event of each kind, with the words for it. */
const WORDS: readonly [event: NodeEvent, words: string][] = [
  [{ kind: 'started' }, 'process started'],
  [{ kind: 'stopped' }, 'process ended'],
  [{ kind: 'internal-error', message: 'get: it broke' }, 'INTERNAL ERROR get: it broke'],
  [{ kind: 'state-changed', ok: true }, 'cluster state changed: ok'],
  [{ kind: 'state-changed', ok: false }, 'cluster state changed: fail'],
  [{ kind: 'node-added', node: STRANGER, handshake: true }, 'starts a handshake (01234567)'],
  [{ kind: 'node-added', node: A, handshake: false }, 'learns of 127.0.0.1:7001'],
  [{ kind: 'node-removed', node: STRANGER, reason: 'forgotten' }, 'forgets 01234567 (forgotten)'],
  [{ kind: 'handshake-completed', node: A }, 'completed the handshake with 127.0.0.1:7001'],
  [{ kind: 'pfail', node: A }, 'marks 127.0.0.1:7001 as possibly failing (PFAIL)'],
  [{ kind: 'pfail-cleared', node: A }, 'clears PFAIL of 127.0.0.1:7001'],
  [
    { kind: 'failure-reported', node: A, reporter: B },
    'hears from 127.0.0.1:7002 that 127.0.0.1:7001 is failing',
  ],
  [
    { kind: 'fail', node: A, by: 'quorum', from: B },
    'marks 127.0.0.1:7001 as failing: the majority agrees (FAIL)',
  ],
  [
    { kind: 'fail', node: A, by: 'message', from: B },
    'is told by 127.0.0.1:7002 that 127.0.0.1:7001 fails (FAIL)',
  ],
  [{ kind: 'fail-cleared', node: A }, 'clears FAIL of 127.0.0.1:7001'],
  [
    { kind: 'election-scheduled', delayMs: 612, rank: 1, offset: 42 },
    'schedules an election in 612 ms (rank #1, offset 42)',
  ],
  [{ kind: 'election-started', epoch: 7, votesNeeded: 2 }, 'asks for votes in epoch 7 (2 needed)'],
  [{ kind: 'vote-granted', to: A, epoch: 7 }, 'votes for 127.0.0.1:7001 in epoch 7'],
  [
    { kind: 'vote-denied', to: A, epoch: 7, reason: 'its master is up' },
    'denies its vote to 127.0.0.1:7001 in epoch 7: its master is up',
  ],
  [
    { kind: 'vote-received', from: B, epoch: 7, votes: 2 },
    'has 2 vote(s) in epoch 7, the last from 127.0.0.1:7002',
  ],
  [{ kind: 'election-expired', epoch: 7 }, 'gives up the election of epoch 7'],
  [{ kind: 'election-won', epoch: 7 }, 'won the election of epoch 7'],
  [
    { kind: 'promoted', epoch: 7, slotCount: 5461, formerMaster: A },
    'is now master of 5461 slots, in place of 127.0.0.1:7001 (epoch 7)',
  ],
  [{ kind: 'became-replica', of: A }, 'is now a replica of 127.0.0.1:7001'],
  [{ kind: 'role-seen', node: A, role: 'master', of: null }, 'sees 127.0.0.1:7001 as a master'],
  [
    { kind: 'role-seen', node: A, role: 'replica', of: B },
    'sees 127.0.0.1:7001 as a replica of 127.0.0.1:7002',
  ],
  [
    { kind: 'role-seen', node: A, role: 'replica', of: null },
    'sees 127.0.0.1:7001 as a replica of an unknown node',
  ],
  [
    { kind: 'slots-moved', from: A, to: B, slotCount: 3, epoch: 8 },
    'sees 3 slot(s) move from 127.0.0.1:7001 to 127.0.0.1:7002 (epoch 8)',
  ],
  [
    { kind: 'slots-moved', from: null, to: B, slotCount: 1, epoch: 8 },
    'sees 1 slot(s) move to 127.0.0.1:7002 (epoch 8)',
  ],
  [{ kind: 'config-epoch-changed', epoch: 9, reason: 'collision' }, 'has config epoch 9 now (collision)'],
  [{ kind: 'manual-failover', step: 'paused' }, 'manual failover: paused'],
  [{ kind: 'replica-migration', to: A }, 'migrates to the orphaned master 127.0.0.1:7001'],
  [{ kind: 'reset', hard: true }, 'was reset (hard)'],
  [{ kind: 'reset', hard: false }, 'was reset (soft)'],
  [{ kind: 'sync-started', host: '127.0.0.1', port: 7001 }, 'starts to replicate from 127.0.0.1:7001'],
  [
    { kind: 'full-resync', replicationId: A, offset: 14 },
    "gets a full copy of its master's data (offset 14)",
  ],
  [{ kind: 'partial-resync', replicationId: A, offset: 14 }, "goes on with its master's stream at offset 14"],
  [{ kind: 'in-sync', offset: 14 }, 'is in sync with its master (offset 14)'],
  [
    { kind: 'link-down', host: '127.0.0.1', port: 7001, offset: 14 },
    'lost the link to its master 127.0.0.1:7001 (offset 14)',
  ],
  [
    { kind: 'replica-online', replica: '127.0.0.1:7002', resync: 'full', offset: 14 },
    'serves the replica 127.0.0.1:7002 (full resync, offset 14)',
  ],
  [{ kind: 'replica-gone', replica: '127.0.0.1:7002' }, 'lost the replica 127.0.0.1:7002'],
];

describe('the words of the timeline', () => {
  it.each(WORDS.map(([event, words]) => [event.kind, words, event] as const))(
    'for %s: %s',
    (_kind, words, event) => {
      const text = formatTimeline(
        [{ atMs: 61_234, node: '127.0.0.1:7000', event }],
        1000,
        (id) => NAMES.get(id) ?? id.slice(0, 8),
      );
      expect(text).toBe(`   +60.234s  127.0.0.1:7000   ${words}`);
    },
  );
});

describe('the timeline', () => {
  it('tells the story of a failover, a line each', async () => {
    const cluster = await startStill();
    const [victim] = cluster.masters;
    const [replica] = victim!.replicas;
    const [, voter, other] = cluster.masters;
    await victim!.kill();
    await cluster.waitFor('ok');
    const lines = cluster.timeline({ since: START_TIME }).split('\n');
    for (const line of lines) expect(line).toMatch(/^ +\+\d+\.\d{3}s {2}127\.0\.0\.1:\d{4,5} +\S.*$/);
    const told = (node: string, words: string): number =>
      lines.findIndex((line) => line.includes(` ${node} `) && line.includes(words));
    const story = [
      told(victim!.name, 'process ended'),
      told(replica!.name, `lost the link to its master ${victim!.name} (offset `),
      told(voter!.name, `marks ${victim!.name} as possibly failing (PFAIL)`),
      told(replica!.name, 'cluster state changed: fail'),
      told(replica!.name, 'schedules an election in '),
      told(replica!.name, 'asks for votes in epoch 7 (2 needed)'),
      told(voter!.name, `votes for ${replica!.name} in epoch 7`),
      told(replica!.name, 'won the election of epoch 7'),
      told(replica!.name, `is now master of 5461 slots, in place of ${victim!.name} (epoch 7)`),
      told(other!.name, `sees 5461 slot(s) move from ${victim!.name} to ${replica!.name} (epoch 7)`),
      told(other!.name, 'cluster state changed: ok'),
    ];
    expect(story).not.toContain(-1);
    expect(story).toEqual([...story].sort((a, b) => a - b));
    expect(
      lines.filter((line) => line.endsWith(`marks ${victim!.name} as failing: the majority agrees (FAIL)`)),
    ).not.toEqual([]);
  });

  it('begins when the cluster is ready, and leaves out how it formed unless asked for it', async () => {
    const cluster = await startStill();
    expect(cluster.timeline()).toBe('');
    await cluster.advance('2s');
    await cluster.nodes[0]!.kill();
    expect(cluster.timeline()).toContain(`    +2.000s  ${cluster.nodes[0]!.name.padEnd(15)}  process ended`);
    expect(cluster.timeline({ since: 0 })).toContain('process started');
  });

  it('can be cut to what happened since a time, which is its zero then, or to the last events', async () => {
    const cluster = await startStill();
    await cluster.advance('5s');
    const since = cluster.now();
    expect(cluster.timeline({ since })).toBe('');
    await cluster.masters[0]!.kill();
    await cluster.waitFor('ok');
    const lines = cluster.timeline({ since }).split('\n');
    expect(lines.slice(0, 3)).toContainEqual(
      expect.stringMatching(/^ {4}\+0\.000s {2}127\.0\.0\.1:\d+ +process ended$/),
    );
    expect(cluster.timeline({ since, last: 3 })).toBe(lines.slice(-3).join('\n'));
    expect(cluster.timeline({ last: 0 })).toBe('');
  });

  it('is made of the events, which carry virtual times, node names and ids', async () => {
    const cluster = await startStill();
    const [victim] = cluster.masters;
    await victim!.kill();
    expect(cluster.events).toContainEqual<ClusterLogEntry>({
      atMs: START_TIME,
      node: victim!.name,
      event: { kind: 'stopped' },
    });
    await cluster.waitFor('ok');
    const failed = cluster.events.find(({ event }) => event.kind === 'fail');
    expect(failed?.event).toMatchObject({ node: victim!.id });
    const times = cluster.events.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('makes one line of what a node does again and again', () => {
    const entry = (atMs: number, node: string, host: string): ClusterLogEntry => ({
      atMs,
      node,
      event: { kind: 'sync-started', host, port: 1 },
    });
    const entries = [
      entry(0, 'a', 'x'),
      entry(100, 'b', 'x'),
      entry(200, 'a', 'x'),
      entry(300, 'a', 'x'),
      entry(400, 'a', 'y'),
    ];
    expect(formatTimeline(entries, 0, (id) => id).split('\n')).toEqual([
      '    +0.000s  a                starts to replicate from x:1 (3 times until +0.300s)',
      '    +0.100s  b                starts to replicate from x:1',
      '    +0.400s  a                starts to replicate from y:1',
    ]);
  });
});
