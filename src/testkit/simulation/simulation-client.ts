/** A client of a simulated cluster, without sockets: it follows redirections, and virtual time passes while it waits. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import { type CommandArgument, CommandClient, type CommandReply } from '../command-client.js';
import { type Duration, toMilliseconds } from '../duration.js';
import { checkOptions } from '../faults/message-filter.js';
import type { TestNode } from '../test-node.js';
import { pick } from './pick.js';

const FOLLOWED_REDIRECTS = 5;
const DEFAULT_TIMEOUT_MS = 10_000;

export interface SimulationClientOptions {
  /** Virtual time after which it gives up on an answer; default 10 s. */
  readonly timeout?: Duration;
  /**
   * Virtual time for which it tries again, beginning at any node, what was not executed because a node does not serve at the
   * moment: CLUSTERDOWN, TRYAGAIN, LOADING, MASTERDOWN, too many redirections, a node that is dead. Default: not at all.
   */
  readonly retryFor?: Duration;
}

const PASSING = new Set(['ASK', 'CLUSTERDOWN', 'LOADING', 'MASTERDOWN', 'MOVED', 'TRYAGAIN']);
const RETRY_AFTER_MS = 100;

/** What a client needs of its simulation. */
export interface SimulationClientOwner {
  readonly cluster: Cluster;
  readonly random: Random;
  /** Lets virtual time pass until the condition holds. @returns false when it did not within the limit. */
  runUntil(condition: () => boolean, limitMs: number): Promise<boolean>;
  /** Takes down what was sent, and what came of it. */
  record(call: string): void;
}

export class SimulationClient {
  readonly #owner: SimulationClientOwner;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #retryForMs: number;
  readonly #connections = new Map<TestNode, CommandClient>();

  /** @param name by which the record of the run knows it. */
  constructor(owner: SimulationClientOwner, name: string, options: SimulationClientOptions = {}) {
    checkOptions('newClient()', options, ['timeout', 'retryFor']);
    this.#owner = owner;
    this.#name = name;
    this.#timeoutMs = toMilliseconds(options.timeout ?? DEFAULT_TIMEOUT_MS, 'timeout');
    this.#retryForMs = toMilliseconds(options.retryFor ?? 0, 'retryFor');
  }

  /**
   * Runs a command: begins at any running node, follows MOVED and ASK. It has one connection to each node, which keeps its
   * state; while a blocking command waits there, what it sends next waits too. Other clients do not.
   * @throws RedisTestClusterError COMMAND_FAILED with Redis's text; STOPPED when no node runs; TIMEOUT when no answer comes
   *   in time: then it ends that connection.
   */
  async command(...args: readonly CommandArgument[]): Promise<CommandReply> {
    const sent = `${this.#name} ${args.map(String).join(' ')}`;
    try {
      const reply = await this.#commandWithRetries(args);
      this.#owner.record(`${sent} -> ${JSON.stringify(reply)}`);
      return reply;
    } catch (error) {
      this.#owner.record(`${sent} -> ${(error as Error).message}`);
      throw error;
    }
  }

  async #commandWithRetries(args: readonly CommandArgument[]): Promise<CommandReply> {
    const { cluster, runUntil } = this.#owner;
    const endMs = cluster.now() + this.#retryForMs;
    for (;;) {
      try {
        return await this.#command(args);
      } catch (error) {
        if (cluster.now() + RETRY_AFTER_MS > endMs || !mayPass(error)) throw error;
        const againMs = cluster.now() + RETRY_AFTER_MS;
        await runUntil(() => cluster.now() >= againMs, RETRY_AFTER_MS);
      }
    }
  }

  async #command(args: readonly CommandArgument[]): Promise<CommandReply> {
    const { cluster, random } = this.#owner;
    const running = cluster.nodes.filter(({ state }) => state === 'running');
    if (running.length === 0) throw new RedisTestClusterError('STOPPED', 'no node is running');
    let node = pick(running, random);
    let asking = false;
    for (let redirects = 0; ; redirects++) {
      try {
        return await this.#ask(node, args, asking);
      } catch (error) {
        const word = wordOf(error);
        if ((word !== 'MOVED' && word !== 'ASK') || redirects === FOLLOWED_REDIRECTS) throw error;
        asking = word === 'ASK';
        node = cluster.node((error as Error).message.split(' ')[2] ?? '');
      }
    }
  }

  async #ask(node: TestNode, args: readonly CommandArgument[], asking: boolean): Promise<CommandReply> {
    const connection = this.#connectionTo(node);
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    const replies = connection.runAll(asking ? [['ASKING'], args] : [args]);
    replies.then(settled, settled);
    if (!(await this.#owner.runUntil(() => isSettled, this.#timeoutMs))) {
      connection.close();
      throw new RedisTestClusterError(
        'TIMEOUT',
        `no answer from ${node.name} within ${this.#timeoutMs} ms of virtual time`,
      );
    }
    return (await replies).at(-1) as CommandReply;
  }

  #connectionTo(node: TestNode): CommandClient {
    let connection = this.#connections.get(node);
    if (connection === undefined) {
      connection = new CommandClient(node.process, this.#owner.cluster.pump);
      this.#connections.set(node, connection);
    }
    return connection;
  }
}

function mayPass(error: unknown): boolean {
  return (error as RedisTestClusterError).code === 'STOPPED' || PASSING.has(wordOf(error));
}

/** `MOVED`, `ERR`...: the first word of what a node refuses with. */
function wordOf(error: unknown): string {
  return (error as Error).message.split(' ', 1)[0] ?? '';
}
