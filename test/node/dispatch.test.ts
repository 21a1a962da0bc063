/** What a command meets before it runs, in the order of processCommand (server.c). */
import { describe, expect, it } from 'vitest';
import { type Machine, World } from './world.js';

const NOAUTH = '-NOAUTH Authentication required.\r\n';
const READONLY = "-READONLY You can't write against a read only replica.\r\n";
const MASTERDOWN = "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n";
const LOADING = '-LOADING Redis is loading the dataset in memory\r\n';
const NOREPLICAS = '-NOREPLICAS Not enough good replicas to write.\r\n';

function alone(config: Record<string, string> = {}): Machine {
  return new World().start({ config });
}

/** A replica whose master is there, or not. */
function replicaOf(
  master: Machine | null,
  config: Record<string, string> = {},
  world = master?.world ?? new World(),
): Machine {
  const replica = world.start({ config });
  replica.ask(`REPLICAOF 127.0.0.1 ${master?.port ?? 1}`);
  world.pass(10_000);
  return replica;
}

describe('a command is refused for the first of its faults', () => {
  it('that it does not exist, before the password', () => {
    const machine = alone({ requirepass: 'secret' });
    expect(machine.ask('NOSUCH a b')).toBe(
      "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' \r\n",
    );
    expect(machine.ask('CONFIG NOSUCH')).toBe("-ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP.\r\n");
  });

  it('its number of arguments, before the password', () => {
    const machine = alone({ requirepass: 'secret' });
    expect(machine.ask('GET')).toBe("-ERR wrong number of arguments for 'get' command\r\n");
    expect(machine.ask('CONFIG')).toBe("-ERR wrong number of arguments for 'config' command\r\n");
    expect(machine.ask('CONFIG GET')).toBe("-ERR wrong number of arguments for 'config|get' command\r\n");
  });

  it('that it is protected, before the password', () => {
    const machine = alone({ requirepass: 'secret', 'enable-debug-command': 'no' });
    expect(machine.ask('DEBUG JMAP')).toMatch(
      /^-ERR DEBUG command not allowed\. If the enable-debug-command option/,
    );
    expect(machine.ask('DEBUG')).toMatch(/^-ERR wrong number of arguments for 'debug'/);
  });

  it('the password, before everything else', () => {
    const machine = alone({ requirepass: 'secret', 'min-replicas-to-write': '1' });
    machine.node.loading = true;
    expect(machine.ask('SET key value')).toBe(NOAUTH);
    expect(machine.ask('MULTI')).toBe(NOAUTH);
    expect(machine.ask('AUTH secret', 'SET key value')).toBe(`+OK\r\n${NOREPLICAS}`);
  });

  it('that it may not be part of a transaction, before the state of the node', () => {
    const machine = alone();
    const client = machine.connect();
    client.ask('MULTI');
    machine.node.loading = true;
    expect(client.ask('SHUTDOWN')).toBe('-ERR Command not allowed inside a transaction\r\n');
    machine.node.loading = false;
    expect(client.ask('EXEC')).toBe('-EXECABORT Transaction discarded because of previous errors.\r\n');
  });

  it('that another node serves its slot, before the replicas it lacks', () => {
    const world = new World();
    const machine = world.start({
      cluster: true,
      config: { 'min-replicas-to-write': '1', 'cluster-require-full-coverage': 'no' },
    });
    expect(machine.ask('SET key value')).toBe(NOREPLICAS);
    expect(machine.ask('CLUSTER DELSLOTS 12539', 'SET key value')).toBe(
      '+OK\r\n-CLUSTERDOWN Hash slot not served\r\n',
    );
    expect(machine.ask('MSET a 1 b 2')).toBe("-CROSSSLOT Keys in request don't hash to the same slot\r\n");
  });

  it('too few replicas, for writes and for transactions that write', () => {
    const machine = alone({ 'min-replicas-to-write': '1' });
    expect(machine.ask('SET key value')).toBe(NOREPLICAS);
    expect(machine.ask('GET key')).toBe('$-1\r\n');
    const client = machine.connect();
    client.ask('CONFIG SET min-replicas-to-write 0', 'MULTI', 'SET key value', 'GET key');
    machine.ask('CONFIG SET min-replicas-to-write 1');
    expect(client.ask('EXEC')).toBe(`-EXECABORT Transaction discarded because of: ${NOREPLICAS.slice(1)}`);
    expect(client.ask('EXEC')).toBe('-ERR EXEC without MULTI\r\n');
  });

  it('on a replica that it is one, and not that it has too few of its own', () => {
    const master = alone();
    const replica = replicaOf(master, { 'min-replicas-to-write': '1' });
    expect(replica.ask('SET key value')).toBe(READONLY);
    expect(replica.ask('MULTI', 'SET key value', 'EXEC')).toBe(
      `+OK\r\n${READONLY}-EXECABORT Transaction discarded because of previous errors.\r\n`,
    );
    expect(replica.ask('CONFIG SET replica-read-only no', 'SET key value')).toBe('+OK\r\n+OK\r\n');
  });

  it('that its master is away, after that it may not write', () => {
    const replica = replicaOf(null, { 'replica-serve-stale-data': 'no' });
    expect(replica.ask('SET key value')).toBe(READONLY);
    expect(replica.ask('GET key')).toBe(MASTERDOWN);
    expect(replica.ask('PING')).toBe(MASTERDOWN);
    expect(replica.ask('ECHO text')).toBe('$4\r\ntext\r\n');
    expect(replica.ask('MULTI', 'ECHO text', 'EXEC')).toBe('+OK\r\n+QUEUED\r\n*1\r\n$4\r\ntext\r\n');
    expect(replica.ask('MULTI', 'GET key', 'EXEC')).toBe(
      `+OK\r\n${MASTERDOWN}-EXECABORT Transaction discarded because of previous errors.\r\n`,
    );
    expect(replica.ask('CONFIG SET replica-serve-stale-data yes', 'GET key')).toBe('+OK\r\n$-1\r\n');
  });

  it('at EXEC too, when the master went away since', () => {
    const master = alone();
    const replica = replicaOf(master, { 'replica-serve-stale-data': 'no' });
    const client = replica.connect();
    expect(client.ask('MULTI', 'GET key')).toBe('+OK\r\n+QUEUED\r\n');
    master.process.kill();
    master.world.pass(1000);
    expect(client.ask('EXEC')).toBe(`-EXECABORT Transaction discarded because of: ${MASTERDOWN.slice(1)}`);
  });

  it('that the dataset is being loaded, after that the master is away', () => {
    const replica = replicaOf(null, { 'replica-serve-stale-data': 'no' });
    replica.node.loading = true;
    expect(replica.ask('GET key')).toBe(MASTERDOWN);
    expect(replica.ask('CONFIG SET replica-serve-stale-data yes', 'GET key')).toBe(`+OK\r\n${LOADING}`);
    expect(replica.ask('ECHO text')).toBe('$4\r\ntext\r\n');
    expect(replica.ask('PING')).toBe(LOADING);
  });

  it('that it comes from a replica, which may not touch the keyspace', () => {
    const machine = alone();
    for (const command of ['GET key', 'SET key value', 'DBSIZE', 'PUBLISH channel text']) {
      const link = machine.connect();
      link.ask('PSYNC ? -1');
      link.take();
      expect(link.session.isReplica).toBe(true);
      const before = machine.logs.length;
      link.send(command);
      const logged = machine.logs.slice(before).join('\n');
      expect([command, logged]).toEqual([
        command,
        expect.stringContaining("Replica can't interact with the keyspace"),
      ]);
      expect(link.closed).not.toBe('no');
    }
    expect(machine.ask('EXISTS key')).toBe(':0\r\n');
  });

  it('or held back by a pause, when there is no fault', () => {
    const machine = alone({ 'min-replicas-to-write': '1' });
    machine.ask('CLIENT PAUSE 1000 ALL');
    const client = machine.connect();
    expect(client.ask('NOSUCH', 'GET', 'SET key value')).toMatch(
      /^-ERR unknown.*\r\n-ERR wrong.*\r\n-NOREPLICAS/,
    );
    expect(client.ask('PING')).toBe('');
    machine.world.pass(1000);
    expect(client.take()).toBe('+PONG\r\n');
  });
});

describe('a transaction', () => {
  const ABORTED = '-EXECABORT Transaction discarded because of previous errors.\r\n';

  it.each<[fault: string, command: string]>([
    ['an unknown command', 'NOSUCH'],
    ['an unknown subcommand', 'CONFIG NOSUCH'],
    ['a container without subcommand', 'CONFIG'],
    ['a wrong number of arguments', 'GET'],
    ['a command that may not be in it', 'SHUTDOWN'],
    ['a protected command', 'DEBUG JMAP'],
    ['keys of two slots', 'MGET a b'],
    ['a key of a slot that nobody serves', 'GET key'],
  ])('is aborted by %s', (_fault, command) => {
    const machine = new World().start({
      cluster: true,
      config: { 'enable-debug-command': 'no', 'cluster-require-full-coverage': 'no' },
    });
    machine.ask('CLUSTER DELSLOTS 12539');
    const client = machine.connect();
    expect(client.ask('MULTI', 'SET other 1', command)).toMatch(/^\+OK\r\n\+QUEUED\r\n-.*\r\n$/);
    expect(client.ask('SET other 2')).toBe('+QUEUED\r\n');
    expect(client.ask('EXEC')).toBe(ABORTED);
    expect(client.ask('GET other', 'EXEC')).toBe('$-1\r\n-ERR EXEC without MULTI\r\n');
  });

  it.each<[what: string, command: string, answer: RegExp]>([
    ['a nested MULTI', 'MULTI', /^-ERR MULTI calls can not be nested\r\n$/],
    ['WATCH', 'WATCH key', /^-ERR WATCH inside MULTI is not allowed\r\n$/],
  ])('is not aborted by %s', (_what, command, answer) => {
    const client = alone().connect();
    client.ask('MULTI', 'SET key 1');
    expect(client.ask(command)).toMatch(answer);
    expect(client.ask('EXEC')).toBe('*1\r\n+OK\r\n');
  });

  it('that is aborted is not redirected, whatever was queued afterwards', () => {
    const client = new World().start({ cluster: true }).connect();
    expect(client.ask('MULTI', 'NOSUCH', 'GET a', 'GET b', 'EXEC')).toMatch(
      /^\+OK\r\n-ERR unknown.*\r\n\+QUEUED\r\n\+QUEUED\r\n-EXECABORT Transaction discarded because of previous errors\.\r\n$/,
    );
  });

  it('whose watched key changed is not redirected either', () => {
    const machine = new World().start({ cluster: true });
    const client = machine.connect();
    client.ask('WATCH key');
    machine.ask('SET key value');
    expect(client.ask('MULTI', 'GET a', 'GET b', 'EXEC')).toBe('+OK\r\n+QUEUED\r\n+QUEUED\r\n*-1\r\n');
  });

  it('over keys of two slots is refused at EXEC, and over', () => {
    const client = new World().start({ cluster: true }).connect();
    expect(client.ask('WATCH {a}1', 'MULTI', 'GET a', 'GET b', 'EXEC')).toBe(
      "+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n-CROSSSLOT Keys in request don't hash to the same slot\r\n",
    );
    expect(client.ask('EXEC')).toBe('-ERR EXEC without MULTI\r\n');
    expect(client.session.watchedKeys.size).toBe(0);
  });

  it('ends with EXEC that has arguments', () => {
    const client = alone().connect();
    expect(client.ask('MULTI', 'PING', 'EXEC now', 'EXEC')).toBe(
      "+OK\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n-ERR EXEC without MULTI\r\n",
    );
  });

  it('goes on after DISCARD that has arguments, aborted', () => {
    const client = alone().connect();
    expect(client.ask('MULTI', 'PING', 'DISCARD now', 'EXEC')).toMatch(
      /\r\n-EXECABORT Transaction discarded because of previous/,
    );
  });

  it('sees one time only', () => {
    const client = alone().connect();
    const reply = client.ask('MULTI', 'SET key value PX 1000', 'PTTL key', 'EXEC');
    expect(reply).toMatch(/\*2\r\n\+OK\r\n:1000\r\n$/);
  });
});

describe('ASKING', () => {
  /** A node in cluster mode that does not serve the slot of `key`. */
  function clustered(): Machine {
    const machine = new World().start({ cluster: true, config: { 'cluster-require-full-coverage': 'no' } });
    machine.ask('CLUSTER DELSLOTS 12539');
    return machine;
  }

  it('holds for the next command only', () => {
    const client = clustered().connect();
    expect(client.session.asking).toBe(false);
    client.ask('ASKING');
    expect(client.session.asking).toBe(true);
    client.ask('PING');
    expect(client.session.asking).toBe(false);
  });

  it.each(['NOSUCH', 'GET', 'GET key', 'CONFIG'])('is used up by a command that fails: %s', (command) => {
    const client = clustered().connect();
    expect(client.ask('ASKING', command)).toMatch(/^\+OK\r\n-/);
    expect(client.session.asking).toBe(false);
  });

  it('holds on when ASKING itself fails', () => {
    const client = clustered().connect();
    client.ask('ASKING', 'ASKING now');
    expect(client.session.asking).toBe(true);
    client.ask('ASKING', 'ASKING');
    expect(client.session.asking).toBe(true);
  });

  it('holds for a whole transaction', () => {
    const client = clustered().connect();
    client.ask('ASKING', 'MULTI');
    expect(client.session.asking).toBe(true);
    client.ask('PING', 'ECHO text');
    expect(client.session.asking).toBe(true);
    client.ask('EXEC');
    expect(client.session.asking).toBe(false);
  });

  it('is of no use without a cluster', () => {
    expect(alone().ask('ASKING')).toBe('-ERR This instance has cluster support disabled\r\n');
  });
});
