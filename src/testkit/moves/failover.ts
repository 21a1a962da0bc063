/** Carries out a failover: brings it about, waits until it is seen, and leaves the old master as it was asked for. */
import type { RealTimePump } from '../../io/real-time-pump.js';
import type { ClientFault } from '../faults/client-fault.js';
import type { ClientFaults } from '../faults/client-faults.js';
import type { LinkFaults, Partition } from '../faults/link-faults.js';
import type { TestNode } from '../test-node.js';
import type { FailoverPlan } from './failover-plan.js';
import { runOn } from './node-commands.js';

export interface FailoverResult {
  /** The master of the shard now. */
  readonly promoted: TestNode;
  /** Its master before. */
  readonly demoted: TestNode;
  /** Virtual time from its beginning until it was seen. */
  readonly ms: number;
  /** The cut around the old master, with `oldMaster: 'partitioned'`: heal() it. */
  readonly partition: Partition | null;
}

/** What a failover needs of its cluster. */
export interface FailoverOwner {
  readonly pump: RealTimePump;
  readonly nodes: readonly TestNode[];
  readonly links: LinkFaults;
  readonly clients: ClientFaults;
  now(): number;
  waitUntil(condition: () => boolean, what: string, limitMs: number): Promise<number>;
  waitInRealTime(condition: () => boolean, what: () => string, timeoutMs?: number): Promise<void>;
}

/** An automatic failover takes the node timeout twice and some seconds; elections may have to be repeated. */
const TIMEOUTS_TO_WAIT = 8;
const LEAST_LIMIT_MS = 60_000;

export class Failover {
  readonly #owner: FailoverOwner;
  readonly #plan: FailoverPlan;
  readonly #candidates: readonly TestNode[];
  #partition: Partition | null = null;
  #promoted: TestNode | null = null;

  constructor(owner: FailoverOwner, plan: FailoverPlan) {
    this.#owner = owner;
    this.#plan = plan;
    const { candidate, master } = plan;
    this.#candidates = candidate === null ? master.replicas : [candidate];
  }

  async run(): Promise<FailoverResult> {
    const { after, master, mode, oldMaster } = this.#plan;
    const waiting = after === null ? null : await this.#waitForCommands(after);
    const startedAtMs = this.#owner.now();
    const restore = await this.#keepOthersOut();
    try {
      await this.#begin();
      // At a master that is forced out its commands wait for the new order; at any other they go on as they would.
      if (mode === 'graceful' || oldMaster !== 'replica') waiting?.dispose();
      await this.#untilPromoted();
      waiting?.dispose();
      if (mode === 'graceful' && oldMaster === 'dead') await master.kill();
      if (mode === 'crash' && oldMaster === 'replica') await master.restart();
      await this.#untilSeen();
    } finally {
      waiting?.dispose();
      await restore();
    }
    return {
      promoted: this.#promoted as TestNode,
      demoted: master,
      ms: this.#owner.now() - startedAtMs,
      partition: this.#partition,
    };
  }

  /** @returns what holds the commands behind the last one that the master still runs. */
  async #waitForCommands(after: NonNullable<FailoverPlan['after']>): Promise<ClientFault> {
    const { master } = this.#plan;
    const { commands, command, timeoutMs } = after;
    const before = master.counters.commands(command);
    const seen = (): number => master.counters.commands(command) - before;
    const hold = this.#owner.clients.inject(
      [master],
      { hold: 'command' },
      { after: commands, ...(command === undefined ? {} : { command }) },
    );
    try {
      await this.#owner.waitInRealTime(
        () => seen() >= commands,
        () => `${commands} command(s) at ${master.name} before its failover, saw ${seen()}`,
        timeoutMs,
      );
      return hold;
    } catch (error) {
      hold.dispose();
      throw error;
    }
  }

  /** A replica that was chosen to win an election by itself wins it when no other one stands. @returns what undoes that. */
  async #keepOthersOut(): Promise<() => Promise<void>> {
    const { mode, candidate, master } = this.#plan;
    const others =
      mode === 'crash' && candidate !== null
        ? master.replicas.filter((node) => node !== candidate && node.state === 'running')
        : [];
    const set = async (node: TestNode, value: string): Promise<void> => {
      await runOn(node, this.#owner.pump, 'CONFIG', 'SET', 'cluster-replica-no-failover', value);
    };
    const willing = others.filter((node) => !node.process.node.config.values['cluster-replica-no-failover']);
    for (const node of willing) await set(node, 'yes');
    return async () => {
      for (const node of willing) if (node.state === 'running') await set(node, 'no');
    };
  }

  async #begin(): Promise<void> {
    const { mode, oldMaster, master, candidate } = this.#plan;
    if (oldMaster === 'partitioned')
      this.#partition = this.#owner.links.partition('failover()', [master], undefined, {});
    else if (mode === 'crash' || (oldMaster === 'dead' && mode !== 'graceful')) await master.kill();
    if (mode === 'crash' || candidate === null) return;
    const word = mode === 'graceful' ? [] : [mode.toUpperCase()];
    await runOn(candidate, this.#owner.pump, 'CLUSTER', 'FAILOVER', ...word);
  }

  async #untilPromoted(): Promise<void> {
    const { master, mode } = this.#plan;
    await this.#owner.waitUntil(
      () => {
        this.#promoted =
          this.#candidates.find((node) => node.state === 'running' && node.role === 'master') ?? null;
        return this.#promoted !== null;
      },
      `the ${mode} failover of ${master.name}`,
      Math.max(LEAST_LIMIT_MS, TIMEOUTS_TO_WAIT * this.#nodeTimeoutMs),
    );
  }

  /** Who is cut off cannot see it; that is everybody who has not heard of it within the node timeout. */
  async #untilSeen(): Promise<void> {
    const { master, oldMaster } = this.#plan;
    const patienceEndsAtMs = this.#owner.now() + this.#nodeTimeoutMs;
    const demotedWell = (): boolean => oldMaster !== 'replica' || master.role === 'replica';
    await this.#owner.waitUntil(
      () => demotedWell() && (this.#isSeenByAll() || this.#owner.now() >= patienceEndsAtMs),
      `all nodes to see the failover of ${master.name}`,
      Math.max(LEAST_LIMIT_MS, TIMEOUTS_TO_WAIT * this.#nodeTimeoutMs),
    );
  }

  #isSeenByAll(): boolean {
    const promoted = this.#promoted as TestNode;
    const own = promoted.process.node.cluster?.state.myself;
    return this.#owner.nodes.every((viewer) => {
      if (viewer.state !== 'running' || (this.#partition?.isActive === true && viewer === this.#plan.master))
        return true;
      const seen = viewer.process.node.cluster?.state.nodes.get(promoted.id);
      return (
        own !== undefined &&
        seen?.isMaster === true &&
        seen.configEpoch === own.configEpoch &&
        seen.slots.snapshot().equals(own.slots.snapshot())
      );
    });
  }

  get #nodeTimeoutMs(): number {
    const [candidate] = this.#candidates;
    return candidate?.isRunning === true ? candidate.process.node.config.values['cluster-node-timeout'] : 0;
  }
}
