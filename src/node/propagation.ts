/** Collects what one execution changed and hands it to replication when the execution is over, as a transaction when it is more than one command (propagatePendingCommands of server.c). */
import type { ByteString } from '../resp/byte-string.js';

export type PropagationSink = (dbIndex: number, argv: readonly ByteString[]) => void;

const MULTI: readonly ByteString[] = ['MULTI'];
const EXEC: readonly ByteString[] = ['EXEC'];

interface Propagated {
  readonly dbIndex: number;
  readonly argv: readonly ByteString[];
}

export class Propagation {
  readonly #sink: PropagationSink;
  // Most executions change one thing: it needs no list.
  #firstDbIndex = 0;
  #firstArgv: readonly ByteString[] | null = null;
  #others: Propagated[] = [];
  #depth = 0;

  /** @param sink takes each command in order; a dbIndex of -1 means that no SELECT may come before it. */
  constructor(sink: PropagationSink) {
    this.#sink = sink;
  }

  /** How many executions are running inside each other. */
  get depth(): number {
    return this.#depth;
  }

  enter(): void {
    this.#depth++;
  }

  /** @param wraps false: what this execution changed is no unit (CMD_TOUCHES_ARBITRARY_KEYS of server.h). */
  leave(wraps: boolean): void {
    this.#depth--;
    if (this.#depth === 0 && this.#firstArgv !== null) this.#flush(this.#firstArgv, wraps);
  }

  /** Outside of any execution (active expiry) the command goes out at once. */
  add(dbIndex: number, argv: readonly ByteString[]): void {
    if (this.#depth === 0) {
      this.#sink(dbIndex, argv);
    } else if (this.#firstArgv === null) {
      this.#firstDbIndex = dbIndex;
      this.#firstArgv = argv;
    } else {
      this.#others.push({ dbIndex, argv });
    }
  }

  #flush(firstArgv: readonly ByteString[], wraps: boolean): void {
    const firstDbIndex = this.#firstDbIndex;
    this.#firstArgv = null;
    if (this.#others.length === 0) {
      this.#sink(firstDbIndex, firstArgv);
      return;
    }
    const others = this.#others;
    this.#others = [];
    if (wraps) this.#sink(-1, MULTI);
    this.#sink(firstDbIndex, firstArgv);
    for (const { dbIndex, argv } of others) this.#sink(dbIndex, argv);
    if (wraps) this.#sink(-1, EXEC);
  }
}
