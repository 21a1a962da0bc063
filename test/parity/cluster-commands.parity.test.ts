/** Every CLUSTER subcommand, well and badly called, on a one-node cluster of ours and on a real redis-server: replies byte for byte. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterCommands } from '../../src/commands/cluster/index.js';
import type { RedisVersion } from '../../src/commands/command.js';
import { CommandTable, type ResolvedCommand } from '../../src/commands/table.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { countComparison } from '../support/compared-calls.js';
import {
  describeParity,
  RealConnection,
  type RealRedis,
  type Reply,
  startRealRedis,
} from '../support/real-redis.js';

const NOBODY = 'f'.repeat(40);
/** Short, as a master waits that long after it was in a minority: which it is while it has no slots. */
const NODE_TIMEOUT_MS = 500;

/** Calls on a new node that knows nobody. `ME` stands for the node's own id. */
const ALONE = [
  'CLUSTER',
  'CLUSTER BOGUS',
  'CLUSTER BOGUS a b',
  'CLUSTER MYID',
  'cluster myid x',
  'CLUSTER MYSHARDID',
  'CLUSTER MYSHARDID x',
  'CLUSTER NODES',
  'CLUSTER NODES x',
  'CLUSTER SLOTS',
  'CLUSTER SLOTS x',
  'CLUSTER SHARDS',
  'CLUSTER SHARDS x',
  'CLUSTER LINKS',
  'CLUSTER LINKS x',
  'CLUSTER INFO',
  'CLUSTER INFO x',
  'CLUSTER KEYSLOT foo',
  'CLUSTER KEYSLOT {user1000}.following',
  'CLUSTER KEYSLOT',
  'CLUSTER COUNTKEYSINSLOT',
  'CLUSTER COUNTKEYSINSLOT 5',
  'CLUSTER COUNTKEYSINSLOT x',
  'CLUSTER COUNTKEYSINSLOT -1',
  'CLUSTER COUNTKEYSINSLOT 16384',
  'CLUSTER COUNTKEYSINSLOT 9223372036854775807',
  'CLUSTER COUNTKEYSINSLOT 9223372036854775808',
  'CLUSTER GETKEYSINSLOT 5',
  'CLUSTER GETKEYSINSLOT 5 10',
  'CLUSTER GETKEYSINSLOT 16384 x',
  'CLUSTER GETKEYSINSLOT x 10',
  'CLUSTER GETKEYSINSLOT 5 -1',
  'CLUSTER GETKEYSINSLOT 16384 1',
  'CLUSTER ADDSLOTS',
  'CLUSTER ADDSLOTS x',
  'CLUSTER ADDSLOTS 1 2 16384',
  'CLUSTER ADDSLOTS 1 2 1',
  'CLUSTER ADDSLOTS 1 2 5',
  'CLUSTER ADDSLOTS 3 2',
  'CLUSTER ADDSLOTSRANGE 1',
  'CLUSTER ADDSLOTSRANGE 10 20 30',
  'CLUSTER ADDSLOTSRANGE 20 10',
  'CLUSTER ADDSLOTSRANGE 10 20 15 30',
  'CLUSTER ADDSLOTSRANGE 0 20 x y',
  'CLUSTER ADDSLOTSRANGE 10 20 30 30',
  'CLUSTER DELSLOTS',
  'CLUSTER DELSLOTS 1 100',
  'CLUSTER DELSLOTS 1 1',
  'CLUSTER DELSLOTS 1',
  'CLUSTER DELSLOTSRANGE 18',
  'CLUSTER DELSLOTSRANGE 18 20 30',
  'CLUSTER DELSLOTSRANGE 18 20 30 31',
  'CLUSTER DELSLOTSRANGE 18 20',
  'CLUSTER NODES',
  'CLUSTER SLOTS',
  'CLUSTER SHARDS',
  'CLUSTER SETSLOT 1',
  'CLUSTER SETSLOT x STABLE',
  'CLUSTER SETSLOT 1 BOGUS',
  'CLUSTER SETSLOT 1 STABLE x',
  'CLUSTER SETSLOT 1 STABLE',
  `CLUSTER SETSLOT 1 MIGRATING ${NOBODY}`,
  `CLUSTER SETSLOT 2 MIGRATING ${NOBODY}`,
  'CLUSTER SETSLOT 2 MIGRATING ME',
  `CLUSTER SETSLOT 1 IMPORTING ${NOBODY}`,
  `CLUSTER SETSLOT 2 IMPORTING ${NOBODY}`,
  'CLUSTER SETSLOT 1 IMPORTING ME',
  `CLUSTER SETSLOT 1 NODE ${NOBODY}`,
  'CLUSTER SETSLOT 1 NODE',
  'CLUSTER NODES',
  'CLUSTER SETSLOT 1 NODE ME',
  'CLUSTER SETSLOT 2 NODE me',
  'CLUSTER NODES',
  'CLUSTER INFO',
  'CLUSTER BUMPEPOCH',
  'CLUSTER BUMPEPOCH x',
  'CLUSTER SET-CONFIG-EPOCH',
  'CLUSTER SET-CONFIG-EPOCH x',
  'CLUSTER SET-CONFIG-EPOCH -5',
  'CLUSTER SET-CONFIG-EPOCH 7',
  'CLUSTER COUNT-FAILURE-REPORTS',
  'CLUSTER COUNT-FAILURE-REPORTS ME',
  `CLUSTER COUNT-FAILURE-REPORTS ${NOBODY}`,
  'CLUSTER REPLICAS',
  'CLUSTER REPLICAS ME',
  'CLUSTER REPLICAS x',
  'CLUSTER SLAVES ME',
  `CLUSTER SLAVES ${NOBODY}`,
  'CLUSTER REPLICATE',
  'CLUSTER REPLICATE ME',
  'CLUSTER REPLICATE x',
  'CLUSTER FORGET',
  'CLUSTER FORGET ME',
  `CLUSTER FORGET ${NOBODY}`,
  'CLUSTER FAILOVER',
  'CLUSTER FAILOVER x',
  'CLUSTER FAILOVER FORCE',
  'CLUSTER FAILOVER takeover',
  'CLUSTER FAILOVER FORCE TAKEOVER',
  'CLUSTER SAVECONFIG',
  'CLUSTER SAVECONFIG x',
  'CLUSTER FLUSHSLOTS x',
  'CLUSTER FLUSHSLOTS',
  'CLUSTER RESET x',
  'CLUSTER RESET HARD SOFT',
  'CLUSTER RESET SOFT',
  'CLUSTER RESET hard',
  'CLUSTER SET-CONFIG-EPOCH 7',
  'CLUSTER SET-CONFIG-EPOCH 8',
  'CLUSTER BUMPEPOCH',
  'CLUSTER INFO',
  'MULTI',
  'CLUSTER ADDSLOTS 1',
  'CLUSTER DELSLOTS 2',
  'CLUSTER KEYSLOT a',
  'CLUSTER INFO',
  'EXEC',
  'MULTI',
  'CLUSTER BOGUS',
  'CLUSTER MEET x',
  'CLUSTER KEYSLOT a',
  'EXEC',
  'ASKING',
  'ASKING x',
  'READONLY',
  'READONLY x',
  'READWRITE',
  'READWRITE x',
  'SELECT 0',
  'SELECT 1',
];

/** Calls that make the node know another one, in handshake. */
const MEETING = [
  'CLUSTER MEET 127.0.0.1',
  'CLUSTER MEET 127.0.0.1 x',
  'CLUSTER MEET 127.0.0.1 1 x',
  'CLUSTER MEET localhost 7000',
  'CLUSTER MEET 127.0.0.1 0',
  'CLUSTER MEET 127.0.0.1 65536',
  'CLUSTER MEET 127.0.0.1 60000',
  'CLUSTER MEET 127.0.0.1 -1',
  'CLUSTER MEET 1.2.3.4 7000 17000 1',
  'CLUSTER MEET 127.000.0.1 1 1',
  'CLUSTER MEET 127.0.0.1 1 2',
  'CLUSTER MEET 127.0.0.1 1 2',
  'CLUSTER MEET ::0001 1 2',
  'CLUSTER NODES',
  'CLUSTER SHARDS',
  'CLUSTER SLOTS',
  'CLUSTER SET-CONFIG-EPOCH 9',
  'CLUSTER RESET',
  'CLUSTER NODES',
];

/** Calls that need the cluster to be up. */
const WITH_KEYS = [
  'SET {a}1 x',
  'SET {a}2 x',
  'SET {a}3 x',
  'SET b x',
  'CLUSTER COUNTKEYSINSLOT 15495',
  'CLUSTER GETKEYSINSLOT 15495 2',
  'CLUSTER GETKEYSINSLOT 15495 100',
  'DEL {a}2',
  'SET {a}1 y',
  'CLUSTER GETKEYSINSLOT 15495 100',
  'MSET {a}1 x b y',
  'GET',
  'CLUSTER FLUSHSLOTS',
  'CLUSTER RESET',
  'CLUSTER SETSLOT 15495 MIGRATING ME',
  'GET {a}1',
  'GET {a}9',
  'MGET {a}1 {a}9',
  'MGET {a}8 {a}9',
  'CLUSTER SETSLOT 15495 STABLE',
  'MULTI',
  'GET {a}1',
  'GET b',
  'EXEC',
  'MULTI',
  'MGET {a}1 b',
  'EXEC',
  'CLUSTER INFO',
  'CLUSTER DELSLOTS 15495',
  'GET {a}1',
  'GET b',
];

describeParity('the cluster commands', () => {
  let redis: RealRedis;
  let cluster: Cluster;
  let version: RedisVersion;

  beforeAll(async () => {
    redis = await startRealRedis({
      args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    });
    version = redis.version.startsWith('7.0') ? '7.0' : '7.2';
    const options = { masters: 1, replicas: 0, nodeTimeout: NODE_TIMEOUT_MS, version } as const;
    cluster = await startCluster({ ...options, formed: false });
    // In its first seconds a master does not look at the cluster, so that it counts itself as one with slots.
    await untilInfo('cluster_size:0');
  });

  afterAll(async () => {
    await cluster?.stop();
    await redis?.stop();
  });

  /** Waits until CLUSTER INFO of the real server has that line. */
  function untilInfo(line: string): Promise<void> {
    return vi.waitFor(
      async () => expect(String(await redis.command('CLUSTER', 'INFO'))).toContain(`${line}\r\n`),
      { interval: 50, timeout: 5000 },
    );
  }

  /** Both sides, each on a new connection, on a node that has just been reset. */
  async function pair(protocol: 2 | 3): Promise<Side[]> {
    const sides = await Promise.all([Side.open(cluster.nodes[0]!.port), Side.open(redis.port)]);
    for (const side of sides) {
      await side.raw('FLUSHALL');
      await side.raw('CLUSTER RESET HARD');
      if (protocol === 3) await side.raw('HELLO 3');
    }
    return sides;
  }

  async function compare(sides: readonly Side[], lines: readonly string[]): Promise<void> {
    const [ours, real] = sides as [Side, Side];
    for (const [index, line] of lines.entries()) {
      countComparison(line.split(' '), null);
      const step = `${index}: ${line}`;
      expect(`${step}\n${await ours.normalised(line)}`).toBe(`${step}\n${await real.normalised(line)}`);
    }
  }

  describe.each([2, 3] as const)('in RESP%i', (protocol) => {
    it('answer alike on a node that is alone', async () => {
      await compare(await pair(protocol), ALONE);
    });

    it('answer alike on a node that meets others', async () => {
      await compare(await pair(protocol), MEETING);
    });

    it('answer alike when the cluster is up and has keys', async () => {
      const sides = await pair(protocol);
      for (const side of sides) await side.raw('CLUSTER ADDSLOTSRANGE 0 16383');
      await cluster.advance(NODE_TIMEOUT_MS * 2);
      await untilInfo('cluster_state:ok');
      await compare(sides, WITH_KEYS);
    });
  });

  it('explain themselves with the same lines of syntax', async () => {
    const [ours, real] = await pair(2);
    const syntax = async (side: Side) =>
      (await side.raw('CLUSTER HELP')).split('\r\n').filter((line) => !line.startsWith('+    '));
    expect(await syntax(ours!)).toEqual(await syntax(real!));
    expect((await ours!.raw('CLUSTER HELP')).split('\r\n')).toHaveLength(
      (await real!.raw('CLUSTER HELP')).split('\r\n').length,
    );
  });

  it('are declared as COMMAND INFO and COMMAND DOCS say', async () => {
    const { commands } = new CommandTable(version, [clusterCommands]);
    for (const command of commands.values()) {
      const [info] = (await redis.command('COMMAND', 'INFO', command.fullName)) as Reply[][];
      const docs = fields(
        fields(await redis.command('COMMAND', 'DOCS', command.fullName))
          .values()
          .next().value,
      );
      expectSameDeclaration(command, info!, docs);
      const infos = new Map((info![9] as Reply[][]).map((entry) => [String(entry[0]), entry]));
      const subDocs = fields(docs.get('subcommands') ?? []);
      expect([...command.subcommands.values()].map((sub) => sub.fullName).sort()).toEqual(
        [...infos.keys()].sort(),
      );
      for (const sub of command.subcommands.values()) {
        expectSameDeclaration(sub, infos.get(sub.fullName)!, fields(subDocs.get(sub.fullName)));
      }
    }
  });
});

function expectSameDeclaration(command: ResolvedCommand, info: Reply[], docs: Map<string, Reply>): void {
  const { declaration } = command;
  const [, arity, flags, , , , categories, tips] = info;
  expect({
    name: command.fullName,
    arity: command.arity,
    flags: [...command.flags],
    categories: [...command.aclCategories].map((category) => `@${category}`).sort(),
    tips: declaration.tips ?? [],
    since: declaration.since,
    group: declaration.group,
    complexity: declaration.complexity,
    deprecated: declaration.deprecated?.since,
    replacedBy: declaration.deprecated?.replacedBy,
    history: declaration.history?.map(([release]) => release) ?? [],
  }).toEqual({
    name: command.fullName,
    arity,
    flags,
    categories: (categories as string[]).sort(),
    tips,
    since: docs.get('since'),
    group: docs.get('group'),
    complexity: docs.get('complexity'),
    deprecated: docs.get('deprecated_since'),
    replacedBy: docs.get('replaced_by'),
    history: ((docs.get('history') ?? []) as Reply[][]).map(([release]) => release),
  });
}

/** A map as RESP2 writes it. */
function fields(flat: Reply | undefined): Map<string, Reply> {
  const items = (flat ?? []) as Reply[];
  return new Map(
    items.flatMap((name, index) => (index % 2 === 0 ? [[String(name), items[index + 1]!]] : [])),
  );
}

/** One of the two servers, with what differs between them taken out of its replies. */
class Side {
  readonly #connection: RealConnection;
  /** Outside of the transactions and modes of the first one. */
  readonly #observer: RealConnection;
  readonly #port: number;

  private constructor(connection: RealConnection, observer: RealConnection, port: number) {
    this.#connection = connection;
    this.#observer = observer;
    this.#port = port;
  }

  static async open(port: number): Promise<Side> {
    return new Side(await RealConnection.open(port), await RealConnection.open(port), port);
  }

  async raw(line: string): Promise<string> {
    return (await this.#connection.raw(...line.split(' '))).toString('latin1');
  }

  /** Ids, ports and times become names; lines of CLUSTER NODES are sorted, as Redis lists nodes in any order. */
  async normalised(line: string): Promise<string> {
    const id = String(await this.#observer.command('CLUSTER', 'MYID'));
    const reply = await this.raw(line.replace('ME', id).replace(' me', ` ${id.toUpperCase()}`));
    const named = reply
      .replaceAll(id.toUpperCase(), '<ME IN UPPER CASE>')
      .replaceAll(id, '<me>')
      .replace(/[0-9a-f]{40}/g, (other) => (other === NOBODY ? other : '<id>'))
      .replace(new RegExp(`${this.#port}(@\\d{5})?`, 'g'), '<port>')
      .replace(/\b1[0-9]{12}\b/g, '<time>');
    if (line !== 'CLUSTER NODES') return named;
    return named.split('\n').sort().join('\n');
  }
}
