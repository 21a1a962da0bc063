import { describe, expect, it } from 'vitest';
import { FakeServer } from '../fake-server.js';

describe('AUTH and HELLO', () => {
  it('ask for the password of requirepass', () => {
    const client = new FakeServer({ requirepass: 'secret' }).connect();
    expect(client.run('HELLO 3')).toMatch(/^-NOAUTH HELLO must be called .* <proto> AUTH/);
    expect(client.run('AUTH wrong')).toMatch(/^-WRONGPASS/);
    expect(client.run('AUTH somebody secret')).toMatch(/^-WRONGPASS/);
    expect(client.run('AUTH secret')).toBe('+OK');
    expect(client.authenticated).toBe(true);
    expect(client.run('RESET')).toBe('+RESET');
    expect(client.authenticated).toBe(false);
  });

  it('take any password for a user that needs none, but say so when only a password is given', () => {
    const client = new FakeServer().connect();
    expect(client.run('AUTH default whatever')).toBe('+OK');
    expect(client.run('AUTH whatever')).toMatch(/^-ERR AUTH <password> called without any password/);
  });

  it('introduce the node', () => {
    const server = new FakeServer();
    server.masterAddress = { host: '127.0.0.1', port: 1 };
    expect(server.connect().run('HELLO 3 SETNAME me')).toBe(
      '%7 $6 server $5 redis $7 version $5 7.2.4 $5 proto :3 $2 id :1 $4 mode $10 standalone $4 role $7 replica $7 modules *0',
    );
  });

  it('check all options before they change anything, which 7.0 does not', () => {
    const modern = new FakeServer().connect();
    const old = new FakeServer({}, '7.0').connect();
    for (const client of [modern, old]) {
      expect(client.run('HELLO 3 SETNAME me NOTHING')).toBe("-ERR Syntax error in HELLO option 'NOTHING'");
    }
    expect([modern.name, old.name]).toEqual(['', 'me']);
  });
});

describe('CLIENT', () => {
  it('KILL closes by filters, itself only after the reply', () => {
    const server = new FakeServer();
    const [me, first, second] = [server.connect(), server.connect(), server.connect()];
    expect(me.run('CLIENT KILL 127.0.0.1:50002')).toBe('+OK');
    expect(first.received).toEqual(['closed']);
    expect(me.run('CLIENT KILL TYPE normal')).toBe(':1');
    expect(second.received).toEqual(['closed']);
    expect(me.run('CLIENT KILL ID 1 SKIPME no')).toBe(':1');
    expect([me.received, me.closeAfterReply]).toEqual([[], true]);
  });

  it('LIST tells replicas from other clients', () => {
    const server = new FakeServer();
    const [me, replica] = [server.connect(), server.connect()];
    replica.isReplica = true;
    expect(me.run('CLIENT LIST TYPE replica')).toMatch(/id=2 .* flags=S /);
    expect(me.run('CLIENT LIST TYPE normal')).not.toMatch(/id=2 /);
  });

  it('LIST shows seconds since the client came and since it said something', () => {
    const server = new FakeServer();
    const [me, other] = [server.connect(), server.connect()];
    server.clock.advanceTo(server.clock.nowMs() + 5000);
    me.lastInteractionMs = server.clock.nowMs();
    expect(me.run('CLIENT LIST ID 2')).toMatch(/age=5 idle=5 .* cmd=NULL /);
    expect(other.run('CLIENT INFO')).toMatch(/age=5 idle=5 .* cmd=client\|info .* lib-name= lib-ver=$/);
  });

  it('UNBLOCK ends what waits, but no pause', () => {
    const server = new FakeServer();
    const [me, other] = [server.connect(), server.connect()];
    other.blocked = { kind: 'wait', timeoutAtMs: 0, onTimeout: () => 7 };
    expect(me.run('CLIENT UNBLOCK 2')).toBe(':1');
    other.blocked = { kind: 'keys', timeoutAtMs: 0, onTimeout: () => null };
    expect(me.run('CLIENT UNBLOCK 2 ERROR')).toBe(':1');
    other.blocked = { kind: 'pause', timeoutAtMs: 0, onTimeout: () => null };
    expect(me.run('CLIENT UNBLOCK 2')).toBe(':0');
    expect(other.received).toEqual([':7', '-UNBLOCKED client unblocked via CLIENT UNBLOCK']);
  });

  it('PAUSE holds back all clients, or writes', () => {
    const server = new FakeServer();
    const me = server.connect();
    me.run('CLIENT PAUSE 100');
    me.run('CLIENT PAUSE 50 WRITE');
    me.run('CLIENT UNPAUSE');
    expect(server.done).toEqual([
      'pause client-command all 100',
      'pause client-command write 50',
      'unpause client-command',
    ]);
  });

  it('REPLY leaves the command itself without a reply unless it is ON', () => {
    const me = new FakeServer().connect();
    expect([me.run('CLIENT REPLY SKIP'), me.replyMode]).toEqual(['', 'skip-next']);
    expect([me.run('CLIENT REPLY OFF'), me.replyMode]).toEqual(['', 'off']);
    expect([me.run('CLIENT REPLY SKIP'), me.replyMode]).toEqual(['', 'off']);
    expect([me.run('CLIENT REPLY ON'), me.replyMode]).toEqual(['+OK', 'on']);
  });

  it('TRACKING redirects to a client that is there', () => {
    const server = new FakeServer();
    const [me, other] = [server.connect(), server.connect()];
    expect(me.run(`CLIENT TRACKING ON REDIRECT ${other.id} NOLOOP`)).toBe('+OK');
    expect(me.run('CLIENT GETREDIR')).toBe(':2');
    expect(me.run('CLIENT TRACKINGINFO')).toBe(
      '*6 $5 flags *2 $2 on $6 noloop $8 redirect :2 $8 prefixes *0',
    );
    expect(me.run('CLIENT TRACKING OFF')).toBe('+OK');
    expect(me.run('CLIENT GETREDIR')).toBe(':-1');
  });

  it('TRACKING says that later prefixes overlap, and goes on as Redis does', () => {
    const me = new FakeServer().connect();
    expect(me.run('CLIENT TRACKING ON BCAST PREFIX a PREFIX foo PREFIX foobar')).toBe('+OK');
    expect(me.received).toEqual([
      "-ERR Prefix 'foo' overlaps with another provided prefix 'foobar'. Prefixes for a single client must not overlap.",
    ]);
  });

  it('RESET makes everything new but the library', () => {
    const me = new FakeServer().connect();
    for (const line of [
      'CLIENT SETNAME me',
      'CLIENT SETINFO LIB-NAME lib',
      'HELLO 3',
      'SELECT 3',
      'MULTI',
      'CLIENT TRACKING ON',
    ]) {
      me.run(line);
    }
    expect(me.run('RESET')).toBe('+RESET');
    expect([me.name, me.libName, me.protocol, me.dbIndex, me.transaction]).toEqual(['', 'lib', 2, 0, null]);
    expect(me.run('CLIENT GETREDIR')).toBe(':-1');
  });
});
