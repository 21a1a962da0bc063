// The checkers bite: each deliberate error in the cluster brain is caught by some seed, under the name of its invariant.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { slotForKey } from '../../../fixtures/keys.js';
import { ClusterState } from '../../../src/cluster/cluster-state.js';
import * as election from '../../../src/cluster/election.js';
import * as failureDetection from '../../../src/cluster/failure-detection.js';
import * as failureReports from '../../../src/cluster/failure-reports.js';
import * as health from '../../../src/cluster/health.js';
import * as manualFailover from '../../../src/cluster/manual-failover.js';
import * as nodesConf from '../../../src/cluster/nodes-conf.js';
import * as promotion from '../../../src/cluster/promotion.js';
import * as replicaMigration from '../../../src/cluster/replica-migration.js';
import * as routing from '../../../src/cluster/routing.js';
import * as saving from '../../../src/cluster/saving.js';
import * as slotOwnership from '../../../src/cluster/slot-ownership.js';
import * as votes from '../../../src/cluster/votes.js';
import { type SimulateOptions, SimulationFailure, simulate, type Workload } from '../../../src/index.js';
import { Database } from '../../../src/keyspace/database.js';
import { KeyspaceSlotKeys } from '../../../src/keyspace/slot-keys.js';
import { ClientSession } from '../../../src/node/client-session.js';
import { Dispatcher } from '../../../src/node/dispatch.js';
import { Node } from '../../../src/node/node.js';
import { PubSub } from '../../../src/node/pub-sub.js';
import { WaitingClients } from '../../../src/node/waiting-clients.js';
import { PrimarySide } from '../../../src/replication/primary-side.js';
import { Replication } from '../../../src/replication/replication.js';
import { OK, type Reply } from '../../../src/resp/reply.js';
import { CLIENT_ADDRESS } from '../../../src/testkit/simulation/clients/wire-connection.js';

/** How a mutant's function is made of the right one. */
type Change<F> = (right: F) => F;

/** Puts another function in the place of one that a module exports. */
function mutate<M extends object, K extends keyof M>(module: M, name: K, change: Change<M[K]>): void {
  const right = module[name];
  const wrong = change(right) as never;
  (
    vi.spyOn(module, name as never) as unknown as { mockImplementation(wrong: never): void }
  ).mockImplementation(wrong);
}

/** What a function gives when the cluster seems to be ok. */
function asIfOk<T>(state: ClusterState, call: () => T): T {
  const { ok } = state;
  state.ok = true;
  const result = call();
  state.ok = ok;
  return result;
}

interface Mutant {
  readonly error: string;
  /** Which of these catches it first. */
  readonly caughtBy: readonly string[];
  readonly seeds: SimulateOptions['seeds'];
  readonly options?: SimulateOptions;
  /** For errors that random faults bring to light too seldom. */
  readonly workload?: Workload;
  readonly apply: () => void;
}

const MUTANTS: readonly Mutant[] = [
  {
    error: 'votes twice in an epoch',
    caughtBy: ['S1'],
    seeds: 8,
    options: { replicas: 2 },
    // Both replicas ask before they hear of each other.
    workload: async (sim) => {
      sim.cluster.delayMessages({ min: 0, max: 400 }, { from: sim.cluster.replicas });
      await sim.cluster.nodes[0]?.kill();
      await sim.advance('10s');
    },
    apply: () =>
      mutate(votes, 'onVoteRequest', (right) => (state, candidate, request) => {
        const { lastVoteEpoch } = state;
        const votedTimeMs = candidate.replicaOf?.votedTimeMs ?? 0;
        state.lastVoteEpoch = -1;
        if (candidate.replicaOf !== null) candidate.replicaOf.votedTimeMs = 0;
        right(state, candidate, request);
        if (state.lastVoteEpoch !== -1) return;
        state.lastVoteEpoch = lastVoteEpoch;
        if (candidate.replicaOf !== null) candidate.replicaOf.votedTimeMs = votedTimeMs;
      }),
  },
  {
    error: 'votes again about the same master at once',
    caughtBy: ['S4'],
    seeds: 3,
    options: { replicas: 2 },
    // The first replica that asks gets no votes, so that the other one asks as well.
    workload: async (sim) => {
      sim.cluster.dropMessages({ type: 'FAILOVER_AUTH_ACK' });
      await sim.cluster.nodes[0]?.kill();
      await sim.advance('10s');
    },
    apply: () =>
      mutate(votes, 'onVoteRequest', (right) => (state, candidate, request) => {
        if (candidate.replicaOf !== null) candidate.replicaOf.votedTimeMs = 0;
        right(state, candidate, request);
      }),
  },
  {
    error: 'skips the quorum',
    caughtBy: ['S2', 'S3'],
    seeds: 20,
    apply: () => {
      let isElecting = false;
      mutate(election, 'handleReplicaFailover', (right) => (state) => {
        isElecting = true;
        right(state);
        isElecting = false;
      });
      vi.spyOn(ClusterState.prototype, 'quorum', 'get').mockImplementation(function (this: ClusterState) {
        return isElecting ? 1 : Math.floor(this.size / 2) + 1;
      });
    },
  },
  {
    error: 'accepts the slots of a lower epoch',
    caughtBy: ['S6'],
    seeds: 20,
    apply: () =>
      mutate(
        slotOwnership,
        'updateSlotOwnership',
        (right) => (state, owner, _epoch, claimed) => right(state, owner, Number.MAX_SAFE_INTEGER, claimed),
      ),
  },
  {
    error: 'forgets the rejoin delay',
    caughtBy: ['S11'],
    seeds: 20,
    apply: () =>
      mutate(health, 'updateClusterState', (right) => (state) => {
        state.lastMinorityMs = 0;
        right(state);
      }),
  },
  {
    error: 'is ok at once after its start',
    caughtBy: ['S11'],
    seeds: 20,
    options: { faults: ['crash'] },
    apply: () =>
      mutate(health, 'updateClusterState', (right) => (state) => {
        state.firstStateUpdateMs = 1;
        right(state);
      }),
  },
  {
    error: 'ignores the lastVoteEpoch on disk',
    caughtBy: ['S5'],
    seeds: 20,
    options: { faults: ['crash'] },
    apply: () =>
      mutate(nodesConf, 'readNodesConf', (right) => (text, host) => {
        const state = right(text, host);
        state.lastVoteEpoch = 0;
        return state;
      }),
  },
  {
    error: 'votes before nodes.conf is saved',
    caughtBy: ['S1'],
    seeds: 20,
    options: { faults: ['crash'] },
    apply: () => mutate(saving, 'saveConfigOrDie', () => () => undefined),
  },
  {
    error: 'is promoted without a new epoch',
    caughtBy: ['S2', 'S7'],
    seeds: 20,
    apply: () =>
      mutate(promotion, 'replaceMyMaster', (right) => (state) => {
        state.myself.configEpoch = state.myself.replicaOf?.configEpoch ?? 0;
        right(state);
      }),
  },
  {
    error: 'wins with data that are too old',
    caughtBy: ['S15'],
    seeds: 3,
    // It comes back empty, when nobody is left to copy from.
    workload: async (sim) => {
      const [master] = sim.cluster.masters;
      const [replica] = master?.replicas ?? [];
      await replica?.kill();
      await master?.kill();
      await sim.advance('1s');
      await replica?.restart();
      await sim.advance('20s');
    },
    apply: () =>
      vi.spyOn(Replication.prototype, 'masterLinkDownSinceMs').mockReturnValue(Number.MAX_SAFE_INTEGER),
  },
  {
    error: 'never demotes itself when another master claims its slots by a greater epoch',
    caughtBy: ['L1'],
    seeds: [1],
    options: { bound: '30s' },
    apply: () =>
      mutate(slotOwnership, 'updateSlotOwnership', (right) => (state, owner, epoch, claimed) => {
        const { myself } = state;
        const takesMine = myself.isMaster && myself.slots.ranges.some(([first]) => claimed.has(first));
        if (!takesMine) right(state, owner, epoch, claimed);
      }),
  },
  {
    error: 'takes PFAIL for FAIL',
    caughtBy: ['S8'],
    seeds: 20,
    apply: () => mutate(failureReports, 'countFailureReports', () => () => 1000),
  },
  {
    error: 'counts failure reports however old they are',
    caughtBy: ['S8'],
    seeds: [2],
    options: { faults: ['partition', 'pause'], steps: 20 },
    apply: () =>
      mutate(
        failureReports,
        'countFailureReports',
        () => (_state, node) => (node.hasFailReports ? node.failReports.size : 0),
      ),
  },
  {
    error: 'never clears FAIL',
    caughtBy: ['L6', 'L4'],
    seeds: [1],
    options: { steps: 4, bound: '30s' },
    apply: () => mutate(failureDetection, 'clearFailureIfNeeded', () => () => undefined),
  },
  {
    error: 'hands over without holding back writes',
    caughtBy: ['S14'],
    seeds: [3],
    options: { faults: ['failover'] },
    apply: () =>
      mutate(manualFailover, 'onManualFailoverStart', (right) => (state, sender, link) => {
        right(state, sender, link);
        state.host.clients.endFailoverPause();
      }),
  },
  {
    error: 'starts the handover before the replica has everything',
    caughtBy: ['S14'],
    seeds: 2,
    workload: async (sim) => {
      const [replica] = sim.cluster.replicas;
      replica?.lag('1s');
      for (let round = 0; round < 20; round++) {
        sim.writeSome();
        await sim.advance(50);
      }
      await replica?.command('CLUSTER', 'FAILOVER');
      await sim.advance('10s');
    },
    apply: () =>
      mutate(manualFailover, 'handleManualFailover', (right) => (state) => {
        const { manualFailover: running, host } = state;
        if (running.endMs !== 0 && running.masterOffset !== -1)
          running.masterOffset = host.replication.offset();
        right(state);
      }),
  },
  {
    error: 'serves writes while the cluster is down',
    caughtBy: ['S9'],
    seeds: 20,
    apply: () => {
      mutate(routing, 'servesLocally', (right) => (state, slot) => asIfOk(state, () => right(state, slot)));
      mutate(
        routing,
        'routeRequest',
        (right) => (state, request) => asIfOk(state, () => right(state, request)),
      );
    },
  },
  {
    error: 'does not notice that it is in a minority',
    caughtBy: ['S10'],
    seeds: 20,
    options: { faults: ['partition'] },
    apply: () =>
      mutate(health, 'updateClusterState', (right) => (state) => {
        right(state);
        state.ok = true;
      }),
  },
  {
    error: 'never asks for votes',
    caughtBy: ['L4'],
    seeds: 6,
    options: { faults: ['delay'], steps: 1 },
    apply: () => mutate(election, 'handleReplicaFailover', () => () => undefined),
  },
  {
    error: 'asks for votes much too late',
    caughtBy: ['L4'],
    seeds: 6,
    options: { faults: ['delay'], steps: 1 },
    apply: () =>
      mutate(election, 'handleReplicaFailover', (right) => (state) => {
        const master = state.myself.replicaOf;
        if (master !== null && state.host.nowMs() - master.failTimeMs > 5000) right(state);
      }),
  },
  {
    error: 'never marks a node as failing',
    caughtBy: ['L4'],
    seeds: 6,
    options: { faults: ['delay'], steps: 1 },
    apply: () => mutate(failureDetection, 'markFailingIfNeeded', () => () => undefined),
  },
  {
    error: 'leaves masters without replicas',
    caughtBy: ['L8'],
    seeds: [1],
    options: { faults: ['failover'], bound: '30s', replicas: 2 },
    workload: async (sim) => {
      const [donor, orphan] = sim.cluster.masters;
      for (const node of orphan?.replicas ?? []) await node.command('CLUSTER', 'REPLICATE', donor?.id ?? '');
    },
    apply: () => mutate(replicaMigration, 'considerReplicaMigration', () => () => undefined),
  },
  {
    error: 'counts replicas for WAIT that are not so far',
    caughtBy: ['S13'],
    seeds: 10,
    apply: () =>
      vi.spyOn(PrimarySide.prototype, 'countAcks').mockImplementation(function (this: PrimarySide) {
        return this.replicas.length;
      }),
  },
  {
    error: 'drops what its master sends now and then',
    caughtBy: ['S12', 'S13', 'L7'],
    seeds: 10,
    apply: () => {
      let commands = 0;
      const right = Node.prototype.dispatch;
      vi.spyOn(Node.prototype, 'dispatch').mockImplementation(function (this: Node, session, argv) {
        const isLost = session.kind === 'master-link' && argv[0] === 'SET' && ++commands % 10 === 0;
        if (!isLost) right.call(this, session, argv);
      });
    },
  },
  {
    error: 'keeps the keys of slots that it lost',
    caughtBy: ['S16'],
    seeds: 40,
    options: { faults: ['migrate', 'crash', 'partition'] },
    apply: () => vi.spyOn(KeyspaceSlotKeys.prototype, 'deleteKeysInSlot').mockReturnValue(0),
  },
  {
    error: 'leaves the keys that MIGRATE takes where they are',
    caughtBy: ['S16', 'S17'],
    seeds: 5,
    options: { faults: ['migrate'] },
    apply: () => {
      const right = Database.prototype.delete;
      vi.spyOn(Database.prototype, 'delete').mockImplementation(function (this: Database, key) {
        const isMigrating = new Error('where').stack?.includes('deleteMoved') === true;
        return isMigrating || right.call(this, key);
      });
    },
  },
  {
    error: 'sends clients on to itself',
    caughtBy: ['S17'],
    seeds: 1,
    apply: () =>
      mutate(routing, 'routeRequest', (right) => (state, request) => {
        const result = right(state, request);
        return result.kind === 'moved' ? { ...result, node: state.myself } : result;
      }),
  },
  {
    error: 'sends clients to ask for keys that it has',
    caughtBy: ['S17'],
    seeds: 20,
    options: { faults: ['migrate'] },
    apply: () =>
      mutate(routing, 'routeRequest', (right) => (state, request) => {
        const slot = slotForKey(request.keys[0] ?? '');
        const target = state.slots.migratingTo.get(slot);
        if (target === undefined || request.isMigrate) return right(state, request);
        return { kind: 'ask', slot, node: target };
      }),
  },
  {
    error: 'serves reads of replicas to anybody',
    caughtBy: ['S18'],
    seeds: 5,
    apply: () =>
      mutate(
        routing,
        'routeRequest',
        (right) => (state, request) => right(state, { ...request, readonlyMode: true }),
      ),
  },
  {
    error: 'takes keys of several slots in one command',
    caughtBy: ['S19'],
    seeds: 5,
    apply: () =>
      mutate(
        routing,
        'routeRequest',
        (right) => (state, request) => right(state, { ...request, keys: request.keys.slice(0, 1) }),
      ),
  },
  {
    error: 'runs a transaction with a command that it refused',
    caughtBy: ['S19'],
    seeds: 5,
    apply: () => {
      const right = Dispatcher.prototype.dispatch;
      vi.spyOn(Dispatcher.prototype, 'dispatch').mockImplementation(function (
        this: Dispatcher,
        session,
        argv,
      ) {
        if (session.transaction !== null) session.transaction.aborted = false;
        right.call(this, session, argv);
      });
    },
  },
  {
    error: 'answers in another order',
    caughtBy: ['S20'],
    seeds: 1,
    apply: () => {
      const right = ClientSession.prototype.reply;
      const held = new Map<ClientSession, Reply>();
      vi.spyOn(ClientSession.prototype, 'reply').mockImplementation(function (this: ClientSession, reply) {
        const earlier = held.get(this);
        if (this.address !== CLIENT_ADDRESS || (earlier === undefined && reply !== OK)) {
          right.call(this, reply);
          return;
        }
        held.delete(this);
        if (earlier === undefined) {
          held.set(this, reply);
          return;
        }
        right.call(this, reply);
        right.call(this, earlier);
      });
    },
  },
  {
    error: 'lets blocked clients wait when it becomes a replica',
    caughtBy: ['S21'],
    seeds: 20,
    options: { faults: ['failover'] },
    apply: () => vi.spyOn(WaitingClients.prototype, 'disconnectBlocked').mockReturnValue(undefined),
  },
  {
    error: 'lets blocked clients wait for a slot that it lost, or while the cluster is down',
    caughtBy: ['S21'],
    seeds: 20,
    options: { faults: ['partition', 'migrate'] },
    apply: () => mutate(routing, 'redirectForBlockedClient', () => () => null),
  },
  {
    error: 'keeps subscribers of a slot that it lost',
    caughtBy: ['S22'],
    seeds: 20,
    options: { faults: ['failover', 'migrate'] },
    apply: () => vi.spyOn(PubSub.prototype, 'dropShardChannels').mockReturnValue(undefined),
  },
  {
    error: 'keeps sessions of clients that have gone',
    caughtBy: ['L9'],
    seeds: 1,
    options: { steps: 2 },
    apply: () => {
      const right = Node.prototype.onClosed;
      vi.spyOn(Node.prototype, 'onClosed').mockImplementation(function (this: Node, session) {
        if (session.address !== CLIENT_ADDRESS) right.call(this, session);
      });
    },
  },
  {
    error: 'tells clients to try again when there is nothing to wait for',
    caughtBy: ['S17'],
    seeds: 5,
    apply: () =>
      mutate(routing, 'routeRequest', (right) => (state, request) => {
        const result = right(state, request);
        return result.kind === 'local' && request.isExec === true ? { kind: 'tryagain' } : result;
      }),
  },
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a brain with one deliberate error', () => {
  it.each(MUTANTS)('$error', { timeout: 60_000 }, async ({ apply, caughtBy, seeds, options, workload }) => {
    apply();
    const failure = await simulate({ seeds: seeds ?? 20, ...options }, workload).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(caughtBy).toContain((failure as SimulationFailure).invariant);
  });

  it('fails again, in the same words, by the line that its failure prints', async () => {
    mutate(promotion, 'replaceMyMaster', (right) => (state) => {
      state.myself.configEpoch = state.myself.replicaOf?.configEpoch ?? 0;
      right(state);
    });
    const failureOf = async (options: SimulateOptions): Promise<SimulationFailure> =>
      await simulate(options).then(
        () => expect.fail('expected the simulation to fail'),
        (error: SimulationFailure) => error,
      );
    const first = await failureOf({ seeds: 20, masters: [3, 4], steps: 8, faults: ['failover', 'delay'] });
    const printed = /simulate\((\{.*\})\)/.exec(first.message)?.[1] ?? '';
    const again = await failureOf(JSON.parse(printed.replace(/(\w+):/g, '"$1":')) as SimulateOptions);
    expect(again.message).toBe(first.message);
  });
});
