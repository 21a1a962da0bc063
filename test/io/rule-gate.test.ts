// Rules of the network on messages that come over sockets: hold, delay and drop keep the order of each link.
import { describe, expect, it } from 'vitest';
import type { BusMessage } from '../../src/cluster/message.js';
import type { BusTcpLink } from '../../src/io/bus-tcp-link.js';
import { RuleGate } from '../../src/io/rule-gate.js';
import { Network, type Verdict } from '../../src/network/network.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

/** A gate whose links and messages are names; the verdict is asked for each message. */
function gateWith(verdictOn: (message: string) => Verdict) {
  const clock = new VirtualClock(0);
  const network = new Network(clock);
  const delivered: string[] = [];
  const gate = new RuleGate({
    network,
    frameOf: (_link, message) => ({
      from: 'x',
      to: 'y',
      traffic: 'bus',
      step: 'data',
      payload: message,
      bytes: 1,
    }),
    deliver: (link, message) => delivered.push(`${link as unknown as string}${message as unknown as string}`),
  });
  const remove = network.addRule(({ payload }) => verdictOn(payload as string));
  const push = (link: string, message: string): void =>
    gate.push(link as unknown as BusTcpLink, message as unknown as BusMessage);
  const release = (): void => {
    network.rulesChanged();
    clock.runDue();
  };
  return { clock, delivered, gate, push, release, remove, network };
}

describe('the gate between sockets and rules', () => {
  it('holds what a rule stops and all that follows on the link, and nothing of other links', () => {
    let cut = true;
    const { clock, delivered, push, release } = gateWith((message) =>
      cut && message === '1' ? 'hold' : 'pass',
    );
    for (const message of ['0', '1', '2']) push('a', message);
    push('b', '2');
    expect(delivered).toEqual(['a0', 'b2']);
    release();
    expect(delivered).toEqual(['a0', 'b2']);
    cut = false;
    release();
    push('a', '3');
    clock.runDue();
    expect(delivered).toEqual(['a0', 'b2', 'a1', 'a2', 'a3']);
  });

  it('delays a message and lets none overtake it', () => {
    const { clock, delivered, push, release } = gateWith((message) =>
      message === '1' ? { delayMs: 50 } : 'pass',
    );
    for (const message of ['1', '2']) push('a', message);
    release();
    clock.advanceTo(49);
    expect(delivered).toEqual([]);
    clock.advanceTo(50);
    expect(delivered).toEqual(['a1', 'a2']);
  });

  it('drops a message without holding up the next', () => {
    const { delivered, push } = gateWith((message) => (message === '1' ? 'drop' : 'pass'));
    for (const message of ['1', '2']) push('a', message);
    expect(delivered).toEqual(['a2']);
  });

  it('forgets what waits on a link that is gone', () => {
    let cut = true;
    const { clock, delivered, gate, push, release } = gateWith((message) =>
      cut ? 'hold' : { delayMs: Number(message) },
    );
    push('a', '1');
    gate.forget('a' as unknown as BusTcpLink);
    cut = false;
    push('b', '10');
    gate.forget('b' as unknown as BusTcpLink);
    release();
    clock.advanceTo(100);
    expect(delivered).toEqual([]);
  });
});
