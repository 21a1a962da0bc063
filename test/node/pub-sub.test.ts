/** The registry of subscriptions: https://redis.io/docs/latest/develop/interact/pubsub/ */
import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlotOfBytes } from '../../fixtures/key-slot.js';
import { PubSub } from '../../src/node/pub-sub.js';
import { type FakeSession, fakeSession, message } from './fake-session.js';

let pubSub: PubSub;
let one: FakeSession;
let other: FakeSession;

beforeEach(() => {
  pubSub = new PubSub((session, bytes) => session.sendRaw(bytes));
  one = fakeSession(3);
  other = fakeSession(2);
});

describe('publish', () => {
  it('serves the subscribers of the channel, then the patterns', () => {
    pubSub.subscribe(one, 'pattern', 'n*');
    pubSub.subscribe(one, 'channel', 'news');
    pubSub.subscribe(other, 'channel', 'news');
    expect(pubSub.publish('news', 'x', false)).toBe(3);
    expect(one.sent).toEqual([message(3, 'message', 'news', 'x'), message(3, 'pmessage', 'n*', 'news', 'x')]);
    expect(other.sent).toEqual([message(2, 'message', 'news', 'x')]);
  });

  it('keeps channels and shard channels apart, and patterns from shard channels', () => {
    pubSub.subscribe(one, 'shard-channel', 'news');
    pubSub.subscribe(other, 'channel', 'news');
    pubSub.subscribe(other, 'pattern', '*');
    expect(pubSub.publish('news', 'x', true)).toBe(1);
    expect(one.sent).toEqual([message(3, 'smessage', 'news', 'x')]);
    expect(other.sent).toEqual([]);
  });

  it('counts a client once for a channel that it names twice', () => {
    pubSub.subscribe(one, 'channel', 'news');
    pubSub.subscribe(one, 'channel', 'news');
    expect(pubSub.publish('news', 'x', false)).toBe(1);
  });

  it('carries every byte', () => {
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    pubSub.subscribe(one, 'channel', bytes);
    pubSub.publish(bytes, bytes, false);
    expect(one.sent).toEqual([message(3, 'message', bytes, bytes)]);
  });
});

describe('unsubscribe', () => {
  it('forgets channels without subscribers, and subscribers without channels', () => {
    pubSub.subscribe(one, 'channel', 'a');
    pubSub.subscribe(one, 'pattern', 'b');
    pubSub.subscribe(other, 'channel', 'a');
    pubSub.unsubscribe(one, 'channel', 'a');
    expect([...pubSub.channels.keys()]).toEqual(['a']);
    pubSub.unsubscribe(other, 'channel', 'a');
    expect(pubSub.channels.size).toBe(0);
    expect(other.subscriptions).toBeNull();
    expect(one.subscriptions).not.toBeNull();
    pubSub.unsubscribe(one, 'channel', 'never');
    pubSub.unsubscribe(one, 'pattern', 'b');
    expect(one.subscriptions).toBeNull();
    expect(pubSub.patterns.size).toBe(0);
  });

  it('ends everything at once without a word', () => {
    pubSub.subscribe(one, 'channel', 'a');
    pubSub.subscribe(one, 'pattern', 'b');
    pubSub.subscribe(one, 'shard-channel', 'c');
    pubSub.unsubscribeAll(one);
    expect([pubSub.channels.size, pubSub.patterns.size, pubSub.shardChannels.size]).toEqual([0, 0, 0]);
    expect([one.subscriptions, one.sent]).toEqual([null, []]);
    pubSub.unsubscribeAll(one);
  });
});

describe('a lost slot', () => {
  it('ends its shard channels in the order of their bytes, and tells what remains', () => {
    const slot = hashSlotOfBytes('tag');
    for (const channel of ['{tag}z', 'elsewhere', '{tag}a']) pubSub.subscribe(one, 'shard-channel', channel);
    pubSub.subscribe(other, 'shard-channel', '{tag}a');
    pubSub.subscribe(one, 'channel', '{tag}a');
    pubSub.dropShardChannels(slot);
    expect(one.sent).toEqual([
      message(3, 'sunsubscribe', '{tag}a', 2),
      message(3, 'sunsubscribe', '{tag}z', 1),
    ]);
    expect(other.sent).toEqual([message(2, 'sunsubscribe', '{tag}a', 0)]);
    expect(other.subscriptions).toBeNull();
    expect([...pubSub.shardChannels.keys()]).toEqual(['elsewhere']);
    expect([...pubSub.channels.keys()]).toEqual(['{tag}a']);
    pubSub.dropShardChannels(slot);
    expect(one.sent).toHaveLength(2);
  });
});
