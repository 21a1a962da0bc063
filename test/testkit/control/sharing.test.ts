/** Several who hold one cluster: turns, what ends with a connection, and what goes over the wire. */
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectCluster, type RemoteCluster, type RemoteNode, shareCluster } from '../../../src/index.js';
import { closed, failure, startStill } from '../testkit.js';

async function share(count: number): Promise<RemoteCluster[]> {
  const cluster = await startStill({ masters: 3, replicas: 0 });
  const { address } = await shareCluster(cluster);
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const shared = await connectCluster(address, { name: `file ${index + 1}` });
      onTestFinished(() => shared.close());
      return shared;
    }),
  );
}

describe('turns', () => {
  it('one has the cluster, the others look on and wait, first come first served', async () => {
    const [one, two, three] = (await share(3)) as [RemoteCluster, RemoteCluster, RemoteCluster];
    const order: string[] = [];
    const turn = await one.exclusive();
    const second = two.exclusive().then((lease) => {
      order.push('two');
      return lease;
    });
    const third = three.exclusive().then((lease) => {
      order.push('three');
      return lease;
    });
    await one.advance(1);
    expect(await two.now()).toBe(await one.now());
    await expect(two.advance(1)).rejects.toMatchObject(
      failure(
        'IN_USE',
        'advance: file 1 has the shared cluster for itself; wait for your turn with exclusive()',
      ),
    );
    await expect(two.nodes[0]!.command('PING')).rejects.toMatchObject(failure('IN_USE'));
    await expect(one.exclusive()).rejects.toMatchObject(
      failure('INVALID_ARGUMENT', 'has the cluster already'),
    );
    expect(order).toEqual([]);
    await turn.release();
    await two.advance(1, {}).catch(() => undefined);
    await (await second).release();
    await third;
    expect(order).toEqual(['two', 'three']);
  });

  it('who shares waits for who is alone, and the other way round', async () => {
    const [one, two, three] = (await share(3)) as [RemoteCluster, RemoteCluster, RemoteCluster];
    const turns = await Promise.all([one.sharing(), two.sharing()]);
    let isAlone = false;
    const alone = three.exclusive().then(() => {
      isAlone = true;
    });
    await Promise.all([one.advance(1), two.advance(1)]);
    expect(isAlone).toBe(false);
    for (const turn of turns) await turn.release();
    await alone;
    expect(isAlone).toBe(true);
  });

  it('a connection that ends takes its faults, its moves and its turn with it', async () => {
    const [one, two] = (await share(2)) as [RemoteCluster, RemoteCluster];
    await one.exclusive();
    const [a, b] = one.masters as [RemoteNode, RemoteNode];
    await one.inject({ error: 'LOADING' });
    await one.partition([a]);
    await one.migrateSlot({ slot: 0, to: b, pauseAt: 'migrating' });
    expect(await two.faults).toHaveLength(2);
    await one.close();
    await using _turn = await two.exclusive();
    expect(await two.faults).toEqual([]);
    expect(String(await two.masters[0]!.command('CLUSTER', 'NODES'))).not.toContain('->-');
    await expect(one.now()).rejects.toMatchObject(failure('STOPPED', 'this connection was closed'));
  });
});

describe('a client that stands still', () => {
  it('is waited for once, not at every turn', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const { address } = await shareCluster(cluster);
    const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const pings: string[] = [];
    const welcome = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        pings.push(...(chunk.toString('utf8').match(/"ping":\d+/g) ?? []));
        if (chunk.includes('"result"')) resolve();
      });
    });
    socket.write('{"id":1,"method":"hello","params":{"version":1}}\n');
    await welcome;
    await cluster.advance('1m');
    await cluster.advance('1m');
    expect(pings).toEqual(['"ping":1']);
    // As soon as it says something it is one of those who go along.
    socket.write('{"pong":1}\n');
    await cluster.when(() => {
      socket.write('{"pong":2}\n');
      void cluster.settle();
      return pings.length > 1;
    });
  });
});

describe('the end', () => {
  it('comes with the cluster', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const { address } = await shareCluster(cluster);
    const shared = await connectCluster(address);
    const waiting = expect(shared.whenCommand('GET')).rejects.toMatchObject(failure('CONNECTION_LOST'));
    await shared.refresh();
    await cluster.stop();
    await waiting;
    await expect(shared.now()).rejects.toMatchObject(
      failure('CONNECTION_LOST', 'now: the process that has the cluster'),
    );
    await expect(connectCluster(address)).rejects.toMatchObject(failure('CONNECTION_LOST', 'ECONNREFUSED'));
    await expect(shareCluster(cluster)).rejects.toMatchObject(failure('STOPPED'));
  });

  it('of sharing is not that of the cluster', async () => {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const port = cluster.nodes[0]!.port;
    await expect(shareCluster(cluster, { port })).rejects.toMatchObject(
      failure('PORT_IN_USE', `127.0.0.1:${port}`),
    );
    await using sharing = await shareCluster(cluster);
    await using shared = await connectCluster(sharing.address);
    await sharing.close();
    await expect(shared.now()).rejects.toMatchObject(failure('CONNECTION_LOST'));
    await cluster.advance(1);
    expect(await cluster.nodes[0]!.command('PING')).toBe('PONG');
  });

  it.each<[unknown, string, string]>([
    [undefined, 'NOT_STARTED', 'REDIS_TEST_CLUSTER_ADDRESS is not set'],
    ['here', 'INVALID_ARGUMENT', "got 'here'"],
    [7, 'INVALID_ARGUMENT', 'got 7'],
  ])('connectCluster(%j) says what it needs', async (address, code, message) => {
    await expect(connectCluster(address as string)).rejects.toMatchObject(
      failure(code as 'INVALID_ARGUMENT', message),
    );
  });
});

describe('the protocol', () => {
  /** Sends lines and gathers what comes back until so many answers are there. */
  async function talk(lines: readonly string[], answers: number): Promise<unknown[]> {
    const cluster = await startStill({ masters: 1, replicas: 0 });
    const { address } = await shareCluster(cluster);
    const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const ended = closed(socket);
    let text = '';
    const done = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.split('\n').length > answers) resolve();
      });
    });
    for (const line of lines) socket.write(`${line}\n`);
    await Promise.race([done, ended]);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
  const hello = '{"id":1,"method":"hello","params":{"version":1}}';

  it('is lines of JSON with names', async () => {
    const node = '"node":{"$node":"n1"}';
    const answers = await talk(
      [
        hello,
        '',
        `{"id":2,"method":"node.command","params":{${node},"args":["SET","k",{"$bytes":"AP8="}]}}`,
        '{"id":3,"method":"inject","params":{"fault":{"error":"LOADING"},"command":"GET","key":{"$regexp":["^u","i"]}}}',
        '{"id":4,"method":"problem","params":{"condition":"ok"}}',
      ],
      4,
    );
    const [welcome, ...rest] = answers as [{ id: number; state: { nodes: object[] } }, ...{ id: number }[]];
    expect(welcome).toMatchObject({ id: 1, result: { version: 1, seed: 1, tls: null } });
    expect(welcome.state.nodes).toMatchObject([
      { key: 'n1', role: 'master', state: 'running', slots: [[0, 16_383]] },
    ]);
    expect(rest.sort((one, other) => one.id - other.id)).toEqual([
      { id: 2, result: 'OK' },
      {
        id: 3,
        result: { $handle: { id: 1, type: 'client-fault', description: expect.stringContaining('LOADING') } },
      },
      { id: 4, result: null },
    ]);
  });

  it.each([
    ['{"id":1,"method":"now"}', 'PROTOCOL_ERROR', 'the first request must be hello, got now'],
    ['{"id":1,"method":"hello","params":{"version":2}}', 'PROTOCOL_ERROR', 'speaks version 1'],
    [`${hello}\n{"id":1,"method":"fly"}`, 'PROTOCOL_ERROR', 'there is no method "fly"'],
    [`${hello}\n{"id":1,"method":"now","params":[]}`, 'INVALID_ARGUMENT', 'parameters have names'],
    [
      `${hello}\n{"id":1,"method":"advance","params":{"by":1}}`,
      'INVALID_ARGUMENT',
      'advance(): unknown option by',
    ],
    [
      `${hello}\n{"id":1,"method":"node.kill","params":{"node":7}}`,
      'INVALID_ARGUMENT',
      'node must be a node',
    ],
    [
      `${hello}\n{"id":1,"method":"node.kill","params":{"node":{"$node":"n9"}}}`,
      'NO_SUCH_NODE',
      'no node n9',
    ],
    [
      `${hello}\n{"id":1,"method":"now","params":{"a":{"$b":1}}}`,
      'INVALID_ARGUMENT',
      'no values of the kind $b',
    ],
    [`${hello}\n{"id":1,"method":"dispose","params":{"handle":9}}`, 'INVALID_ARGUMENT', 'no such handle: 9'],
    [`${hello}\n{"id":1,"method":"message.drop","params":{"number":9}}`, 'INVALID_ARGUMENT', 'no message 9'],
    [`${hello}\n{"id":1,"method":"acquire","params":{"kind":"mine"}}`, 'INVALID_ARGUMENT', 'got mine'],
    [
      `${hello}\n{"id":1,"method":"counters","params":{"count":"sheep"}}`,
      'INVALID_ARGUMENT',
      'count must be',
    ],
  ])('answers %s with an error', async (lines, code, message) => {
    const answers = await talk([lines], lines.split('\n').length);
    expect(answers.at(-1)).toMatchObject({
      id: 1,
      error: { code, message: expect.stringContaining(message) as string },
    });
  });

  it('hangs up on who does not speak it, such as a browser', async () => {
    expect(await talk(['POST / HTTP/1.1', 'Host: 127.0.0.1', '', hello], 1)).toEqual([]);
  });
});
