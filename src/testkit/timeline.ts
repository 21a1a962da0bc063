/** Events as lines that a person reads: virtual time, node, what it saw or did. */
import type { ClusterLogEntry } from './event-log.js';

/** Turns a node id into something short, such as `127.0.0.1:7001`. */
export type NodeNames = (id: string) => string;

/**
 * One line an event: `+15.300s  127.0.0.1:7001  marks 127.0.0.1:7000 as possibly failing (PFAIL)`. What a node does again
 * and again, such as trying to reach a master that is gone, is one line.
 * @param originMs the virtual time that counts as zero, Unix milliseconds.
 */
export function formatTimeline(
  entries: readonly ClusterLogEntry[],
  originMs: number,
  nameOf: NodeNames,
): string {
  const lines: TimelineLine[] = [];
  const lastOfNode = new Map<string, TimelineLine>();
  for (const { atMs, node, event } of entries) {
    const text = describeEvent(event, nameOf);
    const last = lastOfNode.get(node);
    if (last?.text === text) {
      last.times++;
      last.untilMs = atMs;
      continue;
    }
    const line = { atMs, node, text, times: 1, untilMs: atMs };
    lines.push(line);
    lastOfNode.set(node, line);
  }
  const seconds = (atMs: number): string => `+${((atMs - originMs) / 1000).toFixed(3)}s`;
  return lines
    .map(({ atMs, node, text, times, untilMs }) => {
      const again = times === 1 ? '' : ` (${times} times until ${seconds(untilMs)})`;
      return `${seconds(atMs).padStart(11)}  ${node.padEnd(15)}  ${text}${again}`;
    })
    .join('\n');
}

interface TimelineLine {
  readonly atMs: number;
  readonly node: string;
  readonly text: string;
  times: number;
  untilMs: number;
}

/** What one event says, without time and node. */
export function describeEvent(event: ClusterLogEntry['event'], nameOf: NodeNames): string {
  switch (event.kind) {
    case 'started':
      return 'process started';
    case 'stopped':
      return 'process ended';
    case 'internal-error':
      return `INTERNAL ERROR ${event.message}`;
    case 'state-changed':
      return `cluster state changed: ${event.ok ? 'ok' : 'fail'}`;
    case 'node-added':
      return event.handshake
        ? `starts a handshake (${event.node.slice(0, 8)})`
        : `learns of ${nameOf(event.node)}`;
    case 'node-removed':
      return `forgets ${nameOf(event.node)} (${event.reason})`;
    case 'handshake-completed':
      return `completed the handshake with ${nameOf(event.node)}`;
    case 'pfail':
      return `marks ${nameOf(event.node)} as possibly failing (PFAIL)`;
    case 'pfail-cleared':
      return `clears PFAIL of ${nameOf(event.node)}`;
    case 'failure-reported':
      return `hears from ${nameOf(event.reporter)} that ${nameOf(event.node)} is failing`;
    case 'fail':
      return event.by === 'quorum'
        ? `marks ${nameOf(event.node)} as failing: the majority agrees (FAIL)`
        : `is told by ${nameOf(event.from)} that ${nameOf(event.node)} fails (FAIL)`;
    case 'fail-cleared':
      return `clears FAIL of ${nameOf(event.node)}`;
    case 'election-scheduled':
      return `schedules an election in ${event.delayMs} ms (rank #${event.rank}, offset ${event.offset})`;
    case 'election-started':
      return `asks for votes in epoch ${event.epoch} (${event.votesNeeded} needed)`;
    case 'vote-granted':
      return `votes for ${nameOf(event.to)} in epoch ${event.epoch}`;
    case 'vote-denied':
      return `denies its vote to ${nameOf(event.to)} in epoch ${event.epoch}: ${event.reason}`;
    case 'vote-received':
      return `has ${event.votes} vote(s) in epoch ${event.epoch}, the last from ${nameOf(event.from)}`;
    case 'election-expired':
      return `gives up the election of epoch ${event.epoch}`;
    case 'election-won':
      return `won the election of epoch ${event.epoch}`;
    case 'promoted':
      return `is now master of ${event.slotCount} slots, in place of ${nameOf(event.formerMaster)} (epoch ${event.epoch})`;
    case 'became-replica':
      return `is now a replica of ${nameOf(event.of)}`;
    case 'role-seen':
      return event.role === 'master'
        ? `sees ${nameOf(event.node)} as a master`
        : `sees ${nameOf(event.node)} as a replica of ${event.of === null ? 'an unknown node' : nameOf(event.of)}`;
    case 'slots-moved':
      return `sees ${event.slotCount} slot(s) move ${event.from === null ? '' : `from ${nameOf(event.from)} `}to ${nameOf(event.to)} (epoch ${event.epoch})`;
    case 'config-epoch-changed':
      return `has config epoch ${event.epoch} now (${event.reason})`;
    case 'manual-failover':
      return `manual failover: ${event.step}`;
    case 'replica-migration':
      return `migrates to the orphaned master ${nameOf(event.to)}`;
    case 'reset':
      return `was reset (${event.hard ? 'hard' : 'soft'})`;
    case 'sync-started':
      return `starts to replicate from ${event.host}:${event.port}`;
    case 'full-resync':
      return `gets a full copy of its master's data (offset ${event.offset})`;
    case 'partial-resync':
      return `goes on with its master's stream at offset ${event.offset}`;
    case 'in-sync':
      return `is in sync with its master (offset ${event.offset})`;
    case 'link-down':
      return `lost the link to its master ${event.host}:${event.port} (offset ${event.offset})`;
    case 'replica-online':
      return `serves the replica ${event.replica} (${event.resync} resync, offset ${event.offset})`;
    case 'replica-gone':
      return `lost the replica ${event.replica}`;
    case 'fault':
      return event.step === 'begins' ? `fault: ${event.what}` : `ends: ${event.what}`;
    case 'process':
      return `process ${event.step}`;
    case 'message':
      return `${event.fate === 'dropped' ? 'DROPPED: ' : ''}${event.type} to ${event.to}: ${event.summary}`;
    case 'command':
      return `${event.client} sends ${[event.command, ...event.args].join(' ')}`;
  }
}
