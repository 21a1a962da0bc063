import { describe, expect, it } from 'vitest';
import type { ConnectionEnd, ConnectionHandlers } from '../../src/network/connection.js';
import { type FrameInfo, Network } from '../../src/network/network.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

/** A listener that writes down what reaches it, and the end of each accepted connection. */
function recordingNetwork() {
  const clock = new VirtualClock(0);
  const network = new Network(clock);
  const log: string[] = [];
  const accepted: ConnectionEnd[] = [];
  const handlers = (who: string): ConnectionHandlers => ({
    onConnected: () => log.push(`${clock.nowMs()} ${who} connected`),
    onData: (payload) => log.push(`${clock.nowMs()} ${who} got ${String(payload)}`),
    onClosed: () => log.push(`${clock.nowMs()} ${who} closed`),
  });
  const stopListening = network.listen('127.0.0.1', 7000, {
    host: 'b',
    traffic: 'bus',
    accept: (end) => {
      accepted.push(end);
      log.push(`${clock.nowMs()} b accepted`);
      return handlers('b');
    },
  });
  const connect = () => network.connect('a', '127.0.0.1', '127.0.0.1', 7000, 'bus', handlers('a'));
  return { clock, network, log, accepted, connect, stopListening };
}

describe('an in-memory connection', () => {
  it('delivers in order, what was sent before the connect included', () => {
    const { clock, log, accepted, connect } = recordingNetwork();
    const end = connect();
    end.send('one', 3);
    clock.advanceTo(1);
    end.send('two', 3);
    accepted[0]?.send('three', 5);
    clock.runDue();
    expect(log).toEqual(['1 b accepted', '1 a connected', '1 b got one', '1 b got two', '1 a got three']);
  });

  it('takes the latency on each way, and never reorders when the latency falls', () => {
    const { clock, network, log, connect } = recordingNetwork();
    network.latencyMs = 10;
    const end = connect();
    clock.advanceTo(20);
    end.send('slow', 4);
    network.latencyMs = 1;
    end.send('fast', 4);
    clock.advanceTo(100);
    expect(log).toEqual(['10 b accepted', '20 a connected', '30 b got slow', '30 b got fast']);
  });

  it('to a process that does not run yet belongs to that process from the start, for rules and for its end', () => {
    const { clock, network, log, connect, stopListening } = recordingNetwork();
    stopListening();
    network.reserve('127.0.0.1', 7000, 'b');
    const hosts = new Set<string>();
    network.addRule(({ from, to }) => {
      hosts.add(`${from} -> ${to}`);
      return 'pass';
    });
    connect();
    network.listen('127.0.0.1', 7000, {
      host: 'b',
      traffic: 'bus',
      accept: () => ({ onData: () => undefined, onClosed: () => undefined }),
    });
    clock.advanceTo(1);
    expect([...hosts]).toEqual(['a -> b', 'b -> a']);
    network.dropConnectionsOf('b');
    clock.runDue();
    expect(log).toEqual(['1 a connected', '1 a closed']);
  });

  it('is refused where nobody listens', () => {
    const { clock, log, connect, network, stopListening } = recordingNetwork();
    stopListening();
    connect();
    clock.advanceTo(1);
    expect(log).toEqual(['1 a closed']);
    expect(network.connectionCount).toBe(0);
  });

  it('tells the other end of a close, after what was sent before it', () => {
    const { clock, network, log, connect } = recordingNetwork();
    const end = connect();
    clock.advanceTo(1);
    end.send('last words', 10);
    end.close();
    end.send('too late', 8);
    clock.runDue();
    expect(log.slice(2)).toEqual(['1 b got last words', '1 b closed']);
    expect(network.connectionCount).toBe(0);
  });

  it('closed while it connects, closes the accepted end', () => {
    const { clock, network, log, connect } = recordingNetwork();
    network.latencyMs = 5;
    const end = connect();
    clock.advanceTo(5);
    end.close();
    clock.advanceTo(50);
    expect(log).toEqual(['5 b accepted', '15 b closed']);
    expect(network.connectionCount).toBe(0);
  });

  it('breaks on both sides when a process dies, each told once', () => {
    const { clock, network, log, connect } = recordingNetwork();
    connect();
    clock.advanceTo(1);
    network.dropConnectionsOf('b');
    clock.runDue();
    expect(log.slice(2)).toEqual(['1 a closed']);
    expect(network.connectionCount).toBe(0);
  });
});

describe('rules on links', () => {
  it('hold what is sent one way and release it in order, while the other way passes', () => {
    const { clock, network, log, accepted, connect } = recordingNetwork();
    const end = connect();
    clock.advanceTo(1);
    const remove = network.addRule(({ from }) => (from === 'a' ? 'hold' : 'pass'));
    end.send('first', 5);
    end.send('second', 6);
    accepted[0]?.send('back', 4);
    clock.advanceTo(1000);
    expect(log.slice(2)).toEqual(['1 a got back']);
    expect(end.pendingBytes).toBe(11);
    remove();
    clock.runDue();
    expect(log.slice(3)).toEqual(['1000 b got first', '1000 b got second']);
    expect(end.pendingBytes).toBe(0);
  });

  it('hold a close as well: the other end does not learn of it until the cut heals', () => {
    const { clock, network, log, connect } = recordingNetwork();
    const end = connect();
    clock.advanceTo(1);
    const remove = network.addRule(() => 'hold');
    end.close();
    clock.advanceTo(500);
    expect(log).toHaveLength(2);
    remove();
    clock.runDue();
    expect(log.slice(2)).toEqual(['500 b closed']);
  });

  it('keep a connection from opening until they let it', () => {
    const { clock, network, log, connect } = recordingNetwork();
    const remove = network.addRule(() => 'hold');
    connect();
    clock.advanceTo(300);
    expect(log).toEqual([]);
    remove();
    clock.advanceTo(301);
    expect(log).toEqual(['301 b accepted', '301 a connected']);
  });

  it('drop or delay single frames, and see what kind they are', () => {
    const { clock, network, log, connect } = recordingNetwork();
    const seen: FrameInfo[] = [];
    network.addRule((frame) => {
      seen.push(frame);
      if (frame.payload === 'lost') return 'drop';
      return frame.payload === 'late' ? { delayMs: 40 } : 'pass';
    });
    const end = connect();
    clock.advanceTo(1);
    end.send('lost', 4);
    end.send('late', 4);
    end.send('behind it', 9);
    clock.advanceTo(100);
    expect(log.slice(2)).toEqual(['41 b got late', '41 b got behind it']);
    expect(seen.map(({ step, from, to, traffic }) => `${traffic} ${step} ${from}>${to}`).slice(0, 3)).toEqual(
      ['bus connect a>b', 'bus accept b>a', 'bus data a>b'],
    );
  });
});
