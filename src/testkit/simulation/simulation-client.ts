/** A client of a simulated cluster, without sockets: it follows redirections, and virtual time passes while it waits. */
import { RedisTestClusterError } from '../../../fixtures/error.js';
import type { Random } from '../../time/random.js';
import type { Cluster } from '../cluster.js';
import type { CommandArgument, CommandReply } from '../command-client.js';
import { pick } from './pick.js';

const FOLLOWED_REDIRECTS = 5;
/** Virtual time after which a client gives up. */
const TIMEOUT_MS = 10_000;

/** Lets virtual time pass until the condition holds. @returns false when it did not within the limit. */
export type RunUntil = (condition: () => boolean, limitMs: number) => Promise<boolean>;

export class SimulationClient {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #runUntil: RunUntil;

  constructor(cluster: Cluster, random: Random, runUntil: RunUntil) {
    this.#cluster = cluster;
    this.#random = random;
    this.#runUntil = runUntil;
  }

  /**
   * Runs a command: begins at any running node, follows MOVED and ASK.
   * @throws RedisTestClusterError COMMAND_FAILED with Redis's text; TIMEOUT after 10 s of virtual time without an answer.
   */
  async command(...args: readonly CommandArgument[]): Promise<CommandReply> {
    const running = this.#cluster.nodes.filter(({ state }) => state === 'running');
    if (running.length === 0) throw new RedisTestClusterError('STOPPED', 'no node is running');
    let node = pick(running, this.#random);
    let asking = false;
    for (let redirects = 0; ; redirects++) {
      try {
        if (asking) node.command('ASKING').catch(() => undefined);
        return await this.#answerTo(node.command(...args));
      } catch (error) {
        const [word = '', , address = ''] = (error as Error).message.split(' ');
        if ((word !== 'MOVED' && word !== 'ASK') || redirects === FOLLOWED_REDIRECTS) throw error;
        asking = word === 'ASK';
        node = this.#cluster.node(address);
      }
    }
  }

  async #answerTo(reply: Promise<CommandReply>): Promise<CommandReply> {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    reply.then(settled, settled);
    if (!(await this.#runUntil(() => isSettled, TIMEOUT_MS)))
      throw new RedisTestClusterError('TIMEOUT', `no answer within ${TIMEOUT_MS} ms of virtual time`);
    return await reply;
  }
}
