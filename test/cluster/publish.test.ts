// Published messages on the bus; sections 1.4, 1.8 F and 7.6 of the notes; cluster.c, clusterPropagatePublish.
import { describe, expect, it } from 'vitest';
import { BrainCluster } from './brain-harness.js';
import { headerOf, RecordingLink } from './crafted-messages.js';

describe('a published message', () => {
  it('reaches every node', () => {
    const cluster = new BrainCluster();
    const [a, ...others] = cluster.formed(3, 1);
    a.command((brain) => brain.publish('news', 'hello', false));
    cluster.run(5);
    expect(a.seen.deliveries).toEqual([]);
    expect(others.map((node) => node.seen.deliveries)).toEqual(others.map(() => ['news=hello']));
  });

  it('reaches only the shard when it is sharded', () => {
    const cluster = new BrainCluster();
    const [a, b, c, replica] = cluster.formed(3, 1);
    replica.command((brain) => brain.publish('news', 'hello', true));
    cluster.run(5);
    expect(a.seen.deliveries).toEqual(['sharded news=hello']);
    expect([b, c, replica].flatMap((node) => node.seen.deliveries)).toEqual([]);
  });

  it('of a stranger is dropped', () => {
    const cluster = new BrainCluster();
    const [a, stranger] = [cluster.addNode(), cluster.addNode()];
    a.input((brain) =>
      brain.onMessage(new RecordingLink(), {
        type: 'publish',
        ...headerOf(stranger),
        channel: 'news',
        payload: 'hello',
      }),
    );
    expect(a.seen.deliveries).toEqual([]);
  });
});
