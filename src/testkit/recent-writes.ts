/**
 * The latest writes of clients, kept as cheaply as can be: most are never looked at again, and an object for each, which
 * outlives several garbage collections, costs about as much as to run the command.
 */
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import type { TestNode } from './test-node.js';

export interface Write {
  readonly node: TestNode;
  readonly session: Session;
  readonly command: ResolvedCommand;
  readonly argv: readonly ByteString[];
  readonly atMs: number;
  /** The node that has it: the one that executed it, later whoever was promoted with it. */
  holder: TestNode;
  /** Its place in a replication stream. */
  replicationId: string;
  offset: number;
}

const PAGE_LENGTH = 512;

/** What writes that follow each other mostly share. */
type Origin = Pick<Write, 'node' | 'session' | 'command' | 'replicationId'>;

/** Some writes one after the other, each thing about them in a list of its own. */
class Page {
  readonly #origins: Origin[] = [];
  readonly #originOf = new Uint16Array(PAGE_LENGTH);
  readonly #times = new Float64Array(PAGE_LENGTH);
  readonly #offsets = new Float64Array(PAGE_LENGTH);
  /** One string when the page is full: nothing in it has to be followed by the garbage collector. */
  #argvs: (readonly ByteString[])[] | string = [];

  get isFull(): boolean {
    return typeof this.#argvs === 'string';
  }

  add(
    node: TestNode,
    session: Session,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    atMs: number,
  ): void {
    if (typeof this.#argvs === 'string') return;
    const { replicationId, streamOffset } = node.process.node.replication;
    const index = this.#argvs.push(argv) - 1;
    const last = this.#origins.at(-1);
    if (
      last?.session !== session ||
      last.command !== command ||
      last.node !== node ||
      last.replicationId !== replicationId
    ) {
      this.#origins.push({ node, session, command, replicationId });
    }
    this.#originOf[index] = this.#origins.length - 1;
    this.#times[index] = atMs;
    this.#offsets[index] = streamOffset;
    if (index === PAGE_LENGTH - 1) this.#argvs = JSON.stringify(this.#argvs);
  }

  writes(): Write[] {
    const argvs: (readonly ByteString[])[] =
      typeof this.#argvs === 'string' ? JSON.parse(this.#argvs) : this.#argvs;
    return argvs.map((argv, index) => {
      const origin = this.#origins[this.#originOf[index] as number] as Origin;
      return {
        ...origin,
        argv,
        atMs: this.#times[index] as number,
        holder: origin.node,
        offset: this.#offsets[index] as number,
      };
    });
  }
}

export class RecentWrites {
  readonly #limit: number;
  #pages: Page[] = [];
  #last: Page | null = null;

  /** @param limit how many are kept, roughly. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#pages.length * PAGE_LENGTH;
  }

  add(
    node: TestNode,
    session: Session,
    command: ResolvedCommand,
    argv: readonly ByteString[],
    atMs: number,
  ): void {
    if (this.#last === null || this.#last.isFull) {
      this.#last = new Page();
      this.#pages.push(this.#last);
      if (this.count > this.#limit) this.#pages.shift();
    }
    this.#last.add(node, session, command, argv, atMs);
  }

  /** All of them, the oldest first; they are no longer here then. */
  take(): Write[] {
    const writes = this.#pages.flatMap((page) => page.writes());
    this.clear();
    return writes;
  }

  clear(): void {
    this.#pages = [];
    this.#last = null;
  }
}
