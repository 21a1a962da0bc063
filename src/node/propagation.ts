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
  #pending: Propagated[] = [];
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

  leave(): void {
    this.#depth--;
    if (this.#depth === 0 && this.#pending.length > 0) this.#flush();
  }

  /** Outside of any execution (active expiry) the command goes out at once. */
  add(dbIndex: number, argv: readonly ByteString[]): void {
    if (this.#depth === 0) this.#sink(dbIndex, argv);
    else this.#pending.push({ dbIndex, argv });
  }

  #flush(): void {
    const commands = this.#pending;
    this.#pending = [];
    const isTransaction = commands.length > 1;
    if (isTransaction) this.#sink(-1, MULTI);
    for (const { dbIndex, argv } of commands) this.#sink(dbIndex, argv);
    if (isTransaction) this.#sink(-1, EXEC);
  }
}
