/** The connection commands against a real redis-server. */
import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../src/index.js';
import { describeParity, RealConnection, type RealRedis, startRealNode } from '../support/real-redis.js';
import { type Call, expectSame, Pair, show } from './compare.js';
import { parseTypedReply, type TypedReply } from './typed-reply.js';

describeParity('connection commands', () => {
  for (const protocol of [2, 3] as const) {
    it(`answer alike in RESP${protocol}`, async () => {
      await using pair = await Pair.start({ protocol });
      // One by one: while replies wait to be written, 7.2.4 forgets the error of a failed AUTH.
      for (const call of CONNECTION_CALLS) await pair.same(call);
      for (const call of HELLO_CALLS) await pair.same(call, { normalise: withoutIds });
      await pair.sameAll(CLIENT_CALLS);
      await pair.sameAll(TRACKING_CALLS);
    });

    it(`CLIENT LIST has the same fields (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol });
      for (const call of LIST_CALLS) await pair.same(call, { normalise: fieldNames });
    });

    it(`ask for the password alike (RESP${protocol})`, async () => {
      await using servers = await Servers.start({ requirepass: 'secret' });
      const client = await servers.connect();
      if (protocol === 3)
        await client.same(['HELLO', 3, 'AUTH', 'default', 'secret'], { normalise: withoutIds });
      if (protocol === 3) await client.same(['RESET']);
      for (const call of PASSWORD_CALLS) await client.same(call, { normalise: withoutIds });
    });
  }

  it('count a name that HELLO sets before it fails, as the release does', async () => {
    await using servers = await Servers.start({});
    const client = await servers.connect();
    await client.same(['HELLO', 2, 'SETNAME', 'early', 'NOTHING']);
    await client.same(['CLIENT', 'GETNAME']);
    await client.same(['HELLO', 3, 'SETNAME', 'late', 'AUTH', 'nobody', 'x']);
    await client.same(['CLIENT', 'GETNAME']);
  });

  it('skip replies alike', async () => {
    await using servers = await Servers.start({});
    const client = await servers.connect();
    client.send(['CLIENT', 'REPLY', 'SKIP']);
    client.send(['ECHO', 'unheard']);
    await client.same(['ECHO', 'heard']);
    client.send(['CLIENT', 'REPLY', 'OFF']);
    client.send(['ECHO', 'unheard']);
    client.send(['CLIENT', 'REPLY', 'SKIP']);
    client.send(['NOTHING']);
    await client.same(['CLIENT', 'REPLY', 'ON']);
    await client.same(['CLIENT', 'REPLY', 'SOMEHOW']);
    await client.same(['ECHO', 'heard']);
  });

  it('end connections alike', async () => {
    await using servers = await Servers.start({});
    const client = await servers.connect();
    for (const ending of [['QUIT'], ['QUIT', 'now']] as const) {
      const other = await servers.connect();
      await other.same(ending);
      await other.closed();
    }
    const other = await servers.connect();
    const ids = await other.both(['CLIENT', 'ID']);
    await client.sameFor((side) => ['CLIENT', 'KILL', 'ID', ids[side].value as string, 'SKIPME', 'yes']);
    await other.closed();
    await client.sameFor((side) => ['CLIENT', 'KILL', 'ID', ids[side].value as string]);
    const own = await client.both(['CLIENT', 'ID']);
    await client.sameFor((side) => ['CLIENT', 'KILL', 'ID', own[side].value as string]);
    await client.sameFor((side) => ['CLIENT', 'KILL', 'ID', own[side].value as string, 'SKIPME', 'no']);
    await client.closed();
  });

  it('let a waiting client go alike', async () => {
    await using servers = await Servers.start({});
    const client = await servers.connect();
    for (const reason of [[], ['TIMEOUT'], ['ERROR'], ['error']] as const) {
      const waiting = await servers.connect();
      const ids = await waiting.both(['CLIENT', 'ID']);
      await waiting.same(['SET', 'key', 'value']);
      const answer = waiting.same(['WAIT', 3, 0]);
      await client.until(['CLIENT', 'LIST'], (reply) => / flags=b .* cmd=wait /.test(String(reply.value)));
      await client.sameFor((side) => ['CLIENT', 'UNBLOCK', ids[side].value as string, ...reason]);
      await answer;
      await client.sameFor((side) => ['CLIENT', 'UNBLOCK', ids[side].value as string, ...reason]);
    }
  });

  it('hold writes back alike', async () => {
    await using servers = await Servers.start({});
    const [client, writer] = [await servers.connect(), await servers.connect()];
    await client.same(['CLIENT', 'PAUSE', 100_000, 'WRITE']);
    await writer.same(['GET', 'key']);
    const answer = writer.same(['SET', 'key', 'value']);
    await client.until(['CLIENT', 'LIST'], (reply) => / flags=b .* cmd=set /.test(String(reply.value)));
    await client.same(['CLIENT', 'UNPAUSE']);
    await answer;
    await client.same(['CLIENT', 'PAUSE', 0, 'ALL']);
    await writer.same(['GET', 'key']);
  });
});

const CONNECTION_CALLS: readonly Call[] = [
  ['PING'],
  ['ping', 'hello'],
  ['PING', ''],
  ['PING', 'a', 'b'],
  ['ECHO', 'text'],
  ['ECHO'],
  ['ECHO', 'a', 'b'],
  ['SELECT', 0],
  ['SELECT', 1],
  ['SELECT', -1],
  ['SELECT', 'x'],
  ['SELECT', '00'],
  ['SELECT', 3_000_000_000],
  ['SELECT', '9223372036854775808'],
  ['SELECT'],
  ['AUTH'],
  ['AUTH', 'x'],
  ['AUTH', 'default', 'anything'],
  ['AUTH', 'nobody', 'x'],
  ['AUTH', 'a', 'b', 'c'],
  ['RESET', 'x'],
];

const HELLO_CALLS: readonly Call[] = [
  ['HELLO', 'x'],
  ['HELLO', '03'],
  ['HELLO', 1],
  ['HELLO', 4],
  ['HELLO', 3, 'NOTHING'],
  ['HELLO', 3, 'AUTH'],
  ['HELLO', 3, 'AUTH', 'default'],
  ['HELLO', 3, 'SETNAME'],
  ['HELLO', 3, 'AUTH', 'nobody', 'x'],
  ['HELLO', 3, 'SETNAME', 'two words'],
  ['HELLO'],
  ['HELLO', 2],
  ['HELLO', 3, 'SETNAME', 'me', 'AUTH', 'default', 'anything'],
  ['CLIENT', 'GETNAME'],
  ['HELLO', 3],
  ['RESET'],
  ['HELLO'],
  ['HELLO', '3'],
];

const CLIENT_CALLS: readonly Call[] = [
  ['CLIENT'],
  ['CLIENT', 'NOTHING'],
  ['CLIENT', 'GETNAME'],
  ['CLIENT', 'SETNAME', 'me'],
  ['CLIENT', 'GETNAME'],
  ['CLIENT', 'SETNAME', 'a\nb'],
  ['CLIENT', 'SETNAME', 'tilde~'],
  ['CLIENT', 'SETNAME', 'é'],
  ['CLIENT', 'SETNAME', 'a\0\n'],
  ['CLIENT', 'SETNAME', '\0 '],
  ['CLIENT', 'GETNAME'],
  ['CLIENT', 'SETNAME', ''],
  ['CLIENT', 'GETNAME'],
  ['CLIENT', 'SETNAME'],
  ['CLIENT', 'GETNAME', 'x'],
  ['CLIENT', 'SETINFO', 'LIB-NAME', 'test'],
  ['CLIENT', 'SETINFO', 'lib-ver', '1.0'],
  ['CLIENT', 'SETINFO', 'lib-ver', '1 0'],
  ['CLIENT', 'SETINFO', 'Lib-Name', ''],
  ['CLIENT', 'SETINFO', 'nothing', 'x'],
  ['CLIENT', 'SETINFO', 'lib-name'],
  ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON'],
  ['CLIENT', 'ID', 'x'],
  ['CLIENT', 'INFO', 'x'],
  ['CLIENT', 'LIST', 'x'],
  ['CLIENT', 'LIST', 'TYPE'],
  ['CLIENT', 'LIST', 'TYPE', 'nothing'],
  ['CLIENT', 'LIST', 'TYPE', 'master'],
  ['CLIENT', 'LIST', 'TYPE', 'replica'],
  ['CLIENT', 'LIST', 'TYPE', 'pubsub'],
  ['CLIENT', 'LIST', 'TYPE', 'normal', 'x'],
  ['CLIENT', 'LIST', 'ID'],
  ['CLIENT', 'LIST', 'ID', 'x'],
  ['CLIENT', 'LIST', 'ID', 123_456],
  ['CLIENT', 'KILL'],
  ['CLIENT', 'KILL', '1.2.3.4:5'],
  ['CLIENT', 'KILL', 'ID', 0],
  ['CLIENT', 'KILL', 'ID', 'x'],
  ['CLIENT', 'KILL', 'ID', 123_456],
  ['CLIENT', 'KILL', 'ID', '9223372036854775808'],
  ['CLIENT', 'KILL', 'TYPE', 'nothing'],
  ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
  ['CLIENT', 'KILL', 'TYPE', 'master', 'TYPE', 'slave'],
  ['CLIENT', 'KILL', 'USER', 'nobody'],
  ['CLIENT', 'KILL', 'USER', 'default', 'ID', 123_456],
  ['CLIENT', 'KILL', 'ADDR', '1.2.3.4:5', 'LADDR', '1.2.3.4:5'],
  ['CLIENT', 'KILL', 'SKIPME', 'maybe'],
  ['CLIENT', 'KILL', 'SKIPME', 'no', 'TYPE'],
  ['CLIENT', 'KILL', 'NOTHING', 'x'],
  ['CLIENT', 'NO-EVICT', 'on'],
  ['CLIENT', 'NO-EVICT', 'OFF'],
  ['CLIENT', 'NO-EVICT', 'x'],
  ['CLIENT', 'NO-EVICT'],
  ['CLIENT', 'NO-TOUCH', 'on'],
  ['CLIENT', 'NO-TOUCH', 'off'],
  ['CLIENT', 'NO-TOUCH', 'x'],
  ['CLIENT', 'REPLY', 'x'],
  ['CLIENT', 'REPLY', 'on'],
  ['CLIENT', 'REPLY'],
  ['CLIENT', 'PAUSE'],
  ['CLIENT', 'PAUSE', 'x'],
  ['CLIENT', 'PAUSE', -1],
  ['CLIENT', 'PAUSE', '9223372036854775807'],
  ['CLIENT', 'PAUSE', 1, 'SOME'],
  ['CLIENT', 'PAUSE', 1, 'ALL', 'x'],
  ['CLIENT', 'PAUSE', 1, 'write'],
  ['CLIENT', 'UNPAUSE', 'x'],
  ['CLIENT', 'UNPAUSE'],
  ['CLIENT', 'UNBLOCK'],
  ['CLIENT', 'UNBLOCK', 'x'],
  ['CLIENT', 'UNBLOCK', 123_456],
  ['CLIENT', 'UNBLOCK', 123_456, 'SOMEHOW'],
  ['CLIENT', 'UNBLOCK', 'x', 'SOMEHOW'],
  ['CLIENT', 'UNBLOCK', 123_456, 'ERROR'],
  ['CLIENT', 'UNBLOCK', 123_456, 'ERROR', 'x'],
  ['CLIENT', 'HELP', 'x'],
];

const TRACKING_CALLS: readonly Call[] = [
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'GETREDIR'],
  ['CLIENT', 'CACHING', 'yes'],
  ['CLIENT', 'TRACKING'],
  ['CLIENT', 'TRACKING', 'maybe'],
  ['CLIENT', 'TRACKING', 'on', 'NOTHING'],
  ['CLIENT', 'TRACKING', 'on', 'REDIRECT'],
  ['CLIENT', 'TRACKING', 'on', 'REDIRECT', 'x'],
  ['CLIENT', 'TRACKING', 'on', 'REDIRECT', 123_456],
  ['CLIENT', 'TRACKING', 'on', 'PREFIX', 'a'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST', 'OPTIN'],
  ['CLIENT', 'TRACKING', 'on', 'OPTIN', 'OPTOUT'],
  ['CLIENT', 'TRACKING', 'on', 'OPTIN'],
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'GETREDIR'],
  ['CLIENT', 'CACHING', 'maybe'],
  ['CLIENT', 'CACHING', 'no'],
  ['CLIENT', 'CACHING'],
  ['CLIENT', 'TRACKING', 'on', 'OPTOUT'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST'],
  ['CLIENT', 'TRACKING', 'on', 'NOLOOP'],
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'TRACKING', 'off'],
  ['CLIENT', 'TRACKING', 'on', 'OPTOUT', 'NOLOOP'],
  ['CLIENT', 'CACHING', 'yes'],
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'TRACKING', 'off', 'x'],
  ['CLIENT', 'TRACKING', 'off'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'foo', 'PREFIX', 'foobar'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'foo', 'PREFIX', 'bar'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'f'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'new'],
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'TRACKING', 'on'],
  ['CLIENT', 'TRACKING', 'off'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST'],
  ['CLIENT', 'TRACKINGINFO'],
  ['CLIENT', 'TRACKING', 'off'],
];

const LIST_CALLS: readonly Call[] = [
  ['CLIENT', 'LIST'],
  ['CLIENT', 'INFO'],
  ['CLIENT', 'LIST', 'TYPE', 'normal'],
  ['CLIENT', 'SETNAME', 'me'],
  ['CLIENT', 'NO-EVICT', 'on'],
  ['READONLY'],
  ['WATCH', 'key'],
  ['CLIENT', 'TRACKING', 'on', 'BCAST'],
  ['CLIENT', 'INFO'],
];

const PASSWORD_CALLS: readonly Call[] = [
  ['PING'],
  ['NOTHING'],
  ['GET'],
  ['HELLO'],
  ['HELLO', 3],
  ['HELLO', 9],
  ['AUTH', 'wrong'],
  ['AUTH', 'default', 'wrong'],
  ['AUTH', 'nobody', 'secret'],
  ['MULTI'],
  ['HELLO', 3, 'AUTH', 'default', 'wrong'],
  ['HELLO', 3, 'SETNAME', 'me', 'AUTH', 'default', 'secret'],
  ['CLIENT', 'GETNAME'],
  ['PING'],
  ['RESET'],
  ['PING'],
  ['AUTH', 'secret'],
  ['PING'],
  ['AUTH', 'wrong'],
  ['PING'],
];

/** Numbers of clients and the release's last digit depend on the server; everything else has to be alike. */
function withoutIds(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = reply.value as readonly TypedReply[];
  return items.map((item, index) => (items[index - 1]?.value === 'id' ? item.type : item));
}

/** Names of all fields, and the values that do not depend on memory or time. */
function fieldNames(reply: TypedReply): unknown {
  const same = [
    'name',
    'flags',
    'db',
    'sub',
    'psub',
    'ssub',
    'multi',
    'cmd',
    'user',
    'redir',
    'resp',
    'qbuf',
    'argv-mem',
  ];
  const lines = String(reply.value).replace(/^txt:/, '').split('\n');
  return {
    type: reply.type,
    lines: lines.slice(-2).map((line) =>
      line.split(' ').map((field) => {
        const [name = '', value] = field.split('=');
        return same.includes(name) ? field : [name, value === undefined];
      }),
    ),
  };
}

type Side = 'theirs' | 'ours';

/** A real server and one of ours, to which any number of clients connect. */
class Servers {
  readonly #server: RealRedis;
  readonly #cluster: Cluster;

  private constructor(server: RealRedis, cluster: Cluster) {
    this.#server = server;
    this.#cluster = cluster;
  }

  static async start(config: Readonly<Record<string, string>>): Promise<Servers> {
    const args = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
    const { requirepass, ...settings } = config;
    const server = await startRealNode({
      args: args.filter((arg) => arg !== '--requirepass' && arg !== requirepass),
    });
    const version = server.version.startsWith('7.0.') ? '7.0' : '7.2';
    const cluster = await startCluster(1, 0, { version, config: settings });
    const servers = new Servers(server, cluster);
    if (requirepass !== undefined) {
      const client = await servers.connect();
      await client.same(['CONFIG', 'SET', 'requirepass', requirepass]);
    }
    return servers;
  }

  async connect(): Promise<Client> {
    return new Client(await this.#server.connect(), await RealConnection.open(this.#cluster.nodes[0]!.port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server.stop(), this.#cluster.stop()]);
  }
}

/** A connection to each of the two. */
class Client {
  readonly #theirs: RealConnection;
  readonly #ours: RealConnection;

  constructor(theirs: RealConnection, ours: RealConnection) {
    this.#theirs = theirs;
    this.#ours = ours;
  }

  send(call: Call): void {
    this.#theirs.send(...call);
    this.#ours.send(...call);
  }

  both(call: Call): Promise<Record<Side, TypedReply>> {
    return this.#exchange(() => call);
  }

  async same(call: Call, options: Parameters<typeof expectSame>[3] = {}): Promise<void> {
    const { theirs, ours } = await this.both(call);
    expectSame(call, theirs, ours, options);
  }

  /** As `same`, with a command that names something of the server it goes to. */
  async sameFor(callFor: (side: Side) => Call): Promise<void> {
    const { theirs, ours } = await this.#exchange(callFor);
    expectSame(callFor('ours'), theirs, ours);
  }

  /** Asks again until both answer what is wanted. */
  async until(call: Call, isWanted: (reply: TypedReply) => boolean): Promise<void> {
    for (let tries = 0; tries < 2000; tries++) {
      const { theirs, ours } = await this.both(call);
      if (isWanted(theirs) && isWanted(ours)) return;
    }
    throw new Error(`${show(call)} never answered what was waited for`);
  }

  /** Both servers closed the connection. */
  async closed(): Promise<void> {
    await expect(this.#theirs.nextPush()).rejects.toThrow('closed');
    await expect(this.#ours.nextPush()).rejects.toThrow('closed');
  }

  async #exchange(callFor: (side: Side) => Call): Promise<Record<Side, TypedReply>> {
    const [theirs, ours] = await Promise.all([
      this.#theirs.raw(...callFor('theirs')),
      this.#ours.raw(...callFor('ours')),
    ]);
    return { theirs: parseTypedReply(theirs), ours: parseTypedReply(ours) };
  }
}
