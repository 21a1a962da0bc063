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

interface CommandCount {
  readonly name: string;
  times: number;
  /** Of a container, by the second word. */
  readonly subcommands: Map<string, CommandCount> | null;
}

/** Counts of one node, or of a whole cluster. Commands of `node.command()` are not clients' commands. */
export class ClientCounters {
  /** By the first word of the command as clients spell it: looked up for every command. */
  readonly #words = new Map<string, CommandCount>();
  opened = 0;
  closed = 0;
  refused = 0;
  moved = 0;
  ask = 0;

  /** @returns false, and has not counted it, when the word is new or does not tell all. Every command comes by here. */
  countKnown(word: string): boolean {
    const count = this.#words.get(word);
    if (count === undefined || count.subcommands !== null) return false;
    count.times++;
    return true;
  }

  /**
   * @param isContainer whether the second word belongs to the name.
   * @param nameOf the command's name, asked for when its words are new.
   */
  countCommand(argv: readonly string[], isContainer: boolean, nameOf: () => string): void {
    const word = argv[0] ?? '';
    let count = this.#words.get(word);
    if (count === undefined) {
      count = { name: nameOf(), times: 0, subcommands: isContainer ? new Map() : null };
      this.#words.set(word, count);
    }
    if (count.subcommands === null) count.times++;
    else countSubcommand(count.subcommands, argv[1] ?? '', nameOf);
  }

  /** By name in capitals, with the subcommand; a name may come more than once. */
  get byCommand(): (readonly [name: string, times: number])[] {
    return [...this.#words.values()].flatMap(({ name, times, subcommands }) =>
      subcommands === null
        ? [[name, times] as const]
        : [...subcommands.values()].map((count) => [count.name, count.times] as const),
    );
  }

  reset(): void {
    this.#words.clear();
    // What is open stays open.
    this.opened -= this.closed;
    this.closed = 0;
    this.refused = 0;
    this.moved = 0;
    this.ask = 0;
  }
}

function countSubcommand(counts: Map<string, CommandCount>, word: string, nameOf: () => string): void {
  const count = counts.get(word);
  if (count === undefined) counts.set(word, { name: nameOf(), times: 1, subcommands: null });
  else count.times++;
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
