/** What INFO and LATENCY tell of durations and rates, on a clock on which only sleeping takes time. */
import { describe, expect, it } from 'vitest';
import { type Machine, World } from './world.js';

function info(machine: Machine, name: string): string {
  return new RegExp(`^${name}:(.*)\\r`, 'm').exec(machine.ask('INFO everything'))?.[1] ?? '';
}

describe('LATENCY', () => {
  function sleeper(): Machine {
    const machine = new World().start({ config: { 'latency-monitor-threshold': 200 } });
    for (const seconds of [0.3, 0.1, 0.5, 0.4]) {
      machine.ask(`DEBUG SLEEP ${seconds}`);
      machine.world.pass(2000);
    }
    return machine;
  }

  it('keeps what took longer than the threshold', () => {
    const machine = sleeper();
    const [first, second, third] = [0, 4, 6].map((seconds) => 1893456000 + seconds);
    expect(machine.ask('LATENCY HISTORY command')).toBe(
      `*3\r\n*2\r\n:${first}\r\n:300\r\n*2\r\n:${second}\r\n:500\r\n*2\r\n:${third}\r\n:400\r\n`,
    );
    expect(machine.ask('LATENCY LATEST')).toBe(`*1\r\n*4\r\n$7\r\ncommand\r\n:${third}\r\n:400\r\n:500\r\n`);
    expect(machine.ask('LATENCY HISTORY fast-command')).toBe('*0\r\n');
  });

  it('draws it, and tells of it in words', () => {
    const machine = sleeper();
    expect(machine.ask('LATENCY GRAPH command')).toContain(
      [
        'command - high 500 ms, low 300 ms (all time high 500 ms)',
        '-'.repeat(80),
        ' # ',
        ' |_',
        ' ||',
        '_||',
        '   ',
        '842',
        'sss',
      ].join('\n'),
    );
    expect(machine.ask('LATENCY DOCTOR')).toContain(
      '1. command: 3 latency spikes (average 400ms, mean deviation 66ms). Worst all time event 500ms.',
    );
  });

  it('forgets it', () => {
    const machine = sleeper();
    expect(machine.ask('LATENCY RESET nothing', 'LATENCY RESET', 'LATENCY RESET')).toBe(':0\r\n:1\r\n:0\r\n');
    expect(machine.ask('LATENCY LATEST')).toBe('*0\r\n');
  });

  it('counts a great value that expires by its members, unless it is freed lazily', () => {
    const machine = new World().start({ config: { 'latency-monitor-threshold': 1 } });
    const members = Array.from({ length: 20_000 }, (_, index) => `member${index}`).join(' ');
    const expire = (): void => {
      machine.ask(`SADD set ${members}`, 'PEXPIRE set 50');
      machine.world.pass(1000);
    };
    expire();
    expect(machine.ask('EXISTS set')).toBe(':0\r\n');
    expect(machine.ask('LATENCY GRAPH expire-cycle')).toContain('high 2 ms');
    expect(machine.ask('LATENCY GRAPH expire-del')).toContain('high 2 ms');
    machine.ask('LATENCY RESET', 'CONFIG SET lazyfree-lazy-expire yes');
    expire();
    expect(machine.ask('LATENCY LATEST')).toBe('*0\r\n');
  });

  it('HISTOGRAM counts by duration', () => {
    const machine = sleeper();
    expect(machine.ask('LATENCY HISTOGRAM debug')).toBe(
      '*2\r\n$5\r\ndebug\r\n*4\r\n$5\r\ncalls\r\n:4\r\n$14\r\nhistogram_usec\r\n*4\r\n:135266\r\n:1\r\n:541065\r\n:4\r\n',
    );
    expect(info(machine, 'latency_percentiles_usec_debug')).toBe(
      'p50=301989.887,p99=501219.327,p99.9=501219.327',
    );
    expect(machine.ask('CONFIG SET latency-tracking no', 'SET a b', 'LATENCY HISTOGRAM set')).toBe(
      '+OK\r\n+OK\r\n*0\r\n',
    );
  });
});

describe('INFO stats', () => {
  it('tells what happens per second of late', () => {
    const machine = new World().start();
    const client = machine.connect();
    for (let tenth = 0; tenth < 20; tenth++) {
      client.ask(...Array.from({ length: 10 }, () => 'PING'));
      machine.world.pass(100);
    }
    const perSecond = Number(info(machine, 'instantaneous_ops_per_sec'));
    expect(perSecond).toBeGreaterThan(80);
    expect(perSecond).toBeLessThan(120);
    expect(Number(info(machine, 'instantaneous_input_kbps'))).toBeCloseTo((14 * 100) / 1024, 0);
    expect(Number(info(machine, 'instantaneous_eventloop_cycles_per_sec'))).toBeGreaterThan(10);
    machine.world.pass(3000);
    expect(info(machine, 'instantaneous_ops_per_sec')).toBe('0');
  });

  it('counts reads, writes and what replication takes of the network', () => {
    const world = new World();
    const master = world.start();
    const replica = world.start();
    replica.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
    world.pass(10_000);
    master.ask(`SET key ${'x'.repeat(10_000)}`);
    world.pass(100);
    expect(Number(info(master, 'total_net_repl_output_bytes'))).toBeGreaterThan(10_000);
    expect(Number(info(replica, 'total_net_repl_input_bytes'))).toBeGreaterThan(10_000);
    expect(Number(info(replica, 'total_net_input_bytes'))).toBeGreaterThan(10_000);
    expect(info(master, 'total_net_repl_input_bytes')).toBe('0');
    const reads = Number(info(master, 'total_reads_processed'));
    master.ask('PING', 'PING');
    expect(Number(info(master, 'total_reads_processed'))).toBe(reads + 2);
    expect(Number(info(master, 'total_writes_processed'))).toBeGreaterThan(2);
  });

  it('counts what is left to the background, and commands of one cycle', () => {
    const machine = new World().start();
    const client = machine.connect();
    const members = Array.from({ length: 200 }, (_, index) => `member${index}`).join(' ');
    client.ask(`SADD set ${members}`, 'SADD small a', 'SET string x', 'UNLINK set small string');
    expect(info(machine, 'lazyfreed_objects')).toBe('1');
    client.ask('MSET a 1 b 2 c 3', 'FLUSHALL ASYNC');
    expect(info(machine, 'lazyfreed_objects')).toBe('4');
    expect(machine.ask('INFO debug')).toContain('eventloop_cmd_per_cycle_max:4\r\n');
    expect(machine.ask('DEBUG SLEEP 0.5')).toBe('');
    machine.world.pass(1000);
    expect(Number(info(machine, 'eventloop_duration_cmd_sum'))).toBe(500_000);
  });

  it('tells the mean time to live', () => {
    const machine = new World().start();
    machine.ask('SETEX a 100 x', 'SETEX b 200 x', 'SET c x');
    expect(info(machine, 'db0')).toBe('keys=3,expires=2,avg_ttl=150000');
    machine.world.pass(10_000);
    expect(info(machine, 'db0')).toBe('keys=3,expires=2,avg_ttl=140000');
  });
});
