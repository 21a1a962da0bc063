/** Nodes that only replicate, over in-memory pipes and in virtual time: what tests of src/replication need and no more. */
import type { ReplicationEvent } from '../../src/replication/events.js';
import type { ByteStream, ByteStreamHandlers } from '../../src/replication/ports.js';
import { Random } from '../../src/time/random.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import type { TestConfig, TestNode } from './test-node.js';
import { createTestNode, type TestSession } from './test-node.js';

export const START_MS = 1_700_000_000_000;
const LATENCY_MS = 1;

/** One connection of a replica to its master. */
export class Pipe implements ByteStream {
  readonly #world: TestWorld;
  readonly #handlers: ByteStreamHandlers;
  #session: TestSession | null = null;
  #closed = false;
  /** Everything that each side wrote. */
  readonly toMaster: Buffer[] = [];
  readonly toReplica: Buffer[] = [];

  constructor(world: TestWorld, handlers: ByteStreamHandlers) {
    this.#world = world;
    this.#handlers = handlers;
  }

  open(target: TestNode | undefined): void {
    this.#world.later(() => {
      if (this.#closed) return;
      if (target === undefined || !target.isReachable) {
        this.#closed = true;
        this.#handlers.onClose('Connection refused');
        return;
      }
      this.#session = target.accept(this);
      this.#handlers.onConnected();
    });
  }

  get isOpen(): boolean {
    return this.#session !== null && !this.#closed;
  }

  /** From the replica. */
  write(bytes: string | Uint8Array): void {
    const buffer = toBuffer(bytes);
    this.toMaster.push(buffer);
    this.#world.later(() => {
      if (!this.#closed && !this.#world.isHeld) this.#session?.receive(buffer);
    });
  }

  /** From the master. */
  writeBack(bytes: string | Uint8Array): void {
    const buffer = toBuffer(bytes);
    this.toReplica.push(buffer);
    this.#world.later(() => {
      const size = this.#world.chunkSize || Math.max(1, buffer.length);
      for (let start = 0; start < buffer.length && !this.#closed && !this.#world.isHeld; start += size) {
        this.#handlers.onData(buffer.subarray(start, start + size));
      }
    });
  }

  /** Closed by the replica: only the master is told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const session = this.#session;
    this.#world.later(() => session?.ended());
  }

  /** Closed by the master: only the replica is told. */
  closeFromMaster(): void {
    if (this.#closed) return;
    this.#world.later(() => {
      if (this.#closed) return;
      this.#closed = true;
      this.#handlers.onClose('Connection reset by peer');
    });
  }

  /** The network fails: both are told. */
  cut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session?.ended();
    this.#handlers.onClose('Connection reset by peer');
  }
}

export class TestWorld {
  readonly clock = new VirtualClock(START_MS);
  readonly random: Random;
  readonly pipes: Pipe[] = [];
  /** What a write is split into on its way to a replica; 0 = not at all. */
  chunkSize = 0;
  /** Nothing arrives, and nobody is told. */
  isHeld = false;
  readonly #nodes = new Map<number, TestNode>();

  constructor(seed = 1) {
    this.random = new Random(seed);
  }

  node(port: number, config: Partial<TestConfig> = {}): TestNode {
    const node = createTestNode(this, port, config);
    this.#nodes.set(port, node);
    return node;
  }

  connect(port: number, handlers: ByteStreamHandlers): Pipe {
    const pipe = new Pipe(this, handlers);
    this.pipes.push(pipe);
    pipe.open(this.#nodes.get(port));
    return pipe;
  }

  later(run: () => void): void {
    this.clock.schedule(this.clock.nowMs() + LATENCY_MS, run);
  }

  advance(ms: number): void {
    this.clock.advanceTo(this.clock.nowMs() + ms);
  }

  /** The newest connection. */
  get pipe(): Pipe {
    const pipe = this.pipes.at(-1);
    if (pipe === undefined) throw new Error('nobody has connected yet');
    return pipe;
  }

  cutAll(): void {
    for (const pipe of [...this.pipes]) pipe.cut();
  }
}

export function kinds(events: readonly ReplicationEvent[]): string[] {
  return events.map(({ kind }) => kind);
}

function toBuffer(bytes: string | Uint8Array): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
}
