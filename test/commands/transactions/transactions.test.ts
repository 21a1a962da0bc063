import { describe, expect, it } from 'vitest';
import { FakeServer, type FakeSession } from '../fake-server.js';

/** Queues as dispatch does. */
function queue(server: FakeServer, session: FakeSession, line: string): void {
  const argv = line.split(' ');
  session.transaction!.queue.push({ command: server.commands.resolve(argv)!, argv });
}

describe('EXEC', () => {
  it('runs the queue while the session is still in MULTI', () => {
    const server = new FakeServer();
    const session = server.connect();
    session.run('MULTI');
    queue(server, session, 'SET key value');
    queue(server, session, 'CLIENT LIST ID 1');
    queue(server, session, 'GET key');
    expect(session.run('EXEC')).toMatch(/^\*3 \+OK .* flags=x .* multi=3 .*\$5 value$/s);
    expect(session.transaction).toBeNull();
  });

  it('does nothing when a command was refused, even if a key changed as well', () => {
    const server = new FakeServer();
    const session = server.connect();
    session.run('MULTI');
    session.transaction!.aborted = true;
    session.watchedKeyChanged = true;
    expect(session.run('EXEC')).toBe('-EXECABORT Transaction discarded because of previous errors.');
    expect([session.transaction, session.watchedKeyChanged]).toEqual([null, false]);
  });

  it('does nothing when another client changed a watched key', () => {
    const server = new FakeServer();
    const [session, other] = [server.connect(), server.connect()];
    session.run('WATCH key');
    other.run('SET key theirs');
    session.run('MULTI');
    queue(server, session, 'SET key mine');
    expect(session.run('EXEC')).toBe('*-1');
    expect(other.run('GET key')).toBe('$6 theirs');
    session.run('MULTI');
    expect(session.run('EXEC')).toBe('*0');
  });

  it('does nothing when a watched key has expired', () => {
    const server = new FakeServer();
    const session = server.connect();
    session.run('SET key value PX 10');
    session.run('WATCH key');
    server.clock.advanceTo(server.clock.nowMs() + 11);
    session.run('MULTI');
    expect(session.run('EXEC')).toBe('*-1');
    session.run('WATCH key');
    session.run('MULTI');
    expect(session.run('EXEC')).toBe('*0');
  });

  it('watches nothing more once a key has changed', () => {
    const session = new FakeServer().connect();
    session.watchedKeyChanged = true;
    expect(session.run('WATCH key')).toBe('+OK');
    expect(session.watchedKeys.size).toBe(0);
    expect(session.run('UNWATCH')).toBe('+OK');
    expect(session.watchedKeyChanged).toBe(false);
  });
});
