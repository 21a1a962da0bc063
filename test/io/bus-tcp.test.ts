/** The cluster bus over TCP: links between listeners, and peers that misbehave. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { BusMessage } from '../../src/cluster/message.js';
import { SlotSet } from '../../src/cluster/slot-bitmap.js';
import { encodeMessage } from '../../src/cluster/wire/encode-message.js';
import { BusListener } from '../../src/io/bus-listener.js';
import { type BusTcpLink, connectBusLink } from '../../src/io/bus-tcp-link.js';
import { quietHeader } from '../cluster/wire/random-message.js';
import { BusRecorder } from './bus-recorder.js';

const NOW = 1_700_000_000_000;
const HOST = '127.0.0.1';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const closable of open.splice(0)) await closable.close();
});

interface End {
  readonly listener: BusListener;
  readonly events: BusRecorder;
}

async function listen(ip = HOST): Promise<End> {
  const events = new BusRecorder();
  const listener = await BusListener.listen(ip, 0, { handlers: events, nowMs: () => NOW });
  open.push(listener);
  return { listener, events };
}

/** Two listeners with a link from the first to the second. */
async function linked(): Promise<{ from: End; to: End; outbound: BusTcpLink; inbound: BusTcpLink }> {
  const [from, to] = [await listen(), await listen()];
  const outbound = from.listener.connect(HOST, to.listener.port) as BusTcpLink;
  expect((await from.events.next('connected')).link).toBe(outbound);
  const inbound = (await to.events.next('connected')).link;
  return { from, to, outbound, inbound };
}

function publish(payload: string): BusMessage {
  return { ...quietHeader, type: 'publish', channel: 'news', payload };
}

/** A socket of a peer that speaks bytes. */
async function rawPeer(port: number): Promise<Socket> {
  const socket = connect(port, HOST);
  socket.on('error', () => {});
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

describe('a link', () => {
  it('carries messages both ways, in order', async () => {
    const { from, to, outbound, inbound } = await linked();
    for (const payload of ['one', 'two', 'three']) outbound.send(publish(payload));
    for (const payload of ['one', 'two', 'three']) {
      expect(await to.events.next('message')).toMatchObject({ link: inbound, message: { payload } });
    }
    inbound.send({ ...quietHeader, type: 'auth-ack' });
    expect(await from.events.next('message')).toMatchObject({
      link: outbound,
      message: { type: 'auth-ack' },
    });
  });

  it('tells who is at its ends', async () => {
    const { from, outbound, inbound } = await linked();
    expect(outbound).toMatchObject({
      inbound: false,
      peerIp: HOST,
      localIp: HOST,
      createdAtMs: NOW,
      node: null,
    });
    expect(inbound).toMatchObject({
      inbound: true,
      peerIp: HOST,
      localIp: HOST,
      createdAtMs: NOW,
      node: null,
    });
    expect(from.listener.ip).toBe(HOST);
  });

  it('sends what was queued while it was connecting', async () => {
    const [from, to] = [await listen(), await listen()];
    const link = from.listener.connect(HOST, to.listener.port);
    link?.send(publish('early'));
    expect(link?.sendBufferBytes).toBe(encodeMessage(publish('early')).length);
    await to.events.next('connected');
    expect(await to.events.next('message')).toMatchObject({ message: { payload: 'early' } });
  });

  it('carries large messages', async () => {
    const { to, outbound } = await linked();
    const payload = 'x'.repeat(5_000_000);
    outbound.send(publish(payload));
    const { message } = await to.events.next('message');
    expect(message.type === 'publish' && message.payload === payload).toBe(true);
  });

  it('repeats the slots of its last message as the same object', async () => {
    const { to, outbound } = await linked();
    const slots = new SlotSet(new Uint8Array(2048).fill(1));
    outbound.send({ ...publish('a'), slots });
    outbound.send({ ...publish('b'), slots });
    const [first, second] = [await to.events.next('message'), await to.events.next('message')];
    expect(second.message.slots).toBe(first.message.slots);
  });

  it('counts the bytes that the peer did not take', async () => {
    const silent = createServer({ pauseOnConnect: true }).listen(0, HOST);
    await once(silent, 'listening');
    const { listener, events } = await listen();
    const accepted = once(silent, 'connection') as Promise<[Socket]>;
    const link = listener.connect(HOST, (silent.address() as AddressInfo).port) as BusTcpLink;
    const [socket] = await accepted;
    open.push({ close: () => socket.destroy() }, silent);
    await events.next('connected');
    for (let count = 0; count < 20; count++) link.send(publish('x'.repeat(1_000_000)));
    expect(link.sendBufferBytes).toBeGreaterThan(1_000_000);
    link.close();
    expect(link.sendBufferBytes).toBe(0);
  });

  it('does not keep the process alive', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    await linked();
    const after = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    expect(after).toBeLessThanOrEqual(before);
  });
});

describe('closing', () => {
  it('is told to the peer, once, and not to the one who closed', async () => {
    const { from, to, outbound, inbound } = await linked();
    outbound.close();
    outbound.close();
    outbound.send(publish('too late'));
    expect(await to.events.next('closed')).toEqual({
      kind: 'closed',
      link: inbound,
      closure: { kind: 'ended', text: 'connection closed' },
    });
    inbound.close();
    inbound.send(publish('too late'));
    expect([...from.events.pending, ...to.events.pending]).toEqual([]);
  });

  it('before the connection is up is silent', async () => {
    const [from, to] = [await listen(), await listen()];
    from.listener.connect(HOST, to.listener.port)?.close();
    const link = from.listener.connect(HOST, to.listener.port);
    expect((await from.events.next('connected')).link).toBe(link);
  });

  it('in a handler loses the packets behind', async () => {
    const { listener, events } = await listen();
    events.onEvent = (event) => {
      if (event.kind === 'message') event.link.close();
    };
    const socket = await rawPeer(listener.port);
    await events.next('connected');
    socket.write(Buffer.concat([encodeMessage(publish('one')), encodeMessage(publish('two'))]));
    await events.next('message');
    await once(socket, 'close');
    expect(events.pending).toEqual([]);
  });

  it('the listener closes every link and frees the port', async () => {
    const { from, to, outbound } = await linked();
    const { port } = to.listener;
    await to.listener.close();
    await to.listener.close();
    expect(await from.events.next('closed')).toMatchObject({ link: outbound });
    expect(to.events.pending).toEqual([]);
    expect(to.listener.connect(HOST, from.listener.port)).toBeNull();
    const again = await BusListener.listen(HOST, port, { handlers: new BusRecorder(), nowMs: () => NOW });
    await again.close();
  });
});

describe('addresses', () => {
  it('that refuse the connection end the link', async () => {
    const [{ listener, events }, gone] = [await listen(), await listen()];
    await gone.listener.close();
    const link = listener.connect(HOST, gone.listener.port);
    expect(link).not.toBeNull();
    const { closure } = await events.next('closed');
    expect(closure.kind).toBe('connect-failed');
    expect(closure.text).toContain('ECONNREFUSED');
  });

  it.each([
    ['', 7000],
    [HOST, 70_000],
    [HOST, -1],
  ])('that cannot be used give no link: "%s" port %i', (ip, port) => {
    const options = { handlers: new BusRecorder(), nowMs: () => NOW };
    expect(connectBusLink(ip, port, HOST, options)).toBeNull();
  });

  // Other systems have 127.0.0.1 only.
  it.runIf(process.platform === 'linux')('a peer sees the address this node listens on', async () => {
    const [from, to] = [await listen('127.0.0.2'), await listen()];
    const outbound = from.listener.connect(HOST, to.listener.port);
    const { link } = await to.events.next('connected');
    expect(link.peerIp).toBe('127.0.0.2');
    expect(outbound?.localIp).toBe('127.0.0.2');
  });

  it.each(['0.0.0.0', ''])('of the local end are left to the system for "%s"', async (localIp) => {
    const { listener, events } = await listen();
    const link = connectBusLink(HOST, listener.port, localIp, {
      handlers: new BusRecorder(),
      nowMs: () => NOW,
    });
    if (link !== null) open.push(link);
    expect((await events.next('connected')).link.peerIp).toBe(HOST);
  });

  it('that are taken cannot be listened on', async () => {
    const { listener, events } = await listen();
    const second = BusListener.listen(HOST, listener.port, { handlers: events, nowMs: () => NOW });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a peer that misbehaves', () => {
  it('is cut off when it does not speak the bus protocol', async () => {
    const { listener, events } = await listen();
    const socket = await rawPeer(listener.port);
    await events.next('connected');
    socket.write('PING\r\nPING\r\n');
    const { closure } = await events.next('closed');
    expect(closure.kind).toBe('bad-packet');
    expect(closure.text).toBe(
      `Bad message length or signature received on the Cluster bus from ${HOST}:${socket.localPort}`,
    );
    await once(socket, 'close');
  });

  it('keeps its link when a packet has to be dropped', async () => {
    const { listener, events } = await listen();
    const socket = await rawPeer(listener.port);
    await events.next('connected');
    const wrong = Buffer.from(encodeMessage(publish('one')));
    wrong.writeUInt16BE(2, 8);
    socket.write(Buffer.concat([wrong, encodeMessage(publish('two'))]));
    expect(await events.next('dropped')).toMatchObject({ packet: { dropped: 'version', type: 'publish' } });
    expect(await events.next('message')).toMatchObject({ message: { payload: 'two' } });
  });

  it('that goes away in the middle of a packet ends its link', async () => {
    const { listener, events } = await listen();
    const socket = await rawPeer(listener.port);
    await events.next('connected');
    socket.end(Buffer.from(encodeMessage(publish('half'))).subarray(0, 1000));
    expect((await events.next('closed')).closure.kind).toBe('ended');
  });

  it('that resets the connection ends its link', async () => {
    const { listener, events } = await listen();
    const socket = await rawPeer(listener.port);
    const { link } = await events.next('connected');
    socket.resetAndDestroy();
    expect((await events.next('closed')).closure.kind).toBe('io-error');
    link.send(publish('nobody is there'));
  });
});
