/** What clients did to a node, counted: commands, connections, redirections. Restarts of the node do not reset them. */

export interface ConnectionCounts {
  /** Accepted since the start. */
  readonly opened: number;
  readonly closed: number;
  /** Not let in by a fault. */
  readonly refused: number;
  /** Open now. */
  readonly open: number;
}

export interface RedirectCounts {
  readonly moved: number;
  readonly ask: number;
}

/** Counts of one node, or of a whole cluster. Commands of `node.command()` are not clients' commands. */
export class ClientCounters {
  /** By name in capitals, with the subcommand: `GET`, `CLUSTER SLOTS`. */
  readonly #commands = new Map<string, number>();
  opened = 0;
  closed = 0;
  refused = 0;
  moved = 0;
  ask = 0;

  countCommand(name: string): void {
    this.#commands.set(name, (this.#commands.get(name) ?? 0) + 1);
  }

  get byCommand(): ReadonlyMap<string, number> {
    return this.#commands;
  }

  reset(): void {
    this.#commands.clear();
    // What is open stays open.
    this.opened -= this.closed;
    this.closed = 0;
    this.refused = 0;
    this.moved = 0;
    this.ask = 0;
  }
}

/** Reads the counts of some nodes together. */
export class Counters {
  readonly #parts: () => readonly ClientCounters[];

  constructor(parts: () => readonly ClientCounters[]) {
    this.#parts = parts;
  }

  /**
   * How many commands clients sent; of one name, if given: `'GET'`, `'CLUSTER SLOTS'`, or `'CLUSTER'` for all its subcommands.
   * @example
   * expect(cluster.counters.commands('CLUSTER SLOTS')).toBeLessThan(10); // no storm
   */
  commands(name?: string): number {
    const wanted = name?.trim().toUpperCase().replace(/\s+/, ' ');
    let count = 0;
    for (const [command, times] of this.#all()) {
      if (wanted === undefined || command === wanted || command.startsWith(`${wanted} `)) count += times;
    }
    return count;
  }

  /** By name in capitals, the most frequent first. */
  get byCommand(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const [command, times] of this.#all()) sums.set(command, (sums.get(command) ?? 0) + times);
    return Object.fromEntries([...sums].sort((one, other) => other[1] - one[1]));
  }

  /** CLUSTER SLOTS, SHARDS and NODES: what clients learn the topology by. */
  get topologyRequests(): number {
    return this.commands('CLUSTER SLOTS') + this.commands('CLUSTER SHARDS') + this.commands('CLUSTER NODES');
  }

  get connections(): ConnectionCounts {
    const opened = this.#sum('opened');
    const closed = this.#sum('closed');
    return { opened, closed, refused: this.#sum('refused'), open: opened - closed };
  }

  /** Replies MOVED and ASK, injected ones too. */
  get redirects(): RedirectCounts {
    return { moved: this.#sum('moved'), ask: this.#sum('ask') };
  }

  #all(): (readonly [command: string, times: number])[] {
    return this.#parts().flatMap((part) => [...part.byCommand]);
  }

  #sum(field: 'opened' | 'closed' | 'refused' | 'moved' | 'ask'): number {
    return this.#parts().reduce((sum, part) => sum + part[field], 0);
  }
}
