/** The cluster group as a whole: declarations, cluster mode, HELP, the description commands and the modes of a connection. */
import { describe, expect, it } from 'vitest';
import { SimpleString } from '../../../src/resp/reply.js';
import { ClusterHarness } from './cluster-harness.js';

const subcommandsOf = (harness: ClusterHarness) =>
  [...harness.table.get('cluster')!.subcommands.keys()].sort();

describe('the table', () => {
  it('has every subcommand of its release', () => {
    const of72 = subcommandsOf(new ClusterHarness());
    expect(of72).toHaveLength(28);
    expect(subcommandsOf(new ClusterHarness('7.0'))).toEqual(of72.filter((name) => name !== 'myshardid'));
  });

  it('lets SLOTS and SHARDS run while loading since 7.2', () => {
    const flags = (harness: ClusterHarness, name: string) => [
      ...harness.table.resolve(['cluster', name])!.flags,
    ];
    expect(flags(new ClusterHarness('7.0'), 'slots')).toEqual(['stale']);
    expect(flags(new ClusterHarness(), 'shards')).toEqual(['loading', 'stale']);
  });

  it('derives the categories that Redis shows', () => {
    const { table } = new ClusterHarness();
    const categories = (...argv: string[]) => [...table.resolve(argv)!.aclCategories].sort();
    expect(categories('cluster')).toEqual(['slow']);
    expect(categories('cluster', 'meet')).toEqual(['admin', 'dangerous', 'slow']);
    expect(categories('asking')).toEqual(['connection', 'fast']);
  });

  it('has no keys in any command, so that none is redirected', () => {
    const { table } = new ClusterHarness();
    for (const command of table.commands.values()) {
      for (const each of [command, ...command.subcommands.values()]) expect(each.mayHaveKeys).toBe(false);
    }
  });
});

describe('without cluster mode', () => {
  it('refuses everything, HELP too', () => {
    const node = new ClusterHarness();
    node.clusterEnabled = false;
    const refused = { text: 'ERR This instance has cluster support disabled' };
    for (const line of ['HELP', 'MYID', 'MEET x y', 'ADDSLOTS x', 'RESET a b']) {
      expect(node.call('CLUSTER', ...line.split(' '))).toMatchObject(refused);
    }
    for (const name of ['ASKING', 'READONLY', 'READWRITE']) expect(node.call(name)).toMatchObject(refused);
  });
});

describe('CLUSTER HELP', () => {
  const lines = (harness: ClusterHarness) =>
    (harness.call('cluster', 'help') as SimpleString[]).map((line) => {
      expect(line).toBeInstanceOf(SimpleString);
      return line.text;
    });

  it('begins and ends as every HELP, with syntax and explanation in turn', () => {
    const text = lines(new ClusterHarness());
    expect(text[0]).toBe('CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
    expect(text.slice(-2)).toEqual(['HELP', '    Print this help.']);
    expect(text).toHaveLength(58);
  });

  it('explains every subcommand but the old name of REPLICAS', () => {
    for (const version of ['7.0', '7.2'] as const) {
      const harness = new ClusterHarness(version);
      const explained = lines(harness)
        .filter((line) => !line.startsWith(' '))
        .slice(1)
        .map((line) => line.split(' ')[0]!.toLowerCase());
      expect(explained.sort()).toEqual(subcommandsOf(harness).filter((name) => name !== 'slaves'));
    }
  });
});

describe('the description commands', () => {
  it('tell who this node is', () => {
    const node = new ClusterHarness();
    expect(node.call('CLUSTER', 'MYID')).toBe(node.me);
    expect(node.call('CLUSTER', 'MYSHARDID')).toBe(node.state.myself.shardId);
    expect(new ClusterHarness('7.0').cluster('MYSHARDID')).toBe(
      "-ERR unknown subcommand 'MYSHARDID'. Try CLUSTER HELP.",
    );
  });

  it('describe the cluster', () => {
    const node = new ClusterHarness();
    node.cluster('ADDSLOTSRANGE 0 16383');
    expect(node.cluster('NODES')).toContain(`${node.me} :7000@17000 myself,master - 0 0 0 connected 0-16383`);
    expect(node.cluster('INFO')).toContain('cluster_slots_assigned:16384');
    expect(node.cluster('SLOTS')).toBe(`*1 *3 :0 :16383 *4 $0  :7000 $40 ${node.me} *0`);
    expect(node.cluster('SHARDS')).toContain('*1 *4 $5 slots *2 :0 :16383 $5 nodes *1 *14');
    expect(node.cluster('LINKS')).toBe('*0');
  });

  it.each(['NODES x', 'INFO x', 'SLOTS x', 'SHARDS x', 'LINKS x', 'MYID x', 'HELP x'])(
    'refuse arguments: %s',
    (line) => {
      const name = line.split(' ')[0]!.toLowerCase();
      expect(new ClusterHarness().cluster(line)).toBe(
        `-ERR wrong number of arguments for 'cluster|${name}' command`,
      );
    },
  );
});

describe('the modes of a connection', () => {
  it('are set by ASKING, READONLY and READWRITE', () => {
    const node = new ClusterHarness();
    expect(node.call('asking')).toMatchObject({ text: 'OK' });
    expect(node.session.asking).toBe(true);
    expect(node.call('READONLY')).toMatchObject({ text: 'OK' });
    expect(node.session.readonlyMode).toBe(true);
    expect(node.call('ReadWrite')).toMatchObject({ text: 'OK' });
    expect(node.session.readonlyMode).toBe(false);
  });
});
