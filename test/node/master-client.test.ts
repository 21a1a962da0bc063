/** The link to the master as a client of the replica: https://redis.io/docs/latest/commands/client-list/ */
import { describe, expect, it } from 'vitest';
import { type Machine, World } from './world.js';

function replicaOf(world: World, master: Machine): Machine {
  const replica = world.start();
  replica.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
  world.pass(10_000);
  return replica;
}

describe('the link to the master', () => {
  it('is listed as a client of its own while it is up', () => {
    const world = new World();
    const master = world.start();
    expect(master.ask('CLIENT LIST TYPE master')).toBe('$0\r\n\r\n');
    const replica = replicaOf(world, master);
    expect(replica.ask('CLIENT LIST TYPE master')).toMatch(
      new RegExp(
        `^\\$\\d+\\r\\nid=[1-9]\\d* addr=127\\.0\\.0\\.1:${master.port} .* flags=M .* user=\\(superuser\\) .*\\n\\r\\n$`,
      ),
    );
    expect(replica.ask('INFO clients')).toContain('connected_clients:2\r\n');
    expect(master.ask('CLIENT LIST TYPE replica')).toContain(' flags=S ');
    master.ask('SET a b');
    world.pass(100);
    expect(replica.ask('CLIENT LIST TYPE master')).toMatch(/ cmd=(set|ping) /);
    replica.ask('REPLICAOF NO ONE');
    expect(replica.ask('CLIENT LIST TYPE master')).toBe('$0\r\n\r\n');
    expect(replica.ask('INFO clients')).toContain('connected_clients:1\r\n');
  });

  it('comes back after CLIENT KILL, with what was written meanwhile', () => {
    const world = new World();
    const master = world.start();
    const replica = replicaOf(world, master);
    expect(replica.ask('CLIENT KILL TYPE master')).toBe(':1\r\n');
    expect(replica.ask('CLIENT LIST TYPE master')).toBe('$0\r\n\r\n');
    master.ask('SET a b');
    world.pass(5000);
    expect(replica.ask('GET a')).toBe('$1\r\nb\r\n');
    expect(replica.ask('CLIENT LIST TYPE master')).toContain(' flags=M ');
    expect(master.ask('INFO stats')).toContain('sync_partial_ok:1\r\n');
  });
});
