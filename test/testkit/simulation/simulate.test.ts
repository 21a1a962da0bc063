// simulate() and checkDeterminism(): runs that hold, runs that fail and say how to have the failure again.
import { describe, expect, it } from 'vitest';
import { checkDeterminism, keyForSlot, type SimulationFailure, simulate } from '../../../src/index.js';

async function failureOf(run: Promise<unknown>): Promise<SimulationFailure> {
  return await run.then(
    () => expect.fail('expected the simulation to fail'),
    (error: SimulationFailure) => error,
  );
}

describe('simulate()', () => {
  it('keeps every invariant under random faults, and tells what each seed did', {
    timeout: 60_000,
  }, async () => {
    const runs = await simulate({
      seeds: { from: 3, count: 3 },
      masters: [3, 5],
      replicas: [1, 2],
      steps: 6,
    });
    expect(runs.map(({ seed }) => seed)).toEqual([3, 4, 5]);
    for (const run of runs) {
      expect(run.faults).toBe(6);
      expect(run.acknowledgedWrites).toBeGreaterThan(30);
      expect(run.virtualMs).toBeGreaterThan(20_000);
      expect(run.masters).toBeGreaterThanOrEqual(3);
    }
  });

  it('hands the run to a workload, whose client lets time pass while it waits', async () => {
    const seen: unknown[] = [];
    await simulate({ seeds: [7] }, async (sim) => {
      const startedAtMs = sim.cluster.now();
      seen.push(await sim.client.command('SET', 'key', 'value'), await sim.client.command('GET', 'key'));
      seen.push(await sim.client.command('BLPOP', 'nothing', 3));
      expect(sim.cluster.now() - startedAtMs).toBeGreaterThanOrEqual(3000);
      await sim.step();
      await sim.client.command('SET', 'key', 'value').catch(() => undefined);
    });
    expect(seen).toEqual(['OK', 'value', null]);
  });

  it('has clients that wait for each other', async () => {
    await simulate({ seeds: 3 }, async (sim) => {
      const worker = sim.newClient({ timeout: '1m' });
      const job = worker.command('BLPOP', 'jobs', 30);
      await sim.advance('20s');
      await sim.client.command('RPUSH', 'jobs', 'first');
      expect(await job).toEqual(['jobs', 'first']);
    });
  });

  it('has clients that try again until they are served', { timeout: 60_000 }, async () => {
    await simulate({ seeds: { from: 6, count: 6 } }, async (sim) => {
      await sim.step();
      await sim.heal();
      const patient = sim.newClient({ retryFor: '1m' });
      expect(await patient.command('SET', 'key', 'value')).toBe('OK');
    });
    await simulate({ seeds: { from: 1, count: 3 } }, async (sim) => {
      await sim.cluster.masters[0]?.kill();
      // Until its replica has taken over, the others send clients to the dead master.
      expect(await sim.newClient({ retryFor: '1m' }).command('SET', keyForSlot(0), 'value')).toBe('OK');
      expect(sim.cluster.now() - Date.UTC(2030, 0, 1)).toBeGreaterThan(2000);
    });
    const refused = simulate({ seeds: [6] }, async (sim) => {
      const [first, second] = sim.cluster.masters;
      await first?.kill();
      await second?.kill();
      await sim.advance('10s');
      const startedAtMs = sim.cluster.now();
      await sim
        .newClient({ retryFor: '2s' })
        .command('SET', 'key', 'value')
        .catch((error: Error) => sim.report('X', `${error.message} +${sim.cluster.now() - startedAtMs}`));
      await sim.advance(1);
    });
    expect((await failureOf(refused)).message).toMatch(
      /^seed 6: X at .* CLUSTERDOWN .* \+(1[89]\d\d|2000)\n/,
    );
  });

  it('has clients that give up on an answer, and go on', async () => {
    await simulate({ seeds: [1] }, async (sim) => {
      const client = sim.newClient({ timeout: 500 });
      await expect(client.command('BLPOP', 'jobs', 30)).rejects.toMatchObject({ code: 'TIMEOUT' });
      expect(await client.command('RPUSH', 'jobs', 'first')).toBe(1);
      expect(() => sim.newClient({ timeout: 'soon' as never })).toThrow('timeout must be milliseconds');
    });
  });

  it('prints the last commands of its clients', async () => {
    const failure = await failureOf(
      simulate({ seeds: [4] }, async (sim) => {
        await sim.client.command('SET', 'key', 'value');
        await sim.client.command('INCR', 'key');
      }),
    );
    expect(failure.message).toContain(
      'last commands:\n+0.000s client 1 SET key value -> "OK"\n+0.000s client 1 INCR key -> ERR value is not an integer',
    );
  });

  it('prints seed, virtual time, invariant, faults, events and the line that repeats it', async () => {
    const failing = simulate({ seeds: [4], faults: ['crash'] }, async (sim) => {
      await sim.cluster.nodes[0]?.kill();
      await sim.advance('10s');
      sim.report('X1', 'a rule of my own');
      await sim.advance(1000);
    });
    const failure = await failureOf(failing);
    expect(failure).toMatchObject({ code: 'INVARIANT_BROKEN', seed: 4, invariant: 'X1' });
    expect(failure.message).toMatch(/^seed 4: X1 at \+10000 ms: a rule of my own\n/);
    expect(failure.message).toContain('virtual time 2030-01-01T00:00:10');
    expect(failure.message).toContain('now master of');
    expect(failure.message).toContain('simulate({ seeds: [4], masters: 3, replicas: 1, steps: 14,');
    expect(failure.message).toContain('REDIS_SIM_SEED=4');
  });

  it('keeps what the workload threw as the cause', async () => {
    const cause = new Error('expected something else');
    const failure = await failureOf(
      simulate({ seeds: [4] }, () => {
        throw cause;
      }),
    );
    expect(failure).toMatchObject({ invariant: 'workload', cause });
    expect(failure.message).toContain('expected something else');
  });

  it.each([
    [{ masters: 2 }, 'masters must be an integer from 3 to 50, got 2'],
    [{ replicas: [2, 1] as const }, 'replicas must be an integer from 2 to 10, got 1'],
    [{ seeds: 0 }, 'seeds must be an integer from 1'],
    [{ faults: [] }, 'faults must be some of crash, pause'],
  ])('refuses %j', async (options, message) => {
    await expect(simulate(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(simulate(options)).rejects.toThrow(message);
  });
});

describe('checkDeterminism()', () => {
  it('finds two runs of a seed the same', { timeout: 30_000 }, async () => {
    const [run] = await checkDeterminism({ seeds: [11], steps: 6 });
    expect(run?.faults).toBe(6);
  });

  it('says where two runs differ', async () => {
    let runs = 0;
    const failure = await failureOf(
      checkDeterminism({ seeds: [11] }, async (sim) => {
        await sim.advance('1s');
        await sim.cluster.nodes[runs++]?.command('CLUSTER', 'BUMPEPOCH');
        await sim.advance('1s');
      }),
    );
    expect(failure.invariant).toBe('determinism');
    expect(failure.message).toMatch(/then the first run has\n.*config-epoch-changed.*\nand the second\n/);
  });

  it('knows what clients wrote and read', async () => {
    let runs = 0;
    const failure = await failureOf(
      checkDeterminism({ seeds: [11] }, async (sim) => {
        await sim.client.command('SET', 'key', ++runs);
      }),
    );
    expect(failure.message).toMatch(/has\n.* SET key 1 -> "OK"\nand the second\n.* SET key 2 -> "OK"/);
  });
});
