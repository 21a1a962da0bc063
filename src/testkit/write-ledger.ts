/**
 * Accounts for acknowledged writes: which node holds each, and which of them got lost by what. A write may get lost with the
 * memory of its process, with the promotion of a replica that had not got that far in the stream, or because it was accepted
 * by a master that had been replaced already. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#write-safety
 *
 * It takes the offsets for what they say, at little cost for each write. That they tell the truth is what the ledger of the
 * simulation checks (simulation/invariants/write-ledger.ts): it knows keys of its own alone, and looks whether they are there.
 */

import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import { type ByteString, byteStringToBytes, bytesToByteString } from '../resp/byte-string.js';
import type { ClusterLogEntry } from './event-log.js';
import { type CommandCall, callOf } from './faults/command-call.js';
import { RecentWrites, type Write } from './recent-writes.js';
import type { TestNode } from './test-node.js';

export type LossReason =
  /** The promoted replica had not received it: replication is asynchronous. */
  | 'not-replicated'
  /** The promoted replica was not in sync with the master at all. */
  | 'replica-not-in-sync'
  /** Accepted by a master that had been replaced and did not know yet: the window of a partitioned minority. */
  | 'stale-master'
  /** Its process ended, and came back without its memory before a replica could take over. */
  | 'restarted-empty';

/** A write that was executed and is gone, although nobody overwrote or deleted it. Of long values `args` has the beginning. */
export interface LostWrite extends Omit<CommandCall, 'node'> {
  /** The node that executed it. */
  readonly node: TestNode;
  /** Virtual time at which it got lost. */
  readonly lostAtMs: number;
  readonly reason: LossReason;
  /** The reason in words: what made this loss possible. */
  readonly why: string;
}

const KEPT_WRITES = 50_000;
/** Longer values are kept in part only: a hundred thousand writes of a megabyte each would not fit into memory. */
const KEPT_LENGTH = 256;
/** They write no key that could get lost: they empty everything, or take keys to where these are written anew. */
const NO_WRITES = new Set(['flushall', 'flushdb', 'migrate']);

export class WriteLedger {
  readonly #nodes: () => readonly TestNode[];
  readonly #recent = new RecentWrites(KEPT_WRITES);
  /** Older than the recent ones: an event has been through them. */
  #older: Write[] = [];
  #lost: LostWrite[] = [];
  /** When the slots of a node went to another one, and to which. */
  readonly #replaced = new Map<TestNode, { readonly atMs: number; readonly by: TestNode }>();
  /** Keys that MIGRATE took away from a node, and when it did last. */
  readonly #migrated = new Map<TestNode, Map<ByteString, number>>();
  /** What happened since the ledger was last brought up to date: an event tells before its consequences are there. */
  #pending: ClusterLogEntry[] = [];

  constructor(nodes: () => readonly TestNode[]) {
    this.#nodes = nodes;
  }

  /** The lost writes, in the order in which they got lost. */
  get lost(): readonly LostWrite[] {
    this.#catchUp();
    return this.#lost;
  }

  clear(): void {
    this.#recent.clear();
    this.#older = [];
    this.#lost = [];
    this.#pending = [];
    this.#replaced.clear();
    this.#migrated.clear();
  }

  onWrite(
    node: TestNode,
    session: Session,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    atMs: number,
  ): void {
    this.#catchUp();
    if (NO_WRITES.has(command.fullName)) {
      if (command.fullName === 'migrate') this.#onMigrated(node, command, argv, atMs);
      else this.#keep(({ holder }) => holder !== node);
      return;
    }
    this.#recent.add(node, session, command, argv.some(isLong) ? shortened(command, argv) : argv, atMs);
    if (this.#older.length > 0 && this.#recent.count >= KEPT_WRITES) this.#older = [];
  }

  onEvent(entry: ClusterLogEntry): void {
    const { kind } = entry.event;
    if (kind === 'promoted' || kind === 'became-replica' || kind === 'started') {
      this.#catchUp();
      this.#pending.push(entry);
    }
  }

  #catchUp(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    for (const { atMs, node: name, event } of pending) {
      const node = this.#nodes().find((candidate) => candidate.name === name);
      if (node === undefined) continue;
      if (event.kind === 'promoted') this.#onPromotion(node, event.formerMaster, atMs);
      else if (event.kind === 'became-replica') this.#onDemotion(node, atMs);
      else if (event.kind === 'started') this.#onStart(node, atMs);
    }
  }

  #onPromotion(winner: TestNode, formerMasterId: string, atMs: number): void {
    const former = this.#nodes().find(({ id }) => id === formerMasterId);
    if (former === undefined || !winner.isRunning) return;
    this.#replaced.set(former, { atMs, by: winner });
    this.#replaced.delete(winner);
    const { replication, cluster } = winner.process.node;
    const got = replication.secondReplicationOffset - 1;
    this.#keep((write) => {
      if (write.holder !== former) return true;
      const slot = slotOf(write);
      if (slot !== null && cluster?.state.slots.ownerOf(slot)?.id !== winner.id) return true;
      const sameHistory = write.replicationId === replication.secondReplicationId;
      if (sameHistory && write.offset <= got) {
        write.holder = winner;
        write.replicationId = replication.replicationId;
        write.offset = got;
        return true;
      }
      const where = `${former.name} executed it at offset ${write.offset} of its stream`;
      if (sameHistory)
        this.#lose(
          write,
          atMs,
          'not-replicated',
          `${where}; ${winner.name} had got to ${got} when it was promoted (replication is asynchronous)`,
        );
      else
        this.#lose(
          write,
          atMs,
          'replica-not-in-sync',
          `${where}; ${winner.name}, which was promoted, did not follow that stream`,
        );
      return false;
    });
  }

  /** What it accepted after it had been replaced is gone when it becomes a replica of its successor. */
  #onDemotion(node: TestNode, atMs: number): void {
    const replaced = this.#replaced.get(node);
    if (replaced === undefined) return;
    this.#keep((write) => {
      if (write.holder !== node) return true;
      const lateMs = write.atMs - replaced.atMs;
      this.#lose(
        write,
        atMs,
        'stale-master',
        `${node.name} accepted it ${lateMs} ms after ${replaced.by.name} had been promoted in its place, which it did not know yet (it was cut off from the majority)`,
      );
      return false;
    });
  }

  #onStart(node: TestNode, atMs: number): void {
    if (!node.isRunning) return;
    const database = node.process.node.keyspace.databases[0];
    this.#keep((write) => {
      if (write.holder !== node) return true;
      const keys = write.command
        .keyPositions(write.argv)
        .map((position) => write.argv[position] as ByteString);
      if (keys.some((key) => database?.isStored(key) === true)) return true;
      this.#lose(
        write,
        atMs,
        'restarted-empty',
        `${node.name} was started again without it, and nobody had been promoted in its place`,
      );
      return false;
    });
  }

  /** Keeps the writes that are still there. */
  #keep(isThere: (write: Write) => boolean): void {
    this.#older = [...this.#older, ...this.#recent.take()].slice(-KEPT_WRITES).filter(isThere);
  }

  /** Not with COPY, and not what the target refused. */
  #onMigrated(node: TestNode, command: ResolvedCommand, argv: readonly ByteString[], atMs: number): void {
    const database = node.process.node.keyspace.databases[0];
    const migrated = this.#migrated.get(node) ?? new Map<ByteString, number>();
    this.#migrated.set(node, migrated);
    for (const position of command.keyPositions(argv)) {
      const key = argv[position] as ByteString;
      if (database?.isStored(key) !== true) migrated.set(key, atMs);
    }
  }

  /** Its keys live on where MIGRATE took them: from there it would get lost, if it did. */
  #hasMoved({ node, command, argv, atMs }: Write): boolean {
    const migrated = this.#migrated.get(node);
    if (migrated === undefined) return false;
    return command
      .keyPositions(argv)
      .every((position) => (migrated.get(argv[position] as ByteString) ?? 0) >= atMs);
  }

  #lose(write: Write, lostAtMs: number, reason: LossReason, why: string): void {
    if (this.#hasMoved(write)) return;
    const call = callOf(write.node, write.session, write.command, write.argv, write.atMs);
    this.#lost.push({ ...call, lostAtMs, reason, why });
  }
}

function isLong(argument: ByteString): boolean {
  return argument.length > KEPT_LENGTH;
}

function shortened(command: ResolvedCommand, argv: readonly ByteString[]): readonly ByteString[] {
  const keys = new Set(command.keyPositions(argv));
  return argv.map((argument, position) =>
    // By way of bytes: a slice of a string would keep all of it.
    isLong(argument) && !keys.has(position)
      ? `${bytesToByteString(byteStringToBytes(argument.slice(0, KEPT_LENGTH)))}...`
      : argument,
  );
}

/** Not asked when it is written: most writes never get lost. */
function slotOf({ command, argv }: Write): number | null {
  const [position] = command.keyPositions(argv);
  return position === undefined ? null : hashSlotOfBytes(argv[position] as ByteString);
}
