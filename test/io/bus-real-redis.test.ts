/** The bus codec and the TCP links against a real redis-server: what it sends is read without loss, and it takes us for a node. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusMessage } from '../../src/cluster/message.js';
import { NodeFlag } from '../../src/cluster/node-flags.js';
import { SlotSet } from '../../src/cluster/slot-bitmap.js';
import { encodeMessage } from '../../src/cluster/wire/encode-message.js';
import type { BusVersion } from '../../src/cluster/wire/extensions-codec.js';
import { BusListener } from '../../src/io/bus-listener.js';
import type { BusTcpLink } from '../../src/io/bus-tcp-link.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { BusRecorder } from './bus-recorder.js';
import { HandDrivenPeer } from './hand-driven-peer.js';

const HOST = '127.0.0.1';
const EPOCH = 5;

describeParity('a real redis-server on the cluster bus', () => {
  let real: RealRedis;
  let version: BusVersion;
  /** A master without slots, and a replica of the real server. */
  let master: HandDrivenPeer;
  let replica: HandDrivenPeer;
  let myId: string;

  beforeAll(async () => {
    const names = ['--cluster-announce-hostname', 'host-a.example'];
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
    real = await startRealRedis({ args: [...cluster, ...names] });
    version = real.version.startsWith('7.0.') ? '7.0' : '7.2';
    master = await HandDrivenPeer.listen('e', version);
    replica = await HandDrivenPeer.listen('f', version);
    if (version === '7.2') await real.command('CONFIG', 'SET', 'cluster-announce-human-nodename', 'nameA');
    myId = String(await real.command('CLUSTER', 'MYID'));
    await real.command('CLUSTER', 'SET-CONFIG-EPOCH', EPOCH);
    await real.command('CLUSTER', 'ADDSLOTSRANGE', 0, 9, 16000, 16383);
  });

  afterAll(async () => {
    await Promise.all([master?.close(), replica?.close()]);
    await real?.stop();
  });

  /** The peer's line in CLUSTER NODES without the times. */
  async function line(id: string): Promise<string> {
    const nodes = String(await real.command('CLUSTER', 'NODES')).split('\n');
    const found = nodes.find((node) => node.startsWith(id)) ?? '';
    return found.replace(/ \d+ \d+ (\d+) /, ' $1 ');
  }

  async function dialled(peer: HandDrivenPeer): Promise<Socket> {
    const socket = connect({ host: HOST, port: real.port + 10_000, noDelay: true });
    peer.use(socket);
    await once(socket, 'connect');
    return socket;
  }

  const isPing = (message: BusMessage): boolean => message.type === 'ping';

  it('meets us and lists us, when we answer its MEET with a PONG', async () => {
    const met = master.next((message) => message.type === 'meet');
    const pinged = master.next(isPing);
    await real.command('CLUSTER', 'MEET', HOST, master.port, master.busPort);
    expect(await met).toMatchObject({
      sender: myId,
      currentEpoch: EPOCH,
      configEpoch: EPOCH,
      replicaOf: null,
      port: real.port,
      busPort: real.port + 10_000,
      flags: NodeFlag.MASTER | NodeFlag.MYSELF,
      extensions: { hostname: 'host-a.example', ...(version === '7.2' && { nodename: 'nameA' }) },
    });
    expect((await met).slots.ranges).toEqual([
      [0, 9],
      [16000, 16383],
    ]);
    // It pings once the handshake is done.
    await pinged;
    expect(await line(master.id)).toBe(
      `${master.id} ${HOST}:${master.port}@${master.busPort} master - 0 connected`,
    );
  });

  it('answers our MEET on the same link, then connects to us', async () => {
    replica.header = {
      ...replica.header,
      replicaOf: myId,
      flags: NodeFlag.REPLICA | NodeFlag.MYSELF,
      configEpoch: EPOCH,
    };
    if (version === '7.2') replica.shardId = String(await real.command('CLUSTER', 'MYSHARDID'));
    const answered = replica.next((message) => message.type === 'pong');
    const pinged = replica.next(isPing);
    const socket = await dialled(replica);
    replica.send(socket, { type: 'meet' });
    await answered;
    await pinged;
    // Its second ping comes after the handshake and after it learned our role from our pongs and pings.
    const again = replica.next(isPing);
    replica.send(socket, { type: 'ping' });
    await again;
    expect(await line(replica.id)).toContain(`slave ${myId}`);
    socket.destroy();
  });

  it('sends messages of every kind to our listener', async () => {
    const published = master.next((message) => message.type === 'publish');
    await real.command('PUBLISH', 'news', Buffer.from([0, 255, 10]));
    expect(await published).toMatchObject({ channel: 'news', payload: '\0\xff\n' });

    const sharded = replica.next((message) => message.type === 'publishshard');
    await real.command('SPUBLISH', '{06S}news', 'x'.repeat(10_000));
    expect(await sharded).toMatchObject({ payload: 'x'.repeat(10_000) });

    // A stale claim of slot 0 is answered with an UPDATE.
    const updated = master.next((message) => message.type === 'update');
    const stale = await dialled(master);
    master.header = {
      ...master.header,
      slots: new SlotSet(new Uint8Array(2048).fill(1, 0, 1)),
      configEpoch: 1,
    };
    master.send(stale, { type: 'ping' });
    const update = await updated;
    expect(update).toMatchObject({ type: 'update', subject: myId, subjectConfigEpoch: EPOCH });
    master.header = { ...master.header, slots: SlotSet.EMPTY };
    stale.destroy();

    // A vote for its own replica, as in a manual failover.
    const voted = replica.next((message) => message.type === 'auth-ack');
    const elector = await dialled(replica);
    replica.header = { ...replica.header, slots: update.slots, currentEpoch: EPOCH + 1 };
    replica.send(elector, { type: 'auth-req', forceAck: true });
    expect(await voted).toMatchObject({ currentEpoch: EPOCH + 1 });

    const paused = replica.next((message) => message.type === 'ping' && message.paused);
    replica.send(elector, { type: 'mfstart' });
    await paused;
    elector.destroy();

    // Forgotten nodes are an extension of 7.2.
    if (version === '7.2') {
      const forgotten = replica.next(
        (message) => 'extensions' in message && !!message.extensions.forgottenNodes,
      );
      await real.command('CLUSTER', 'FORGET', master.id);
      expect(await forgotten).toMatchObject({ extensions: { forgottenNodes: [{ id: master.id }] } });
    }
  });

  it('sent nothing that we would write in other bytes', () => {
    const received = [...master.received, ...replica.received];
    const types = new Set(received.map(({ message }) => message.type));
    expect([...types].sort()).toEqual([
      'auth-ack',
      'meet',
      'ping',
      'pong',
      'publish',
      'publishshard',
      'update',
    ]);
    expect(received.some(({ message }) => 'gossip' in message && message.gossip.length > 0)).toBe(true);
    for (const { packet, message } of received) {
      expect(Buffer.from(encodeMessage(message, version)).toString('hex'), message.type).toBe(
        packet.toString('hex'),
      );
    }
  });

  it('talks to a bus listener', async () => {
    const events = new BusRecorder();
    const listener = await BusListener.listen(HOST, 0, { handlers: events, nowMs: () => 0, version });
    try {
      const link = listener.connect(HOST, real.port + 10_000) as BusTcpLink;
      await events.next('connected');
      const header = { ...master.header, sender: 'd'.repeat(40), busPort: listener.port };
      link.send({ ...header, type: 'meet', gossip: [], extensions: {} });
      expect(await events.next('message')).toMatchObject({ link, message: { type: 'pong', sender: myId } });
      const { link: inbound } = await events.next('connected');
      expect(inbound).toMatchObject({ inbound: true, peerIp: HOST });
      expect(await events.next('message')).toMatchObject({ link: inbound, message: { type: 'ping' } });
      inbound.send({ ...header, type: 'pong', gossip: [], extensions: {} });
      expect(await events.next('message')).toMatchObject({ link: inbound, message: { type: 'ping' } });
      expect(await line(header.sender)).toMatch(/ master - \d+ connected$/);
    } finally {
      await listener.close();
    }
  });
});
