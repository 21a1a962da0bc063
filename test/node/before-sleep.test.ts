/** What leaves a node leaves after its state is on disk: replies first, then messages of the bus (clusterBeforeSleep of cluster.c). */
import { describe, expect, it } from 'vitest';
import type { BusMessage } from '../../src/cluster/message.js';
import type { Cluster, TestNode } from '../../src/index.js';
import type { NodeStorage } from '../../src/node/ports.js';
import { startStill } from '../testkit/testkit.js';
import { World } from './world.js';

/** Calls back before each write of nodes.conf. */
function onSave(storage: NodeStorage, saved: (text: string) => void): void {
  const write = storage.write.bind(storage);
  storage.write = (file, content, fsync) => {
    if (file === 'nodes.conf') saved(Buffer.from(content).toString('latin1'));
    write(file, content, fsync);
  };
}

/** Calls back for each message that a node sends to another one. */
function onSend(cluster: Cluster, sent: (from: string, message: BusMessage) => void): void {
  cluster.nodes[0]!.process.network.addRule(({ from, traffic, step, payload }) => {
    if (traffic === 'bus' && step === 'data') sent(from, payload as BusMessage);
    return 'pass';
  });
}

describe('before it sleeps, a node', () => {
  it('saves nodes.conf before the reply leaves that tells of the change', () => {
    const machine = new World().start({ cluster: true });
    const order: string[] = [];
    onSave(machine.storage, () => order.push('saved'));
    const client = machine.connect();
    const { push } = client.writes;
    client.writes.push = (...texts) => {
      order.push(...texts.map((text) => text.trim()));
      return push.apply(client.writes, texts);
    };
    client.send('PING', 'CLUSTER DELSLOTS 1', 'PING');
    expect(order).toEqual(['saved', '+PONG\r\n+OK\r\n+PONG']);
  });

  it('saves once for all changes of one chunk', () => {
    const machine = new World().start({ cluster: true });
    const texts: string[] = [];
    onSave(machine.storage, (text) => texts.push(text));
    machine.ask('CLUSTER DELSLOTS 1', 'CLUSTER DELSLOTS 2', 'CLUSTER DELSLOTS 3');
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/ connected 0 4-16383\n/);
  });

  it('has its vote on disk before it gives it', async () => {
    const cluster = await startStill();
    const order: string[] = [];
    for (const node of cluster.nodes) {
      onSave(node.process.storage, (text) =>
        order.push(`${node.name} saves ${/lastVoteEpoch \d+/.exec(text)?.[0]}`),
      );
    }
    onSend(cluster, (from, { type, ...message }) => {
      if (type === 'auth-ack')
        order.push(`${from} votes in ${(message as { currentEpoch: number }).currentEpoch}`);
    });
    const [victim, ...voters] = cluster.masters as [TestNode, TestNode, TestNode];
    await victim.kill();
    await cluster.waitFor('ok');
    const epoch = /votes in (\d+)/.exec(order.join('\n'))?.[1];
    expect(epoch).toBeDefined();
    for (const { name } of voters) {
      const vote = order.indexOf(`${name} votes in ${epoch}`);
      expect(vote).toBeGreaterThan(-1);
      expect(order.slice(0, vote)).toContain(`${name} saves lastVoteEpoch ${epoch}`);
    }
  });

  it('has given its vote still when it is killed right afterwards', async () => {
    const cluster = await startStill();
    const [victim, voter] = cluster.masters as [TestNode, TestNode];
    await victim.kill();
    let votedIn = 0;
    await cluster.waitFor(() => {
      votedIn = voter.process.node.cluster?.state.lastVoteEpoch ?? 0;
      return votedIn > 0;
    });
    await voter.kill();
    await voter.restart();
    expect(voter.process.node.cluster?.state.lastVoteEpoch).toBe(votedIn);
  });

  it('sends its replies before its messages', async () => {
    const cluster = await startStill({ masters: 3, replicas: 0 });
    const [node] = cluster.nodes;
    const order: string[] = [];
    onSend(cluster, (from) => {
      if (from === node!.name) order.push('message');
    });
    const session = node!.process.acceptClient({
      remoteAddress: '127.0.0.1:1',
      localAddress: node!.name,
      write: () => order.push('reply'),
      end: () => undefined,
      destroy: () => undefined,
    });
    cluster.pump.input(() => {
      node!.process.deliver(() =>
        session.receive(Buffer.from('CLUSTER BUMPEPOCH\r\nPUBLISH channel text\r\n')),
      );
    });
    expect(order[0]).toBe('reply');
    expect(order).toContain('message');
  });
});

describe('a node that cannot save', () => {
  it('ends, as one that might forget its vote has to', () => {
    const machine = new World().start({ cluster: true });
    machine.storage.write = () => {
      throw new Error('No space left on device');
    };
    const client = machine.connect();
    client.send('CLUSTER DELSLOTS 1');
    expect(machine.process.state).toBe('stopped');
    expect([client.take(), client.closed]).toEqual(['', 'destroyed']);
    expect(machine.logs.at(-1)).toContain("can't update cluster config file");
  });
});
