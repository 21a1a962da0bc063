/** Collects what one execution changed and hands it to replication when the execution is over, as a transaction when it is more than one command (propagatePendingCommands of server.c). */
import type { ByteString } from '../resp/byte-string.js';

/** Where a command goes: everywhere, or not to the AOF. */
export type PropagationTarget = 'all' | 'replicas';

export type PropagationSink = (
  dbIndex: number,
  argv: readonly ByteString[],
  target: PropagationTarget,
) => void;

const MULTI: readonly ByteString[] = ['MULTI'];
const EXEC: readonly ByteString[] = ['EXEC'];

interface Propagated {
  readonly dbIndex: number;
  readonly argv: readonly ByteString[];
  readonly target: PropagationTarget;
}

export class Propagation {
  /** In 7.0 a transaction's SELECT comes before its MULTI, later in it. */
  selectsBeforeMulti = false;
  readonly #sink: PropagationSink;
  // Most executions change one thing: it needs no list.
  #firstDbIndex = 0;
  #firstArgv: readonly ByteString[] | null = null;
  #firstTarget: PropagationTarget = 'all';
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
  add(dbIndex: number, argv: readonly ByteString[], target: PropagationTarget = 'all'): void {
    if (this.#depth === 0) {
      this.#sink(dbIndex, argv, target);
    } else if (this.#firstArgv === null) {
      this.#firstDbIndex = dbIndex;
      this.#firstArgv = argv;
      this.#firstTarget = target;
    } else {
      this.#others.push({ dbIndex, argv, target });
    }
  }

  #flush(firstArgv: readonly ByteString[], wraps: boolean): void {
    const firstDbIndex = this.#firstDbIndex;
    this.#firstArgv = null;
    if (this.#others.length === 0) {
      this.#sink(firstDbIndex, firstArgv, this.#firstTarget);
      return;
    }
    const others = this.#others;
    this.#others = [];
    if (wraps) this.#sink(this.selectsBeforeMulti ? firstDbIndex : -1, MULTI, 'all');
    this.#sink(firstDbIndex, firstArgv, this.#firstTarget);
    for (const { dbIndex, argv, target } of others) this.#sink(dbIndex, argv, target);
    if (wraps) this.#sink(-1, EXEC, 'all');
  }
}
